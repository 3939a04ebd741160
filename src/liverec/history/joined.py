"""The operations of several files as one sequence."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Generic, TypeVar

import numpy as np

from liverec.history.columns import BY_ROW, Columns, Int32, columns_of
from liverec.history.kept import Kept
from liverec.history.operation import Operation, Stream

_Thing = TypeVar("_Thing", Stream, str)


class Joined(Kept):
    """The operations of several files, one file after the other."""

    def __init__(self, parts: Sequence[Sequence[Operation]]) -> None:
        self._parts = parts
        self._ends = np.cumsum([len(part) for part in parts])
        self.columns = _joined([columns_of(part) for part in parts])
        for part, end in zip(parts, self._ends.tolist(), strict=True):
            if isinstance(part, Kept):  # otherwise they are in memory twice
                part.columns = self.columns.chosen(slice(end - len(part), end))

    def some(self, rows: Iterable[int]) -> Iterator[Operation]:
        """Yield the operations in these rows."""
        for row in rows:
            number = int(np.searchsorted(self._ends, row, side="right"))
            part = self._parts[number]
            yield part[row - int(self._ends[number]) + len(part)]

    def __iter__(self) -> Iterator[Operation]:
        """Yield them all."""
        for part in self._parts:
            yield from part


def _joined(parts: Sequence[Columns]) -> Columns:
    streams, files = _Numbers[Stream](), _Numbers[str]()
    columns: dict[str, Any] = {name: np.concatenate([getattr(part, name) for part in parts]) for name in BY_ROW}
    columns |= {
        "stream": np.concatenate([streams.of(part.streams)[part.stream] for part in parts]),
        "file": np.concatenate([files.of(part.files)[part.file] for part in parts]),
    }
    return Columns(**columns, streams=tuple(streams.numbers), files=tuple(files.numbers))


class _Numbers(Generic[_Thing]):
    """Numbers for things that several files name."""

    def __init__(self) -> None:
        self.numbers: dict[_Thing, int] = {}

    def of(self, things: Iterable[_Thing]) -> Int32:
        """Return the numbers of these things."""
        found = [self.numbers.setdefault(one, len(self.numbers)) for one in things]
        return np.array(found, dtype=np.int32)
