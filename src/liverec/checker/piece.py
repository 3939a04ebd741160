"""The orders of effects that lead up to the end of one operation."""

from collections import deque

from liverec.checker.effects import Effects
from liverec.checker.moves import ENDED, KEPT, PASSED, RECORDING, REFUSED, START_REFUSED, never_effective, united
from liverec.checker.ordering import Ordering
from liverec.checker.rule import RULES, rule_by_gap
from liverec.checker.spare import Spare
from liverec.checker.terms import OutOfTime, Terms
from liverec.checker.underway import Underway
from liverec.checker.ways import Place, Way, Ways, keep
from liverec.checker.zone import Zone, at_some_moment
from liverec.model import Forgiven

_STOP = 1
_PATIENCE = 64  # ways between two looks at the clock
_COMPARED = 32  # places to look for what makes a way spare, which take as long as following one


class Piece:
    """The search for what may have happened up to, and with, the effect of the operation that ends now.

    *alone* says that nothing overlapped it, so that it may count for the rule that decides it.
    """

    def __init__(
        self, ordering: Ordering, terms: Terms, effects: Effects, underway: Underway, number: int, *, alone: bool
    ) -> None:
        self._ordering = ordering
        self._terms = terms
        self._effects = effects
        self._underway = underway
        self._alone = alone
        self._number = number
        self._kind = ordering.kinds[number]
        self._invoked, self._ended = ordering.invoked[number], ordering.completed[number]
        self._bit = underway.bits[number]
        self._spare = Spare(ordering, effects, underway)
        self._deciding: set[str | None] = set()
        self._work = 0  # since the last look at the clock, in ways
        self._followed: Ways = {}
        self._reached: Ways = {}
        self._committed: Ways = {}  # what happened last had no effect: it must have been before a change of phase
        self._pending: deque[tuple[Place, Way, bool]] = deque()

    def followed(self, ways: Ways) -> Ways:
        """Return the ways after the effect.

        Raises:
            OutOfTime: the deadline passed.
        """
        for place, listed in ways.items():
            if place[0] & self._bit:
                self._deciding.add(None)  # it happened earlier, and who knows where
            for way in listed:
                self._reach(place, way)
        # First in, first out: whoever used the fewest lost calls covers those who used more.
        while self._pending:
            self._work += 1
            if self._work >= _PATIENCE:
                self._work = 0
                if self._terms.expired():
                    raise OutOfTime
            place, way, committed = self._pending.popleft()
            known = self._committed if committed else self._reached
            if way.zone.now_from <= self._ended and way in known[place]:
                if committed:
                    self._follow_to_change(place, way)
                else:
                    self._follow(place, way)
        return self._followed

    def deciding(self) -> str | None:
        """Name the rule that decided the answer, however it came about; None if there is not one."""
        return next(iter(self._deciding)) if len(self._deciding) == 1 else None

    def _reach(self, place: Place, way: Way, *, committed: bool = False) -> None:
        done, state = place
        if done & self._bit:
            self._conclude((done & ~self._bit, state), way)
            return
        kept = keep(self._committed if committed else self._reached, place, way)
        if kept is not None:
            self._pending.append((place, kept, committed))

    def _conclude(self, place: Place, way: Way) -> None:
        self._work += len(self._followed) // _COMPARED
        readings = way.readings & ~self._spare.readings(self._followed, place, way)
        if readings:
            keep(self._followed, place, way if readings == way.readings else way._replace(readings=readings))

    def _follow(self, place: Place, way: Way) -> None:
        """Take the way further, in every direction that may matter.

        What has no effect may come later just as well, unless the phase changes: so only that is tried before the
        operation that ends, and before a change of phase (``_follow_to_change``).
        """
        done, state = place
        if state < RECORDING and state % 3 == KEPT and self._terms.forgiven is not Forgiven.TOO_SOON:
            # Where the window is certainly open until the end, no START can take effect before.
            earlier, later = way.zone.split(self._ended - self._terms.limits.outside + 1)
            if later is not None:
                self._take(place, way._replace(zone=later))
            if earlier is None:
                return
            way = way._replace(zone=earlier)
        lasts = self._lasts(done, state, way)
        if lasts and (self._kind != START_REFUSED or state >= RECORDING):
            self._take(place, way)
            return
        self._deciding.add(self._rule(state, way.zone) if self._alone else None)
        left = self._at_once(place, way)
        if left is None:
            return
        for effect in self._effects.without_answer(done, state, left, self._ended):
            self._reach((done, effect.state), effect.way)
        self._try(place, left, lasts=lasts)

    def _try(self, place: Place, way: Way, *, lasts: bool) -> None:
        """Let every operation take effect next that may; *lasts*: where the phase does not change before the end."""
        done, state = place
        waits = self._underway.any_waits(done)
        for number in self._underway.next_effects(done, way.zone.now_from):
            anywhere = waits or number == self._number or self._may_be_too_late(state, way.zone, number)
            for effect in self._effects.of(number, state, way, self._ended):
                after = (done | self._underway.bits[number], effect.state)
                if anywhere or not effect.idle:
                    self._reach(after, effect.way)
                elif not lasts:
                    self._commit(after, effect.way, number)

    def _follow_to_change(self, place: Place, way: Way) -> None:
        """Take the way further until the phase changes."""
        done, state = place
        for effect in self._effects.without_answer(done, state, way, self._ended):
            if effect.state // 3 != state // 3:
                self._reach((done, effect.state), effect.way)
        for number in self._underway.next_effects(done, way.zone.now_from):
            for effect in self._effects.of(number, state, way, self._ended):
                after = (done | self._underway.bits[number], effect.state)
                if effect.state // 3 != state // 3:
                    self._reach(after, effect.way)
                elif effect.idle and number != self._number:
                    self._commit(after, effect.way, number)

    def _commit(self, place: Place, way: Way, number: int) -> None:
        """Follow the way to a change of phase, in the readings in which the operation could not come right after it."""
        state = place[1]
        readings = way.readings
        if self._ordering.kinds[number] == START_REFUSED and not (state >= RECORDING and self._terms.interruptions):
            changed = ENDED + KEPT if state >= RECORDING else RECORDING + PASSED
            readings &= ~_idle(self._effects, START_REFUSED, changed)
        if readings:
            self._reach(place, way._replace(readings=readings), committed=True)

    def _may_be_too_late(self, state: int, zone: Zone, number: int) -> bool:
        """Whether a START refused may have to come before the STOP that ends, since the window may close meanwhile."""
        return (
            self._ordering.kinds[number] == START_REFUSED
            and self._kind % REFUSED == _STOP
            and state < RECORDING
            and zone.gap_until_at(self._invoked) > self._terms.limits.inside
        )

    def _rule(self, state: int, zone: Zone) -> str | None:
        rule = RULES[self._kind % REFUSED][state]
        return rule or rule_by_gap(zone.gap_from_at(self._invoked), zone.gap_until_at(self._ended), self._terms.limits)

    def _lasts(self, done: int, state: int, way: Way) -> bool:
        """Whether nothing is under way that could change the phase before the operation ends."""
        stop = state >= RECORDING
        return not (
            self._underway.accepted[stop] & ~done
            or (stop and self._terms.interruptions)
            or self._effects.any_lost(stop=stop, way=way, latest=self._ended)
        )

    def _take(self, place: Place, way: Way) -> None:
        """Let the operation that ends take effect next, where the phase cannot change before, and try nothing else.

        One that opens a window can come before all that would have come earlier: in its window a START is refused at
        any time, and a STOP of an idle stream asks for no time. One without an effect can have been at any moment. (A
        START that is refused in an idle stream must be certain to be in a window: it may need that of another one.)
        """
        done, state = place
        self._deciding.add(self._rule(state, way.zone))
        for move in self._effects.table[self._kind][state]:
            readings = way.readings & move.readings
            if readings:
                zone = (
                    at_some_moment(way.zone, completed=self._ended)
                    if move.idle
                    else self._effects.zone_after(way.zone, move, self._invoked, self._ended)
                )
                if zone is not None:
                    self._conclude((done, move.after), Way(way.used, readings, zone))

    def _at_once(self, place: Place, way: Way) -> Way | None:
        """Do with refusals that have no effect ever, where they can be placed without asking anything of the others.

        Waiting opens no way that this closes. Return the way in the readings in which there is none such, if any.
        """
        done, state = place
        together = 0
        for number in self._underway.left(done):
            kind = self._ordering.kinds[number]
            harmless = way.readings & never_effective(kind)
            if not harmless or not self._underway.may_be_next(number, done | together):
                continue
            bit = self._underway.bits[number]
            for move in self._effects.table[kind][state]:
                readings = way.readings & harmless & move.readings
                if readings and move.idle and self._effects.is_free(number, state, way.zone, move.guard):
                    if readings == way.readings:
                        together |= bit
                        break
                    self._reach((done | together | bit, state), way._replace(readings=readings))
                    way = way._replace(readings=way.readings & ~readings)
        if together:
            self._reach((done | together, state), way)
            return None
        return way


def _idle(effects: Effects, kind: int, state: int) -> int:
    """Return the readings in which this answer has no effect in this state."""
    return united(move.readings for move in effects.table[kind][state] if move.idle)
