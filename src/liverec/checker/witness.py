"""The smallest evidence: the fewest operations that stay unexplainable when every other one is weakened.

To weaken an operation is to take its answer away: it may have happened, with any answer. More answers can only make a
history harder to explain, so a set is enough, or not, whatever is weakened besides.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations

from liverec.checker.moves import REFUSED
from liverec.checker.terms import OutOfTime

MOST_TRIALS = 3000
LEAST_TRIALS = 60
MOST_WORK = 40_000  # operations looked at, over all trials
_MOST_AROUND = 16

Place = tuple[int, int]  # which stream, and which of its operations
Unexplained = Callable[[frozenset[Place]], bool]


def enough_of(operations: Sequence[Place], kinds: Sequence[int], unexplained: Unexplained) -> list[Place]:
    """Return some of *operations* that are enough; all of them are, in their order, with what was answered to each.

    A violation rarely needs what happened long before it; if it does, then where the answers changed. When time runs
    out, all of them are returned.
    """
    try:
        for numbers in _likely(kinds):
            chosen = [operations[number] for number in numbers]
            if unexplained(frozenset(chosen)):
                return chosen
    except OutOfTime:
        pass
    return list(operations)


def _likely(kinds: Sequence[int]) -> Iterator[Sequence[int]]:
    """Yield numbers of operations that may be enough: the last ones; of many, first those that may tell the most."""
    by_kind: dict[int, list[int]] = {}
    before: dict[int, int] = {}
    changes = [len(kinds) - 1]
    for number, kind in enumerate(kinds):
        by_kind.setdefault(kind, []).append(number)
        if before.get(kind % REFUSED, kind) != kind:
            changes.append(number)
        before[kind % REFUSED] = kind
    length = 2
    while length < len(kinds):
        yield range(len(kinds) - length, len(kinds))
        if length <= _MOST_AROUND:
            yield sorted(number for numbers in by_kind.values() for number in numbers[-length // 2 :])
            around = {
                near for change in (changes[0], *changes[-length:]) for near in range(change - length // 2, change + 2)
            }
            yield sorted(around.intersection(range(len(kinds))))
        length *= 2


def smallest(answered: Sequence[Place], enough: Sequence[Place], unexplained: Unexplained) -> list[Place]:
    """Return the fewest of *answered* (in order) for which *unexplained* holds; it holds for *enough* of them.

    When time runs out, the smallest set found so far.
    """
    found = without_spare(enough, unexplained)
    try:
        return _fewer(answered, found, unexplained)
    except OutOfTime:
        return found


def without_spare(operations: Sequence[Place], unexplained: Unexplained) -> list[Place]:
    """Drop blocks, then single operations, as long as the rest is enough; or until time runs out."""
    enough = list(operations)
    block = max(1, len(enough) // 2)
    try:
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
    except OutOfTime:
        return enough


def _fewer(answered: Sequence[Place], enough: list[Place], unexplained: Unexplained) -> list[Place]:
    """Look for a smaller set, by size, the latest operations first; bounded, since the sets are many.

    Raises:
        OutOfTime: the deadline passed.
    """
    trials = max(LEAST_TRIALS, min(MOST_TRIALS, MOST_WORK // len(answered)))
    for size in range(1, len(enough)):
        for chosen in combinations(reversed(answered), size):
            trials -= 1
            if trials < 0:
                return enough
            if unexplained(frozenset(chosen)):
                return sorted(chosen)
    return enough
