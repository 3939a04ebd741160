"""What the documents tell client teams, done as they would: their files in a folder, and pytest."""

import re
from pathlib import Path

import pytest

from liverec import CommandJournal, RecordControl
from liverec.doubles.reference_double import ReferenceDouble
from test_documentation import README, ROOT, blocks, named, table, text_of, told_alike

GUIDE = ROOT / "docs" / "client-teams.md"
PROGRAM = blocks(README, "file: recording.py", "python")[0]
TESTS = {
    name: blocks(path, f"file: {name}", "python")[0]
    for path in (README, GUIDE)
    for name in re.findall(r"<!-- file: (test_\w+\.py) -->", text_of(path))
}


def run(pytester: pytest.Pytester, test: str, *, program: str = PROGRAM) -> pytest.RunResult:
    pytester.makepyfile(recording=program)
    pytester.syspathinsert()
    (pytester.path / test).write_text(TESTS[test], encoding="utf-8")
    return pytester.runpytest("-p", "no:randomly", test)


@pytest.mark.parametrize("test", TESTS)
def test_what_the_documents_show_passes(pytester: pytest.Pytester, test: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")

    result = run(pytester, test)

    result.assert_outcomes(passed=TESTS[test].count("\ndef test_"))


def test_six_lines_are_enough() -> None:
    assert len(TESTS["test_answers.py"].splitlines()) == 6


def test_a_program_that_waits_ten_seconds_is_told_as_the_readme_shows(pytester: pytest.Pytester) -> None:
    (shown,) = blocks(README, "told: by test_restart.py when recording.py sleeps 10", "console")

    result = run(pytester, "test_restart.py", program=PROGRAM.replace("sleep(10.001)", "sleep(10)"))

    result.assert_outcomes(failed=1)
    told = result.outlines[result.outlines.index(shown.splitlines()[0]) :]
    assert told_alike(shown.splitlines(), told)


def public(kind: type) -> set[str]:
    return {name for name, value in vars(kind).items() if not name.startswith("_") and callable(value)}


def calls(path: Path, title: str) -> set[str]:
    return {name for row in table(path, title) for name in re.findall(r"([a-z_]+)\(", row)}


def test_the_guide_lists_every_answer() -> None:
    assert calls(GUIDE, "call") == public(RecordControl) - {"problems"}


def test_the_guide_lists_every_control() -> None:
    assert calls(GUIDE, "control") == public(ReferenceDouble) - {"problems"}


def test_the_guide_lists_every_assertion() -> None:
    assert calls(GUIDE, "assertion") == {name for name in public(CommandJournal) if name.startswith("assert_")}


def test_the_guide_names_the_fixtures() -> None:
    fixtures = {name for name in named(text_of(GUIDE)) if re.fullmatch(r"record_control\w*", name)}

    assert fixtures == {
        "record_control",
        "record_control_double",
        "record_control_server",
        "record_control_contract",
    }
