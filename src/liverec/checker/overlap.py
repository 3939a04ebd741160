"""Operations that overlap: every order of effects, looked for when an operation ends and so must have happened.

A way is carried from one end to the next with those effects only that had to come before: whatever else is under way
may come later. So an order of all effects is followed in pieces, each of which leads up to an operation that ends.
"""

from liverec.checker.effects import Effects
from liverec.checker.ordering import Ordering
from liverec.checker.piece import Piece
from liverec.checker.terms import Explained, OutOfTime, Terms
from liverec.checker.underway import Underway
from liverec.checker.ways import Place, Way, Ways, keep, readings_of, settle

_PATIENCE = 64  # pieces between two looks at the clock
_MANY = 8  # ways at one place that are left to themselves where lost calls make it hard to unite them


class Overlap:
    """The search through operations that overlap, and through what lost calls and interruptions do meanwhile."""

    def __init__(self, ordering: Ordering, terms: Terms, explained: Explained) -> None:
        self._ordering = ordering
        self._terms = terms
        self._explained = explained
        self._underway = Underway(ordering)
        self._effects = Effects(ordering, terms, self._underway)

    def passed(self, ways: Ways, first: int) -> tuple[Ways, int]:
        """Return the ways after the operations from *first* on until nothing is under way, and the number of the next.

        Raises:
            OutOfTime: the deadline passed.
        """
        invoked, underway = self._ordering.invoked, self._underway
        underway.enter(first)
        following = first + 1
        while (end := underway.next_end()) is not None:
            ended, number = end
            if following < len(invoked) and invoked[following] <= ended:
                underway.enter(following)
                following += 1
                continue
            if not number % _PATIENCE and self._terms.expired():
                raise OutOfTime
            piece = Piece(self._ordering, self._terms, self._effects, underway, number, alone=following == first + 1)
            ways = piece.followed(ways)
            rule = piece.deciding()
            if rule:
                self._explained.decided[rule] += 1
            underway.leave()
            if not self._explained.left(readings_of(ways), following):
                break
            self._settle(ways, ended)
        return ways, following

    def _settle(self, ways: Ways, ended: int) -> None:
        """Unite ways that are one: what comes next began before what is under way, or else after *ended*.

        Unless it is a lost call: what those did until then must have been tried before.
        """
        for place, listed in list(ways.items()):
            if len(listed) > (_MANY if self._ordering.lost else 1):
                began = (self._ordering.invoked[number] for number in self._underway.left(place[0]))
                now_from = min(began, default=ended)
                if self._ordering.lost:
                    self._try_lost(ways, place, now_from)
                ways[place] = settle(ways[place], now_from)

    def _try_lost(self, ways: Ways, place: Place, latest: int) -> None:
        done, state = place
        pending: list[Way] = list(ways[place])
        while pending:
            way = pending.pop()
            for effect in self._effects.without_answer(done, state, way, latest):
                kept = keep(ways, (done, effect.state), effect.way)
                if kept is not None and effect.state == state:
                    pending.append(kept)
