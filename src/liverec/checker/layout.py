"""A history's operations by stream, and of each stream in the order of invocation."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from liverec.checker.evidence import Evidence
from liverec.checker.moves import REFUSED
from liverec.history import History, Operation, Stream
from liverec.history import columns as history_columns
from liverec.history.columns import NO_ANSWER, Columns, Int8, Int32, Int64, columns_of


class Excerpt(NamedTuple):
    """Some operations of a layout, as columns."""

    rows: Int32
    begun: Int64
    ended: Int64
    kind: Int8
    file: Int32
    process: Int32 | Int64
    slack: Int64 | None

    def evidence(self, some: slice = slice(None)) -> Evidence:
        """Return those of one stream, or a stretch of it."""
        return Evidence(
            rows=self.rows[some].tolist(),
            invoked=self.begun[some].tolist(),
            completed=self.ended[some].tolist(),
            kinds=self.kind[some].tolist(),
            files=self.file[some].tolist(),
            processes=self.process[some].tolist(),
            slack=None if self.slack is None else self.slack[some].tolist(),
        )


class Layout:
    """All operations but for those that were turned away before the rules.

    The operations of stream number n stand from ``heads[n]`` to ``heads[n + 1]``. ``begun`` and ``ended`` are their
    times in nanoseconds, ``ended`` is ``NO_ANSWER`` for a lost call; ``kind`` is what was answered, or of a lost call
    its action alone; ``answered`` says whether any was. On a stream that several files saw, times are widened by each
    file's clock bound.
    """

    def __init__(self, history: History) -> None:
        self._operations = history.operations
        self._columns = columns_of(history.operations)
        self._rows, place, self.streams = _by_stream(self._columns)
        self.heads: Int64 = np.searchsorted(place, np.arange(len(self.streams) + 1, dtype=place.dtype))
        bounds = [history.clock_bounds.get(one, 0) for one in self._columns.files]
        self._slack = self._shared_slack(np.array(bounds, dtype=np.int64), place) if any(bounds) else None
        if self._slack is not None and self._slack.any():
            order = np.lexsort((self._columns.invoked[self._rows] - self._slack, place))
            self._rows, self._slack = self._rows[order], self._slack[order]
        self.begun = self._columns.invoked[self._rows]
        self.ended = self._columns.completed[self._rows]
        if self._slack is not None:
            self.begun -= self._slack
            self.ended = np.where(self.ended == NO_ANSWER, NO_ANSWER, self.ended + self._slack)
        self.answered = bool((self.ended != NO_ANSWER).any())
        refused = self._columns.outcome[self._rows] == history_columns.REFUSED
        self.kind: Int8 = self._columns.action[self._rows] + np.int8(REFUSED) * refused

    def _shared_slack(self, bounds: Int64, place: Int32) -> Int64:
        """Return by how much each operation is widened: not at all on streams that one file saw."""
        files, file = len(bounds), self._columns.file[self._rows]
        seen = np.unique(place.astype(np.int64) * files + file) // files
        shared = np.bincount(seen, minlength=len(self.streams)) > 1
        return np.where(shared[place], bounds[file], 0)

    def __len__(self) -> int:
        """Return the number of streams."""
        return len(self.streams)

    def length(self, number: int) -> int:
        """Return how many operations a stream has."""
        return int(self.heads[number + 1] - self.heads[number])

    def of_stream(self, number: int) -> Evidence:
        """Return all operations of one stream; made when needed, since those of all would fill the memory."""
        return self.evidence(int(self.heads[number]), int(self.heads[number + 1]))

    def evidence(self, first: int, beyond: int) -> Evidence:
        """Return the operations of one stream from place *first* to before *beyond*."""
        return self.excerpt(slice(first, beyond)).evidence()

    def excerpt(self, places: slice | Int64) -> Excerpt:
        """Return the operations at these places."""
        rows = self._rows[places]
        return Excerpt(
            rows=rows,
            begun=self.begun[places],
            ended=self.ended[places],
            kind=self.kind[places],
            file=self._columns.file[rows],
            process=self._columns.process[rows],
            slack=None if self._slack is None else self._slack[places],
        )

    def one_process(self, some: slice) -> npt.NDArray[np.bool_]:
        """Return, for the operations at some places, whether each is of the same process as the one before it."""
        rows = self._rows[some]
        process, file = self._columns.process[rows], self._columns.file[rows]
        same = np.zeros(len(process), dtype=bool)
        same[1:] = (process[1:] == process[:-1]) & (file[1:] == file[:-1])
        return same

    def operation(self, row: int) -> Operation:
        """Return one operation of the history."""
        return self._operations[row]


def _by_stream(columns: Columns) -> tuple[Int32, Int32, Sequence[Stream]]:
    """Return the rows by stream and invocation, each one's place among the streams, and the streams by place."""
    used = np.bincount(columns.stream, minlength=len(columns.streams)) > 0
    place = np.cumsum(used, dtype=np.int32) - 1
    streams = [one for one, is_used in zip(columns.streams, used.tolist(), strict=True) if is_used]
    rows = _by_invocation(columns)
    rows = rows[columns.outcome[rows] != history_columns.TURNED_AWAY]
    stream: Int32 = place[columns.stream[rows]]
    # numpy sorts numbers of 16 bits much faster
    narrow = stream.astype(np.uint16) if len(streams) <= np.iinfo(np.uint16).max else stream
    order = np.argsort(narrow, kind="stable")
    return rows[order], stream[order], streams


def _by_invocation(columns: Columns) -> Int32:
    """Return the rows in the order of invocation; of those at one moment, by file and line."""
    rows = np.arange(len(columns), dtype=np.int32)
    later = columns.invoked[1:] - columns.invoked[:-1]
    if bool(np.all(later > 0)) or (bool(np.all(later >= 0)) and _in_line_order(columns.file, columns.index)):
        return rows
    return np.lexsort((columns.index, columns.file, columns.invoked)).astype(np.int32)


def _in_line_order(file: Int32, index: Int32 | Int64) -> bool:
    return bool(np.all((file[1:] > file[:-1]) | ((file[1:] == file[:-1]) & (index[1:] >= index[:-1]))))
