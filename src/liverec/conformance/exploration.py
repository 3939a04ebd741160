"""Explored schedules: STARTs and STOPs drawn at random, for the stories that nobody thought of."""

import random

from liverec.conformance.schedule import Schedule, Step, at
from liverec.history import Action

MOST_STEPS = 12
LONGEST = 2.15  # restart intervals: long enough for two windows
_FOLLOWS = 0.75  # so many commands are those that change something
_TOGETHER = 0.5  # where there are two lanes, so many commands have another one beside them
_LANES = (1, 1, 2)
_TICKS = (-1, 0, 1)
_FIRST = 0.5


def explored(interval_ns: int, *, count: int, until_ns: int, seed: int, exact: bool) -> tuple[Schedule, ...]:
    """Return *count* schedules that are all done by *until_ns* and begin evenly spread, each drawn from the seed.

    *exact*: the clock can be set, so that gaps meet the interval to the nanosecond.
    """
    last = max(at(_FIRST), until_ns - round(LONGEST * interval_ns))
    return tuple(
        _drawn(
            random.Random(f"{seed} explored {number}"),  # noqa: S311  # the same seed, the same schedules; no secret
            title=f"random schedule {number + 1}",
            interval_ns=interval_ns,
            begins=at(_FIRST) + (last - at(_FIRST)) * number // count,
            exact=exact,
        )
        for number in range(count)
    )


def _drawn(chance: random.Random, *, title: str, interval_ns: int, begins: int, exact: bool) -> Schedule:
    """Draw commands for a stream that nobody used, as they would be answered by a server that keeps the page."""
    lanes, moment, ends = chance.choice(_LANES), begins, begins + round(LONGEST * interval_ns)
    recording, stopped = False, begins - 2 * interval_ns
    steps: list[Step] = []
    while moment <= ends and len(steps) < MOST_STEPS:
        following, other = (Action.STOP, Action.START) if recording else (Action.START, Action.STOP)
        action = following if chance.random() < _FOLLOWS else other
        steps.append(Step(at_ns=moment, action=action))
        if lanes > 1 and chance.random() < _TOGETHER:
            steps.append(Step(at_ns=moment, action=chance.choice((action, following, other)), lane=1))
        if action is Action.STOP and recording:
            recording, stopped = False, moment
        elif action is Action.START and moment - stopped > interval_ns:
            recording = True
        moment = _next(chance, moment, None if recording else stopped + interval_ns, interval_ns, exact=exact)
    return Schedule(title=title, steps=tuple(steps), prepared=False, drawn=False)


def _next(chance: random.Random, moment: int, closes: int | None, interval_ns: int, *, exact: bool) -> int:
    """Return when the next command is sent: soon, much later, or close to when a window *closes*."""
    later = [moment + at(chance.uniform(0.05, 0.6)), moment + round(interval_ns * chance.uniform(0.2, 0.95))]
    if closes is not None:
        near = at(chance.choice((-1, 1)) * 10 ** chance.uniform(-2.3, -0.5))
        later += [closes + (chance.choice(_TICKS) if exact else near), closes + near]
    return chance.choice([one for one in later if one > moment])
