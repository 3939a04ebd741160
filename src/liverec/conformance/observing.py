"""What the history shows of the points that the page leaves open."""

from collections.abc import Iterator

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
    for (before, after), identifier in _FOLLOWING.items():
        answers = {_answer(one) for first, one in _pairs(judged) if (first.action, one.action) == (before, after)}
        if after is Action.START and before is Action.STOP:
            answers = {one for one in answers if one != "200"}
        if answers:
            trial.observe(identifier, ", ".join(sorted(answers)))
    exact = [one for one in judged.probes if one.gap_from == one.gap_until == judged.history.interval_ns]
    if exact:
        trial.observe("open/exactly-the-interval", "accepted" if exact[0].accepted else "refused")
    raced = {one.stream for one in trial.assigned if len({step.lane for step in one.schedule.steps}) > 1}
    raced |= set(trial.raced)
    if raced:
        most = max(_winners(told) for stream, told in judged.by_stream().items() if stream in raced)
        trial.observe("open/racing", f"at most {most} of several STARTs at once succeeded")


def _pairs(judged: JudgedHistory) -> Iterator[tuple[Operation, Operation]]:
    """Yield an accepted command and the one that follows it directly, within the interval, on the same stream."""
    latest: dict[Stream, Operation] = {}
    for one in sorted(judged.history.operations, key=lambda one: one.invoked):
        before = latest.get(one.stream)
        if (
            before is not None
            and before.outcome is Outcome.OK
            and one.outcome in {Outcome.OK, Outcome.REFUSED}
            and one.invoked - before.invoked <= judged.history.interval_ns
        ):
            yield before, one
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
