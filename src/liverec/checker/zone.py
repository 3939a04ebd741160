"""The possible times of the last STOP and of now, as difference bounds.

A bound is an integer on a doubled scale, so that strictness is one bit: ``x >= v`` is ``2 v``, ``x > v`` is
``2 v + 1``; ``x <= v`` is ``2 v``, ``x < v`` is ``2 v - 1``. A pair is empty when its lower bound exceeds its upper.
Now always runs on, so a zone has no upper bounds on it.
"""

from typing import NamedTuple

from liverec.model import Guard

NO_END = 1 << 100


class Zone(NamedTuple):
    """Bounds on the moment of the STOP (s) and on now (n): every real pair within them is possible."""

    stopped_from: int  # s >=
    stopped_until: int  # s <=
    now_from: int  # n >=
    gap_from: int  # n - s >=

    def includes(self, other: "Zone") -> bool:
        """Whether every pair of *other* is in this zone."""
        return (
            self.stopped_from <= other.stopped_from
            and self.stopped_until >= other.stopped_until
            and self.now_from <= other.now_from
            and self.gap_from <= other.gap_from
        )

    def joined(self, other: "Zone") -> "Zone | None":
        """Return the union, if it is a zone: they differ in the STOP's moment alone, and leave no gap between."""
        if self.now_from != other.now_from or self.gap_from != other.gap_from:
            return None
        # x < v and x >= v leave nothing between them
        if self.stopped_from > other.stopped_until + 1 or other.stopped_from > self.stopped_until + 1:
            return None
        return self._replace(
            stopped_from=min(self.stopped_from, other.stopped_from),
            stopped_until=max(self.stopped_until, other.stopped_until),
        )

    def split(self, moment: int) -> tuple["Zone | None", "Zone | None"]:
        """Return the parts where the STOP was earlier, and not earlier, than *moment* (a lower bound)."""
        if moment <= self.stopped_from:
            return None, self
        if moment > self.stopped_until:
            return self, None
        closed_from = max(self.now_from, _plus_lower(moment, self.gap_from))
        return self._replace(stopped_until=moment - 1), self._replace(stopped_from=moment, now_from=closed_from)

    def between(self, stopped_from: int, stopped_until: int) -> "Zone | None":
        """Return the part where the STOP was within these bounds."""
        later = self.split(stopped_from)[1]
        return None if later is None else later.split(stopped_until + 1)[0]

    def settled(self, now_from: int) -> "Zone":
        """Return what is left of the zone if nothing more happens before *now_from*, in a form fit to be compared."""
        now_from = max(now_from, self.now_from)
        gap_from = self.gap_from
        if 0 <= gap_from <= _less_upper(now_from, self.stopped_until):
            gap_from = 0  # what the other bounds say anyway
        return Zone(self.stopped_from, self.stopped_until, now_from, gap_from)

    def gap_from_at(self, invoked: int) -> int:
        """Return the lower bound on the time since the STOP once an operation invoked then takes effect."""
        return max(self.gap_from, _less_upper(max(self.now_from, invoked), self.stopped_until))

    def gap_until_at(self, completed: int) -> int:
        """Return the upper bound on the time since the STOP for an operation completed then."""
        return _less_lower(completed, self.stopped_from)


def at_some_moment(zone: Zone, *, completed: int) -> Zone | None:
    """Return the zone after something without an effect, which ended then and may have been at any moment of the zone.

    Unlike after an effect, what comes next may have happened earlier than it.
    """
    stopped_until = min(zone.stopped_until, _less_lower(completed, zone.gap_from))
    if zone.now_from > completed or zone.stopped_from > stopped_until:
        return None
    return zone if stopped_until == zone.stopped_until else zone._replace(stopped_until=stopped_until)


def without_stop(now_from: int) -> Zone:
    """Return the zone of a stream whose last STOP does not matter."""
    return Zone(-NO_END, NO_END, now_from, -NO_END)


class Limits(NamedTuple):
    """The restart interval as the service may measure it, in bounds: refused up to, accepted from."""

    inside: int  # n - s <=
    outside: int  # n - s >

    @classmethod
    def of(cls, interval_ns: int, resolution_ns: int) -> "Limits":
        """Widen the interval by the resolution of the service's clock."""
        return cls(2 * (interval_ns + resolution_ns), 2 * (interval_ns - resolution_ns) + 1)


def after_effect(
    zone: Zone, *, invoked: int, completed: int, guard: Guard, limits: Limits, stamps: bool
) -> Zone | None:
    """Return the zone after an effect within [invoked, completed] (bounds) under *guard*; None if it is impossible."""
    effect_from, effect_until = max(zone.now_from, invoked), completed
    gap_from, gap_until = zone.gap_from, NO_END
    if guard is Guard.OUTSIDE:
        gap_from = max(gap_from, limits.outside)
    elif guard is Guard.INSIDE:
        gap_until = limits.inside
    # Three clocks: one round over the triangle closes the bounds.
    stopped_from = max(zone.stopped_from, _less_upper(effect_from, gap_until))
    stopped_until = min(zone.stopped_until, _less_lower(effect_until, gap_from))
    closed_from = max(effect_from, _plus_lower(zone.stopped_from, gap_from))
    closed_until = min(effect_until, _plus_upper(zone.stopped_until, gap_until))
    gap_closed_from = max(gap_from, _less_upper(effect_from, zone.stopped_until))
    gap_closed_until = min(gap_until, _less_lower(effect_until, zone.stopped_from))
    if stopped_from > stopped_until or closed_from > closed_until or gap_closed_from > gap_closed_until:
        return None
    if stamps:
        return Zone(closed_from, closed_until, closed_from, 0)
    return Zone(stopped_from, stopped_until, closed_from, gap_closed_from)


def _plus_lower(one: int, other: int) -> int:
    if one <= -NO_END or other <= -NO_END:
        return -NO_END
    return one + other - (one & other & 1)


def _plus_upper(one: int, other: int) -> int:
    if one >= NO_END or other >= NO_END:
        return NO_END
    return one + other + (one & other & 1)


def _less_upper(lower: int, upper: int) -> int:
    """Bound ``x - y`` from below: *lower* of x, *upper* of y."""
    if lower <= -NO_END or upper >= NO_END:
        return -NO_END
    return lower - upper - (lower & upper & 1)


def _less_lower(upper: int, lower: int) -> int:
    """Bound ``x - y`` from above: *upper* of x, *lower* of y."""
    if upper >= NO_END or lower <= -NO_END:
        return NO_END
    return upper - lower + (upper & lower & 1)
