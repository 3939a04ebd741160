"""Histories are read as they are or compressed, and never take more memory than what they hold warrants."""

import gzip
import os
import sys
import tracemalloc
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from liverec.history import Outcome, source
from liverec.history.reader import HistoryError, read_file
from test_history_reader import HEADER, as_line, end, invoke, ok

Packed = Callable[[bytes], bytes]

zstd: Any = import_module("compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd")

LINES = [HEADER, *(line for n in range(0, 400, 2) for line in (invoke(n, n), ok(n + 1, n + 1))), end(400)]
WHOLE = b"".join(as_line(line) + b"\n" for line in LINES)
PACKED = pytest.mark.parametrize(
    "packed", [pytest.param(gzip.compress, id="gzip"), pytest.param(zstd.compress, id="zstd")]
)
MEGABYTE = 1 << 20


@PACKED
def test_compressed_files_are_read_as_what_they_hold(packed: Packed, tmp_path: Path) -> None:
    plain, path = tmp_path / "plain.ndjson", tmp_path / "history.ndjson.packed"
    answered = WHOLE.replace(b'"status":200', b'"status":200,"request_id":"id-1"', 1)
    plain.write_bytes(answered)
    path.write_bytes(packed(answered))

    file = read_file(path)

    assert (file.complete, file.notes, len(file.operations)) == (True, (), 200)
    assert [one.completed for one in file.operations] == [one.completed for one in read_file(plain).operations]
    assert file.operations[0].request_id == "id-1"


@PACKED
@pytest.mark.parametrize("rest", [0.4, 0.9])
def test_of_compressed_data_that_breaks_off_the_whole_lines_are_read(
    packed: Packed, rest: float, tmp_path: Path
) -> None:
    path = tmp_path / "history.ndjson.packed"
    data = packed(WHOLE[:200]) + packed(WHOLE[200:])
    path.write_bytes(data[: int(len(data) * rest)])

    file = read_file(path)

    assert not file.complete
    assert all(one.outcome is Outcome.OK for one in file.operations[:-1])
    assert f"line {2 + len(file.operations) * 2}: " in file.notes[0] or "expected a record" in file.notes[0]


@PACKED
def test_compressed_data_that_is_damaged_is_told(packed: Packed, tmp_path: Path) -> None:
    path = tmp_path / "history.ndjson.packed"
    path.write_bytes(packed(b"".join(as_line(line) + b"\n" for line in LINES[:3])) + packed(WHOLE)[:9])

    file = read_file(path)

    assert not file.complete
    assert len(file.operations) == 1
    assert "line 4: the compressed data is damaged or breaks off: " in file.notes[0]


def test_zstd_asks_for_what_reads_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "_ZSTD_MODULES", ("no_such_module",))
    path = tmp_path / "history.ndjson.zst"
    path.write_bytes(zstd.compress(WHOLE))

    with pytest.raises(HistoryError, match=r"history.ndjson.zst: is compressed with zstd.*pip install backports.zstd"):
        read_file(path)


def test_what_can_be_read_only_once_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    holder = os.open(path, os.O_RDWR)  # so that opening it waits for nobody

    try:
        with pytest.raises(HistoryError, match="pipe: expected a file, found a pipe: write it to a file first"):
            read_file(path)
    finally:
        os.close(holder)


def test_a_file_that_changed_is_told(tmp_path: Path) -> None:
    path = tmp_path / "history.ndjson"
    path.write_bytes(WHOLE.replace(b'"status":200', b'"status":200,"request_id":"id-1"'))
    file = read_file(path)
    path.write_bytes(b"something else entirely")

    with pytest.raises(HistoryError, match="has changed since it was read"):
        tuple(file.operations)


def peak(path: Path) -> float:
    """Return the most memory that reading the file takes, in megabytes."""
    tracemalloc.start()
    try:
        file = read_file(path)
        assert not file.complete
        assert len(file.operations) == 1
        return tracemalloc.get_traced_memory()[1] / MEGABYTE
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("filled", ["\0", " ", "[", "x"])
def test_a_line_of_a_gigabyte_takes_no_more_memory_than_a_block(filled: str, tmp_path: Path) -> None:
    path = tmp_path / "history.ndjson"
    begun = b"".join(as_line(line) + b"\n" for line in LINES[:3])
    if filled == "\0":
        path.write_bytes(begun)
        os.truncate(path, 1 << 30)  # takes no room on the disk
    else:
        with gzip.open(path, "wb", compresslevel=1) as packed:
            packed.write(begun)
            for _ in range(64):
                packed.write(filled.encode() * MEGABYTE)

    assert peak(path) < 60


def test_numbers_are_no_reason_to_take_memory(tmp_path: Path) -> None:
    path = tmp_path / "history.ndjson"
    lines = [HEADER, invoke(0, -(2**62), 2**62), ok(1, 2**62, 2**62)]
    path.write_bytes(b"".join(as_line(line) + b"\n" for line in lines))

    assert peak(path) < 60
