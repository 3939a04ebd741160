"""Load runs that are cut short: the right exit code, and nothing that was answered is missing from the histories."""

import json
import os
import resource
import signal
import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest

from liverec_process import Server, serving, wait_until
from locust_process import Run, ended, load, loading

pytestmark = pytest.mark.slow

PING_PONG = ("--scenario", "ping-pong", "-u", "8", "-r", "8")
TWO = ("--processes", "2")


def recorded(run: Run) -> int:
    """Count the lines of the histories that hold the server's request ids."""
    lines = [line for path in run.histories for line in path.read_text().splitlines()]
    return sum('"request_id"' in line for line in lines)


def answered(server: Server) -> Counter[str]:
    """Count the server's answers to commands by their request id."""
    return Counter(entry["request_id"] for entry in server.commands())


def request_ids(paths: Iterable[Path]) -> set[str]:
    """Return the request ids that stand in histories; a line that breaks off is none."""
    found: set[str] = set()
    for path in paths:
        for line in path.read_bytes().split(b"\n"):
            try:
                found.add(json.loads(line)["request_id"])
            except (ValueError, KeyError, TypeError):
                continue
    return found


def children(process: int) -> list[int]:
    return [int(pid) for pid in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


def running(server: Server, *, commands: int = 12) -> None:
    wait_until(lambda: len(server.commands()) >= commands, "the load is running")


def test_ctrl_c_ends_in_order_and_nothing_answered_is_missing(tmp_path: Path) -> None:
    with serving() as server, loading(tmp_path, "--host", server.url, *PING_PONG, *TWO, "-t", "60s") as locust:
        running(server)
        os.killpg(locust.pid, signal.SIGINT)
        run = ended(locust, tmp_path)

        assert run.exit_code == 130, run.said
        assert set(answered(server)) <= request_ids(run.histories)
        assert server.recording() == []
    assert run.result["load"]["workers"] == {"expected": 2, "final": 2}


def test_sigterm_to_the_whole_group_loses_nothing(tmp_path: Path) -> None:
    with serving() as server, loading(tmp_path, "--host", server.url, *PING_PONG, *TWO, "-t", "60s") as locust:
        running(server)
        os.killpg(locust.pid, signal.SIGTERM)
        run = ended(locust, tmp_path)

        assert run.exit_code == 130, run.said
        assert set(answered(server)) <= request_ids(run.histories)
        assert server.recording() == []


def test_a_killed_worker_makes_the_run_incomplete_and_its_history_stays_readable(tmp_path: Path) -> None:
    with serving() as server, loading(tmp_path, "--host", server.url, *PING_PONG, *TWO, "-t", "14s") as locust:
        running(server)
        os.kill(children(locust.pid)[0], signal.SIGKILL)
        run = ended(locust, tmp_path)

        assert run.exit_code == 11, run.said
        # what the server answered at the very moment of the kill may never have been read
        assert len(set(answered(server)) - request_ids(run.histories)) <= 4
    assert "1 of 2 workers" in run.said
    assert "breaks off" in run.said


def test_without_its_master_a_worker_stops_what_it_recorded_and_ends(tmp_path: Path) -> None:
    with serving() as server, loading(tmp_path, "--host", server.url, *PING_PONG, *TWO, "-t", "60s") as locust:
        running(server)
        workers = children(locust.pid)
        os.kill(locust.pid, signal.SIGKILL)
        locust.wait()
        wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in workers), "the workers end")

        assert server.recording() == []
        histories = sorted(tmp_path.glob("worker-*.ndjson"))
        assert set(answered(server)) <= request_ids(histories)
    assert [b"liverec_end" in path.read_bytes().splitlines()[-1] for path in histories] == [True, True]


def test_a_target_that_dies_ends_the_run_early_as_not_delivered(tmp_path: Path) -> None:
    with serving() as server, loading(tmp_path, "--host", server.url, *PING_PONG, "-t", "100s") as locust:
        running(server)
        server.process.kill()
        killed = time.monotonic()
        run = ended(locust, tmp_path)

    assert run.exit_code == 13, run.said
    assert "the target no longer answers" in run.said
    assert time.monotonic() - killed < 60
    assert recorded(run) >= 12


def test_a_full_disk_ends_the_run_as_an_error_and_loses_no_answer(tmp_path: Path) -> None:
    limit = 96 * 1024

    with serving() as server:
        with loading(tmp_path, "--host", server.url, "--scenario", "many", "--rate", "200", "-t", "60s") as locust:
            resource.prlimit(locust.pid, resource.RLIMIT_FSIZE, (limit, limit))
            run = ended(locust, tmp_path)

        assert run.exit_code == 70, run.said
        recorded_ids = request_ids(run.histories)
        missing = [one for one in server.commands() if one["request_id"] not in recorded_ids]
        # what was still recording was stopped, after the last line
        assert all("action=STOP" in one["request_line"] for one in missing)
        assert server.recording() == []
    assert recorded(run) >= 12


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        (("--scenario", "ping-pong"), 64, "no target is named"),
        (("--host", "http://192.0.2.1:8080"), 64, "is not this machine"),
        (("--host", "http://127.0.0.1:9", "-t", "5s"), 70, "Connection refused"),
        (("--host", "http://127.0.0.1:9", "--rate", "-1"), 64, "--rate: expected a number from 0"),
        (("--host", "http://127.0.0.1:9", "--scenario", "boundary", "-u", "5000"), 64, "take a larger count"),
        (("--target", "/nowhere/profile.toml"), 64, "/nowhere/profile.toml"),
    ],
)
def test_what_cannot_be_loaded_is_refused_with_advice(
    tmp_path: Path, options: tuple[str, ...], code: int, words: str
) -> None:
    run = load(tmp_path / "run", *options)

    assert run.exit_code == code, run.said
    assert words in run.said
    assert "Traceback" not in run.said


def test_an_unknown_scenario_is_a_wrong_option(tmp_path: Path) -> None:
    run = load(tmp_path / "run", "--host", "http://127.0.0.1:9", "--scenario", "tango")

    assert run.exit_code == 2
    assert "ping-pong" in run.said


def test_a_folder_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with serving() as server:
        run = load(tmp_path / "file" / "run", "--host", server.url, "-t", "5s")

    assert run.exit_code == 64, run.said
    assert "cannot be written" in run.said
