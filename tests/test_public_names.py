"""The one public door: what a program may import from ``liverec``, used as its users do, and read by type checkers."""

import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import assert_type

import httpx
import pytest

import liverec
from liverec import (
    REQUIREMENTS,
    Action,
    CallerViolation,
    CheckResult,
    CommandJournal,
    Document,
    DocumentError,
    DoubleClock,
    ExitCode,
    Finding,
    History,
    HistoryError,
    HistoryFile,
    HistoryWriter,
    MonotonicClock,
    NotSent,
    Operation,
    Outcome,
    RecordControl,
    RecordingClient,
    RecordingError,
    Requirement,
    Restarted,
    SentCommand,
    Stream,
    Strength,
    Verdict,
    check,
    load_document,
    merge,
    read_file,
)

HISTORIES = Path(__file__).with_name("histories")
STREAM = Stream("0123456789abcdef0123456789abcdef", "publish.example.com", "live", "rehearsal-7")


def judged(path: Path) -> CheckResult:
    file = read_file(path)
    assert_type(file, HistoryFile)
    history = merge([file])
    assert_type(history, History)
    assert_type(history.operations, Sequence[Operation])
    result = check(history)
    assert_type(result, CheckResult)
    assert_type(result.findings, tuple[Finding, ...])
    return result


def test_what_a_program_did_is_written_and_judged(tmp_path: Path) -> None:
    document = load_document()
    path = tmp_path / "history.ndjson"
    with HistoryWriter(
        path,
        run="rehearsal",
        target="http://127.0.0.1:8080",
        interval_ns=document.interval_ns,
        clock=MonotonicClock(),
    ) as history:
        for action, status in ((Action.START, 200), (Action.STOP, 200), (Action.START, 200)):
            history.invoke(0, action, STREAM)
            history.complete(0, status)

    result = judged(path)

    assert [finding.requirement for finding in result.findings] == ["restart/too-soon"]
    assert [one.outcome for one in result.findings[0].witness] == [Outcome.OK] * 3


def test_a_finding_leads_to_its_requirement() -> None:
    (finding,) = judged(HISTORIES / "broken-restart-too-soon.ndjson").findings
    row = REQUIREMENTS[finding.requirement]

    assert_type(REQUIREMENTS, Mapping[str, Requirement])
    assert (row.id, row.strength) == ("restart/too-soon", Strength.MUST)
    assert "Table 2" in row.source.place


def test_no_history_is_a_history_error(tmp_path: Path) -> None:
    path = tmp_path / "history.ndjson"
    path.write_text("no record\n")

    with pytest.raises(HistoryError, match=r"history\.ndjson"):
        read_file(path)


def test_the_contract_can_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    document = load_document()
    assert_type(document, Document)

    assert (document.interval_ns, set(document.actions)) == (10_000_000_000, {"START", "STOP"})

    monkeypatch.setenv("LIVEREC_DOCUMENT", str(tmp_path / "nothing.yaml"))
    with pytest.raises(DocumentError):
        load_document()


def test_a_program_is_told_types_and_errors() -> None:
    with RecordingClient("http://127.0.0.1:9", token="t0ken") as client:
        with pytest.raises(NotSent) as raised:
            assert_type(client.restart(STREAM), Restarted)
        assert_type(client.seconds_until_start(STREAM), float)

    assert_type(raised.value.request_id, str | None)
    assert isinstance(raised.value, RecordingError)
    assert raised.value.action is Action.STOP


def test_verdicts_and_exit_codes_have_names() -> None:
    assert (Verdict("NOT EXERCISED"), ExitCode(2)) == (Verdict.NOT_EXERCISED, ExitCode.UNDECIDED)


def test_what_a_team_annotates_its_tests_with(record_control: RecordControl) -> None:
    assert_type(record_control.ok().illegal("encore").answer(500, error_code="LIVE.100011005"), RecordControl)
    assert_type(record_control.clock, DoubleClock)
    assert_type(record_control.journal, CommandJournal)
    url = "https://live.example.net/v1/0123/record/control"

    statuses = [httpx.post(url, json={"stream": stream}).status_code for stream in ("encore", "mystream", "encore")]

    commands = record_control.journal.commands()
    assert_type(commands, tuple[SentCommand, ...])
    assert_type(record_control.journal.violations(), tuple[CallerViolation, ...])
    assert statuses == [command.status for command in commands] == [400, 200, 500]


def test_every_public_name_is_there_and_no_other() -> None:
    missing = [name for name in liverec.__all__ if not hasattr(liverec, name)]

    assert missing == []
    with pytest.raises(AttributeError, match="no attribute 'judge'"):
        liverec.judge  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]  # noqa: B018


def test_importing_liverec_imports_nothing_else_of_it() -> None:
    told = subprocess.run(
        [sys.executable, "-c", "import sys, liverec; print(*(n for n in sys.modules if n.startswith('liverec')))"],
        capture_output=True,
        text=True,
        check=True,
    )

    assert told.stdout.split() == ["liverec"]
