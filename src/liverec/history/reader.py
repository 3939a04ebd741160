"""Reading one history file, strictly, and as far as it is whole (design section 5, history format, version 1)."""

import codecs
import os
from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Annotated, Literal

import msgspec
import numpy as np

from liverec.history.errors import HistoryError
from liverec.history.history import Initial
from liverec.history.lines import LONGEST_LINE, PADDING, LineReader, Lines
from liverec.history.operation import Operation
from liverec.history.recorded import PLACE_EVERY, Recorded
from liverec.history.records import Paired, Records, paired
from liverec.history.source import Source
from liverec.history.templates import Answer, Invoke, Templates, decode_record

__all__ = ["LONGEST_LINE", "MOST_RECORDS", "HistoryError", "HistoryFile", "read_file"]

MOST_RECORDS = 20_000_000  # what is read stays in memory

_NEWLINE = ord("\n")
_BLOCK = 1 << 21  # what is made of it mostly stays in a processor's cache
_BLANK = b" \t\r\n\0"  # and the padding

_Count = Annotated[int, msgspec.Meta(ge=0, le=2**62)]
_Positive = Annotated[int, msgspec.Meta(ge=1, le=2**62)]


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
    operations: Sequence[Operation] = ()
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


class _End(msgspec.Struct, frozen=True):
    liverec_end: bool
    records: _Count


_version = msgspec.json.Decoder(_Version)
_header = msgspec.json.Decoder(_Header)
_end = msgspec.json.Decoder(_End)


class _WholePart:
    """What was read of one file so far, block by block."""

    def __init__(self, path: str) -> None:
        self.templates = Templates()
        self.records = 0
        self.why = ""  # the line after the last record is none
        self.line = b""  # that line
        self.behind = b""  # what stands in its block behind it
        self.places = array("q")  # of each ``PLACE_EVERY``-th record
        self._path = path
        self._taken = Records(np.empty(0, np.int64), np.empty(0, np.int32), np.empty(0, np.int32))

    def add(self, block: bytes, place: int) -> bool:
        """Take the next lines, which stand at *place* in the file; return whether all of them are records."""
        length = len(block) - PADDING
        ends = np.flatnonzero(np.frombuffer(block, dtype=np.uint8, count=length) == _NEWLINE)
        if not block.endswith(b"\n", 0, length):
            ends = np.append(ends, length)
        starts = np.concatenate(([0], ends[:-1] + 1))
        lines = LineReader(block, self.templates).lines(starts, ends, self.records)
        count = len(starts)
        for number in np.flatnonzero(~lines.known).tolist():
            line = block[starts[number] : min(ends[number] + 1, length)]
            try:
                record = _record(line, self.records + number)
            except _EndsThereError as reason:
                self.why, self.line, count = str(reason), line, number
                self.behind = block[ends[number] + 1 : length]
                break
            lines.time[number], lines.process[number] = record.time, record.process
            lines.template[number] = self.templates.of_record(record)
        self.places.extend((starts[-self.records % PLACE_EVERY : count : PLACE_EVERY] + place).tolist())
        self._take(lines, count)
        return count == len(starts)

    def _take(self, lines: Lines, count: int) -> None:
        first, self.records = self.records, self.records + count
        if self.records > MOST_RECORDS:
            raise HistoryError(
                f"{self._path}: line {MOST_RECORDS + 2}: expected at most {MOST_RECORDS} records, found more"
            )
        if int(lines.process[:count].max(initial=0)) > np.iinfo(np.int32).max:
            self._taken = self._taken._replace(process=self._taken.process.astype(np.int64))
        if self.records > len(self._taken.time):
            self._taken = self._taken.with_room(2 * self.records)
        for column, new in zip(self._taken, (lines.time, lines.process, lines.template), strict=True):
            column[first : self.records] = new[:count]

    def paired(self) -> Paired:
        """Return the operations."""
        return paired(self._taken.first(self.records), self.templates, self._path)


class _EndsThereError(Exception):
    """The line is no record of a possible history; the message says why."""


def _record(line: bytes, index: int) -> Invoke | Answer:
    """Decode a line that is not of our writer's form.

    Raises:
        _EndsThereError: it is no record that can stand here.
    """
    if line.endswith(b"\0"):
        raise _EndsThereError("expected a record, found zero bytes: its writer was killed")
    if len(line) > LONGEST_LINE and len(line.rstrip(b"\r\n")) > LONGEST_LINE:
        raise _EndsThereError(f"expected a record, found a line longer than {LONGEST_LINE} bytes")
    if not line.strip():
        raise _EndsThereError("expected a record, found an empty line")
    try:
        record = decode_record(line)
    except (ValueError, RecursionError) as error:
        raise _EndsThereError(f"expected a record, found something else: {error}") from error
    if record.index != index:
        raise _EndsThereError(f"field index: expected {index}, found {record.index}")
    return record


def read_file(path: str | os.PathLike[str], *, progress: Callable[[int], None] = lambda _records: None) -> HistoryFile:
    """Read a history file line by line, up to the first line that cannot stand where it stands.

    *progress* is told, again and again, how many records were read since it was told last.

    Raises:
        HistoryError: the file cannot be read, is too long, or its first line is no header of version 1.
    """
    name = os.fspath(path)
    with Source(name) as source:
        header = _read_header(name, source)
        found, places, notes, complete = _read_records(name, source, progress)
    time = found.records.time
    return HistoryFile(
        path=name,
        run=header.run,
        target=header.target,
        interval_ns=header.interval_ns,
        initial=header.initial,
        resolution_ns=header.resolution_ns,
        clock_bound_ns=header.clock_bound_ns or 0,
        interruptions=header.interruptions == "possible",
        operations=Recorded(name, found, places),
        complete=complete,
        ordered=bool(np.all(time[1:] >= time[:-1])),
        earliest=int(time.min()) if len(time) else None,
        latest=int(time.max()) if len(time) else None,
        notes=notes,
    )


def _read_header(name: str, source: Source) -> _Header:
    line = source.line(LONGEST_LINE + len(b"\r\n"))
    expected = 'a history of version 1 opens with {"liverec_history":1,"run":...,"interval_ns":...,"initial":...}'
    try:
        version = _version.decode(line).liverec_history
        if version == 1:
            return _header.decode(line)
        found = f"version {version}"
    except (ValueError, RecursionError) as error:
        found = str(error) if line.strip() else "nothing"  # never the text itself: the file may be somebody's secret
        if line.startswith(codecs.BOM_UTF8):
            found = "a byte order mark, which JSON has not"
    raise HistoryError(f"{name}: line 1: not a history: {expected}; found: {found}")


def _read_records(
    name: str, source: Source, progress: Callable[[int], None]
) -> tuple[Paired, Sequence[int], tuple[str, ...], bool]:
    whole = _WholePart(name)
    why = "the end line is missing"
    blocks = _blocks(source)
    for block, place in blocks:
        before, is_whole = whole.records, whole.add(block, place)
        progress(whole.records - before)
        if not is_whole:
            why = _why_it_ends(whole.line, whole.records, whole.why)
            break
    else:
        why = source.broken or why
    found, places = whole.paired(), whole.places
    number = len(found.records.time) + 2  # the header is line 1
    if found.fault or why:
        return found, places, (f"{name}: line {number}: {found.fault or why}; the file ends there",), False
    if whole.behind.strip() or any(block.strip(_BLANK) for block, _ in islice(blocks, 1)):
        return found, places, (f"{name}: line {number + 1}: what stands after the end line is ignored",), True
    return found, places, (), True


def _blocks(source: Source) -> Iterator[tuple[bytes, int]]:
    """Yield whole lines, some at a time and with ``PADDING``, and where they stand; the last may lack its newline.

    Of a line that is too long no more comes than tells that it is.
    """
    place, rest, read = source.place(), b"", b"..."
    while read:
        read = source.read(_BLOCK)
        end = read.rfind(b"\n") + 1
        if not end and (not read or len(rest) + len(read) > LONGEST_LINE + len(b"\r\n")):
            end = len(read)
            if not rest and not read:
                return
        elif not end:
            rest += read
            continue
        yield b"".join((rest, memoryview(read)[:end], bytes(PADDING))), place
        place += len(rest) + end
        rest = read[end:]


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
