"""Why a history breaks the contract, in a sentence."""

from collections.abc import Sequence

from liverec.history import Action, History, Operation, Outcome

_RULES = {
    "restart/too-soon": "a START was accepted although no more than {interval:g} s had passed since the STOP",
    "recording/start": "a START was refused although the stream was idle and no STOP had opened a window",
    "restart/after-interval": "a START of an idle stream was refused more than {interval:g} s after the STOP",
    "recording/stop": "a STOP was refused although the stream was recording",
}


def reason(rule: str, witness: Sequence[Operation], history: History) -> str:
    """Say which rule the witness breaks, and how."""
    return f"{_RULES[rule].format(interval=history.interval_ns / 1e9)}: {_told(witness, history)}"


def reason_for_one_reading(witness: Sequence[Operation], history: History, *, excused: bool) -> str:
    """Say that the service answers the same situation in two ways; *excused*: and that the page alone allows it."""
    told = _told(witness, history)
    if excused:
        return f"each answer could be excused by some reading of the page, but no single reading explains: {told}"
    return f"no single reading explains (whether each answer could be excused by some reading is not known): {told}"


def _told(witness: Sequence[Operation], history: History) -> str:
    streams = {one.stream for one in witness}
    return "; ".join(_operation(one, history, named=len(streams) > 1) for one in witness)


def _operation(one: Operation, history: History, *, named: bool) -> str:
    begin = (one.invoked - history.earliest) / 1e9
    end = begin if one.completed is None else (one.completed - history.earliest) / 1e9
    answer = "accepted" if one.outcome is Outcome.OK else f"refused ({one.status})"
    verb = "START" if one.action is Action.START else "STOP"
    about = f" of {one.stream}" if named else ""
    return f"{verb}{about} {answer} at {begin:.3f} s" + (f" to {end:.3f} s" if end - begin >= 0.0005 else "")
