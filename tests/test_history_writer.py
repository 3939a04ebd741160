"""The history writer: the format to the letter, whatever happens to the program that writes it."""

import os
import subprocess
import sys
import threading
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
import pytest

from liverec.clock import MonotonicClock, VirtualClock
from liverec.history import Action, Outcome, Stream
from liverec.history.reader import read_file
from liverec.history.writer import HistoryWriter

STREAM = Stream("0123456789abcdef0123456789abcdef", "publish.example.com", "live", "rehearsal-7")
NAMES = '["0123456789abcdef0123456789abcdef","publish.example.com","live","rehearsal-7"]'
TERMS = '"run":"r1","target":"http://127.0.0.1:8080","interval_ns":10000000000,"initial":"idle","clock":"monotonic"'


def writer(path: Path, **terms: Any) -> HistoryWriter:
    defaults: dict[str, Any] = {
        "run": "r1",
        "target": "http://127.0.0.1:8080",
        "interval_ns": 10_000_000_000,
        "clock": VirtualClock(5),
    }
    return HistoryWriter(path, **(defaults | terms))


def lines(path: Path) -> list[Any]:
    return [msgspec.json.decode(line) for line in path.read_bytes().splitlines()]


def test_every_line_is_as_the_format_says(tmp_path: Path) -> None:
    path = tmp_path / "h.ndjson"
    clock = VirtualClock(1_200_345)
    with writer(path, clock=clock) as history:
        indices = [history.invoke(0, Action.START, STREAM)]
        clock.advance(0.001)
        indices.append(history.complete(0, 200, request_id="id"))
        indices.append(history.invoke(0, Action.STOP, STREAM))
        indices.append(history.complete(0, 404, error_code="LIVE.100011001"))
        indices.append(history.invoke(1, Action.START, STREAM))
        indices.append(history.complete(1, None, error="timeout"))

    assert indices == [0, 1, 2, 3, 4, 5]
    assert path.read_text(encoding="utf-8").splitlines() == [
        f'{{"liverec_history":1,{TERMS}}}',
        f'{{"index":0,"time":1200345,"process":0,"type":"invoke","f":"START","value":{NAMES}}}',
        '{"index":1,"time":2200345,"process":0,"type":"ok","status":200,"request_id":"id"}',
        f'{{"index":2,"time":2200345,"process":0,"type":"invoke","f":"STOP","value":{NAMES}}}',
        '{"index":3,"time":2200345,"process":0,"type":"fail","status":404,"error_code":"LIVE.100011001"}',
        f'{{"index":4,"time":2200345,"process":1,"type":"invoke","f":"START","value":{NAMES}}}',
        '{"index":5,"time":2200345,"process":1,"type":"info","error":"timeout"}',
        '{"liverec_end":true,"records":6}',
    ]


def test_the_terms_of_judgement_stand_in_the_header(tmp_path: Path) -> None:
    path = tmp_path / "h.ndjson"
    writer(path, initial="unknown", resolution_ns=5_000_000, interruptions=True).close()
    header = lines(path)[0]

    assert (header["initial"], header["resolution_ns"], header["interruptions"]) == ("unknown", 5_000_000, "possible")


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (200, "ok"),
        (400, "fail"),
        (404, "fail"),
        (401, "fail"),
        (429, "fail"),
        (201, "info"),
        (500, "info"),
        (None, "info"),
    ],
)
def test_the_type_follows_the_status(tmp_path: Path, status: int | None, kind: str) -> None:
    path = tmp_path / "h.ndjson"
    with writer(path) as history:
        history.invoke(0, Action.STOP, STREAM)
        history.complete(0, status)

    assert lines(path)[2]["type"] == kind


def test_what_is_written_is_what_is_read(tmp_path: Path) -> None:
    path = tmp_path / "h.ndjson"
    stream = Stream("p", "流.example.com", 'a"b', "\u2028")
    with writer(path) as history:
        history.invoke(3, Action.START, stream)
        history.complete(3, 200, request_id="ÿ\t")
    found = read_file(path)

    assert found.complete
    assert [(one.process, one.stream, one.outcome, one.request_id) for one in found.operations] == [
        (3, stream, Outcome.OK, "ÿ\t")
    ]


def test_threads_leave_lines_in_the_order_of_index_and_time(tmp_path: Path) -> None:
    path = tmp_path / "h.ndjson"
    with writer(path, clock=MonotonicClock()) as history:

        def work(process: int) -> None:
            for _ in range(50):
                history.invoke(process, Action.START, STREAM)
                history.complete(process, 200)

        threads = [threading.Thread(target=work, args=(process,)) for process in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    records = lines(path)[1:-1]

    assert [record["index"] for record in records] == list(range(800))
    assert all(one["time"] <= following["time"] for one, following in pairwise(records))
    assert read_file(path).complete


KILLED = """
import os, signal, sys
from pathlib import Path
from liverec.clock import MonotonicClock
from liverec.history import Action, Stream
from liverec.history.writer import HistoryWriter
history = HistoryWriter(Path(sys.argv[1]), run="r", target="t", interval_ns=1, clock=MonotonicClock())
history.invoke(0, Action.START, Stream("p", "d", "a", "s"))
history.complete(0, 200)
history.invoke(0, Action.STOP, Stream("p", "d", "a", "s"))
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_program_that_is_killed_loses_no_line(tmp_path: Path) -> None:
    path = tmp_path / "h.ndjson"
    subprocess.run([sys.executable, "-c", KILLED, path], check=False, timeout=60)
    found = read_file(path)

    assert not found.complete
    assert [one.outcome for one in found.operations] == [Outcome.OK, Outcome.INFO]


def test_a_history_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "h.ndjson"
    path.write_text("evidence", encoding="utf-8")

    with pytest.raises(FileExistsError):
        writer(path)
    assert path.read_text(encoding="utf-8") == "evidence"


def test_nothing_follows_the_end_line(tmp_path: Path) -> None:
    path = tmp_path / "h.ndjson"
    history = writer(path)
    history.close()
    history.close()

    with pytest.raises(OSError, match="closed"):
        history.invoke(0, Action.START, STREAM)
    assert lines(path)[1:] == [{"liverec_end": True, "records": 0}]


def test_a_line_written_in_pieces_is_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "h.ndjson"
    write_all = os.write

    def write_some(descriptor: int, data: bytes) -> int:
        return write_all(descriptor, data[:7])

    monkeypatch.setattr(os, "write", write_some)
    with writer(path) as history:
        history.invoke(0, Action.START, STREAM)

    assert lines(path)[1]["value"] == msgspec.json.decode(NAMES)


def test_a_full_disk_ends_the_history_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "h.ndjson"
    history = writer(path)
    with monkeypatch.context() as patched:
        patched.setattr(os, "write", _no_space)
        with pytest.raises(OSError, match="No space"):
            history.invoke(0, Action.START, STREAM)
    history.close()

    assert len(lines(path)) == 1


def _no_space(_descriptor: int, _data: bytes) -> int:
    raise OSError(28, "No space left on device")
