"""A dry run sends nothing and tells what a run sends; under a quota a run tells it beforehand."""

import json
import re
import socket
from pathlib import Path

import pytest

from liverec.clock import VirtualClock
from liverec.conformance.listing import Listing, Part
from liverec.profile_file import reference_profile, reference_profile_text
from liverec.reference.serving import running
from liverec.reference.settings import Settings
from liverec_process import run

SOME = ("--only", "query/action-options", "--only", "status/404")


def requests_in(folder: Path) -> int:
    return int(json.loads((folder / "result.json").read_bytes())["counts"]["requests"])


def total(text: str) -> int:
    found = re.search(r"^(?:planned: )?(\d+) requests about", text, re.MULTILINE)

    assert found, text
    return int(found[1])


def test_it_lists_everything_and_sends_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as target:
        target.setblocking(False)
        ended = run("verify", "--dry-run", "--target", f"http://127.0.0.1:{target.getsockname()[1]}", *SOME)
        with pytest.raises(BlockingIOError):
            target.accept()

    assert ended.returncode == 0
    assert "test_query_parameters.py::test_action_is_start_or_stop" in ended.stdout
    assert ended.stdout.rstrip().endswith("Nothing was sent.")
    listed = sum(map(int, re.findall(r"^\S.*: (\d+) requests \(", ended.stdout, re.MULTILINE)))
    assert listed == total(ended.stdout)


@pytest.mark.long
def test_a_run_sends_no_more_than_was_listed(tmp_path: Path) -> None:
    with running(Settings(profile=reference_profile(), clock=VirtualClock())) as server:
        listed = run("verify", "--dry-run", "--target", server.url, *SOME)
        real = run("verify", "--target", server.url, *SOME, "--report", tmp_path)

    assert real.returncode == 0
    assert 0.9 * total(listed.stdout) <= requests_in(tmp_path) <= total(listed.stdout)


@pytest.mark.long
def test_under_a_quota_a_run_says_beforehand_what_it_sends(tmp_path: Path) -> None:
    with running(Settings(profile=reference_profile(), clock=VirtualClock())) as server:
        text = reference_profile_text().replace("# max_requests_per_minute = 300", "max_requests_per_minute = 3000")
        path = tmp_path / "target.toml"
        path.write_text(re.sub(r"http://[^/\"]+", server.url, text))
        ended = run("verify", "--target", path, "--only", "query/action-options", "--report", tmp_path / "out")

    assert ended.returncode == 0
    assert requests_in(tmp_path / "out") <= total(ended.stdout)
    assert "at most 3000 a minute: about 30 s" in ended.stdout


@pytest.mark.parametrize(("limit", "takes"), [(None, 30), (300, 30), (100, 30 + 2 * 61), (30, 30 + 9 * 61)])
def test_a_quota_makes_a_run_longer_by_whole_minutes(limit: int | None, takes: int) -> None:
    part = Part(title="a test", requests=300, actions={"START": 300}, streams=("one",))

    assert Listing(parts=(part,), limit=limit, seconds=30).takes_s == takes


def test_nothing_is_written_in_a_dry_run(tmp_path: Path) -> None:
    ended = run("verify", "--dry-run", "--report", tmp_path / "out")

    assert (ended.returncode, (tmp_path / "out").exists()) == (64, False)
    assert "--dry-run judges nothing" in ended.stderr
