"""Schedules: commands about streams of their own at given times, as data.

All schedules run at once, on distinct streams, so that every wait for the restart interval falls into one window.
"""

from dataclasses import dataclass

from liverec.clock import NANOSECONDS
from liverec.conformance.look_alikes import LookAlike
from liverec.history import Action


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One command, ``at_ns`` after the schedules began; commands of one ``lane`` follow one another.

    It is about the schedule's stream, or about one that is only ``alike``.
    """

    at_ns: int
    action: Action
    lane: int = 0
    alike: LookAlike | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """What is asked of one stream; ``prepared`` streams are recording when the schedules begin.

    ``drawn``: the report shows it as a timeline, not only what it measured.
    """

    title: str
    steps: tuple[Step, ...]
    prepared: bool = True
    drawn: bool = True

    @property
    def keyed(self) -> bool:
        """Whether it asks about streams that are only alike."""
        return any(step.alike is not None for step in self.steps)


def at(seconds: float) -> int:
    """Return *seconds* in nanoseconds."""
    return round(seconds * NANOSECONDS)


def schedules(interval_ns: int, *, exact: bool, thin: bool) -> tuple[Schedule, ...]:
    """Return the named schedules of a run around the restart interval, the most telling first.

    *exact*: the target's clock can be set, so the boundary itself is probed, to the nanosecond. *thin*: the target
    has a quota, so that only what the dialect and each rule need is kept.
    """
    probes = _probes(interval_ns, exact=exact, thin=thin)
    longer = () if thin else (*_longer(interval_ns), *_races(interval_ns))
    return (*_readings(interval_ns), *probes, *_rules(interval_ns), *longer)


def _command(seconds: float, action: Action, lane: int = 0, alike: LookAlike | None = None) -> Step:
    return Step(at_ns=at(seconds), action=action, lane=lane, alike=alike)


def _readings(interval_ns: int) -> tuple[Schedule, ...]:
    """Pin the dialect: one question a stream, in sequence, before anything else can blur the answer."""
    w = interval_ns / NANOSECONDS
    start, stop = Action.START, Action.STOP
    return (
        Schedule(
            title="START while recording, STOP while idle",
            steps=(_command(0.0, start), _command(0.1, stop), _command(0.2, stop), _command(0.3, start)),
        ),
        Schedule(
            title="STOP of a stream that never recorded in this run, then START",
            steps=(_command(0.0, stop), _command(0.1, start), _command(0.2, stop), _command(2 * w + 1.3, start)),
            prepared=False,
        ),
        Schedule(
            title="does a refused START open the window anew?",
            steps=(
                _command(0.0, stop),
                _command(w * 0.5, start),
                _command(w + 0.7, start),
                _command(2 * w + 1.2, start),
            ),
        ),
        Schedule(
            title="does a STOP while idle open the window anew?",
            steps=(
                _command(0.05, stop),
                _command(w * 0.5, stop),
                _command(w + 0.75, start),
                _command(2 * w + 1.2, start),
            ),
        ),
    )


def _probes(interval_ns: int, *, exact: bool, thin: bool) -> tuple[Schedule, ...]:
    """One STOP and one START a stream, at gaps on both sides of the interval."""
    w = interval_ns / NANOSECONDS
    # the most telling first: a profile may have streams for some of them only
    wide = [w + 0.5, w - 0.5, 0.3 * w, w + 1.5, 0.85 * w, 0.05 * w, 0.6 * w]
    near = [w - 0.9, w - 0.7, w - 0.25, w - 0.1, w - 0.05, w - 0.02, w + 0.02, w + 0.05, w + 0.1, w + 0.2, w + 0.8]
    gaps = [at(gap) for gap in (wide if thin else wide + near)]
    if exact:
        gaps += [interval_ns - 1, interval_ns, interval_ns + 1]
    schedules: list[Schedule] = []
    for number, gap in enumerate(gaps):
        stopped = at(0.4) + number * at(0.02)  # apart, so that no probe waits for another
        schedules.append(
            Schedule(
                title=f"START {gap / NANOSECONDS:g} s after the STOP",
                steps=(
                    Step(at_ns=stopped, action=Action.STOP),
                    Step(at_ns=stopped + gap, action=Action.START),
                ),
            )
        )
    return tuple(schedules)


def _rules(interval_ns: int) -> tuple[Schedule, ...]:
    """Longer stories, for rules that a single pair does not show."""
    w = interval_ns / NANOSECONDS
    start, stop = Action.START, Action.STOP
    return (
        Schedule(
            title="the window counts from the STOP, not from the START before it",
            steps=(_command(w * 0.8, stop), _command(w * 1.2, start), _command(w * 1.8 + 1.0, start)),
        ),
        Schedule(
            title="every STOP opens a window, not only the first",
            steps=(
                _command(0.1, stop),
                _command(w + 0.6, start),
                _command(w + 0.8, stop),
                _command(w * 1.5, start),
                _command(w * 2 + 1.4, start),
            ),
        ),
        Schedule(
            title="a recording goes on until it is stopped",
            steps=(_command(w * 0.5, start), _command(w * 1.5, stop), _command(w * 1.6, start)),
        ),
        Schedule(
            title="a pause of twice the interval",
            steps=(_command(0.15, stop), _command(w * 2 + 1.3, start), _command(w * 2 + 1.5, stop)),
        ),
    )


def _longer(interval_ns: int) -> tuple[Schedule, ...]:
    """Stories about what a service may forget, or take to heart that it should not."""
    w = interval_ns / NANOSECONDS
    start, stop = Action.START, Action.STOP
    look_alikes = tuple(LookAlike)
    return (
        Schedule(
            title="three refused STARTs leave the window open",
            steps=(
                _command(0.1, stop),
                *(_command(moment, start) for moment in (0.3 * w, 0.6 * w, w - 0.2, 2 * w + 1.3)),
            ),
        ),
        Schedule(
            title="a second STOP does not close the window",
            steps=(
                _command(0.12, stop),
                *(_command(moment, stop) for moment in (0.2, 0.4 * w)),
                *(_command(moment, start) for moment in (w - 0.2, 2 * w + 1.4)),
            ),
        ),
        Schedule(
            title="a refused START is not carried out later",
            steps=(
                _command(0.14, stop),
                _command(0.9 * w, start),
                _command(w + 0.9, stop),
                _command(2 * w + 1.4, start),
            ),
        ),
        Schedule(
            title="the third STOP opens a window, too",
            steps=(
                _command(0.16, stop),
                _command(w + 0.3, start),
                _command(w + 0.5, stop),
                _command(2 * w + 0.7, start),
                _command(2 * w + 0.9, stop),
                _command(2 * w + 1.4, start),
            ),
        ),
        Schedule(
            title="a recording that nobody asks about for twice the interval",
            steps=(_command(2 * w + 0.9, stop), _command(2 * w + 1.4, start)),
        ),
        Schedule(
            title="a stream that nobody asks about before its first START",
            steps=(_command(1.6 * w, start), _command(1.7 * w, stop), _command(2 * w + 1.4, start)),
            prepared=False,
        ),
        Schedule(
            title="commands about streams that are only alike",
            steps=(
                _command(0.2, stop),
                *(_command((0.3 + 0.1 * n) * w, stop, alike=one) for n, one in enumerate(look_alikes)),
                *(_command(w + 0.4 + 0.05 * n, start, alike=one) for n, one in enumerate(look_alikes)),
                _command(w + 0.9, start),
                *(_command(w + 1.5 + 0.05 * n, stop, alike=one) for n, one in enumerate(look_alikes)),
                _command(w + 2.0, stop),
                *(_command(1.4 * w + 0.1 * n, start, alike=one) for n, one in enumerate(look_alikes)),
                _command(2 * w + 1.4, start),
            ),
        ),
    )


def _races(interval_ns: int) -> tuple[Schedule, ...]:
    """Several clients at the same moment: at most one of them can win."""
    w = interval_ns / NANOSECONDS
    lanes = range(4)
    schedules: list[Schedule] = []
    for number in range(6):
        late = 0.1 * number
        schedules.append(
            Schedule(
                title="four STARTs at once, four STOPs at once, four STARTs at once",
                steps=(
                    *(_command(1.5 + late, Action.START, lane) for lane in lanes),
                    *(_command(2.5 + late, Action.STOP, lane) for lane in lanes),
                    *(_command(w + 4.5 + late, Action.START, lane) for lane in lanes),
                ),
                prepared=False,
            )
        )
    return tuple(schedules)
