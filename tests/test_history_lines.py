"""Lines read many at once are read as each by itself, whatever stands in them."""

from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from random import Random

import msgspec
import numpy as np
import pytest

from deep_profile import FIRST, chunks
from liverec.history import reader
from liverec.history.lines import LineReader, Lines
from liverec.history.reader import HistoryFile, read_file

FILES = 150
BYTES = b'0123456789-+.eE"\\{}[],: \t\r\n\0\xc3\xa9nulltruefalse'


def encoded(**record: object) -> bytes:
    return msgspec.json.encode(record) + b"\n"


def written(draw: Random) -> list[bytes]:
    """Return a file's lines, all of them as the writer writes them."""
    lines = [encoded(liverec_history=1, run="r", interval_ns=10, initial="idle")]
    waiting: list[int] = []
    now = draw.choice((0, 9, 10**9, 10**17, 10**18 - 50, 2**62 - 300))
    lost = 0
    for index in range(draw.choice((0, 1, 5, 12, 40))):
        now += draw.choice((0, 1, 5))
        if waiting and draw.random() < 0.5:
            process = waiting.pop(draw.randrange(len(waiting)))
            status, kind, code = draw.choice(
                ((200, "ok", None), (400, "fail", "LIVE.100011022"), (503, "info", None), (401, "fail", "APIGW.0301"))
            )
            more = {"status": status, "request_id": draw.choice(("", "a", f"{draw.getrandbits(99):x}", "é", 'q"\\'))}
            if code:
                more |= {"error_code": code, "error": draw.choice(("refused", "no\nmore"))}
            lines.append(encoded(index=index, time=now, process=process, type=kind, **more))
        else:
            lost += 1
            process = draw.choice((0, 7, 10**8 - 1, 10**8)) + lost
            waiting.append(process)
            value = ["p", "d", "live", draw.choice(("s1", "é", 's"2'))]
            f = draw.choice(("START", "STOP"))
            lines.append(encoded(index=index, time=now, process=process, type="invoke", f=f, value=value))
    lines.append(encoded(liverec_end=True, records=len(lines) - 1))
    return lines


def damaged(draw: Random, lines: list[bytes]) -> bytes:
    """Return the file with some damage, as disks, editors and other programs do it."""
    for _ in range(draw.choice((0, 1, 1, 1, 2))):
        number = draw.randrange(1, len(lines))
        line = lines[number]
        place = draw.randrange(len(line))
        match draw.choice(("byte", "byte", "byte", "insert", "insert", "delete", "twice", "swap", "spaces", "cut")):
            case "byte":
                lines[number] = line[:place] + bytes([draw.choice(BYTES)]) + line[place + 1 :]
            case "insert":
                lines[number] = line[:place] + bytes(draw.choices(BYTES, k=draw.choice((1, 1, 2, 30)))) + line[place:]
            case "delete":
                lines[number] = line[:place] + line[place + draw.choice((1, 1, 2, 30)) :]
            case "twice":
                lines.insert(number, line)
            case "swap":
                other = draw.randrange(1, len(lines))
                lines[number], lines[other] = lines[other], line
            case "spaces":
                lines[number] = line.replace(b":", b": ")
            case _:
                return b"".join(lines[:number]) + line[:place]
    return b"".join(lines)


def one_by_one(_reader: LineReader, starts: np.ndarray, _ends: np.ndarray, _index: int) -> Lines:
    """Know no line, so that each is decoded by itself."""
    nothing = np.zeros(len(starts), dtype=np.int64)
    return Lines(nothing > 0, nothing, nothing.copy(), nothing.copy())


def told(file: HistoryFile) -> dict[str, object]:
    return dict[str, object](
        {field.name: getattr(file, field.name) for field in fields(file)}, operations=tuple(file.operations)
    )


@pytest.mark.parametrize("chunk", chunks(2, deep=30))
@pytest.mark.parametrize("block", [97, 1 << 22])
def test_many_at_once_are_read_as_one_by_one(
    chunk: int, block: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "_BLOCK", block)
    path = tmp_path / "history.ndjson"
    differing, complete = list[int](), 0
    for seed in range(FIRST + chunk * FILES, FIRST + (chunk + 1) * FILES):
        draw = Random(seed)
        path.write_bytes(damaged(draw, written(draw)))

        at_once = told(read_file(path))
        with monkeypatch.context() as slow:
            slow.setattr(LineReader, "lines", one_by_one)
            each = told(read_file(path))

        complete += bool(each["complete"])
        if at_once != each:
            differing.append(seed)
    assert differing == []
    assert FILES / 10 <= complete <= FILES * 9 / 10


def test_what_the_writer_writes_is_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise the fast path could go unused, and nobody would notice."""
    known = list[bool]()
    plain: Callable[..., Lines] = LineReader.lines

    def spied(lines: LineReader, *places: object) -> Lines:
        found = plain(lines, *places)
        known.extend(found.known.tolist())
        return found

    monkeypatch.setattr(LineReader, "lines", spied)
    path = tmp_path / "history.ndjson"
    records = [
        line
        for index in range(0, 60, 2)
        for line in (
            encoded(index=index, time=10**12 + index, process=3, type="invoke", f="STOP", value=["p", "d", "a", "s"]),
            encoded(index=index + 1, time=10**12 + index, process=3, type="ok", status=200, request_id=f"id-{index}"),
        )
    ]
    header = encoded(liverec_history=1, run="r", interval_ns=10, initial="idle")
    path.write_bytes(b"".join([header, *records, encoded(liverec_end=True, records=60)]))

    file = read_file(path)

    assert file.complete
    assert [one.request_id for one in file.operations] == [f"id-{index}" for index in range(0, 60, 2)]
    assert known == [True] * 60 + [False]
