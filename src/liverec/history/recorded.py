"""The operations of a history file, kept as columns: an operation is made when it is asked for."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import Generic, TypeVar, cast, overload

import numpy as np

from liverec.history.columns import ACTIONS, NO_ANSWER, OUTCOMES, Columns, Int32, Int64, columns_of
from liverec.history.errors import HistoryError
from liverec.history.lines import LONGEST_LINE
from liverec.history.operation import Operation, Stream
from liverec.history.records import Paired
from liverec.history.source import Source
from liverec.history.templates import Answer, Invoke, decode_record

PLACE_EVERY = 16  # records: of each the place would take more memory than it saves time

_LIMIT = LONGEST_LINE + len(b"\r\n")
_UNANSWERED = Answer(index=0, time=0, process=0, error="no answer recorded")

_Thing = TypeVar("_Thing", Stream, str)


class Recorded(Sequence[Operation]):
    """The operations of one file, in the order of their invoke lines; what was answered is read from the file again.

    *places* say where in the file each ``PLACE_EVERY``-th record stands.
    """

    def __init__(self, path: str, paired: Paired, places: Sequence[int]) -> None:
        self.columns = paired.columns
        self._path = path
        self._answered = paired.answered
        self._places = places

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
        if isinstance(rows, int):
            return next(self._made([rows]))
        return tuple(self._made(rows))

    def __iter__(self) -> Iterator[Operation]:
        """Yield them all."""
        return self._made(range(len(self)))

    def __eq__(self, other: object) -> bool:
        """Whether they are the same operations in the same order."""
        return isinstance(other, Sequence) and tuple(self) == tuple(cast("Sequence[Operation]", other))

    __hash__ = None  # type: ignore[assignment]  # as long as it is compared by value

    def _made(self, rows: Iterable[int]) -> Iterator[Operation]:
        try:
            with Source(self._path) as source:
                for row in rows:
                    yield self._operation(row, self._answer(source, int(self._answered[row])))
        except ValueError as error:
            raise HistoryError(f"{self._path}: has changed since it was read: {error}") from error

    def _answer(self, source: Source, record: int) -> Invoke | Answer:
        if record < 0:
            return _UNANSWERED
        source.seek(self._places[record // PLACE_EVERY])
        for _ in range(record % PLACE_EVERY):
            source.line(_LIMIT)
        return decode_record(source.line(_LIMIT))

    def _operation(self, row: int, answer: Invoke | Answer) -> Operation:
        if not isinstance(answer, Answer):
            raise ValueError("expected an answer")  # noqa: TRY004  # as when it is no record
        columns, completed = self.columns, int(self.columns.completed[row])
        return Operation(
            process=int(columns.process[row]),
            stream=columns.streams[int(columns.stream[row])],
            action=ACTIONS[int(columns.action[row])],
            outcome=OUTCOMES[int(columns.outcome[row])],
            invoked=int(columns.invoked[row]),
            completed=None if completed == NO_ANSWER else completed,
            status=answer.status,
            error_code=answer.error_code and sys.intern(answer.error_code),
            request_id=answer.request_id,
            error=answer.error and sys.intern(answer.error),
            file=self._path,
            index=int(columns.index[row]),
        )


class Joined(Sequence[Operation]):
    """The operations of several files, one file after the other."""

    def __init__(self, parts: Sequence[Sequence[Operation]]) -> None:
        self._parts = parts
        self._ends = np.cumsum([len(part) for part in parts])
        self.columns = _joined([columns_of(part) for part in parts])

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.columns)

    @overload
    def __getitem__(self, row: int) -> Operation: ...
    @overload
    def __getitem__(self, row: slice) -> tuple[Operation, ...]: ...
    def __getitem__(self, row: int | slice) -> Operation | tuple[Operation, ...]:
        """Return one, or some."""
        if isinstance(row, slice):
            return tuple(self[one] for one in range(len(self))[row])
        row = range(len(self))[row]
        part = int(np.searchsorted(self._ends, row, side="right"))
        return self._parts[part][row - int(self._ends[part]) + len(self._parts[part])]

    def __iter__(self) -> Iterator[Operation]:
        """Yield them all."""
        for part in self._parts:
            yield from part

    def __eq__(self, other: object) -> bool:
        """Whether they are the same operations in the same order."""
        return isinstance(other, Sequence) and tuple(self) == tuple(cast("Sequence[Operation]", other))

    __hash__ = None  # type: ignore[assignment]  # as long as it is compared by value


def _joined(parts: Sequence[Columns]) -> Columns:
    streams, files = _Numbers[Stream](), _Numbers[str]()
    stream = [streams.of(part.streams)[part.stream] for part in parts]
    file = [files.of(part.files)[part.file] for part in parts]

    def column(name: str) -> Int64:
        return np.concatenate([getattr(part, name) for part in parts])

    return Columns(
        invoked=column("invoked"),
        completed=column("completed"),
        stream=np.concatenate(stream),
        action=column("action").astype(np.int8),
        outcome=column("outcome").astype(np.int8),
        file=np.concatenate(file),
        process=column("process"),
        index=column("index"),
        streams=tuple(streams.numbers),
        files=tuple(files.numbers),
    )


class _Numbers(Generic[_Thing]):
    """Numbers for things that several files name."""

    def __init__(self) -> None:
        self.numbers: dict[_Thing, int] = {}

    def of(self, things: Iterable[_Thing]) -> Int32:
        """Return the numbers of these things."""
        found = [self.numbers.setdefault(one, len(self.numbers)) for one in things]
        return np.array(found, dtype=np.int32)
