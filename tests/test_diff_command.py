"""``liverec diff``: what changed between two results, and what only looks as if."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from liverec.report import write_json
from liverec.verdict import ExitCode, Judgement, Result, Verdict
from liverec_process import run

KEPT = Judgement(id="restart/too-soon", verdict=Verdict.KEPT, why="16 commands could have broken it")
BROKEN = Judgement(id="restart/too-soon", verdict=Verdict.BROKEN, why="accepted 9.8 s after the STOP")
SEEN = Judgement(id="open/extra-fields", verdict=Verdict.OBSERVED, why="ignored: 200")
PLAIN: dict[str, Any] = {
    "verdict": "kept",
    "exit_code": ExitCode.KEPT,
    "started": "2026-11-22T10:15:00Z",
    "seconds": 30.5,
    "seed": 0,
    "target": {"url": "http://127.0.0.1:8080"},
    "versions": {"liverec": "0.1.0"},
    "findings": (),
    "judgements": (KEPT, SEEN),
    "dialect": {"stop_while_idle": "refused"},
    "interval_s": {"refused_up_to": 9.96, "accepted_from": 10.05},
    "counts": {"requests": 411, "operations": 348, "streams": 130},
}


def judged(other: Judgement, verdict: Verdict) -> Judgement:
    return Judgement(id=other.id, verdict=verdict, why="as it turned out")


def written(folder: Path, name: str, **fields: Any) -> Path:
    path = folder / name / "result.json"
    write_json(Result(**(PLAIN | fields)), path)
    return path


def compared(folder: Path, **fields: Any) -> dict[str, Any]:
    """Return what is said of the plain result and one that differs in *fields*."""
    old, new = written(folder, "old"), written(folder, "new", **fields)
    ended = run("diff", old, new, "--json", "-")
    said: dict[str, Any] = json.loads(ended.stdout)

    assert (ended.returncode, ended.stderr) == (int(said["changed"]), "")
    return said


def test_a_verdict_that_changed_is_told_with_its_reason(tmp_path: Path) -> None:
    (change,) = compared(tmp_path, verdict="broken", judgements=(BROKEN, SEEN))["changes"]

    assert change == {
        "kind": "verdict",
        "name": "restart/too-soon",
        "old": "KEPT",
        "new": "BROKEN",
        "why": "accepted 9.8 s after the STOP",
    }


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("dialect", {"dialect": {"stop_while_idle": "accepted"}}),
        ("interval", {"interval_s": {"refused_up_to": 4.9, "accepted_from": 5.1}}),
        ("interval", {"interval_s": {"refused_up_to": 10.05, "accepted_from": 12.0}}),
        (
            "observation",
            {"judgements": (KEPT, Judgement(id=SEEN.id, verdict=Verdict.OBSERVED, why="400 LIVE.100011001"))},
        ),
    ],
)
def test_what_the_service_does_otherwise_is_a_change(tmp_path: Path, kind: str, fields: dict[str, Any]) -> None:
    said = compared(tmp_path, **fields)

    assert [one["kind"] for one in said["changes"]] == [kind]
    assert said["circumstances"] == []


@pytest.mark.parametrize(
    ("kinds", "fields"),
    [
        ([], {"interval_s": {"refused_up_to": 9.99, "accepted_from": 10.2}}),
        ([], {"interval_s": {"refused_up_to": None, "accepted_from": None}}),
        ([], {"judgements": (Judgement(id=KEPT.id, verdict=Verdict.KEPT, why="15 commands could"), SEEN)}),
        ([], {"counts": {"requests": 420, "operations": 350, "streams": 130}}),
        (["count"], {"counts": {"requests": 411, "operations": 100, "streams": 130}}),
        (["dialect"], {"dialect": {"stop_while_idle": "refused or accepted"}}),
        (["dialect"], {"dialect": {}}),
        (["run"], {"seed": 7}),
        (["target"], {"target": {"url": "http://127.0.0.1:9090"}}),
        (["version"], {"versions": {"liverec": "0.2.0"}}),
        (["requirement"], {"judgements": (KEPT,)}),
        (["verdict"], {"judgements": (judged(KEPT, Verdict.UNDECIDED), SEEN)}),
        (["verdict"], {"judgements": (judged(KEPT, Verdict.NOT_EXERCISED), SEEN)}),
        (["verdict"], {"judgements": (judged(KEPT, Verdict.ERROR), SEEN)}),
        (["verdict"], {"judgements": (KEPT, judged(SEEN, Verdict.NOT_EXERCISED))}),
    ],
)
def test_what_was_asked_or_seen_otherwise_is_none(tmp_path: Path, kinds: list[str], fields: dict[str, Any]) -> None:
    said = compared(tmp_path, **fields)

    assert (said["changed"], [one["kind"] for one in said["circumstances"]]) == (False, kinds)


@pytest.mark.parametrize("verdict", [Verdict.UNDECIDED, Verdict.NOT_EXERCISED, Verdict.ERROR])
def test_a_verdict_that_only_the_newer_run_reached_is_no_change(tmp_path: Path, verdict: Verdict) -> None:
    old, new = written(tmp_path, "old", judgements=(judged(KEPT, verdict), SEEN)), written(tmp_path, "new")

    ended = run("diff", old, new)

    assert ended.returncode == 0
    assert f"restart/too-soon: {verdict} -> KEPT" in ended.stdout.partition("no change of the service")[2]


def test_an_interval_that_neither_run_could_tell_has_not_changed(tmp_path: Path) -> None:
    muddled = {"refused_up_to": 9.96, "accepted_from": 3.0}
    old, new = (written(tmp_path, name, interval_s=muddled) for name in ("old", "new"))

    assert run("diff", old, new).returncode == 0


def test_the_text_for_people(tmp_path: Path) -> None:
    old, new = written(tmp_path, "old"), written(tmp_path, "new", verdict="broken", judgements=(BROKEN, SEEN), seed=3)

    ended = run("diff", old.parent, new.parent)

    assert (ended.returncode, ended.stderr) == (1, "")
    assert ended.stdout.splitlines() == [
        f"old: KEPT       2026-11-22T10:15:00Z  {old.parent}",
        f"new: BROKEN     2026-11-22T10:15:00Z  {new.parent}",
        "",
        "What changed",
        "  verdict      restart/too-soon: KEPT -> BROKEN",
        "               accepted 9.8 s after the STOP",
        "",
        "What else is different, but no change of the service",
        "  run          seed: 0 -> 3",
        "",
        "CHANGED: 1 difference.",
    ]


def test_nothing_changed_is_said(tmp_path: Path) -> None:
    old = written(tmp_path, "old")

    ended = run("diff", old, old)

    assert (ended.returncode, ended.stdout.splitlines()[-1]) == (0, "NOTHING CHANGED as far as both runs can tell.")


def test_a_load_run_is_compared_as_well(tmp_path: Path) -> None:
    old, new = written(tmp_path, "old"), written(tmp_path, "new")
    new.write_text(json.dumps(json.loads(new.read_text()) | {"exit_code": 12, "load": {"scenario": "many"}}))

    ended = run("diff", old, new)

    assert (ended.returncode, "kind: verify -> load, many" in ended.stdout) == (0, True)


def test_the_comparison_goes_into_a_file(tmp_path: Path) -> None:
    old, new = written(tmp_path, "old"), written(tmp_path, "new", seed=3)

    ended = run("diff", old, new, "--json", tmp_path / "diff.json")

    assert (ended.returncode, json.loads((tmp_path / "diff.json").read_text())["changed"]) == (0, False)


def test_no_result_is_overwritten(tmp_path: Path) -> None:
    old, new = written(tmp_path, "old"), written(tmp_path, "new")

    assert refused(run("diff", old.parent, new.parent, "--json", new)).endswith("found one of the results")
    assert json.loads(new.read_text())["liverec_result"] == 1


def refused(ended: subprocess.CompletedProcess[str]) -> str:
    """Return the one line that says why."""
    assert (ended.returncode, ended.stdout, ended.stderr.count("\n")) == (64, "", 1)
    return ended.stderr.removeprefix("Error: ").rstrip()


GOOD = '"verdict":"kept","started":"","seed":0,"target":{},"versions":{},"dialect":{},"interval_s":{},"counts":{}'


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('{"liverec_result": 1,\n"verdict" 3}', ":2: expected JSON, found: expecting ':' delimiter"),
        ("", ":1: expected JSON, found: expecting value"),
        ("[]", ":1: expected a JSON object, found another value"),
        ("[" * 100_000, ": expected JSON in UTF-8, found something else"),
        ("{}", ": liverec_result: expected 1, found nothing"),
        ('{"liverec_result": 2}', ": liverec_result: expected 1, found 2"),
        ('{"liverec_result": 1}', ": object missing required field `verdict`"),
        (
            f'{{"liverec_result":1,{GOOD},"requirements":[{{"id":"a/b","verdict":"FINE","why":""}}]}}',
            ": requirements[0].verdict: invalid enum value 'FINE'",
        ),
        (f'{{"liverec_result":1,{GOOD},"requirements":{{}}}}', ": requirements: expected `array`, got `object`"),
    ],
)
def test_no_result_is_one_clear_message(tmp_path: Path, content: str, said: str) -> None:
    good, bad = written(tmp_path, "old"), tmp_path / "bad.json"
    bad.write_text(content, encoding="utf-8")

    assert refused(run("diff", good, bad)) == f"{bad}{said}"


def test_a_folder_without_a_result_names_the_file(tmp_path: Path) -> None:
    said = refused(run("diff", tmp_path, tmp_path))

    assert said == f"{tmp_path}/result.json: expected a file that can be read, found: no such file or directory"


def test_what_a_target_sent_cannot_move_the_cursor(tmp_path: Path) -> None:
    hostile = Judgement(id=KEPT.id, verdict=Verdict.BROKEN, why="\x1b[2J\udc80 gone")
    old, new = written(tmp_path, "old"), written(tmp_path, "new", judgements=(hostile, SEEN))

    ended = run("diff", old, new)

    assert (ended.returncode, "\x1b" in ended.stdout, "\\x1b[2J" in ended.stdout) == (1, False, True)
