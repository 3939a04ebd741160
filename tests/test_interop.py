"""The parts of the interop group that stand between it and a wrong verdict: installing, taking samples, the table."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from interop import installation, table
from interop.installation import InstallationError, installed
from interop.page import PageError, Sample, difference, filled
from interop.program import ID_SPELLINGS, PROFILE, Exchange, Program, Shown

PAGE = """Example
 1
 2
first line
    the end

 1
 2
 3
# a program
    project = "{project_id}"
    ask("<YOUR REGION>")
A sentence that belongs to no program.
"""
SAMPLE = Sample(first="# a program", added={'ask("cn-north-4")': "say({action})"})


def setting_up(folder: Path, steps: Sequence[Sequence[str]], monkeypatch: pytest.MonkeyPatch) -> tuple[Path, list[str]]:
    monkeypatch.setattr(installation, "CACHE", folder / "cache")
    told: list[str] = []
    return installed("thing", {"source": folder / "source"}, steps, announce=told.append), told


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "source").write_text("1")
    return tmp_path


def test_what_is_installed_is_kept(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    steps = [("cp", "source", "made")]
    made, told = setting_up(folder, steps, monkeypatch)
    again, told_again = setting_up(folder, steps, monkeypatch)

    assert (made / "made").read_text() == "1"
    assert (again, [len(told), len(told_again)]) == (made, [2, 0])


def test_what_has_changed_is_installed_anew(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    steps = [("cp", "source", "made")]
    made, _ = setting_up(folder, steps, monkeypatch)
    (folder / "source").write_text("2")
    other, _ = setting_up(folder, steps, monkeypatch)

    assert ((other / "made").read_text(), made.exists()) == ("2", False)


def test_a_step_that_fails_is_told_and_tried_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fails = [("touch", "begun"), ("sh", "-c", "echo no network; test ! -e begun")]

    for _ in range(2):
        with pytest.raises(InstallationError, match=r"(?s)`sh -c .*` ended with 1; .*no network"):
            setting_up(folder, fails, monkeypatch)


def test_a_program_that_ends_early_says_why() -> None:
    ends = Program(name="Some SDK", command=("sh", "-c", "echo no such library >&2; exit 1"))

    said = "Some SDK ended without an answer; it said:\nno such library"
    with pytest.raises(AssertionError, match=said), ends.running({}) as send:
        send("START", "mystream")


def test_a_sample_is_taken_from_the_page() -> None:
    assert SAMPLE.printed(PAGE) == '# a program\n    project = "{project_id}"\n    ask("<YOUR REGION>")\n'


def test_a_sample_is_completed() -> None:
    gone, come = difference(SAMPLE.printed(PAGE), SAMPLE.completed(PAGE, "STOP"))

    assert gone == ['project = "{project_id}"', 'ask("<YOUR REGION>")']
    assert come == [f'project = "{PROFILE.project_id}"', 'ask("cn-north-4")', "say(STOP)"]
    assert [filled(line) for line in gone] == come[:2]


@pytest.mark.parametrize(
    ("sample", "page", "why"),
    [
        pytest.param(
            Sample(first="package other"), PAGE, "no listing begins with 'package other'", id="no such listing"
        ),
        pytest.param(SAMPLE, PAGE.replace("{project_id}", "x"), "expected one {project_id}", id="no placeholder"),
        pytest.param(
            Sample(first="# a program", added={"go()": "x"}), PAGE, r"expected one line 'go\(\)'", id="no line"
        ),
    ],
)
def test_another_page_is_told(sample: Sample, page: str, why: str) -> None:
    with pytest.raises(PageError, match=why):
        sample.completed(page, "START")


def row(shown: Shown, *statuses: int, spellings: tuple[str, ...] = ID_SPELLINGS) -> list[str]:
    """Return a row's cells but the program's; the requests are answered with *statuses*, the last as id-0."""
    requests = [{"status": status, "request_id": f"id-{n}"} for n, status in enumerate(reversed(statuses))]
    program = Program(name="Some SDK", command=(), id_spellings=spellings)
    _, line = table.row(program, Exchange(shown=shown, requests=requests))
    return [cell.strip() for cell in line.strip("|").split("|")][1:]


ANSWER = Shown(what="Answer", status=200, request_id="id-0")
REFUSAL = Shown(what="Refusal", status=400, code="E1", message="no", request_id="id-0")


def test_rows_say_what_was_seen() -> None:
    assert row(ANSWER, 200) == ["200", "`Answer`", "200", "", "", "yes", "1"]
    assert row(REFUSAL, 400) == ["400", "`Refusal`", "400", "`E1`", "no", "yes", "1"]
    assert row(replace(REFUSAL, typed=False, request_id=None), 400)[1:6:4] == ["`Refusal`, its body as text", "no"]
    assert row(replace(ANSWER, request_id=None), 200, spellings=("x-id",))[5] == "only as `x-id`"


def test_rows_say_that_a_reply_was_lost() -> None:
    assert row(REFUSAL, 200, 400) == [table.LOST, "`Refusal`", "400", "`E1`", "no", "yes", "2"]
    assert row(Shown(what="Lost", message="reset by peer"), 200) == [table.LOST, "`Lost`", "", "", "", "", "1"]


def test_the_table_keeps_its_order_and_its_surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    document = tmp_path / "interop.md"
    document.write_text(f"before\n\n{table.HEAD}\n|---|\n| B | 200 | x |\n| gone | 200 | x |\n\nafter\n")
    monkeypatch.setattr(table, "DOCUMENT", document)
    monkeypatch.setattr(installation, "CACHE", tmp_path / "cache")
    table.write(["A", "B"], {("A", "404"): "| A | 404 | y |", ("B", "200"): "| B | 200 | z |"})

    before, _, rest = document.read_text().partition(f"{table.HEAD}\n")
    assert (before, rest.partition("\n")[2]) == ("before\n\n", "| A | 404 | y |\n| B | 200 | z |\n\nafter\n")
