"""The operations of one stream as the search needs them: bounds, who must come before whom, and where to cut."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from liverec.checker.zone import NO_END
from liverec.history import Action, Operation, Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One operation; ``invoked`` and ``completed`` are bounds (doubled), ``before`` the positions that precede it."""

    operation: Operation
    invoked: int
    completed: int
    before: frozenset[int]

    @property
    def action(self) -> Action:
        """What was asked."""
        return self.operation.action

    @property
    def refused(self) -> bool:
        """Whether the rules refused it (meaningless for a lost call)."""
        return self.operation.outcome is Outcome.REFUSED


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordering:
    """One stream's operations: ``answered`` in the order of invocation, cut into ``clusters``, and ``lost``.

    Within a cluster intervals overlap; between clusters nothing is open but lost calls. ``before`` of a lost call
    names positions in ``answered``. ``heirs`` gives, for each answered position, the earliest invocation (bound) among
    the operations that must follow it.
    """

    answered: tuple[Call, ...]
    lost: tuple[Call, ...]
    clusters: tuple[range, ...]
    heirs: tuple[int, ...]


def order(operations: Sequence[Operation], clock_bounds: Mapping[str, int]) -> Ordering:
    """Prepare one stream's operations; those that were turned away before the rules are left out.

    A stream that several files saw has its intervals widened by each file's clock bound; two operations of one file
    keep the order of their own times.
    """
    evidence = [one for one in operations if one.outcome is not Outcome.TURNED_AWAY]
    widened = len({one.file for one in evidence}) > 1 and any(clock_bounds.get(one.file, 0) for one in evidence)
    slack = {one.file: clock_bounds.get(one.file, 0) if widened else 0 for one in evidence}
    evidence.sort(key=lambda one: (one.invoked - slack[one.file], one.file, one.index))
    answered = [one for one in evidence if one.completed is not None]
    before = _process_order(answered)
    if widened:
        _file_order(answered, before)
    calls = tuple(_call(one, slack[one.file], before[position]) for position, one in enumerate(answered))
    unanswered = [one for one in evidence if one.completed is None]
    preceding = _preceding(unanswered, answered, widened=widened)
    lost = tuple(_call(one, slack[one.file], earlier) for one, earlier in zip(unanswered, preceding, strict=True))
    return Ordering(answered=calls, lost=lost, clusters=_clusters(calls), heirs=_heirs(calls, lost))


def _call(operation: Operation, slack: int, before: set[int]) -> Call:
    completed = NO_END if operation.completed is None else 2 * (operation.completed + slack)
    return Call(
        operation=operation,
        invoked=2 * (operation.invoked - slack),
        completed=completed,
        before=frozenset(before),
    )


def _process_order(answered: Sequence[Operation]) -> list[set[int]]:
    before: list[set[int]] = [set() for _ in answered]
    for line in _by_process(answered).values():
        for earlier, later in pairwise(line):
            before[later].add(earlier)
    return before


def _by_process(answered: Sequence[Operation]) -> dict[tuple[str, int], list[int]]:
    """Return, for each process, the positions of its operations in its own order."""
    lines: dict[tuple[str, int], list[int]] = defaultdict(list)
    for position in sorted(range(len(answered)), key=lambda position: answered[position].index):
        lines[answered[position].file, answered[position].process].append(position)
    return lines


def _file_order(answered: Sequence[Operation], before: list[set[int]]) -> None:
    for position, later in enumerate(answered):
        for earlier_position, earlier in enumerate(answered):
            if earlier.file == later.file and earlier.completed is not None and earlier.completed < later.invoked:
                before[position].add(earlier_position)


def _preceding(lost: Sequence[Operation], answered: Sequence[Operation], *, widened: bool) -> list[set[int]]:
    lines = _by_process(answered)
    preceding: list[set[int]] = []
    for one in lost:
        earlier = [at for at in lines.get((one.file, one.process), []) if answered[at].index < one.index][-1:]
        if widened:
            earlier += [
                position
                for position, other in enumerate(answered)
                if other.file == one.file and other.completed is not None and other.completed < one.invoked
            ]
        preceding.append(set(earlier))
    return preceding


def _clusters(calls: Sequence[Call]) -> tuple[range, ...]:
    cuts: list[range] = []
    first, open_until = 0, -NO_END
    for position, call in enumerate(calls):
        if position > first and call.invoked > open_until:
            cuts.append(range(first, position))
            first = position
        open_until = max(open_until, call.completed)
    if calls:
        cuts.append(range(first, len(calls)))
    return tuple(cuts)


def _heirs(calls: Sequence[Call], lost: Sequence[Call]) -> tuple[int, ...]:
    earliest = [NO_END] * len(calls)
    for call in (*calls, *lost):
        for position in call.before:
            earliest[position] = min(earliest[position], call.invoked)
    return tuple(earliest)
