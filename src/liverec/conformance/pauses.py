"""Long pauses: who forgets a stream, a recording or a window takes its time."""

from liverec.conformance.schedule import Schedule, Step, at
from liverec.history import Action

_PAUSES = (3.0, 4.0, 6.5, 13.0, 31.0, 40.0)  # restart intervals


def pauses(interval_ns: int, *, until_ns: int) -> tuple[Schedule, ...]:
    """Return the schedules of streams that nobody asks about for so long, as far as they are done by *until_ns*.

    After its pause a stopped stream can be started, and a recording can be stopped; that STOP opens a window.
    """
    return tuple(
        one
        for pause in _PAUSES
        for one in (_while_idle(pause, interval_ns), _while_recording(pause, interval_ns))
        if one.steps[-1].at_ns <= until_ns
    )


def _while_idle(pause: float, interval_ns: int) -> Schedule:
    return Schedule(
        title=f"a stream that nobody asks about for {pause:g} intervals",
        steps=(
            Step(at_ns=at(0.2), action=Action.STOP),
            *_after(at(0.2) + round(pause * interval_ns), Action.START, Action.STOP, Action.START),
        ),
    )


def _while_recording(pause: float, interval_ns: int) -> Schedule:
    return Schedule(
        title=f"a recording that nobody asks about for {pause:g} intervals",
        steps=_after(round(pause * interval_ns), Action.STOP, Action.START),
    )


def _after(moment_ns: int, *actions: Action) -> tuple[Step, ...]:
    return tuple(Step(at_ns=moment_ns + at(0.3 * number), action=action) for number, action in enumerate(actions))
