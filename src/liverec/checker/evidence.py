"""One stream's operations, or a stretch of them, as columns of numbers, in the order of invocation."""

from collections.abc import Sequence

from liverec.checker.zone import NO_END
from liverec.history.columns import NO_ANSWER


class Evidence:
    """What says something about one stream: its operations but for those that were turned away before the rules.

    ``rows`` says where they stand in the history. ``invoked`` and ``completed`` are bounds (doubled); ``kinds`` is what
    was answered, or of a lost call its action alone. A stream that several files saw has its intervals widened by each
    file's clock bound: by ``slack``, a bound, for each operation; None where nothing is widened.
    """

    def __init__(
        self,
        *,
        rows: Sequence[int],
        invoked: Sequence[int],
        completed: Sequence[int],
        kinds: Sequence[int],
        files: Sequence[int],
        processes: Sequence[int],
        slack: Sequence[int] | None,
    ) -> None:
        self.rows = rows
        self.invoked = [2 * one for one in invoked]
        self.completed = [NO_END if one == NO_ANSWER else 2 * one for one in completed]
        self.kinds = kinds
        self.files = files
        self._processes = processes
        self.slack = [2 * one for one in slack] if slack and any(slack) else None

    def answered(self) -> list[int]:
        """Return the positions of the operations with an answer."""
        return [position for position, completed in enumerate(self.completed) if completed != NO_END]

    def line(self, position: int) -> tuple[int, int]:
        """Return the file and the process whose operations happen one after the other."""
        return self.files[position], self._processes[position]

    def own_times(self, position: int) -> tuple[int, int]:
        """Return invocation and completion by the file's own clock, as bounds."""
        slack = self.slack[position] if self.slack else 0
        return self.invoked[position] + slack, self.completed[position] - slack
