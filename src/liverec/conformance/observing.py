"""What the history shows of the points that the page leaves open."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from liverec.client import Exchange
from liverec.conformance.judged import JudgedHistory
from liverec.conformance.trial import Trial
from liverec.history import Action, Operation, Outcome, Stream

_AXES = {
    "start_while_recording": "open/start-while-recording",
    "stop_while_idle": "open/stop-while-idle",
    "refused_start_restarts": "open/refused-start-restarts",
    "refused_stop_restarts": "open/refused-stop-restarts",
}
# After which accepted command, which command's answer shows which point.
_FOLLOWING = {
    (Action.STOP, Action.START): "open/too-soon-answer",
    (Action.STOP, Action.STOP): "open/second-stop-in-window",
    (Action.START, Action.START): "open/retried-start",
}


def observe_history(trial: Trial, judged: JudgedHistory) -> None:
    """Keep what each axis of the dialect is, how commands are refused, and what races and exact probes showed."""
    for axis, value in judged.dialect().items():
        trial.observe(_AXES[axis], value)
    raced = {one.stream for one in trial.assigned if len({step.lane for step in one.schedule.steps}) > 1}
    raced |= set(trial.raced)
    for identifier, found in _answers(judged, raced).items():
        if len(found) == 1:
            trial.observe(identifier, next(iter(found)))
        else:
            shown = {answer: judged.evidence(f"answered {answer}", *pair) for answer, pair in found.items()}
            observe_contradiction(trial, identifier, shown)
    exact = [one for one in judged.probes if one.gap_from == one.gap_until == judged.history.interval_ns]
    if exact:
        trial.observe("open/exactly-the-interval", "accepted" if exact[0].accepted else "refused")
    if raced:
        most = max(_winners(told) for stream, told in judged.by_stream.items() if stream in raced)
        trial.observe("open/racing", f"at most {most} of several STARTs at once succeeded")


def observe_contradiction(trial: Trial, identifier: str, found: Mapping[str, Exchange | Mapping[str, Any]]) -> None:
    """Keep that one situation had several answers; each has an example: odd, but allowed where the page is silent."""
    told = " and ".join(sorted(found))
    trial.observe(identifier, f"answered in {len(found)} ways: {told}", *(found[answer] for answer in sorted(found)))
    trial.notes.append(f"one situation, several answers ({identifier}): {told}")


def _answers(judged: JudgedHistory, raced: Collection[Stream]) -> dict[str, dict[str, tuple[Operation, Operation]]]:
    """Return the answers that each point got, each with its first example; in a race nobody knows what came first."""
    answers: dict[str, dict[str, tuple[Operation, Operation]]] = defaultdict(dict)
    for before, one in _pairs(judged):
        too_soon = (before.action, one.action) == (Action.STOP, Action.START)
        if one.stream not in raced and not (too_soon and one.outcome is Outcome.OK):
            point = _FOLLOWING.get((before.action, one.action))
            if point is not None:
                answers[point].setdefault(_answer(one), (before, one))
    return answers


def _pairs(judged: JudgedHistory) -> Iterator[tuple[Operation, Operation]]:
    """Yield an accepted command and each that follows it within the interval, up to the next that may have effect."""
    latest: dict[Stream, Operation] = {}
    for one in sorted(judged.history.operations, key=lambda one: one.invoked):
        before = latest.get(one.stream)
        if (
            before is not None
            and before.outcome is Outcome.OK
            and before.completed is not None
            and before.completed <= one.invoked
            and one.outcome in {Outcome.OK, Outcome.REFUSED}
            and one.invoked - before.invoked <= judged.history.interval_ns
        ):
            yield before, one
        if one.outcome in {Outcome.OK, Outcome.INFO}:
            latest[one.stream] = one


def _answer(one: Operation) -> str:
    return f"{one.status} {one.error_code}" if one.error_code else str(one.status)


def _winners(operations: list[Operation]) -> int:
    """Return how many STARTs won before the first STOP."""
    won = 0
    for one in operations:
        if one.action is Action.STOP:
            break
        won += one.outcome is Outcome.OK
    return won
