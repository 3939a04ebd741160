"""The records of one file as columns, as far as they can have happened, and paired to operations."""

from typing import Any, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from liverec.history.columns import INFO, NO_ANSWER, Columns, Int32, Int64
from liverec.history.templates import Templates

_Column = TypeVar("_Column", bound=npt.NDArray[Any])
_Flags = npt.NDArray[np.bool_]
_NOTHING = (-1, -1, -1, False)  # a template where there is none
_AT_ONCE = 1 << 17  # records: what fits a processor's cache


class Records(NamedTuple):
    """Records in the order of their lines."""

    time: Int64
    process: Int32 | Int64
    template: Int32

    def first(self, count: int) -> "Records":
        """Return the first ones."""
        return Records(self.time[:count], self.process[:count], self.template[:count])

    def with_room(self, count: int) -> "Records":
        """Return them with room for so many; what of it is not written takes no memory."""
        return Records(_with_room(self.time, count), _with_room(self.process, count), _with_room(self.template, count))


class Paired(NamedTuple):
    """The operations, in the order of their invoke lines; of each the record that answers it, -1 if none does.

    ``records`` are those that can have happened; ``fault`` says why the next one cannot, if there is a next one.
    """

    columns: Columns
    answered: Int32
    records: Records
    fault: str


def paired(records: Records, templates: Templates, path: str) -> Paired:
    """Pair invocations and answers, up to the first record that cannot follow those before it."""
    said = [(one.action, one.stream, one.outcome, bool(one.fault)) for one in templates.listed]
    action, stream, outcome, faulty = np.array(said or [_NOTHING], dtype=np.int32).T
    invokes = (action >= 0)[records.template]
    answered, end = _answered(records, invokes, (faulty > 0)[records.template])
    fault = _why(records, invokes, templates, end) if end < len(invokes) else ""
    records, invokes = records.first(end), invokes[:end]
    answered = answered[:end][invokes]
    answered[answered >= end] = -1
    index = np.flatnonzero(invokes).astype(np.int32)
    outcomes = np.full(len(index), INFO, dtype=np.int8)
    has_answer = answered >= 0
    outcomes[has_answer] = outcome[records.template[answered[has_answer]]]
    completed = np.full(len(index), NO_ANSWER)
    known = outcomes != INFO
    completed[known] = records.time[answered[known]]
    calls = records.template[invokes]
    columns = Columns(
        invoked=records.time[invokes],
        completed=completed,
        stream=stream[calls],
        action=action.astype(np.int8)[calls],
        outcome=outcomes,
        file=np.broadcast_to(np.int32(0), len(index)),
        process=records.process[invokes],
        index=index,
        streams=templates.streams,
        files=(path,),
    )
    return Paired(columns, answered, records, fault)


def _with_room(column: _Column, count: int) -> _Column:
    room: _Column = np.empty_like(column, shape=count)
    room[: len(column)] = column
    return room


def _answered(records: Records, invokes: _Flags, faulty: _Flags) -> tuple[Int32, int]:
    """Return, by invocation, the record that answers it (-1 if none does), and how many records can have happened.

    The next one cannot follow those before it: each process is answered before it goes on.
    """
    order = _by_process(records.process)
    answered, end = np.full(len(order), -1, dtype=np.int32), len(order)
    for first in range(0, len(order), _AT_ONCE):
        some = order[max(first - 1, 0) : first + _AT_ONCE]
        process, time, invoke = records.process[some], records.time[some], invokes[some]
        same = process[1:] == process[:-1]
        bad = faulty[some]
        bad[0] |= not (first or invoke[0])
        bad[1:] |= np.where(same, (invoke[1:] == invoke[:-1]) | (time[1:] < time[:-1]), ~invoke[1:])
        end = int(some[bad].min(initial=end))
        answers = same & invoke[:-1] & ~invoke[1:]
        answered[some[:-1][answers]] = some[1:][answers]
    return answered, end


def _by_process(process: Int32 | Int64) -> Int64:
    # numpy sorts numbers of 16 bits much faster
    narrow = process.astype(np.uint16) if len(process) and int(process.max()) <= np.iinfo(np.uint16).max else process
    return np.argsort(narrow, kind="stable")


def _why(records: Records, invokes: _Flags, templates: Templates, bad: int) -> str:
    process, time = int(records.process[bad]), int(records.time[bad])
    before = np.flatnonzero(records.process[:bad] == process)
    is_open = len(before) > 0 and bool(invokes[before[-1]])
    early = len(before) > 0 and time < int(records.time[before[-1]])
    if invokes[bad]:
        if is_open:
            return f"process {process} invokes while its command before is still open"
        return f"process {process} invokes before its own last answer"
    if not is_open:
        return f"process {process} is answered without an open command"
    if early:
        return f"process {process} is answered before it invoked"
    return templates.listed[int(records.template[bad])].fault
