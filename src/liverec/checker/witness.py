"""The smallest evidence: the fewest operations that stay unexplainable when every other one is weakened.

To weaken an operation is to take its answer away: it may have happened, with any answer. More answers can only make a
history harder to explain, so a set is enough, or not, whatever is weakened besides.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import combinations

from liverec.checker.search import OutOfTime
from liverec.history import Operation, Outcome

MOST_TRIALS = 3000
LEAST_TRIALS = 60
MOST_WORK = 40_000  # operations looked at, over all trials


def weakened(operations: Iterable[Operation], kept: frozenset[Operation]) -> list[Operation]:
    """Return *operations* with the answer of every one outside *kept* taken away."""
    return [
        one if one in kept or one.completed is None else replace(one, outcome=Outcome.INFO, completed=None)
        for one in operations
        if one.outcome is not Outcome.TURNED_AWAY
    ]


def smallest(
    answered: Sequence[Operation], unexplained: Callable[[frozenset[Operation]], bool]
) -> tuple[Operation, ...]:
    """Return the fewest of *answered* (in order) for which *unexplained* holds; it holds for all of them.

    When time runs out, the smallest set found so far.
    """
    enough = list(answered)
    try:
        enough = _last_needed(enough, unexplained)
        enough = _without_spare(enough, unexplained)
        enough = _fewer(answered, enough, unexplained)
    except OutOfTime:
        pass
    return tuple(enough)


def _last_needed(operations: list[Operation], unexplained: Callable[[frozenset[Operation]], bool]) -> list[Operation]:
    """Cut from the front by halves: a violation rarely needs what happened long before it."""
    length = 2
    while length < len(operations):
        tail = operations[-length:]
        if unexplained(frozenset(tail)):
            return tail
        length *= 2
    return operations


def _without_spare(operations: list[Operation], unexplained: Callable[[frozenset[Operation]], bool]) -> list[Operation]:
    """Drop blocks, then single operations, as long as the rest is enough."""
    enough = list(operations)
    block = max(1, len(enough) // 2)
    while True:
        position = 0
        while position < len(enough):
            rest = enough[:position] + enough[position + block :]
            if unexplained(frozenset(rest)):
                enough = rest
            else:
                position += block
        if block == 1:
            return enough
        block //= 2


def _fewer(
    answered: Sequence[Operation], enough: list[Operation], unexplained: Callable[[frozenset[Operation]], bool]
) -> list[Operation]:
    """Look for a smaller set, by size, the latest operations first; bounded, since the sets are many."""
    trials = max(LEAST_TRIALS, min(MOST_TRIALS, MOST_WORK // len(answered)))
    order = {one: position for position, one in enumerate(answered)}
    for size in range(1, len(enough)):
        for chosen in combinations(reversed(answered), size):
            trials -= 1
            if trials < 0:
                return enough
            if unexplained(frozenset(chosen)):
                return sorted(chosen, key=lambda one: order[one])
    return enough
