"""One stream's operations as columns of numbers, in the order of invocation."""

from collections.abc import Mapping, Sequence
from operator import attrgetter

from liverec.checker.moves import REFUSED
from liverec.checker.zone import NO_END
from liverec.history import Action, Operation, Outcome


class Evidence:
    """What says something about one stream: its operations but for those that were turned away before the rules.

    ``invoked`` and ``completed`` are bounds (doubled); ``kinds`` is what was answered, meaningless of a lost call.
    A stream that several files saw has its intervals widened by each file's clock bound: by ``slack``, a bound, for
    each operation; None where nothing is widened.
    """

    def __init__(self, operations: Sequence[Operation], clock_bounds: Mapping[str, int]) -> None:
        turned_away = Outcome.TURNED_AWAY
        evidence = [one for one in operations if one.outcome is not turned_away]
        bounds = {file: clock_bounds.get(file, 0) for file in {one.file for one in evidence}}
        self.slack: list[int] | None = None
        if len(bounds) > 1 and any(bounds.values()):
            evidence.sort(key=lambda one: (one.invoked - bounds[one.file], one.file, one.index))
            self.slack = [2 * bounds[one.file] for one in evidence]
        else:
            evidence.sort(key=attrgetter("invoked", "file", "index"))
        slack = self.slack or [0] * len(evidence)
        self.operations = evidence
        self.invoked = [2 * one.invoked - less for one, less in zip(evidence, slack, strict=True)]
        self.completed = [
            NO_END if one.completed is None else 2 * one.completed + more
            for one, more in zip(evidence, slack, strict=True)
        ]
        stop, refused = Action.STOP, Outcome.REFUSED
        self.kinds = [(one.action is stop) + (REFUSED if one.outcome is refused else 0) for one in evidence]

    def answered(self) -> list[int]:
        """Return the positions of the operations with an answer."""
        return [position for position, one in enumerate(self.operations) if one.completed is not None]

    def line(self, position: int) -> tuple[str, int]:
        """Return the file and the process whose operations happen one after the other."""
        one = self.operations[position]
        return one.file, one.process

    def own_times(self, position: int) -> tuple[int, int]:
        """Return invocation and completion by the file's own clock, as bounds."""
        slack = self.slack[position] if self.slack else 0
        return self.invoked[position] + slack, self.completed[position] - slack
