"""Operations kept as columns: an object for one of them is made when it is asked for."""

from abc import abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from typing import cast, overload

from liverec.history.columns import Columns
from liverec.history.operation import Operation


class Kept(Sequence[Operation]):
    """A sequence of operations that is compared by value; ``columns`` has all but what was answered in words."""

    columns: Columns

    @abstractmethod
    def some(self, rows: Iterable[int]) -> Iterator[Operation]:
        """Yield the operations in these rows."""

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.columns)

    @overload
    def __getitem__(self, row: int) -> Operation: ...
    @overload
    def __getitem__(self, row: slice) -> tuple[Operation, ...]: ...
    def __getitem__(self, row: int | slice) -> Operation | tuple[Operation, ...]:
        """Return one, or some."""
        rows = range(len(self))[row]
        return next(self.some([rows])) if isinstance(rows, int) else tuple(self.some(rows))

    def __iter__(self) -> Iterator[Operation]:
        """Yield them all."""
        return self.some(range(len(self)))

    def __eq__(self, other: object) -> bool:
        """Whether they are the same operations in the same order."""
        return isinstance(other, Sequence) and tuple(self) == tuple(cast("Sequence[Operation]", other))

    __hash__ = None  # type: ignore[assignment]  # as long as it is compared by value
