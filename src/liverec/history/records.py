"""The records of one file as columns, as far as they can have happened, and paired to operations."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from liverec.history.columns import INFO, NO_ANSWER, Columns, Int64
from liverec.history.templates import Templates

_Flags = npt.NDArray[np.bool_]
_NOTHING = (-1, -1, -1, False)  # a template where there is none


class Records(NamedTuple):
    """Records in the order of their lines; ``place`` is where in the file a line begins."""

    time: Int64
    process: Int64
    template: Int64
    place: Int64


class Paired(NamedTuple):
    """The operations, in the order of their invoke lines; of each its answer's template and place, -1 if it has none.

    ``records`` are those that can have happened; ``fault`` says why the next one cannot, if there is a next one.
    """

    columns: Columns
    answer: Int64
    place: Int64
    records: Records
    fault: str


def joined(blocks: Sequence[Records]) -> Records:
    """Return the records of all blocks."""
    if not blocks:
        nothing = np.empty(0, dtype=np.int64)
        return Records(nothing, nothing, nothing, nothing)
    return Records(*(np.concatenate(columns) for columns in zip(*blocks, strict=True)))


def paired(records: Records, templates: Templates, path: str) -> Paired:
    """Pair invocations and answers, up to the first record that cannot follow those before it."""
    said = [(one.action, one.stream, one.outcome, bool(one.fault)) for one in templates.listed]
    action, stream, outcome, faulty = np.array(said or [_NOTHING], dtype=np.int32).T
    invokes = (action >= 0)[records.template]
    order = _by_process(records.process)
    bad, fault = _impossible(records, invokes, (faulty > 0)[records.template], order), ""
    if bad is not None:
        fault = _why(records, invokes, templates, bad)
        records = Records(*(column[:bad] for column in records))
        invokes, order = invokes[:bad], order[order < bad]
    index = np.flatnonzero(invokes)
    answered = _answered(invokes, order)[index]
    has_answer = answered >= 0
    answer = _where(has_answer, records.template, answered, -1)
    outcomes = np.where(has_answer, outcome[answer], INFO).astype(np.int8)
    known = has_answer & (outcomes != INFO)
    calls = records.template[index]
    columns = Columns(
        invoked=records.time[index],
        completed=_where(known, records.time, answered, NO_ANSWER),
        stream=stream[calls],
        action=action[calls].astype(np.int8),
        outcome=outcomes,
        file=np.zeros(len(index), dtype=np.int32),
        process=records.process[index],
        index=index,
        streams=templates.streams,
        files=(path,),
    )
    return Paired(columns, answer, _where(has_answer, records.place, answered, -1), records, fault)


def _answered(invokes: _Flags, order: Int64) -> Int64:
    """Return, by invocation, the record that answers it; -1 if there is none."""
    answered = np.full(len(invokes), -1, dtype=np.int64)
    pair = invokes[order[:-1]] & ~invokes[order[1:]]
    answered[order[:-1][pair]] = order[1:][pair]
    return answered


def _where(flags: _Flags, values: Int64, places: Int64, otherwise: int) -> Int64:
    """Return the values at these places, and something else where *flags* is not set."""
    found = np.full(len(flags), otherwise, dtype=np.int64)
    found[flags] = values[places[flags]]
    return found


def _by_process(process: Int64) -> Int64:
    # numpy sorts numbers of 16 bits much faster
    narrow = process.astype(np.uint16) if len(process) and int(process.max()) <= np.iinfo(np.uint16).max else process
    return np.argsort(narrow, kind="stable")


def _impossible(records: Records, invokes: _Flags, faulty: _Flags, order: Int64) -> int | None:
    """Return the first record that cannot follow those before it: each process is answered before it goes on."""
    process, time, invoke = records.process[order], records.time[order], invokes[order]
    bad = faulty[order]
    head = np.ones(len(order), dtype=bool)
    head[1:] = process[1:] != process[:-1]
    bad |= head & ~invoke
    bad[1:] |= ~head[1:] & ((invoke[1:] == invoke[:-1]) | (time[1:] < time[:-1]))
    return int(order[bad].min()) if bad.any() else None


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
