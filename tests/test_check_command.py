"""``liverec check``: files in, a verdict out; nothing but a verdict ends with 0, 1 or 2."""

import gzip
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from liverec.checker import check as judge
from liverec.cli.check import check
from liverec.cli.check_text import printable, result_text, seconds
from liverec.history.merge import merge
from liverec.history.reader import read_file

HISTORIES = Path(__file__).parent / "histories"
EXIT_CODES = {"kept": 0, "broken": 1, "undecided": 2}


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(check, [str(one) for one in arguments])


def as_json(*arguments: str | Path) -> dict[str, Any]:
    result = run(*arguments, "--json", "-")
    decoded: dict[str, Any] = json.loads(result.stdout)
    return decoded


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(HISTORIES / "kept-two-workers", tmp_path / "run"))


@pytest.mark.parametrize("path", sorted(HISTORIES.iterdir()), ids=lambda path: path.stem)
def test_a_recorded_history_has_the_verdict_that_its_name_says(path: Path) -> None:
    result = run(path)

    verdict = path.name.partition("-")[0]
    assert result.stdout.startswith(verdict.upper())
    assert (result.exit_code, result.stderr) == (EXIT_CODES[verdict], "")


@pytest.mark.parametrize("path", sorted(HISTORIES.iterdir()), ids=lambda path: path.stem)
def test_json_on_stdout_is_all_there_is(path: Path) -> None:
    result = run(path, "--json", "-")

    decoded = json.loads(result.stdout)
    assert decoded["verdict"] == path.name.partition("-")[0]
    assert set(decoded) == {
        "verdict", "complete", "operations", "streams", "exercised", "dialects", "interval_s", "findings", "notes",
    }  # fmt: skip
    assert result.exit_code == EXIT_CODES[decoded["verdict"]]


def test_json_in_a_file_comes_beside_the_text(tmp_path: Path) -> None:
    path = HISTORIES / "kept-lost-answer.ndjson"

    result = run(path, "--json", tmp_path / "result.json")

    assert json.loads((tmp_path / "result.json").read_text(encoding="utf-8")) == as_json(path)
    assert result.stdout.startswith("KEPT")


def test_a_finding_shows_its_operations_in_the_order_of_time() -> None:
    path = HISTORIES / "broken-two-workers"

    result = run(path)

    rows = [line.split() for line in result.stdout.splitlines() if "200 ok" in line]
    assert rows == [
        ["1", "2", "0.000", "0.003", "0", "START", "200", "ok"],
        ["1", "4", "0.995", "0.999", "0", "STOP", "200", "ok"],
        ["2", "2", "2.995", "2.997", "0", "START", "200", "ok"],
    ]
    assert "1. restart/too-soon: no reading of the page explains this" in result.stdout
    assert f"file 2: {path / 'worker-1.ndjson'}" in result.stdout
    assert "file 2, line 2: X-request-id 00000001-" in result.stdout


def test_a_finding_on_two_streams_names_both() -> None:
    result = run(HISTORIES / "broken-same-question-two-answers.ndjson")

    assert "1. consistency/one-reading: the service answers the same situation in two ways" in result.stdout
    assert "stream 1: 0123456789abcdef0123456789abcdef/publish.example.com/live/rehearsal-1\n" in result.stdout
    assert "stream 2: 0123456789abcdef0123456789abcdef/publish.example.com/live/rehearsal-2\n" in result.stdout


def test_the_text_says_what_was_exercised_measured_and_noted() -> None:
    kept = run(HISTORIES / "kept-restart-after-the-interval.ndjson").stdout
    broken_off = run(HISTORIES / "kept-breaks-off.ndjson").stdout

    assert "restart/after-interval       not exercised" in kept
    assert "refused up to 3.996000 s, accepted from 10.053000 s" in kept
    assert "no refusal measured, no acceptance measured" in broken_off
    assert "kept-breaks-off.ndjson: line 7: expected a record" in broken_off


@pytest.mark.parametrize("columns", [80, 100, 120])
def test_pictures_fit_the_terminal(columns: int) -> None:
    names = ("broken-restart-too-soon.ndjson", "kept-restart-after-the-interval.ndjson")
    histories = [merge([read_file(str(HISTORIES / name))]) for name in names]
    shown = [
        result_text(result, history, [""] * len(result.findings), colour=False, columns=columns)
        for history, result in ((one, judge(one)) for one in histories)
    ]

    marks = ("▶", "■", "├", " 0 s", "┌", "▁", "█")
    drawn = [line for text in shown for line in text.splitlines() if any(mark in line for mark in marks)]
    assert len(drawn) >= 6
    assert max(map(len, drawn)) <= columns


def test_piped_text_has_no_colours() -> None:
    assert "\x1b" not in run(HISTORIES / "broken-restart-too-soon.ndjson").stdout


def test_a_folder_stands_for_its_histories_in_order(folder: Path) -> None:
    (folder / "result.json").write_text("{}")

    together = as_json(folder)

    assert together == as_json(folder / "worker-0.ndjson", folder / "worker-1.ndjson")
    assert together["operations"] == 4


def test_a_compressed_history_in_a_folder_is_one_of_its_histories(folder: Path) -> None:
    before = as_json(folder)
    plain = folder / "worker-1.ndjson"
    (folder / "worker-1.ndjson.gz").write_bytes(gzip.compress(plain.read_bytes()))
    plain.unlink()

    assert as_json(folder)["operations"] == before["operations"]


def test_a_file_named_twice_is_read_once(folder: Path) -> None:
    one_file = f"{folder}/../{folder.name}/worker-0.ndjson"

    assert as_json(folder, one_file, one_file) == as_json(folder)


def test_paths_stand_in_the_result_as_they_were_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(HISTORIES)

    (finding,) = as_json("./broken-two-workers/../broken-two-workers")["findings"]

    assert finding["witness"][-1] == {"file": "./broken-two-workers/../broken-two-workers/worker-1.ndjson", "index": 0}


@pytest.mark.parametrize(
    ("name", "options", "verdict"),
    [
        ("broken-restart-too-soon", ("--interval", "9.5"), "kept"),
        ("kept-restart-after-the-interval", ("--interval", "11"), "broken"),
        ("broken-restart-too-soon", ("--resolution-ms", "97"), "broken"),
        ("broken-restart-too-soon", ("--resolution-ms", "97.5"), "kept"),
        ("kept-restart-after-the-interval", ("--deadline", "0.000000001"), "undecided"),
    ],
)
def test_options_change_the_terms(name: str, options: tuple[str, ...], verdict: str) -> None:
    assert as_json(HISTORIES / f"{name}.ndjson", *options)["verdict"] == verdict


@pytest.mark.parametrize("path", [one for one in sorted(HISTORIES.iterdir()) if one.name.startswith("broken")])
def test_a_witness_is_written_as_a_history_that_is_convicted_again(path: Path, tmp_path: Path) -> None:
    (finding,) = as_json(path, "--witness", tmp_path / "new" / "evidence")["findings"]

    (written,) = (tmp_path / "new" / "evidence").iterdir()
    (again,) = as_json(written)["findings"]
    assert again["requirement"] == finding["requirement"]
    assert again["streams"] == finding["streams"] or len(finding["streams"]) > 1
    assert len(again["witness"]) == len(finding["witness"])


def test_a_kept_history_leaves_no_witness(tmp_path: Path) -> None:
    run(HISTORIES / "kept-lost-answer.ndjson", "--witness", tmp_path / "evidence")

    assert not (tmp_path / "evidence").exists()


def test_the_command_that_finds_it_again_is_said(tmp_path: Path) -> None:
    path = HISTORIES / "broken-restart-too-soon.ndjson"

    plain = run(path, "--interval", "9.95", "--dialect", "stop_while_idle=accepted").stdout
    written = run(path, "--witness", tmp_path / "my evidence").stdout

    assert f"judge it again: liverec check {path} --interval=9.95 --dialect=stop_while_idle=accepted\n" in plain
    assert f"judge it again: liverec check '{tmp_path}/my evidence/witness-1.ndjson'\n" in written


def test_a_witness_never_overwrites_one(tmp_path: Path) -> None:
    path = HISTORIES / "broken-restart-too-soon.ndjson"
    run(path, "--witness", tmp_path)
    before = (tmp_path / "witness-1.ndjson").read_bytes()

    assert f"--witness {tmp_path}: expected a new folder" in refusal(path, "--witness", tmp_path)
    assert (tmp_path / "witness-1.ndjson").read_bytes() == before


def test_a_witness_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    said = refusal(HISTORIES / "broken-restart-too-soon.ndjson", "--witness", tmp_path / "file" / "folder")

    assert "witness-1.ndjson: cannot be written: " in said


@pytest.mark.parametrize(
    ("name", "choices", "verdict"),
    [
        ("kept-restart-after-the-interval", ("start_while_recording=refused",), "kept"),
        ("broken-same-question-two-answers", ("start_while_recording=refused",), "broken"),
        ("kept-lost-answer", ("stop_while_idle=accepted", "refused_start_restarts=yes"), "kept"),
    ],
)
def test_a_reading_can_be_asked_for(name: str, choices: tuple[str, ...], verdict: str) -> None:
    result = as_json(HISTORIES / f"{name}.ndjson", *(f"--dialect={one}" for one in choices))

    assert result["verdict"] == verdict
    assert all(
        one[axis] == value for one in result["dialects"] for axis, _, value in [c.partition("=") for c in choices]
    )


def test_the_text_says_which_reading_was_asked_for() -> None:
    path = HISTORIES / "broken-same-question-two-answers.ndjson"

    said = run(path, "--dialect", "start_while_recording=refused").stdout

    assert said.splitlines()[0].endswith("of run 20261122T101500Z-0003, read with start_while_recording=refused")
    assert "the reading that is asked for (start_while_recording=refused) does not explain: START at" in said


@pytest.mark.parametrize(
    ("choices", "told"),
    [
        (("stop_while_idle",), "expected AXIS=VALUE, for example stop_while_idle=accepted"),
        (("too_soon_status=404",), "no axis 'too_soon_status'; there are start_while_recording, stop_while_idle,"),
        (("stop_while_idle=yes",), "no value 'yes'; stop_while_idle takes refused, accepted, accepted_restarts,"),
        (("stop_while_idle=refused", "stop_while_idle=accepted"), "stop_while_idle is already 'refused'"),
        (("refused_stop_restarts=yes", "stop_while_idle=accepted"), "refused_stop_restarts=yes needs stop_while_idle"),
    ],
)
def test_a_reading_that_does_not_exist_is_a_usage_error(folder: Path, choices: tuple[str, ...], told: str) -> None:
    result = run(folder, *(f"--dialect={one}" for one in choices))

    assert result.stdout == ""
    assert told in result.stderr


def refusal(*arguments: str | Path) -> str:
    result = run(*arguments)

    assert (result.exit_code, result.stdout) == (64, "")
    assert result.stderr.count("\n") == 1
    return result.stderr


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    assert f"{tmp_path / 'none.ndjson'}: cannot be read: No such file" in refusal(tmp_path / "none.ndjson")


def test_a_folder_without_histories_is_refused(tmp_path: Path) -> None:
    assert f"{tmp_path}: expected history files (*.ndjson, also .gz or .zst) in this folder" in refusal(tmp_path)


def test_a_folder_of_runs_is_refused_with_the_runs_in_it(tmp_path: Path) -> None:
    for name in ("b", "a"):
        shutil.copytree(HISTORIES / "kept-two-workers", tmp_path / name)
    (tmp_path / "empty").mkdir()

    said = refusal(tmp_path)

    assert said.endswith(f"found none; give a folder of one run: {tmp_path / 'a'}, {tmp_path / 'b'}\n")


def test_different_runs_are_refused() -> None:
    said = refusal(HISTORIES / "kept-lost-answer.ndjson", HISTORIES / "kept-breaks-off.ndjson")

    assert "field run: expected '20261122T101500Z-0004'" in said
    assert "found '20261122T101500Z-0006'" in said


def test_what_is_no_history_is_refused(tmp_path: Path) -> None:
    (tmp_path / "result.json").write_text('{"liverec_result":1}')

    assert "result.json: line 1: not a history" in refusal(tmp_path / "result.json", "--json", "-")


def test_a_history_is_never_overwritten_by_its_result(folder: Path) -> None:
    before = (folder / "worker-0.ndjson").read_bytes()

    assert "expected a file for the result, found one of the histories" in refusal(
        folder, "--json", folder / "." / "worker-0.ndjson"
    )
    assert (folder / "worker-0.ndjson").read_bytes() == before


def test_two_results_do_not_share_a_file(folder: Path, tmp_path: Path) -> None:
    said = refusal(folder, "--json", tmp_path / "result", "--timeline", tmp_path / "." / "result")

    assert "--timeline" in said
    assert "found that of --json" in said


@pytest.mark.parametrize("name", ["-", ""])
def test_a_picture_needs_a_file(folder: Path, name: str) -> None:
    result = run(folder, "--timeline", name)

    assert result.stdout == ""
    assert "Invalid value for '--timeline': expected the name of a file to write" in result.stderr


def test_a_witness_that_cannot_be_cut_out_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(*_: object, **__: object) -> None:
        return None

    monkeypatch.setattr("liverec.cli.check_witness.excerpt", nothing)

    result = run(HISTORIES / "broken-restart-too-soon.ndjson", "--witness", tmp_path / "evidence")

    assert result.exit_code == 1
    assert result.stderr == "finding 1: no witness written: it needs the whole history, or more time\n"


def test_a_result_that_cannot_be_written_is_refused(folder: Path) -> None:
    assert "cannot be written: No such file" in refusal(folder, "--json", folder / "none" / "result.json")


@pytest.mark.parametrize(
    "options",
    [("--interval", one) for one in ("0", "-1", "nan", "inf", "1e12", "ten")]
    + [("--resolution-ms", one) for one in ("-1", "nan")]
    + [("--deadline", "0")],
    ids="=".join,
)
def test_numbers_without_sense_are_usage_errors(folder: Path, options: tuple[str, str]) -> None:
    result = run(folder, *options)

    assert result.stdout == ""
    assert f"Invalid value for '{options[0]}'" in result.stderr


def test_a_failure_of_the_judge_does_not_look_like_a_broken_contract(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("liverec.cli.check.judge", failing)
    result = run(folder)

    assert (result.exit_code, result.stdout) == (3, "")
    assert "this says nothing about the service" in result.stderr


def test_an_interruption_concludes_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("liverec.cli.check.judge", interrupted)
    result = run(folder)

    assert (result.exit_code, result.stdout, result.stderr) == (2, "", "interrupted: nothing was concluded\n")


def test_names_cannot_steer_the_terminal(tmp_path: Path) -> None:
    original = (HISTORIES / "broken-restart-too-soon.ndjson").read_text(encoding="utf-8")
    path = tmp_path / "history.ndjson"
    path.write_text(original.replace("rehearsal-1", r"[red]\u001b[2J"), encoding="utf-8")

    result = run(path)

    assert r"live/[red]\x1b[2J" in result.stdout
    assert "\x1b" not in result.stdout


@pytest.mark.parametrize(
    ("nanoseconds", "text"),
    [(0, "0.000"), (10_000_000_001, "10.000000001"), (1_500_000_000, "1.500"), (-2_000_000, "-0.002")],
)
def test_seconds_are_exact(nanoseconds: int, text: str) -> None:
    assert seconds(nanoseconds) == text


@pytest.mark.parametrize(("text", "shown"), [("café", "café"), ("a\x1b[1mb\n", r"a\x1b[1mb\n"), ("\udc80", r"\udc80")])
def test_what_cannot_be_printed_is_escaped(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_help_shows_examples_and_exit_codes() -> None:
    result = run("--help")

    assert result.exit_code == 0
    assert "\n    liverec check worker-0.ndjson worker-1.ndjson\n" in result.stdout
    assert "\n    64  refused" in result.stdout
