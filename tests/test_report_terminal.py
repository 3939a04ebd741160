"""The terminal: nothing cut, nothing coloured in a pipe, nothing that a target sent acts on the screen."""

import io
from pathlib import Path

import pytest
from rich.console import Console
from rich.text import Text

from liverec.report import print_result
from liverec.requirements import REQUIREMENTS, Strength
from liverec.verdict import ExitCode, Judgement, Result, Verdict

WITNESS = {
    "kind": "witness",
    "stream": "publish.example.com/live/rehearsal-3",
    "why": "the START came inside the interval",
    "operations": [
        {"process": 0, "action": "STOP", "invoked_s": 1.0, "completed_s": 1.004, "outcome": "ok", "status": 200},
        {"process": 1, "action": "START", "invoked_s": 3.0, "completed_s": None, "outcome": "info", "status": None},
    ],
}


def judgements(**changed: Judgement) -> tuple[Judgement, ...]:
    """A judgement on each requirement: kept or observed, or what *changed* has (``_`` for ``/`` and ``-`` in ids)."""
    return tuple(
        changed.get(
            name.replace("/", "_").replace("-", "_"),
            Judgement(
                id=name,
                verdict=Verdict.OBSERVED if row.strength is Strength.OPEN else Verdict.KEPT,
                why="seen " + "and seen again " * 9,
            ),
        )
        for name, row in REQUIREMENTS.items()
    )


def a_result(*judged: Judgement, **fields: object) -> Result:
    values: dict[str, object] = {
        "verdict": "kept",
        "exit_code": ExitCode.KEPT,
        "started": "2026-11-22T10:15:00Z",
        "seconds": 30.5,
        "seed": 7,
        "target": {"url": "http://127.0.0.1:8080"},
        "versions": {},
        "findings": tuple(item.id for item in judged if item.verdict is Verdict.BROKEN),
        "judgements": judged,
        "dialect": {"stop_while_idle": "accepted_once_recorded"},
        "interval_s": {"refused_up_to": 9.987, "accepted_from": None},
        "counts": {"requests": 10, "operations": 4},
    }
    return Result(**(values | fields))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  # fields by name


def printed(result: Result, *, width: int = 80, files: tuple[Path, ...] = (), colour: bool = False) -> str:
    stream = io.StringIO()
    print_result(result, Console(file=stream, width=width, force_terminal=colour), files=files)
    return stream.getvalue()


BROKEN = Judgement(
    id="restart/too-soon",
    verdict=Verdict.BROKEN,
    why="accepted 2 s after the STOP",
    evidence=(WITNESS, {"kind": "value", "name": "gap", "value": 2}, {"kind": "value", "name": "third", "value": 3}),
    replay="liverec verify --only restart/too-soon --seed 7 --target http://127.0.0.1:8080/with/a/rather/long/path",
)


@pytest.mark.parametrize("width", [20, 80, 100, 200])
def test_every_id_is_whole_at_any_width(width: int) -> None:
    text = printed(a_result(*judgements()), width=width)

    assert [name for name in REQUIREMENTS if name not in text] == []


def test_a_pipe_gets_no_escape_codes() -> None:
    text = printed(a_result(*judgements(restart_too_soon=BROKEN), verdict="broken", exit_code=ExitCode.BROKEN))

    assert "\x1b" not in text


def test_colour_changes_no_word() -> None:
    result = a_result(*judgements(restart_too_soon=BROKEN), verdict="broken", exit_code=ExitCode.BROKEN)

    decorated = printed(result, colour=True)

    assert "\x1b[" in decorated
    assert Text.from_ansi(decorated).plain.split() == printed(result).split()


def test_the_last_line_is_the_verdict_with_its_exit_code() -> None:
    broken = a_result(*judgements(restart_too_soon=BROKEN), verdict="broken", exit_code=ExitCode.BROKEN)

    last = printed(broken).splitlines()[-1]

    assert last.startswith("BROKEN: 1 requirement broken, of ")
    assert last.endswith("10 requests, 4 operations, 30.5 s. Exit code 1.")


def test_a_finding_tells_the_fixer_everything() -> None:
    echo = Judgement(id="consistency/one-reading", verdict=Verdict.BROKEN, why="w", echo_of="restart/too-soon")
    judged = judgements(restart_too_soon=BROKEN, consistency_one_reading=echo)

    text = printed(a_result(*judged, verdict="broken", exit_code=ExitCode.BROKEN))

    finding = text[text.index("\nBROKEN restart/too-soon") :]
    for said in (
        "(MUST)",
        "source: Submitting a Recording Command (2024-08-09): Table 2, action",
        "why: accepted 2 s after the STOP",
        "  1.000 to 1.004 s  process 0  STOP   ok 200",
        "  3.000 to no answer  process 1  START  info",
        "the START came inside the interval",
        "gap: 2",
        "(1 more in the report)",
        f"replay: {BROKEN.replay}",
        "echo: consistency/one-reading BROKEN",
    ):
        assert said in finding


def test_an_exchange_shows_request_answer_and_request_id() -> None:
    exchange = {
        "kind": "exchange",
        "method": "POST",
        "url": "http://127.0.0.1:8080/v1/p/record/control?action=START",
        "request_headers": [],
        "request_body": '{"app":"live"}',
        "status": 404,
        "headers": [["X-Request-Id", "id-1-host"]],
        "body": "{}" * 1000,
        "error": None,
        "curl": "curl -X POST ...",
        "note": "the third of its kind",
    }
    judged = Judgement(id="restart/too-soon", verdict=Verdict.BROKEN, why="w", evidence=(exchange,))

    text = printed(a_result(judged, verdict="broken", exit_code=ExitCode.BROKEN))

    for said in (
        "POST http://127.0",
        '{"app":"live"}',
        "answer: 404 {}{}",
        "(2000 characters)",
        "X-Request-Id: id-1-host",
    ):
        assert said in text
    assert "curl -X POST ..." in text
    assert "(the third of its kind)" in text


def test_what_is_open_or_missing_is_told_below() -> None:
    missing = Judgement(id="constraints/command-record", verdict=Verdict.NOT_EXERCISED, why="add [streams.other_rule]")
    undecided = Judgement(id="restart/same-stream", verdict=Verdict.UNDECIDED, why="the gap straddles 10 s")
    judged = judgements(constraints_command_record=missing, restart_same_stream=undecided)

    text = printed(
        a_result(*judged, notes=("a note",), histories=("runs/a b.ndjson",)), files=(Path("runs") / "report.html",)
    )

    for said in (
        "stop_while_idle = accepted_once_recorded",
        "a START was refused up to 9.987 s after the STOP",
        "Not decided\n  restart/same-stream\n      the gap straddles 10 s",
        "Not exercised\n  constraints/command-record\n      add [streams.other_rule]",
        "  - a note",
        f"report:   {Path('runs') / 'report.html'}",
        "re-judge: liverec check 'runs/a b.ndjson'",
    ):
        assert said in text


def test_a_partial_run_says_what_it_left_out() -> None:
    text = printed(a_result(Judgement(id="restart/too-soon", verdict=Verdict.KEPT, why="w")))

    assert f"{len(REQUIREMENTS) - 1} requirements: constraints/command-record, " in text


def test_what_a_target_sent_is_only_shown() -> None:
    hostile = "\x1b[2J[bold]x[/nothing]\r\x07"
    judged = Judgement(
        id="restart/too-soon",
        verdict=Verdict.BROKEN,
        why=hostile,
        evidence=({"kind": "exchange", "status": 200, "body": hostile}, {"kind": "new", "text": hostile}),
    )

    text = printed(a_result(judged, verdict="broken", exit_code=ExitCode.BROKEN, notes=(hostile,)))

    assert {"\x1b", "\r", "\x07"}.isdisjoint(text)
    assert text.count("\\x1b[2J[bold]x[/nothing]") >= 3
