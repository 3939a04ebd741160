"""Which operations must take effect before another one although their intervals overlap or touch."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence

from liverec.checker.evidence import Evidence


class Precedence:
    """Operations of one process keep their order; those of one file keep the order of its own clock.

    Time alone sees to most of that: it needs saying only of two that touch, or that a clock bound makes overlap.
    """

    def __init__(self, evidence: Evidence, answered: Sequence[int]) -> None:
        self._evidence = evidence
        self._lines: dict[tuple[int, int], list[int]] = defaultdict(list)
        self._files: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for position in answered:
            self._lines[evidence.line(position)].append(position)
        if evidence.slack:
            for position in answered:
                self._files[evidence.files[position]].append((evidence.own_times(position)[1], position))
            for line in self._files.values():
                line.sort()

    def before(self, position: int) -> list[int]:
        """Return the answered operations that must come before this one and had not ended when it began."""
        evidence = self._evidence
        line = self._lines.get(evidence.line(position), ())
        invoked, last = evidence.invoked[position], bisect_left(line, position) - 1
        found = [line[last]] if last >= 0 and evidence.completed[line[last]] >= invoked else []
        if evidence.slack:
            own_invoked, _ = evidence.own_times(position)
            ended = self._files.get(evidence.files[position], ())
            least = own_invoked - 2 * evidence.slack[position]
            first, beyond = bisect_left(ended, (least, -1)), bisect_left(ended, (own_invoked, -1))
            found += [position for _, position in ended[first:beyond]]
        return found
