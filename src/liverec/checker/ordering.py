"""The operations of one stream as the search needs them: those answered, and the lost calls that may matter."""

from collections.abc import Collection, Mapping
from functools import cached_property
from typing import NamedTuple

from liverec.checker.evidence import Evidence
from liverec.checker.moves import REFUSED
from liverec.checker.precedence import Precedence
from liverec.checker.zone import Limits
from liverec.history import Action


class Lost(NamedTuple):
    """A call without an answer: it may take effect from ``invoked`` (a bound) on, after the operations ``before``.

    ``bit`` stands for it among the lost calls that were used; it is 0 where there are more of them than can be used.
    """

    invoked: int
    before: tuple[int, ...]
    bit: int


class Ordering:
    """The answered operations as columns, numbered in the order of invocation, and the ``lost`` calls by action.

    An answer outside *kept* (positions in *evidence*) is taken away: that operation may have happened, with any answer.
    """

    def __init__(self, evidence: Evidence, limits: Limits, kept: Collection[int] | None = None) -> None:
        self.evidence = evidence
        self.positions = evidence.answered() if kept is None else sorted(kept)
        self.invoked = [evidence.invoked[position] for position in self.positions]
        self.completed = [evidence.completed[position] for position in self.positions]
        self.kinds = [evidence.kinds[position] for position in self.positions]
        self.lost: Mapping[Action, tuple[Lost, ...]] = {}
        if self.positions and len(self.positions) < len(evidence.rows):
            self.lost = self._lost(limits)

    @cached_property
    def _precedence(self) -> Precedence:
        return Precedence(self.evidence, self.positions)

    @cached_property
    def _number(self) -> dict[int, int]:
        return {position: number for number, position in enumerate(self.positions)}

    @cached_property
    def before(self) -> Mapping[int, tuple[int, ...]]:
        """By number: those that must come before it and had not ended when it began."""
        precedence = ((number, self._numbers_before(position)) for number, position in enumerate(self.positions))
        return {number: before for number, before in precedence if before}

    def tied(self, first: int, beyond: int) -> bool:
        """Whether any of these operations, which overlap no others, may have to come ``before`` another."""
        ended = set(self.completed[first:beyond])
        return self.evidence.slack is not None or not ended.isdisjoint(self.invoked[first:beyond])

    @cached_property
    def lost_after(self) -> tuple[tuple[int, ...], ...]:
        """Return what lost calls must come after, of those that must."""
        return tuple(call.before for calls in self.lost.values() for call in calls if call.before)

    @cached_property
    def followed_at(self) -> Mapping[int, int]:
        """By number: when the first one began that must come after it, if it had not ended then."""
        followed: dict[int, int] = {}
        later = [(before, self.invoked[number]) for number, before in self.before.items()]
        later += [(call.before, call.invoked) for calls in self.lost.values() for call in calls]
        for before, invoked in later:
            for number in before:
                followed[number] = min(invoked, followed.get(number, invoked))
        return followed

    def _numbers_before(self, position: int) -> tuple[int, ...]:
        return tuple(self._number[one] for one in self._precedence.before(position))

    def _lost(self, limits: Limits) -> dict[Action, tuple[Lost, ...]]:
        """Return the earliest lost calls of each action, and no more than an explanation can need.

        Why that many are enough: between two answers, of the effects that open a window only the last need have
        happened, and after it one START. To reach it takes at most a START and a STOP, or, if it is a refused START,
        those and a chain of refused STARTs of which any three in a row span more than the interval (or else the middle
        one is spare). Spare calls did not happen; and one free call can stand for any later one. So from the moment on
        at which there are that many free ones, they need not be counted.
        """
        span = max(0, max(self.completed) - self.evidence.invoked[0])
        enough = 4 * len(self.positions) + 4 + 2 * (span // limits.inside)
        lost: dict[Action, list[Lost]] = {action: [] for action in Action}
        actions, free = tuple(Action), dict.fromkeys(Action, 0)
        bit = 1
        for position, kind in enumerate(self.evidence.kinds):
            action = actions[kind % REFUSED]
            if free[action] >= enough or position in self._number:
                if all(count >= enough for count in free.values()):
                    break
                continue
            before = self._numbers_before(position)
            free[action] += not before
            plenty = free[action] >= enough
            lost[action].append(Lost(self.evidence.invoked[position], before, 0 if plenty else bit))
            bit <<= 1
        return {action: tuple(calls) for action, calls in lost.items()}
