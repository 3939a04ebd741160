"""Which readings of the page explain one stream's operations: every order of effects, exactly.

A configuration is one way in which the past may have gone. Configurations that differ only in what another one allows
as well are dropped (subsumption), and of operations that may change places the one that must end first goes first.
"""

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from liverec.checker.ordering import Call, Ordering
from liverec.checker.zone import NO_END, Limits, Zone, after_effect, without_stop
from liverec.history import Action, Initial
from liverec.model import EVERY, Forgiven, Mark, Phase, Row, rows, unmoved


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Under which terms a stream is judged; ``earliest`` is the smallest time of the run in nanoseconds.

    ``readings`` are those that are asked about.
    """

    limits: Limits
    initial: Initial
    earliest: int
    interruptions: bool
    forgiven: Forgiven | None = None
    readings: int = EVERY


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """What the search found: the ``readings`` that explain the stream.

    ``failed_at`` is the last position of the cluster that no reading explains; ``decided`` counts, per requirement,
    the operations whose answer could only be one.
    """

    readings: int
    failed_at: int | None = None
    decided: Counter[str] = field(default_factory=Counter[str])


class OutOfTime(Exception):  # a deadline is not an error of anybody
    """The deadline passed before the search ended."""


class _Place(NamedTuple):
    done: int
    phase: Phase
    mark: Mark


class _Way(NamedTuple):
    used: int
    readings: int
    zone: Zone

    def covers(self, other: "_Way") -> bool:
        return other.readings & ~self.readings == 0 and self.used & ~other.used == 0 and self.zone.includes(other.zone)


_Ways = dict[_Place, list[_Way]]


def explain(ordering: Ordering, terms: Terms, expired: Callable[[], bool]) -> Explained:
    """Search one stream.

    Raises:
        OutOfTime: *expired* became true; nothing is known then.
    """
    decided: Counter[str] = Counter()
    ways = _beginning(terms)
    for cluster in ordering.clusters:
        ways = _Cluster(ordering, cluster, terms, expired).passed(ways, decided)
        if not ways:
            return Explained(readings=0, failed_at=cluster[-1], decided=decided)
    readings = 0
    for _, way in _each(ways):
        readings |= way.readings
    return Explained(readings=readings, decided=decided)


def _beginning(terms: Terms) -> _Ways:
    ways: _Ways = {}
    nothing = without_stop(-NO_END)
    _keep(ways, _Place(0, Phase.FRESH, Mark.NEVER), _Way(0, terms.readings, nothing))
    if terms.initial == "unknown":
        stopped_before = Zone(-NO_END, 2 * terms.earliest, -NO_END, 0)
        _keep(ways, _Place(0, Phase.RECORDING, Mark.NEVER), _Way(0, terms.readings, nothing))
        _keep(ways, _Place(0, Phase.ENDED, Mark.KEPT), _Way(0, terms.readings, stopped_before))
    return ways


def _keep(ways: _Ways, place: _Place, way: _Way) -> bool:
    """Add *way* unless another covers it; return whether it was added."""
    listed = ways.setdefault(place, [])
    if any(known.covers(way) for known in listed):
        return False
    listed[:] = [known for known in listed if not way.covers(known)]
    listed.append(way)
    return True


class _Cluster:
    """The search through one cluster of overlapping operations, and the lost calls that may fall into it."""

    def __init__(self, ordering: Ordering, positions: range, terms: Terms, expired: Callable[[], bool]) -> None:
        self._calls = ordering.answered[positions.start : positions.stop]
        self._first = positions.start
        self._heirs = ordering.heirs[positions.start : positions.stop]
        self._terms = terms
        self._expired = expired
        self._before = tuple(self._mask(call) for call in self._calls)
        # What a lost call does within the cluster, it does before one of its answered operations.
        self._last = last = max(call.completed for call in self._calls)
        self._lost = tuple(
            (number, call, self._mask(call))
            for number, call in enumerate(ordering.lost)
            if call.invoked <= last and max(call.before, default=-1) < positions.stop
        )

    def _mask(self, call: Call) -> int:
        return sum(1 << position - self._first for position in call.before if position >= self._first)

    def passed(self, ways: _Ways, decided: Counter[str]) -> _Ways:
        """Return the ways that are possible after the cluster."""
        if self._expired():
            raise OutOfTime
        levels: list[_Ways] = [ways, *({} for _ in self._calls)]  # by the number of answered operations that are done
        for size in range(len(self._calls)):
            front = self._with_lost(levels[size])
            if len(self._calls) == 1:
                self._count(front, decided)
            levels[size] = {}
            for place, way in _each(front):
                self._advance(place, way, levels[size + 1])
            if self._expired():
                raise OutOfTime
        return {place._replace(done=0): listed for place, listed in levels[-1].items() if listed}

    def _advance(self, place: _Place, way: _Way, following: _Ways) -> None:
        """Let one more answered operation take effect, in every way that may matter."""
        enabled = self._enabled(place, way)
        for number in enabled:
            call = self._calls[number]
            if call.refused and call.invoked <= way.zone.now_from:
                # It can be done with at once: waiting opens no way that this one closes.
                readings = way.readings & unmoved(call.action, place.phase)
                if readings:
                    self._answer(place, way._replace(readings=readings), number, following)
                    way = way._replace(readings=way.readings & ~readings)
                    if not way.readings:
                        return
        for number in enabled:
            if not any(self._goes_first(other, number, way) for other in enabled if other != number):
                self._answer(place, way, number, following)

    def _enabled(self, place: _Place, way: _Way) -> list[int]:
        """Return the operations that may be next; none if one that is still to come has ended already."""
        enabled: list[int] = []
        first_end = NO_END
        for number in range(_lowest_zero(place.done), len(self._calls)):
            call = self._calls[number]
            if call.invoked > first_end:
                break
            if not place.done >> number & 1:
                first_end = min(first_end, call.completed)
                if self._before[number] & ~place.done == 0:
                    enabled.append(number)
        return enabled if way.zone.now_from <= first_end else []

    def _goes_first(self, one: int, other: int, way: _Way) -> bool:
        """Whether *one* may always take the place of *other*: alike, in time, with an earlier end."""
        first, second = self._calls[one], self._calls[other]
        if first.action is not second.action or first.refused is not second.refused:
            return False
        if first.invoked > max(way.zone.now_from, second.invoked) or self._heirs[other] <= first.completed:
            return False
        return (first.completed, one) < (second.completed, other)

    def _answer(self, place: _Place, way: _Way, number: int, following: _Ways) -> None:
        call = self._calls[number]
        done = place.done | 1 << number
        for next_place, next_way in self._steps(place, way, call, refused=call.refused):
            _keep(following, next_place._replace(done=done), next_way)

    def _steps(
        self, place: _Place, way: _Way, call: Call, *, refused: bool, lost: bool = False
    ) -> Iterator[tuple[_Place, _Way]]:
        mark, zone = place.mark, way.zone
        if mark is Mark.KEPT and zone.gap_from_at(call.invoked) > self._terms.limits.inside:
            mark, zone = Mark.PASSED, without_stop(zone.now_from)
        for row in rows(call.action, refused=refused, phase=place.phase, mark=mark, forgiven=self._terms.forgiven):
            readings = way.readings & row.readings
            # A lost call without an effect is a lost call that did not happen.
            if not readings or (lost and row.after is place.phase and not row.stamps):
                continue
            moved = self._effect(zone, call, row)
            if moved is None:
                continue
            after = Mark.KEPT if row.stamps else mark
            if after is Mark.KEPT and moved.gap_from > self._terms.limits.inside:
                after, moved = Mark.PASSED, without_stop(moved.now_from)
            yield _Place(place.done, row.after, after), _Way(way.used, readings, moved)

    def _effect(self, zone: Zone, call: Call, row: Row) -> Zone | None:
        return after_effect(
            zone,
            invoked=call.invoked,
            completed=min(call.completed, self._last),
            guard=row.guard,
            limits=self._terms.limits,
            stamps=row.stamps,
        )

    def _with_lost(self, ways: _Ways) -> _Ways:
        """Add what lost calls and interruptions may do before the next answered operation."""
        if not self._lost and not self._terms.interruptions:
            return ways
        reached: _Ways = {}
        # Breadth first: whoever used the fewest lost calls covers those who used more.
        pending = deque((place, way) for place, way in _each(ways) if _keep(reached, place, way))
        while pending:
            if self._expired():
                raise OutOfTime
            place, way = pending.popleft()
            if way not in reached[place]:
                continue
            pending += [(place, way) for place, way in self._unseen(place, way) if _keep(reached, place, way)]
        return reached

    def _unseen(self, place: _Place, way: _Way) -> Iterator[tuple[_Place, _Way]]:
        if self._terms.interruptions and place.phase is Phase.RECORDING:
            yield place._replace(phase=Phase.ENDED), way
        for number, call in self._free(place, way):
            used = way.used | 1 << number
            for refused in (False, True):
                for next_place, next_way in self._steps(place, way, call, refused=refused, lost=True):
                    yield next_place, next_way._replace(used=used)

    def _free(self, place: _Place, way: _Way) -> Iterator[tuple[int, Call]]:
        """Yield, per action, the earliest lost call that may take effect now: it can take the place of any other."""
        seen: set[Action] = set()
        for number, call, before in self._lost:
            if call.action not in seen and not way.used >> number & 1 and before & ~place.done == 0:
                seen.add(call.action)
                yield number, call
                if len(seen) == len(Action):
                    return

    def _count(self, ways: _Ways, decided: Counter[str]) -> None:
        """Count the cluster's only operation for the rule that decides its answer, if there is just one."""
        call = self._calls[0]
        rules = {_rule(call, place, way, self._terms.limits) for place, way in _each(ways)}
        rule = rules.pop() if len(rules) == 1 else None
        if rule is not None:
            decided[rule] += 1


def _each(ways: _Ways) -> Iterable[tuple[_Place, _Way]]:
    return [(place, way) for place, listed in ways.items() for way in listed]


def _lowest_zero(mask: int) -> int:
    return (~mask & (mask + 1)).bit_length() - 1


def _rule(call: Call, place: _Place, way: _Way, limits: Limits) -> str | None:
    """Name the rule that alone decides the answer to *call* here; None if time leaves both answers open."""
    start = call.action is Action.START
    if place.phase is Phase.RECORDING:
        return "open/start-while-recording" if start else "recording/stop"
    if not start:
        return "open/stop-while-idle"
    if place.mark is Mark.NEVER:
        return "recording/start"
    if place.mark is Mark.PASSED or way.zone.gap_from_at(call.invoked) > limits.inside:
        return "restart/after-interval"
    return "restart/too-soon" if way.zone.gap_until_at(call.completed) < limits.outside else None
