"""The answered operations that are under way at a moment: each has a bit of its own as long as it is."""

from bisect import insort
from collections.abc import Iterator

from liverec.checker.moves import REFUSED
from liverec.checker.ordering import Ordering
from liverec.checker.zone import NO_END


class Underway:
    """Operations enter in the order of invocation and leave in the order of completion."""

    def __init__(self, ordering: Ordering) -> None:
        self._ordering = ordering
        self.bits: dict[int, int] = {}  # by number
        self.accepted = [0, 0]  # the bits of START and of STOP with 200
        self._line: list[tuple[int, int]] = []  # completions and numbers

    def enter(self, number: int) -> None:
        """Begin an operation."""
        ordering = self._ordering
        taken = 0
        for bit in self.bits.values():
            taken |= bit
        bit = ~taken & (taken + 1)
        self.bits[number] = bit
        insort(self._line, (ordering.completed[number], number))
        if ordering.kinds[number] < REFUSED:
            self.accepted[ordering.kinds[number]] |= bit

    def leave(self) -> None:
        """Take out the operation that ends first."""
        _, number = self._line.pop(0)
        bit = self.bits.pop(number)
        if self._ordering.kinds[number] < REFUSED:
            self.accepted[self._ordering.kinds[number]] &= ~bit

    def next_end(self) -> tuple[int, int] | None:
        """Return when the next operation ends, and its number; None if nothing is under way."""
        return self._line[0] if self._line else None

    def left(self, done: int) -> Iterator[int]:
        """Yield the operations that are not *done*, those that end first first."""
        bits = self.bits
        return (number for _, number in self._line if not done & bits[number])

    def may_be_next(self, number: int, done: int) -> bool:
        """Whether all that must come before has taken effect."""
        return self.may_follow(self._ordering.before.get(number, ()), done)

    def may_follow(self, before: tuple[int, ...], done: int) -> bool:
        """Whether these have taken effect: they have ended, or are *done*."""
        return all(earlier not in self.bits or done & self.bits[earlier] for earlier in before)

    def any_waits(self, done: int) -> bool:
        """Whether any, or a lost call, must wait for another one that is under way."""
        if any(not self.may_be_next(number, done) for number in self.left(done)):
            return True
        return any(not self.may_follow(before, done) for before in self._ordering.lost_after)

    def next_effects(self, done: int, now_from: int) -> list[int]:
        """Return the operations that may be next, but for those whose place another one may always take.

        That is one of the same action and answer, in time, which ends first: where the two change places, each is
        still within its interval.
        """
        ordering = self._ordering
        firsts: list[int] = []
        for number in self.left(done):
            if self.may_be_next(number, done):
                reachable = max(now_from, ordering.invoked[number])
                followed_at = ordering.followed_at.get(number, NO_END)
                if not any(
                    ordering.kinds[one] == ordering.kinds[number]
                    and ordering.invoked[one] <= reachable
                    and ordering.completed[one] < followed_at
                    for one in firsts
                ):
                    firsts.append(number)
        return firsts
