"""A worker's history is whole whatever happens to the worker or the disk."""

import contextlib
import errno
import json
import os
import stat
import subprocess
import sys
import time
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from liveload.recording import LONGEST_COMPLETION, WorkerHistory
from liverec.history import Outcome
from liverec.history.reader import LONGEST_LINE, read_file

RECORDED = b'"f":"START","value":["p","publish.example.com","live","rehearsal-7"]'
REQUEST_ID = "5b1d4ed0-7f1e-4fd8-8f09-2f1bc1e4a3a1-1795388331000-host"


def history(path: Path, **more: Any) -> WorkerHistory:
    terms: dict[str, Any] = {
        "run": "20261122T101500Z-7f3a",
        "target": "http://127.0.0.1:8080",
        "interval_ns": 10_000_000_000,
        "resolution_ns": 5_000_000,
        "initial": "unknown",
        "worker": 3,
    }
    return WorkerHistory(path, **(terms | more))


def test_what_was_written_is_read_back(tmp_path: Path) -> None:
    written = history(tmp_path / "worker-3.ndjson", clock_bound_ns=420_000)
    first, second = written.next_process(), written.next_process()
    times = [
        written.invoke(first, RECORDED),
        written.invoke(second, RECORDED),
        written.complete(first, 200, request_id=REQUEST_ID),
        written.complete(second, 404, request_id='a"b\\c\té', error_code="LIVE.100011001"),
        written.invoke(first, RECORDED),
        written.complete(first, None, error="timeout: no whole answer within 10 s"),
    ]
    written.close()
    written.close()

    read = read_file(written.path)

    assert (read.complete, read.ordered, read.notes) == (True, True, ())
    assert (read.run, read.initial, read.resolution_ns, read.clock_bound_ns) == (
        "20261122T101500Z-7f3a",
        "unknown",
        5_000_000,
        420_000,
    )
    assert [
        (one.process, one.outcome, one.invoked, one.status, one.request_id, one.error) for one in read.operations
    ] == [
        (first, Outcome.OK, times[0], 200, REQUEST_ID, None),
        (second, Outcome.REFUSED, times[1], 404, 'a"b\\c\té', None),
        (first, Outcome.INFO, times[4], None, None, "timeout: no whole answer within 10 s"),
    ]
    assert [one.completed for one in read.operations] == [times[2], times[3], None]
    assert written.records == 6


@pytest.mark.parametrize("status", [200, 201, 302, 400, 401, 403, 404, 405, 429, 500, 503, 999, None])
def test_every_status_is_recorded_as_what_it_means(tmp_path: Path, status: int | None) -> None:
    written = history(tmp_path / "worker.ndjson")
    process = written.next_process()
    written.invoke(process, RECORDED)
    written.complete(process, status)
    written.close()

    assert read_file(written.path).complete


def test_header_says_whose_history_it_is(tmp_path: Path) -> None:
    written = history(tmp_path / "worker.ndjson")
    written.close()

    header = json.loads(written.path.read_bytes().partition(b"\n")[0])

    assert (header["liverec_history"], header["worker"], header["pid"]) == (1, 3, os.getpid())
    assert abs(header["wall_time_ns"] - time.time_ns()) < 60e9
    assert stat.S_IMODE(written.path.stat().st_mode) == 0o600


def test_history_is_as_long_as_it_has_to_be(tmp_path: Path) -> None:
    written = history(tmp_path / "worker.ndjson")
    process = written.next_process()
    for _ in range(10_000):
        written.invoke(process, RECORDED)
        written.complete(process, 200, request_id=REQUEST_ID)
    written.close()

    read = read_file(written.path)

    assert (read.complete, len(read.operations)) == (True, 10_000)
    assert b"\0" not in written.path.read_bytes()


def test_history_is_never_written_over(tmp_path: Path) -> None:
    (tmp_path / "worker.ndjson").write_text("evidence")

    with pytest.raises(FileExistsError):
        history(tmp_path / "worker.ndjson")

    assert (tmp_path / "worker.ndjson").read_text() == "evidence"


def test_unclear_request_may_have_taken_effect_since_it_left(tmp_path: Path) -> None:
    written = history(tmp_path / "worker.ndjson")
    process = written.next_process()
    left = written.invoke(process, RECORDED)
    written.complete(process, 200)
    written.unclear(left + 1, RECORDED, status=201, error=None)
    written.close()

    read = read_file(written.path)

    assert read.complete
    assert [(one.invoked, one.outcome) for one in read.operations] == [(left, Outcome.OK), (left + 1, Outcome.INFO)]


def test_longest_answer_fits_into_the_space_set_aside(tmp_path: Path) -> None:
    written = history(tmp_path / "worker.ndjson")
    process = written.next_process()
    written.invoke(process, RECORDED)
    before = written.path.stat().st_size
    written.complete(process, 400, request_id="\x01" * 5000, error_code="\x01" * 5000, error="\x01" * 5000)

    assert written.path.stat().st_size - before <= LONGEST_COMPLETION < LONGEST_LINE


WRITER = """
import sys
from pathlib import Path
from liveload.recording import WorkerHistory

written = WorkerHistory(
    Path(sys.argv[1]), run="r", target="t", interval_ns=1, resolution_ns=0, initial="unknown", worker=0
)
open_one = written.next_process()
written.invoke(open_one, {recorded!r})
process = written.next_process()
while True:
    written.invoke(process, {recorded!r})
    written.complete(process, 200, request_id={request_id!r})
    print(written.records, flush=True)
"""


def test_killed_worker_loses_nothing_that_was_written(tmp_path: Path) -> None:
    path = tmp_path / "worker.ndjson"
    script = WRITER.format(recorded=RECORDED, request_id=REQUEST_ID)
    loading = str(Path(__file__).parents[1] / "load")
    with subprocess.Popen(
        [sys.executable, "-c", script, str(path)],
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": loading},
    ) as worker:
        assert worker.stdout is not None
        said = [worker.stdout.readline() for _ in range(200)]
        worker.kill()
        said += worker.stdout.readlines()

    read = read_file(path)

    whole = [line for line in said if line.endswith(b"\n")]
    answered = [one for one in read.operations if one.outcome is Outcome.OK]
    assert not read.complete
    assert "its writer was killed" in read.notes[0]
    assert len(answered) * 2 + 1 >= int(whole[-1])


@pytest.fixture
def small_disk(tmp_path: Path) -> Generator[Path]:
    """Mount a disk of one megabyte."""
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(tmp_path)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("mounting a small disk is not allowed here")
    yield tmp_path
    subprocess.run(["umount", "--lazy", str(tmp_path)], check=True)


def test_full_disk_stops_commands_but_loses_no_answer(small_disk: Path) -> None:
    written = history(small_disk / "worker.ndjson")
    under_way: list[int] = []
    with pytest.raises(OSError, match="no room for another command and its answer") as refused:
        invoke_for_ever(written, under_way)
    fill(small_disk)
    for process in under_way:
        written.complete(process, 200, request_id="i" * 5000)
    written.close()

    read = read_file(written.path)

    assert (refused.value.errno, refused.value.filename) == (errno.ENOSPC, str(written.path))
    assert read.complete
    assert [one.outcome for one in read.operations] == [Outcome.OK] * len(under_way)
    assert len(under_way) > 50


def invoke_for_ever(written: WorkerHistory, under_way: list[int]) -> None:
    while True:
        process = written.next_process()
        written.invoke(process, RECORDED)
        under_way.append(process)


def fill(disk: Path) -> None:
    with contextlib.suppress(OSError), (disk / "filler").open("wb", buffering=0) as filler:
        while True:
            filler.write(b"x" * 4096)
