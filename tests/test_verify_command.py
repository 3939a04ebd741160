"""``liverec verify`` as a whole: real processes on both sides, real connections between them."""

import json
import os
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from liverec.clock import VirtualClock
from liverec.conformance.setting import Setting
from liverec.conformance.trial import Trial
from liverec.history import Action
from liverec.profile_file import reference_profile, reference_profile_text
from liverec.reference.serving import running
from liverec.reference.settings import Settings
from liverec.target import resolve_target
from liverec_process import PATIENCE_S, Server, interval_of, run, serving, verifying, wait_until

SECRETS = ("s3cret-token-of-nobody", "s3cret-key-of-nobody", "s3cret-password-of-nobody")
SCHEDULED = ("--only", "recording/start", "--only", "restart/too-soon", "--only", "restart/same-stream")


def profile(folder: Path, name: str = "target.toml", **changes: str) -> Path:
    """Write the reference profile with the values of some keys changed, in TOML."""
    lines: list[str] = []
    for line in reference_profile_text().splitlines():
        key = line.partition(" = ")[0]
        lines.append(f"{key} = {changes[key]}" if key in changes else line)
    path = folder / name
    path.write_text("\n".join(lines) + "\n")
    return path


def secretive(folder: Path, url: str = "http://127.0.0.1:8080", *, name: str = "target.toml") -> Path:
    token, key, password = (f'"{secret}"' for secret in SECRETS)
    return profile(folder, name, url=f'"{url}"', iam_url=f'"{url}"', token=token, secret_key=key, password=password)


def result_in(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "result.json").read_bytes())
    return found


def verdicts(result: Mapping[str, Any]) -> dict[str, str]:
    return {row["id"]: row["verdict"] for row in result["requirements"]}


def refusal(*arguments: str | Path) -> tuple[int, str]:
    ended = run("verify", *arguments)

    assert "Traceback" not in ended.stdout + ended.stderr
    return ended.returncode, ended.stderr


@pytest.mark.slow
def test_nobody_there_is_said_in_so_many_words() -> None:
    code, said = refusal("--target", "http://127.0.0.1:1")

    assert (code, said.count("\n")) == (3, 1)
    assert "http://127.0.0.1:1 cannot be reached" in said


@pytest.mark.slow
def test_wrong_credentials_are_named_and_nothing_is_judged(tmp_path: Path) -> None:
    with serving("--clock", "virtual") as server:
        code, said = refusal("--target", secretive(tmp_path, server.url))
        recording = server.recording()

    assert (code, said.count("\n"), recording) == (3, 1, [])
    assert "turns these credentials away" in said
    assert "nothing was judged" in said


def test_a_malformed_profile_is_told_by_file_line_and_key(tmp_path: Path) -> None:
    path = profile(tmp_path, count='"many"')
    line = path.read_text().splitlines().index('count = "many"') + 1

    code, said = refusal("--target", path)

    assert (code, said.count("\n")) == (64, 1)
    assert f"{path}:{line}: streams.recordable.count: expected an integer" in said


def test_a_target_off_this_machine_must_be_allowed() -> None:
    code, said = refusal("--target", "http://192.0.2.1")

    assert (code, said.count("\n")) == (64, 1)
    assert "allow = true" in said


def test_a_requirement_that_there_is_not_is_refused() -> None:
    code, said = refusal("--only", "restart/too-son")

    assert code == 64
    assert "no requirement 'restart/too-son'; perhaps restart/too-soon" in said


@pytest.mark.slow
def test_a_whole_run_leaves_every_report_and_no_secret(tmp_path: Path) -> None:
    folder, junit, in_json = tmp_path / "report", tmp_path / "junit.xml", tmp_path / "out.json"
    options = ("--report", folder, "--junit", junit, "--json", in_json)
    with (
        serving("--clock", "virtual", "--profile", secretive(tmp_path)) as server,
        verifying("--target", secretive(tmp_path, server.url, name="here.toml"), *options) as process,
    ):
        wait_until(lambda: any("contracts" in line for line in command_lines_below(process.pid)), "the suite runs")
        command_lines = command_lines_below(process.pid)
        said, errors = process.communicate(timeout=PATIENCE_S)
        recording = server.recording()
    result = result_in(folder)
    text = said + errors + "".join(command_lines)
    files = [path for path in tmp_path.rglob("*") if path.is_file() and path.suffix != ".toml"]
    page = (folder / "report.html").read_text()
    cases = ET.parse(junit).getroot().iter("testcase")

    assert (process.returncode, result["verdict"], result["findings"], recording) == (0, "kept", [], [])
    assert json.loads(in_json.read_bytes()) == result
    assert form(result) == FORM
    assert [form(row) for row in result["requirements"]] == [ROW] * len(result["requirements"])
    assert set(verdicts(result)) == {case.attrib["name"] for case in cases}
    assert all(name in page for name in verdicts(result))
    assert Path(result["histories"][0]) == folder / "history.ndjson"
    assert {"history.ndjson", "pytest.log", "report.html"} <= {path.name for path in files}
    assert [secret for secret in SECRETS if secret in text] == []
    assert [(secret, path) for secret in SECRETS for path in files if secret.encode() in path.read_bytes()] == []
    assert "\x1b" not in said + errors


def command_lines_below(pid: int) -> list[str]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [Path(f"/proc/{child}/cmdline").read_text() for child in children]


FORM = {
    "liverec_result": int,
    "verdict": str,
    "exit_code": int,
    "started": str,
    "seconds": float,
    "seed": int,
    "target": dict,
    "versions": dict,
    "findings": list,
    "requirements": list,
    "dialect": dict,
    "interval_s": dict,
    "counts": dict,
    "histories": list,
    "notes": list,
}
ROW = {"id": str, "strength": str, "verdict": str, "source": str, "why": str, "evidence": list, "replay": str}


def form(values: Mapping[str, Any]) -> dict[str, type]:
    """Return the types of what the published form names; further keys are allowed."""
    named = FORM if "liverec_result" in values else ROW
    return {name: type(value) for name, value in values.items() if name in named}


@pytest.mark.slow
def test_one_requirement_alone(tmp_path: Path) -> None:
    with serving("--clock", "virtual") as server:
        ended = run("verify", "--target", server.url, "--only", "restart/too-soon", "--json", tmp_path / "result.json")
    result = result_in(tmp_path)
    normative = {row["id"]: row["verdict"] for row in result["requirements"] if row["strength"] != "OPEN"}

    assert (ended.returncode, normative) == (0, {"restart/too-soon": "KEPT"})
    assert (result["interval_s"]["refused_up_to"], result["histories"]) == (10.0, [])


@pytest.mark.slow
def test_a_run_on_a_server_of_its_own_can_be_repeated_and_nothing_around_disturbs_it(tmp_path: Path) -> None:
    for name in ("conftest.py", "httpx.py", "pytest_foreign.py"):
        (tmp_path / name).write_text("raise SystemExit('imported by mistake')\n")

    options = ("--only", "uri/project-id", "--seed", "7", "--time", "normal", "--explore", "3", "--report", tmp_path)
    ended = run("verify", *options, PYTEST_ADDOPTS="--collect-only", PYTEST_PLUGINS="pytest_foreign")
    (row,) = result_in(tmp_path)["requirements"]

    assert (ended.returncode, row["verdict"]) == (0, "KEPT"), ended.stdout + ended.stderr
    assert row["replay"] == "liverec verify --seed 7 --time normal --explore 3 --only uri/project-id"


def under_way(server: Server) -> bool:
    """Whether the schedules have begun, and nothing but they goes on."""
    return len(server.recording()) >= 10


@pytest.mark.slow
def test_ending_it_leaves_a_partial_report_and_no_recording(tmp_path: Path) -> None:
    with (
        serving() as server,
        verifying("--target", server.url, "--report", tmp_path, "--only", "restart/too-soon") as process,
    ):
        wait_until(lambda: under_way(server), "streams are recording")
        os.killpg(process.pid, signal.SIGINT)
        said, errors = process.communicate(timeout=PATIENCE_S)
        recording = server.recording()
    result = result_in(tmp_path)

    assert (process.returncode, result["verdict"], result["exit_code"]) == (2, "undecided", 2)
    assert recording == []
    assert "Traceback" not in said + errors
    assert any("interrupted" in note for note in result["notes"])
    assert "KEPT" not in verdicts(result).values()
    assert (tmp_path / "report.html").exists()


def test_a_command_that_ctrl_c_cuts_short_is_taken_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with running(Settings(profile=reference_profile(), clock=VirtualClock())) as server:
        trial = Trial(Setting(target=resolve_target(server.url), folder=tmp_path, run="rehearsal", seed=0))
        send = trial.client.command

        def cut_short(*arguments: Any, **options: Any) -> None:
            send(*arguments, **options)
            raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr(trial.client, "command", cut_short)
            stream = trial.streams.recordable()
            with pytest.raises(KeyboardInterrupt):
                trial.command(Action.START, stream)
        trial.close()
        states = [state for _, state in server.app.service.recorder.streams()]

    assert any(state.recorded for state in states)
    assert not any(state.recording for state in states)


@pytest.mark.slow
def test_a_target_that_dies_is_not_said_to_keep_what_nobody_saw(tmp_path: Path) -> None:
    document = interval_of(tmp_path, 6)
    options = ("--report", tmp_path, *SCHEDULED, "--only", "restart/after-interval", "--only", "http/answered")
    with (
        serving(LIVEREC_DOCUMENT=document) as server,
        verifying("--target", server.url, *options, LIVEREC_DOCUMENT=document) as process,
    ):
        wait_until(lambda: under_way(server), "streams are recording")
        server.process.kill()  # before the interval has passed for the first time
        said, errors = process.communicate(timeout=PATIENCE_S)
    result = result_in(tmp_path)

    assert (process.returncode, result["verdict"]) == (2, "undecided")
    assert {verdicts(result)[name] for name in ("restart/after-interval", "http/answered")} == {"UNDECIDED"}
    assert "Traceback" not in said + errors
    notes = "\n".join(result["notes"])
    assert "the target stopped answering" in notes
    assert "may still be recording" in notes


@pytest.mark.slow
@pytest.mark.parametrize("clock", ["virtual", pytest.param("real", marks=pytest.mark.long)])
def test_a_second_run_is_not_misled_by_what_the_first_one_left(clock: str, tmp_path: Path) -> None:
    document = interval_of(tmp_path, 3)  # a real wait, but a shorter one
    with serving("--clock", clock, LIVEREC_DOCUMENT=document) as server:
        ended = [verified(server, tmp_path / number, document) for number in ("first", "second")]

    assert [(one.returncode, result_in(tmp_path / number)["findings"]) for number, one in ended] == [(0, [])] * 2


def verified(server: Server, folder: Path, document: str) -> tuple[str, subprocess.CompletedProcess[str]]:
    options = ("--target", server.url, "--report", folder, *SCHEDULED)
    return folder.name, run("verify", *options, LIVEREC_DOCUMENT=document)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("fault", "requirement"),
    [
        pytest.param("action-optional", "query/action-mandatory", marks=pytest.mark.long),
        pytest.param("unknown-accepted", "status/404", marks=pytest.mark.long),
        ("get-acts", "http/method"),
        pytest.param("unprocessable", "status/400", marks=pytest.mark.long),
    ],
)
def test_the_printed_command_convicts_again_at_once(fault: str, requirement: str, tmp_path: Path) -> None:
    """Until then its streams are in the windows that the STOPs of the run before began, and refuse everything."""
    with serving("--clock", "virtual", "--fault", fault) as server:
        options: tuple[str, ...] = ("verify", "--target", server.url, "--only", requirement, "--seed", "3")
        for number in range(3):
            ended = run(*options, "--report", tmp_path)
            result = result_in(tmp_path)
            assert (ended.returncode, result["findings"]) == (1, [requirement]), (number, ended.stdout)
            (row,) = (row for row in result["requirements"] if row["id"] == requirement)
            options = tuple(row["replay"].split()[1:])
