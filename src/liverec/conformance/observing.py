"""What the history shows of the points that the page leaves open."""

from liverec.conformance.judged import JudgedHistory
from liverec.conformance.trial import Trial
from liverec.history import Action, Operation, Outcome

_AXES = {
    "start_while_recording": "open/start-while-recording",
    "stop_while_idle": "open/stop-while-idle",
    "refused_start_restarts": "open/refused-start-restarts",
    "refused_stop_restarts": "open/refused-stop-restarts",
}


def observe_dialect(trial: Trial, judged: JudgedHistory) -> None:
    """Keep what each axis of the dialect is, and with what answer a command is refused."""
    for axis, value in judged.dialect().items():
        trial.observe(_AXES[axis], value)
    answers = refusals(judged)
    if answers:
        trial.observe("open/too-soon-answer", ", ".join(answers))
    raced = [one for one in trial.assigned if len({step.lane for step in one.schedule.steps}) > 1]
    if raced:
        most = max(_winners(judged.of_stream(one.stream)) for one in raced)
        trial.observe("open/racing", f"at most {most} of several STARTs at once succeeded")


def refusals(judged: JudgedHistory) -> tuple[str, ...]:
    """Return the distinct answers to a START that directly follows the accepted STOP of its stream."""
    found: set[str] = set()
    latest: dict[object, Operation] = {}
    for one in sorted(judged.history.operations, key=lambda one: one.invoked):
        before = latest.get(one.stream)
        follows_stop = before is not None and before.action is Action.STOP and before.outcome is Outcome.OK
        if one.action is Action.START and one.outcome is Outcome.REFUSED and follows_stop:
            found.add(f"{one.status} {one.error_code or ''}".strip())
        latest[one.stream] = one
    return tuple(sorted(found))


def _winners(operations: list[Operation]) -> int:
    """Return how many STARTs won before the first STOP."""
    won = 0
    for one in operations:
        if one.action is Action.STOP:
            break
        won += one.outcome is Outcome.OK
    return won
