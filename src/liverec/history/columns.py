"""Operations as columns of numbers: all that judging millions of them asks for, without an object for each."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol, TypeVar, runtime_checkable

import numpy as np
import numpy.typing as npt

from liverec.history.operation import Action, Operation, Outcome, Stream

Int64 = npt.NDArray[np.int64]
Int32 = npt.NDArray[np.int32]
Int8 = npt.NDArray[np.int8]

START, STOP = range(2)
OK, REFUSED, TURNED_AWAY, INFO = range(4)
ACTIONS = tuple(Action)  # by number
OUTCOMES = tuple(Outcome)
NO_ANSWER = (1 << 63) - 1  # completed, where there is none
BY_ROW = ("invoked", "completed", "stream", "action", "outcome", "file", "process", "index")

_Thing = TypeVar("_Thing", Stream, str)


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """One row for each operation; times in nanoseconds.

    ``completed`` is ``NO_ANSWER`` where there is none. ``action`` and ``outcome`` are numbers as above; ``stream`` and
    ``file`` are numbers in ``streams`` and ``files``, which may hold more than the rows name.
    """

    invoked: Int64
    completed: Int64
    stream: Int32
    action: Int8
    outcome: Int8
    file: Int32
    process: Int32 | Int64
    index: Int32 | Int64
    streams: Sequence[Stream]
    files: Sequence[str]

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.invoked)

    def chosen(self, rows: slice | npt.NDArray[np.bool_]) -> "Columns":
        """Return some of the rows; of a slice, without a copy."""
        return replace(self, **{name: getattr(self, name)[rows] for name in BY_ROW})


@runtime_checkable
class Columnar(Protocol):
    """What keeps its operations as columns."""

    @property
    def columns(self) -> Columns:
        """The operations, in the same order."""
        ...


def columns_of(operations: Sequence[Operation]) -> Columns:
    """Return *operations* as columns.

    Raises:
        OverflowError: a time, process or index has more than 64 bits.
    """
    if isinstance(operations, Columnar):
        return operations.columns
    stream, streams = _numbered([one.stream for one in operations])
    file, files = _numbered([one.file for one in operations])
    actions = {one: number for number, one in enumerate(ACTIONS)}
    outcomes = {one: number for number, one in enumerate(OUTCOMES)}
    return Columns(
        invoked=_array(one.invoked for one in operations),
        completed=_array(NO_ANSWER if one.completed is None else one.completed for one in operations),
        stream=np.array(stream, dtype=np.int32),
        action=np.array([actions[one.action] for one in operations], dtype=np.int8),
        outcome=np.array([outcomes[one.outcome] for one in operations], dtype=np.int8),
        file=np.array(file, dtype=np.int32),
        process=_array(one.process for one in operations),
        index=_array(one.index for one in operations),
        streams=streams,
        files=files,
    )


def _array(numbers: Iterable[int]) -> Int64:
    return np.fromiter(numbers, dtype=np.int64)


def _numbered(things: Iterable[_Thing]) -> tuple[list[int], list[_Thing]]:
    """Return the number of each thing, and the different things by number."""
    numbers: dict[Any, int] = {}
    return [numbers.setdefault(one, len(numbers)) for one in things], list(numbers)
