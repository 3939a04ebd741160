"""Boundary probes: one STOP and one START a stream, on many streams, most of them close to the restart interval."""

import random
from collections.abc import Sequence

from liverec.clock import NANOSECONDS
from liverec.conformance.schedule import Schedule, Step, at
from liverec.history import Action

# Seconds from the interval, and the share of the probes there. Every shorter interval is convicted by a START just
# below, every longer one by a START just above, so most are there; the farther ones tell a deviation's size.
_BANDS = ((-0.2, -0.003, 0.5), (0.003, 0.2, 0.26), (-1.0, -0.2, 0.14), (0.2, 1.5, 0.1))
_EXACT_NS = (-1, 0, 1, -1, at(0.001), -at(0.001), -1, at(0.1), -at(0.15), -1, at(0.25), -at(0.9))
_FIRST = at(0.5)
_LONGEST_AFTER = 1.5
_STOPS_TOGETHER = 0.4


def boundary(interval_ns: int, *, count: int, until_ns: int, seed: int) -> tuple[Schedule, ...]:
    """Return *count* probes for the real clock, all done by *until_ns*, spread evenly so that each is punctual.

    One that should be refused is followed by a START after the interval: the same stream shows both sides.
    """
    chance = random.Random(seed)  # noqa: S311  # spreads the probes, no secret
    offsets = _offsets(count, chance)
    last = until_ns - interval_ns - at(_LONGEST_AFTER)
    schedules: list[Schedule] = []
    for number, offset in enumerate(offsets):
        stopped = _FIRST + number * max(0, last - _FIRST) // max(1, count)
        after = (at(chance.uniform(0.02, _LONGEST_AFTER)),) if offset < 0 else ()
        schedules.append(_probe(interval_ns, stopped, (offset, *after)))
    return tuple(schedules)


def exact_boundary(interval_ns: int, *, count: int) -> tuple[Schedule, ...]:
    """Return *count* probes for a clock that can be set: to the nanosecond, and all at few moments."""
    stopped = at(_STOPS_TOGETHER)
    return tuple(_probe(interval_ns, stopped, (_EXACT_NS[number % len(_EXACT_NS)],)) for number in range(count))


def _offsets(count: int, chance: random.Random) -> list[int]:
    """Return so many offsets from the interval in nanoseconds, stratified in each band, in any order."""
    offsets: list[int] = []
    for low, high, share in _BANDS:
        wanted = round(count * share)
        near = min(abs(low), abs(high)) < 0.01  # a band that touches the interval is densest there
        for number in range(wanted):
            part = (number + chance.random()) / wanted
            part = part * part if near else part
            offsets.append(at(low + (high - low) * part if low > 0 else high - (high - low) * part))
    chance.shuffle(offsets)
    return offsets


def _probe(interval_ns: int, stopped: int, offsets: Sequence[int]) -> Schedule:
    starts = [Step(at_ns=stopped + interval_ns + offset, action=Action.START) for offset in offsets]
    gap = (interval_ns + offsets[0]) / NANOSECONDS
    return Schedule(
        title=f"START {gap:g} s after the STOP",
        steps=(Step(at_ns=stopped, action=Action.STOP), *starts),
        drawn=False,
    )
