"""Reading one history file, strictly, and as far as it is whole (design section 5, history format, version 1)."""

import os
import sys
from dataclasses import dataclass
from operator import attrgetter
from typing import Annotated, BinaryIO, Literal

import msgspec

from liverec.history.history import Initial
from liverec.history.operation import Action, Operation, Outcome, Stream, outcome_of

LONGEST_LINE = 64 * 1024  # bytes, without the line ending
MOST_RECORDS = 20_000_000  # what is read stays in memory

_Integer = Annotated[int, msgspec.Meta(ge=-(2**62), le=2**62)]
_Count = Annotated[int, msgspec.Meta(ge=0, le=2**62)]
_Positive = Annotated[int, msgspec.Meta(ge=1, le=2**62)]


class HistoryError(Exception):
    """What was given is no history that can be judged; the message says where, what was expected and what was found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryFile:
    """One file of a run, read as far as it is whole; times in nanoseconds of the file's own monotonic clock.

    ``operations`` stand in the order of their invoke lines; one without an answer is an INFO. ``complete`` is false
    when the file breaks off, and ``notes`` says where and why. ``ordered``: no line is earlier than the one before it.
    ``earliest`` and ``latest`` are the smallest and largest time of the whole records, None if there is none.
    """

    path: str
    run: str
    target: str
    interval_ns: int
    initial: Initial
    resolution_ns: int | None = None
    clock_bound_ns: int = 0
    interruptions: bool = False
    operations: tuple[Operation, ...] = ()
    complete: bool = True
    ordered: bool = True
    earliest: int | None = None
    latest: int | None = None
    notes: tuple[str, ...] = ()


class _Version(msgspec.Struct, frozen=True):
    liverec_history: int


class _Header(msgspec.Struct, frozen=True):
    run: str
    interval_ns: _Positive
    initial: Initial
    target: str = ""
    clock: Literal["monotonic"] = "monotonic"
    resolution_ns: _Count | None = None
    clock_bound_ns: _Count | None = None
    interruptions: Literal["none", "possible"] | None = None


class _Invoke(msgspec.Struct, frozen=True, gc=False, tag_field="type", tag="invoke"):
    index: int
    time: _Integer
    process: _Count
    f: Action
    value: tuple[str, str, str, str]


class _Answer(msgspec.Struct, frozen=True, gc=False, tag_field="type"):
    index: int
    time: _Integer
    process: _Count
    status: _Integer | None = None
    request_id: str | None = None
    error_code: str | None = None
    error: str | None = None


class _Ok(_Answer, frozen=True, gc=False, tag="ok"):
    pass


class _Fail(_Answer, frozen=True, gc=False, tag="fail"):
    pass


class _Info(_Answer, frozen=True, gc=False, tag="info"):
    pass


class _End(msgspec.Struct, frozen=True):
    liverec_end: bool
    records: _Count


_version = msgspec.json.Decoder(_Version)
_header = msgspec.json.Decoder(_Header)
_record = msgspec.json.Decoder(_Invoke | _Ok | _Fail | _Info)
_end = msgspec.json.Decoder(_End)

_TYPE_OF: dict[Outcome, type[_Answer]] = {
    Outcome.OK: _Ok,
    Outcome.REFUSED: _Fail,
    Outcome.TURNED_AWAY: _Fail,
    Outcome.INFO: _Info,
}


class _EndsThereError(Exception):
    """The line is no record of a possible history; the message says why."""


class _WholePart:
    """What was read of one file so far."""

    def __init__(self, path: str) -> None:
        self.operations: list[Operation] = []
        self.records = 0
        self.ordered = True
        self.earliest: int | None = None
        self.latest: int | None = None
        self._path = path
        self._open: dict[int, _Invoke] = {}  # by process
        self._answered: dict[int, int] = {}  # by process: the time of its last answer
        self._streams: dict[tuple[str, str, str, str], Stream] = {}  # one object per stream, however often it is named
        self._last_time = -(2**62)

    def add(self, line: bytes) -> None:
        """Take the next record.

        Raises:
            _EndsThereError: the line is no record that can stand here; nothing of it was taken.
        """
        if line.endswith(b"\0"):
            raise _EndsThereError("expected a record, found zero bytes: its writer was killed")
        if len(line) > LONGEST_LINE and len(line.rstrip(b"\r\n")) > LONGEST_LINE:
            raise _EndsThereError(f"expected a record, found a line longer than {LONGEST_LINE} bytes")
        try:
            record = _record.decode(line)
        except (ValueError, RecursionError) as error:
            raise _EndsThereError(f"expected a record, found something else: {error}") from error
        if self.records == MOST_RECORDS:
            raise HistoryError(
                f"{self._path}: line {self.records + 2}: expected at most {MOST_RECORDS} records, found more"
            )
        if record.index != self.records:
            raise _EndsThereError(f"field index: expected {self.records}, found {record.index}")
        if isinstance(record, _Invoke):
            self._invoke(record)
        else:
            self._answer(record)
        self.records += 1
        self.ordered = self.ordered and record.time >= self._last_time
        self._last_time = record.time
        if self.earliest is None or record.time < self.earliest:
            self.earliest = record.time
        if self.latest is None or record.time > self.latest:
            self.latest = record.time

    def _invoke(self, record: _Invoke) -> None:
        if record.process in self._open:
            raise _EndsThereError(f"process {record.process} invokes while its command before is still open")
        if record.time < self._answered.get(record.process, record.time):
            raise _EndsThereError(f"process {record.process} invokes before its own last answer")
        self._open[record.process] = record

    def _answer(self, record: _Answer) -> None:
        invoke = self._open.get(record.process)
        if invoke is None:
            raise _EndsThereError(f"process {record.process} is answered without an open command")
        if record.time < invoke.time:
            raise _EndsThereError(f"process {record.process} is answered before it invoked")
        outcome = outcome_of(record.status)
        if not isinstance(record, _TYPE_OF[outcome]):
            said, means = type(record).__struct_config__.tag, _TYPE_OF[outcome].__struct_config__.tag
            raise _EndsThereError(f"field type: {means!r} is expected with status {record.status}, found {said!r}")
        del self._open[record.process]
        self._answered[record.process] = record.time
        self.operations.append(self._operation(invoke, outcome, record))

    def _operation(self, invoke: _Invoke, outcome: Outcome, answer: _Answer | None) -> Operation:
        stream = self._streams.get(invoke.value)
        if stream is None:
            stream = self._streams[invoke.value] = Stream(*invoke.value)
        return Operation(
            process=invoke.process,
            stream=stream,
            action=invoke.f,
            outcome=outcome,
            invoked=invoke.time,
            completed=None if answer is None or outcome is Outcome.INFO else answer.time,
            status=answer.status if answer else None,
            error_code=_one_object(answer.error_code) if answer else None,
            request_id=answer.request_id if answer else None,
            error=_one_object(answer.error) if answer else "no answer recorded",
            file=self._path,
            index=invoke.index,
        )

    def finish(self) -> tuple[Operation, ...]:
        """Return all operations in the order of their invoke lines; what is still open becomes INFO."""
        self.operations.extend(self._operation(invoke, Outcome.INFO, None) for invoke in self._open.values())
        self._open.clear()
        self.operations.sort(key=attrgetter("index"))
        return tuple(self.operations)


def read_file(path: str | os.PathLike[str]) -> HistoryFile:
    """Read a history file line by line, up to the first line that cannot stand where it stands.

    Raises:
        HistoryError: the file cannot be read, is too long, or its first line is no header of version 1.
    """
    name = os.fspath(path)
    try:
        with open(name, "rb", buffering=1 << 20) as lines:  # noqa: PTH123 - the path stays as it was given
            header = _read_header(name, lines)
            whole, notes, complete = _read_records(name, lines)
    except OSError as error:
        raise HistoryError(f"{name}: cannot be read: {error.strerror or error}") from error
    return HistoryFile(
        path=name,
        run=header.run,
        target=header.target,
        interval_ns=header.interval_ns,
        initial=header.initial,
        resolution_ns=header.resolution_ns,
        clock_bound_ns=header.clock_bound_ns or 0,
        interruptions=header.interruptions == "possible",
        operations=whole.finish(),
        complete=complete,
        ordered=whole.ordered,
        earliest=whole.earliest,
        latest=whole.latest,
        notes=notes,
    )


def _one_object(text: str | None) -> str | None:
    return sys.intern(text) if text else text  # a few texts, repeated a million times


def _read_line(lines: BinaryIO) -> bytes:
    return lines.readline(LONGEST_LINE + len(b"\r\n"))


def _read_header(name: str, lines: BinaryIO) -> _Header:
    line = _read_line(lines)
    expected = 'a history of version 1 opens with {"liverec_history":1,"run":...,"interval_ns":...,"initial":...}'
    try:
        version = _version.decode(line).liverec_history
        if version == 1:
            return _header.decode(line)
        found = f"version {version}"
    except (ValueError, RecursionError) as error:
        found = str(error) if line.strip() else "nothing"  # never the text itself: the file may be somebody's secret
    raise HistoryError(f"{name}: line 1: not a history: {expected}; found: {found}")


def _read_records(name: str, lines: BinaryIO) -> tuple[_WholePart, tuple[str, ...], bool]:
    whole = _WholePart(name)
    why = "the end line is missing"
    while line := _read_line(lines):
        try:
            whole.add(line)
        except _EndsThereError as reason:
            why = _why_it_ends(line, whole.records, str(reason))
            break
    number = whole.records + 2  # the header is line 1
    if why:
        return whole, (f"{name}: line {number}: {why}; the file ends there",), False
    if lines.read(LONGEST_LINE).strip():
        return whole, (f"{name}: line {number + 1}: what stands after the end line is ignored",), True
    return whole, (), True


def _why_it_ends(line: bytes, records: int, reason: str) -> str:
    """Return why the file ends at this line, which is no record; nothing if this is its proper end line."""
    try:
        end = _end.decode(line)
    except (ValueError, RecursionError):
        return reason
    if not end.liverec_end:
        return "field liverec_end: expected true, found false"
    if end.records != records:
        return f"field records: expected {records}, the lines since the header, found {end.records}"
    return ""
