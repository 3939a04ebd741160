"""Why a history breaks the contract, in a sentence with the bounds that it rests on."""

from collections.abc import Sequence
from typing import NamedTuple

from liverec.checker.gap import Bounds, Gap, decisive_gap
from liverec.checker.reading_words import reading_words
from liverec.clock import NANOSECONDS
from liverec.history import Action, History, Operation, Outcome
from liverec.model import dialects_with

_RULES = {
    "restart/too-soon": "a START was accepted although no more than {interval:g} s had passed since the STOP",
    "recording/start": "a START was refused although the stream was idle and no STOP had opened a window",
    "restart/after-interval": "a START of an idle stream was refused more than {interval:g} s after the STOP",
    "recording/stop": "a STOP was refused although the stream was recording",
}
_UNITS_NS = {3: 1_000_000, 6: 1_000, 9: 1}  # by decimals


class Step(NamedTuple):
    """An operation of a witness, and the readings that its stream leaves up to it; None where time ran out."""

    operation: Operation
    readings: int | None


def reason(rule: str, witness: Sequence[Operation], history: History) -> str:
    """Say which rule the witness breaks, and how."""
    gap = decisive_gap(rule, witness, history)
    if gap is not None:
        return _gap(gap, history)
    if rule == "recording/start" and len(witness) == 1:
        return (
            f"{_operation(witness[0], history)} although the stream was idle: "
            "nothing sent before can have begun a recording or opened a window"
        )
    if rule == "recording/stop" and len(witness) == 2 and _recording(witness, history):
        began, stop = witness
        return (
            f"{_operation(stop, history)} although {_operation(began, history)} before: "
            "no STOP can have ended that recording in between"
        )
    return f"{_RULES[rule].format(interval=history.interval_ns / NANOSECONDS)}: {_told(witness, history)}"


def reason_for_one_reading(steps: Sequence[Step], history: History, *, excused: bool) -> str:
    """Say which answers contradict each other; *excused*: and that each could be excused by some reading."""
    pinned = reading_words(dialects_with(history.pinned))
    if pinned:
        beginning = f"the reading that is asked for ({pinned}) does not explain"
    elif excused:
        beginning = "each answer could be excused by some reading of the page, but no single reading explains"
    else:
        beginning = "no single reading explains (whether each answer could be excused by some reading is not known)"
    streams = dict.fromkeys(step.operation.stream for step in steps)
    if len(streams) == 1:
        return f"{beginning}: {_step_by_step(steps, history)}"
    told = [_stream([step for step in steps if step.operation.stream == stream], history) for stream in streams]
    return f"{beginning} these streams together: {'; '.join(told)}"


def gap_words(gap: Gap, history: History) -> str:
    """Say how long a gap is, with as many decimals as it takes."""
    begin, end, decimals = _rounded_gap(gap, history)
    return f"gap at {'most' if gap.at_most else 'least'} {_seconds(end - begin, decimals)} s"


def _gap(gap: Gap, history: History) -> str:
    interval = f"{history.interval_ns / NANOSECONDS:g} s"
    begin, _, decimals = _rounded_gap(gap, history)
    moment, words = _seconds(begin, decimals), gap_words(gap, history)
    start = _operation(gap.start, history, decimals)
    coarse = f" ({history.resolution_ns / 1e6:g} ms either way)" if history.resolution_ns else ""
    if gap.at_most:
        return (
            f"{start} although STOP took effect no earlier than {moment} s: "
            f"{words}, must be more than {interval}{coarse}"
        )
    opened = "STOP took effect" if gap.opened.outcome is Outcome.OK else "what may have opened a window was answered"
    return (
        f"{start} although the stream was idle and {opened} no later than {moment} s: "
        f"{words}, a START is accepted after more than {interval}{coarse}"
    )


def _rounded_gap(gap: Gap, history: History) -> tuple[int, int, int]:
    """Return the gap's ends with as few decimals as show on which side of the interval it lies, and how many.

    What is said stays true: a gap at most is rounded up, a gap at least down.
    """
    limit = history.interval_ns + (-history.resolution_ns if gap.at_most else history.resolution_ns)
    ends = [
        (
            _rounded(gap.from_ns - history.earliest, decimals, up=not gap.at_most),
            _rounded(gap.until_ns - history.earliest, decimals, up=gap.at_most),
            decimals,
        )
        for decimals in _UNITS_NS
    ]
    return next(((begin, end, of) for begin, end, of in ends if (end - begin <= limit) is gap.at_most), ends[-1])


def _recording(witness: Sequence[Operation], history: History) -> bool:
    """Whether the witness is an accepted START and, after it, a refused STOP."""
    began, stop = witness
    bounds = Bounds(history, {one.stream for one in witness})
    answers = (began.action, began.outcome, stop.action, stop.outcome)
    expected = (Action.START, Outcome.OK, Action.STOP, Outcome.REFUSED)
    return answers == expected and bounds.end(began) <= bounds.begin(stop)


def _step_by_step(steps: Sequence[Step], history: History) -> str:
    told: list[str] = []
    allowed = before = dialects_with(history.pinned)
    for operation, readings in steps:
        words = _operation(operation, history)
        if readings == 0:
            words += f", which {reading_words(before)} does not explain" if before != allowed else ""
        elif readings is not None and readings != before:
            words += f", so {reading_words(readings)}"
        told.append(words)
        before = before if readings is None else readings
    return "; ".join(told)


def _stream(steps: Sequence[Step], history: History) -> str:
    last = steps[-1].readings
    asked = f" asks for {reading_words(last)}" if last else ""
    return f"{steps[0].operation.stream}{asked} ({_told([step.operation for step in steps], history)})"


def _told(witness: Sequence[Operation], history: History) -> str:
    return "; ".join(_operation(one, history) for one in witness)


def _operation(one: Operation, history: History, decimals: int = 3) -> str:
    begin = _rounded(one.invoked - history.earliest, decimals, up=False)
    end = begin if one.completed is None else _rounded(one.completed - history.earliest, decimals, up=True)
    times = _seconds(begin, decimals) + (f"..{_seconds(end, decimals)}" if end != begin else "")
    answer = "accepted" if one.outcome is Outcome.OK else f"refused ({one.status})"
    return f"{one.action.value} at {times} s was {answer}"


def _rounded(nanoseconds: int, decimals: int, *, up: bool) -> int:
    unit = _UNITS_NS[decimals]
    return -(-nanoseconds // unit) * unit if up else nanoseconds // unit * unit


def _seconds(nanoseconds: int, decimals: int) -> str:
    whole, part = divmod(abs(nanoseconds), NANOSECONDS)
    return f"{'-' if nanoseconds < 0 else ''}{whole}.{f'{part:09d}'[:decimals]}"
