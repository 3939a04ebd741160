"""What may happen next: the effects of operations, of lost calls, and of interruptions."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from liverec.checker.moves import ENDED, KEPT, PASSED, RECORDING, REFUSED, Move, table
from liverec.checker.ordering import Lost, Ordering
from liverec.checker.terms import Terms
from liverec.checker.underway import Underway
from liverec.checker.ways import Way
from liverec.checker.zone import NO_END, Zone, after_effect, at_some_moment, without_stop
from liverec.history import Action
from liverec.model import Forgiven, Guard


class Effect(NamedTuple):
    """The state and the way after something took effect; ``idle`` says that it had no effect."""

    state: int
    way: Way
    idle: bool


class Effects:
    """Yields the effects that one way allows, in one stream."""

    def __init__(self, ordering: Ordering, terms: Terms, underway: Underway) -> None:
        self.table = table(terms.forgiven)
        self._ordering = ordering
        self._terms = terms
        self._underway = underway
        self._lost = {action is Action.STOP: calls for action, calls in ordering.lost.items()}

    def of(self, number: int, state: int, way: Way, latest: int = NO_END) -> Iterator[Effect]:
        """Yield the effects of an answered operation, not after *latest*."""
        ordering = self._ordering
        completed = min(ordering.completed[number], latest)
        return self._within(ordering.kinds[number], state, way, ordering.invoked[number], completed)

    def without_answer(self, done: int, state: int, way: Way, latest: int) -> Iterator[Effect]:
        """Yield the effects of an interruption, and of lost calls that are not after *latest*."""
        if self._terms.interruptions and state >= RECORDING:
            yield Effect(state - RECORDING + ENDED, way, idle=False)
        for stop, calls in self._lost.items():
            for call in self._usable(calls, done, way, latest):
                used = way._replace(used=way.used | call.bit)
                for kind in (stop, stop + REFUSED):
                    # A lost call without an effect is a lost call that did not happen.
                    yield from (one for one in self._within(kind, state, used, call.invoked, latest) if not one.idle)

    def any_lost(self, *, stop: bool, way: Way, latest: int) -> bool:
        """Whether a lost call of that action may still take effect, not after *latest*."""
        return any(
            call.invoked <= latest and (not call.bit or not way.used & call.bit) for call in self._lost.get(stop, ())
        )

    def is_free(self, number: int, state: int, zone: Zone, guard: Guard) -> bool:
        """Whether there is a moment for an answer without an effect, whatever comes, and however the zone turns out.

        That is now; or when it begins, if the window is certainly open until then, so that no START can take effect.
        """
        invoked, limits = self._ordering.invoked[number], self._terms.limits
        if zone.now_from < invoked and not (
            state < RECORDING
            and state % 3 == KEPT
            and zone.gap_until_at(invoked) < limits.outside
            and self._terms.forgiven is not Forgiven.TOO_SOON
        ):
            return False
        if at_some_moment(zone, completed=self._ordering.completed[number]) is not zone:
            return False
        within = zone.gap_from <= limits.inside and zone.gap_until_at(max(zone.now_from, invoked)) <= limits.inside
        return guard is Guard.ANY or within

    def zone_after(self, zone: Zone, move: Move, invoked: int, completed: int) -> Zone | None:
        """Return the zone after *move* within [invoked, completed]; None if it is impossible."""
        return after_effect(
            zone,
            invoked=invoked,
            completed=completed,
            guard=move.guard,
            limits=self._terms.limits,
            stamps=move.stamps,
        )

    def _usable(self, calls: Sequence[Lost], done: int, way: Way, latest: int) -> Iterator[Lost]:
        """Yield the earliest lost call that is free, which can take the place of any other, and one never used up."""
        if calls and not calls[-1].bit and calls[-1].invoked <= latest:
            yield calls[-1]
            if calls[-1].invoked <= way.zone.now_from:
                return
        for call in calls:
            if call.invoked > latest:
                return
            if call.bit and not way.used & call.bit and self._underway.may_follow(call.before, done):
                yield call
                return

    def _within(self, kind: int, state: int, way: Way, invoked: int, completed: int) -> Iterator[Effect]:
        zone = way.zone
        if state % 3 == KEPT and zone.gap_from_at(invoked) > self._terms.limits.inside:
            state, zone = state - KEPT + PASSED, without_stop(zone.now_from)
        for move in self.table[kind][state]:
            readings = way.readings & move.readings
            if readings:
                after, moved = move.after, self.zone_after(zone, move, invoked, completed)
                if moved is not None:
                    if after >= RECORDING and not self._terms.interruptions:
                        # While it records, the last STOP does not matter: the next one will.
                        after, moved = RECORDING + PASSED, without_stop(moved.now_from)
                    yield Effect(after, Way(way.used, readings, moved), move.idle)
