"""``--expect``: known deviations do not fail a run, and stay known no longer than they should."""

import json
from datetime import date
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from rich.console import Console

from liverec.conformance.exceptions import Deviation, load_exceptions, with_exceptions
from liverec.conformance.outcomes import findings, overall
from liverec.report import as_html, as_json, junit_text, print_result
from liverec.toml_table import ProfileError
from liverec.verdict import ExitCode, Judgement, Result, Standing, Verdict
from liverec_process import run, serving

LAST_DAY = date(2027, 3, 31)
KNOWN = Deviation(id="restart/too-soon", reason="whole seconds <b>, ticket 4711", until=LAST_DAY)


def judged(verdict: Verdict = Verdict.BROKEN, **others: Verdict) -> tuple[Judgement, ...]:
    """Return judgements on the known requirement, on one that is kept, and on others in the section ``status``."""
    said = {"restart/too-soon": verdict, "uri/project-id": Verdict.KEPT}
    said |= {f"status/{name}": one for name, one in others.items()}
    return tuple(
        Judgement(id=name, verdict=one, why="seen", replay=f"liverec verify --only {name}")
        for name, one in said.items()
    )


def standing(*rows: Judgement) -> Standing:
    (declared,) = (row.declared for row in rows if row.declared is not None)
    return declared.standing


@pytest.mark.parametrize(
    ("verdict", "today", "expected", "code"),
    [
        (Verdict.BROKEN, LAST_DAY, Standing.EXPECTED, ExitCode.KEPT),
        (Verdict.BROKEN, date(2027, 4, 1), Standing.EXPIRED, ExitCode.BROKEN),
        (Verdict.KEPT, LAST_DAY, Standing.STALE, ExitCode.STALE),
        (Verdict.KEPT, date(2027, 4, 1), Standing.STALE, ExitCode.STALE),
        (Verdict.UNDECIDED, LAST_DAY, Standing.NOT_SEEN, ExitCode.UNDECIDED),
        (Verdict.NOT_EXERCISED, LAST_DAY, Standing.NOT_SEEN, ExitCode.KEPT),
        (Verdict.NOT_EXERCISED, date(2027, 4, 1), Standing.EXPIRED, ExitCode.KEPT),
        (Verdict.ERROR, LAST_DAY, Standing.NOT_SEEN, ExitCode.ERROR),
    ],
)
def test_what_becomes_of_a_declared_deviation(
    verdict: Verdict, today: date, expected: Standing, code: ExitCode
) -> None:
    rows = with_exceptions(judged(verdict), [KNOWN], today=today)

    assert (standing(*rows), overall(rows)[1]) == (expected, code)


def test_without_a_last_day_it_does_not_expire() -> None:
    rows = with_exceptions(judged(), [Deviation(id="restart/too-soon", reason="r")], today=date.max)

    assert (standing(*rows), overall(rows), findings(rows)) == (Standing.EXPECTED, ("kept", ExitCode.KEPT), ())


@pytest.mark.parametrize(
    ("other", "code"), [(Verdict.BROKEN, ExitCode.BROKEN), (Verdict.UNDECIDED, ExitCode.UNDECIDED)]
)
@pytest.mark.parametrize("verdict", [Verdict.BROKEN, Verdict.KEPT])
def test_it_excuses_nothing_else(verdict: Verdict, other: Verdict, code: ExitCode) -> None:
    rows = with_exceptions(judged(verdict, **{"404": other}), [KNOWN], today=LAST_DAY)

    assert overall(rows)[1] is code
    assert findings(rows) == (("status/404",) if other is Verdict.BROKEN else ())


def test_what_follows_from_it_is_excused_with_it() -> None:
    echo = Judgement(id="consistency/one-reading", verdict=Verdict.UNDECIDED, why="w", echo_of="restart/too-soon")

    rows = with_exceptions((*judged(), echo), [KNOWN], today=LAST_DAY)
    result = a_result(rows)
    suites = ET.fromstring(junit_text(result))
    shown = printed(result)

    assert overall(rows) == ("kept", ExitCode.KEPT)
    assert [suites.get(name) for name in ("failures", "errors", "skipped")] == ["0", "0", "2"]
    assert "Not decided" not in shown
    assert "1 broken as declared, no other" in shown.splitlines()[-1]
    assert 'id="unsettled"' not in as_html(result, stated_s=10.0)
    assert as_html(result, stated_s=10.0).count("whole seconds &lt;b&gt;, ticket 4711") == 1


def test_what_follows_from_one_that_is_over_is_not_excused() -> None:
    echo = Judgement(id="consistency/one-reading", verdict=Verdict.UNDECIDED, why="w", echo_of="restart/too-soon")

    rows = with_exceptions((*judged(), echo), [KNOWN], today=date(2027, 4, 1))

    assert [row.is_expected for row in rows] == [False, False, False]


def test_what_is_undecided_hides_no_declared_deviation() -> None:
    rows = with_exceptions(judged(**{"404": Verdict.UNDECIDED}), [KNOWN], today=LAST_DAY)

    last = printed(a_result(rows)).splitlines()[-1]

    assert "cannot decide status/404; 2 requirements judged, 1 broken as declared, no other." in last


@pytest.mark.parametrize(
    ("verdict", "statement"),
    [
        (Verdict.BROKEN, "The contract is kept, but for what was declared"),
        (Verdict.KEPT, "The contract is kept, but a declared exception no longer occurs"),
    ],
)
def test_the_page_claims_no_more_than_is_so(verdict: Verdict, statement: str) -> None:
    assert f"<h1>{statement}</h1>" in as_html(run_with(verdict), stated_s=10.0)


def test_a_run_that_ended_early_is_still_undecided() -> None:
    rows = with_exceptions(judged(), [KNOWN], today=LAST_DAY)

    assert overall(rows, ended_early=True)[1] is ExitCode.UNDECIDED


def printed(result: Result) -> str:
    console = Console(width=160)
    with console.capture() as shown:
        print_result(result, console)
    return shown.get()


def run_with(verdict: Verdict, today: date = LAST_DAY) -> Result:
    return a_result(with_exceptions(judged(verdict), [KNOWN], today=today))


def a_result(rows: tuple[Judgement, ...]) -> Result:
    concluded, exit_code = overall(rows)
    return Result(
        verdict=concluded,
        exit_code=exit_code,
        started="2026-11-22T10:15:00Z",
        seconds=1.0,
        seed=0,
        target={},
        versions={},
        findings=findings(rows),
        judgements=rows,
        dialect={},
        interval_s={},
        counts={},
    )


def test_json_tells_it_beside_the_verdict() -> None:
    said = as_json(run_with(Verdict.BROKEN))
    row = next(one for one in said["requirements"] if one["id"] == KNOWN.id)

    assert (said["verdict"], said["exit_code"], said["findings"], row["verdict"]) == ("kept", 0, [], "BROKEN")
    assert row["declared"] == {"reason": KNOWN.reason, "until": "2027-03-31", "standing": "expected"}


@pytest.mark.parametrize(
    ("verdict", "today", "element", "kind", "message"),
    [
        (Verdict.BROKEN, LAST_DAY, "skipped", "expected", "expected: whole seconds <b>, ticket 4711; BROKEN: seen"),
        (Verdict.KEPT, LAST_DAY, "failure", "stale", "stale: whole seconds <b>, ticket 4711; KEPT: seen"),
        (Verdict.BROKEN, date.max, "failure", "broken", "expired: whole seconds <b>, ticket 4711; BROKEN: seen"),
    ],
)
def test_junit_tells_it(verdict: Verdict, today: date, element: str, kind: str, message: str) -> None:
    suites = ET.fromstring(junit_text(run_with(verdict, today)))
    (case,) = (one for one in suites.iter("testcase") if one.get("name") == KNOWN.id)
    (said,) = case

    assert (said.tag, said.get("type"), said.get("message")) == (element, kind, message)
    assert (suites.get("failures"), suites.get("skipped")) == (("1", "0") if element == "failure" else ("0", "1"))


def test_the_page_tells_it_escaped() -> None:
    page = as_html(run_with(Verdict.BROKEN), stated_s=10.0)

    assert "EXPECTED, until 2027-03-31" in page
    assert "whole seconds &lt;b&gt;, ticket 4711" in page
    assert 'id="findings"' not in page


@pytest.mark.parametrize(
    ("verdict", "today", "told", "last"),
    [
        (Verdict.BROKEN, LAST_DAY, "EXPECTED", "KEPT: 2 requirements judged, 1 broken as declared, no other."),
        (Verdict.KEPT, LAST_DAY, "STALE", "declared, but no longer broken: restart/too-soon."),
        (Verdict.BROKEN, date.max, "EXPIRED", "BROKEN: 1 requirement broken, of 2 judged: restart/too-soon."),
    ],
)
def test_the_terminal_tells_it(verdict: Verdict, today: date, told: str, last: str) -> None:
    lines = printed(run_with(verdict, today)).splitlines()

    assert any(line.split()[:2] == [told, KNOWN.id] for line in lines)
    assert last in lines[-1]
    assert [f"replay: liverec verify --only {KNOWN.id}" in line for line in lines].count(True) == (
        verdict is Verdict.BROKEN
    )


def test_the_file_is_read(tmp_path: Path) -> None:
    file = tmp_path / "known.toml"
    file.write_text(
        '["restart/too-soon"]\nreason = "r"\nuntil = 2027-03-31\n'
        '["status/404"]\nreason = "s"\nuntil = "2027-03-31"\n["status/400"]\nreason = "t"\n'
    )

    assert load_exceptions(file) == (
        Deviation(id="restart/too-soon", reason="r", until=LAST_DAY),
        Deviation(id="status/404", reason="s", until=LAST_DAY),
        Deviation(id="status/400", reason="t"),
    )


ROW = '["restart/too-soon"]\n'


@pytest.mark.parametrize(
    ("content", "line", "said"),
    [
        ('\n["restart/too-son"]\nreason = "r"\n', 2, "restart/too-son: expected the id of a requirement, found"),
        ('["open/ok-body"]\nreason = "r"\n', 1, "open/ok-body: expected the id of a requirement, found a point"),
        (f"{ROW}until = 2027-03-31\n", 1, "restart/too-soon.reason: expected one line that says why, found nothing"),
        (f'{ROW}reason = "  "\n', 2, "restart/too-soon.reason: expected one line that says why, found another"),
        (f"{ROW}reason = 7\n", 2, "restart/too-soon.reason: expected one line that says why, found an integer"),
        (f'{ROW}reason = "r"\nuntil = "soon"\n', 3, "until: expected a date such as 2027-03-31, found 'soon'"),
        (f'{ROW}reason = "r"\nuntil = 7\n', 3, "until: expected a date such as 2027-03-31, found 7"),
        (f'{ROW}reason = "r"\nuntil = 2027-03-31T10:00:00Z\n', 3, "until: expected a date such as 2027-03-31"),
        (f'{ROW}reason = "r"\nuntil = 2027-02-31\n', 3, "expected a date that exists, found another one"),
        (f'{ROW}reason = "r"\nuntil = soon\n', 3, "expected TOML, found something else"),
        (f'{ROW}reason = "r"\n{ROW}reason = "s"\n', 3, "expected each table once, found a second one"),
        (f'{ROW}reason = "r"\nends = 1\n', 3, "restart/too-soon.ends: expected one of reason, until"),
        ('"restart/too-soon" = "r"\n', 1, 'restart/too-soon: expected a table ["restart/too-soon"], found a string'),
        ('[restart/too-soon]\nreason = "r"\n', 1, 'expected ["restart/too-soon"], in quotes, found [restart/too-soon]'),
    ],
)
def test_a_bad_file_is_told_by_line_and_key(tmp_path: Path, content: str, line: int, said: str) -> None:
    file = tmp_path / "known.toml"
    file.write_text(content)

    with pytest.raises(ProfileError) as caught:
        load_exceptions(file)

    assert str(caught.value).startswith(f"{file}:{line}: ")
    assert said in str(caught.value)


def test_a_file_that_is_not_there_is_refused_before_anything_is_sent(tmp_path: Path) -> None:
    ended = run("verify", "--target", "http://127.0.0.1:1", "--expect", tmp_path / "none.toml")

    assert (ended.returncode, ended.stderr.count("\n")) == (64, 1)
    assert "none.toml: expected a file that can be read, found no such file or directory" in ended.stderr


@pytest.mark.slow
@pytest.mark.parametrize(
    ("fault", "code", "expected"), [(("--fault", "inclusive-interval"), 0, "expected"), ((), 4, "stale")]
)
def test_a_run_ends_accordingly(tmp_path: Path, fault: tuple[str, ...], code: int, expected: str) -> None:
    known = tmp_path / "known.toml"
    known.write_text('["restart/too-soon"]\nreason = "inclusive"\n')

    with serving("--clock", "virtual", *fault) as server:
        options = ("--target", server.url, "--only", "restart/too-soon", "--expect", known, "--json", "-")
        ended = run("verify", *options)
    said: dict[str, Any] = json.loads(ended.stdout)
    row = next(one for one in said["requirements"] if one["id"] == "restart/too-soon")

    assert (ended.returncode, said["exit_code"], said["verdict"]) == (code, code, "kept")
    assert row["declared"] == {"reason": "inclusive", "until": None, "standing": expected}
