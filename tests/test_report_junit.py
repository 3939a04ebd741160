"""JUnit XML: what each verdict means to a CI system."""

from collections.abc import Mapping
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from liverec.report import junit_text, write_junit
from liverec.verdict import ExitCode, Judgement, Result, Verdict


def a_result(*judgements: Judgement, target: Mapping[str, str] | None = None) -> Result:
    return Result(
        verdict="broken",
        exit_code=ExitCode.BROKEN,
        started="2026-11-22T10:15:00Z",
        seconds=30.5,
        seed=7,
        target=target or {"url": "http://127.0.0.1:8080"},
        versions={},
        findings=tuple(judgement.id for judgement in judgements if judgement.verdict is Verdict.BROKEN),
        judgements=judgements,
        dialect={},
        interval_s={},
        counts={},
    )


def parsed(*judgements: Judgement) -> ET.Element:
    return ET.fromstring(junit_text(a_result(*judgements)))


@pytest.mark.parametrize(
    ("verdict", "element", "kind"),
    [
        (Verdict.BROKEN, "failure", "broken"),
        (Verdict.UNDECIDED, "error", "undecided"),
        (Verdict.ERROR, "error", "harness"),
        (Verdict.NOT_EXERCISED, "skipped", "not exercised"),
    ],
)
def test_a_verdict_that_is_no_pass_says_so(verdict: Verdict, element: str, kind: str) -> None:
    judgement = Judgement(id="restart/too-soon", verdict=verdict, why="because of this", replay="liverec verify")

    (told,) = parsed(judgement).iterfind(f".//testcase/{element}")

    assert told.get("type") == kind
    assert told.get("message") == f"{verdict}: because of this"
    assert "Table 2, action" in (told.text or "")
    assert "replay: liverec verify" in (told.text or "")


@pytest.mark.parametrize(
    ("name", "verdict"),
    [("restart/too-soon", Verdict.KEPT), ("open/racing", Verdict.OBSERVED)],
    ids=["kept", "observed"],
)
def test_a_pass_tells_what_was_seen(name: str, verdict: Verdict) -> None:
    (case,) = parsed(Judgement(id=name, verdict=verdict, why="exactly one won")).iter("testcase")

    assert [(child.tag, child.text) for child in case] == [("system-out", f"{verdict}: exactly one won")]


def test_there_is_a_suite_for_each_section_and_a_case_for_each_requirement() -> None:
    root = parsed(
        Judgement(id="restart/too-soon", verdict=Verdict.BROKEN, why="w"),
        Judgement(id="restart/after-interval", verdict=Verdict.UNDECIDED, why="w"),
        Judgement(id="query/action-options", verdict=Verdict.KEPT, why="w"),
    )

    suites = {suite.get("name"): [case.get("name") for case in suite.iter("testcase")] for suite in root}

    assert suites == {
        "liverec.query": ["query/action-options"],
        "liverec.restart": ["restart/too-soon", "restart/after-interval"],
    }
    assert {case.get("classname") for case in root.iter("testcase")} == {"liverec.query", "liverec.restart"}
    assert [root.get(key) for key in ("tests", "failures", "errors", "skipped")] == ["3", "1", "1", "0"]


def test_an_echo_names_the_finding_that_it_follows_from() -> None:
    root = parsed(
        Judgement(id="restart/too-soon", verdict=Verdict.BROKEN, why="w"),
        Judgement(id="consistency/one-reading", verdict=Verdict.BROKEN, why="w", echo_of="restart/too-soon"),
    )

    echo = root.findtext(".//testcase[@name='consistency/one-reading']/failure")

    assert "follows from: restart/too-soon" in (echo or "")


def test_the_run_is_known_by_its_properties() -> None:
    root = parsed(Judgement(id="restart/too-soon", verdict=Verdict.KEPT, why="w"))

    properties = {item.get("name"): item.get("value") for item in root.iter("property")}

    assert properties == {"target": "http://127.0.0.1:8080", "seed": "7", "verdict": "broken"}


def test_hostile_text_leaves_the_file_well_formed(tmp_path: Path) -> None:
    hostile = '</failure>]]>&\x00\x1b[31m\udc80\ufffe"'
    judgement = Judgement(
        id="restart/too-soon",
        verdict=Verdict.BROKEN,
        why=hostile,
        evidence=({"kind": "exchange", "body": hostile},),
        replay=hostile,
    )
    path = tmp_path / "junit.xml"

    write_junit(a_result(judgement, target={"url": hostile}), path)

    root = ET.parse(path).getroot()
    told = root.find(".//failure")
    assert told is not None
    assert '</failure>]]>&\\x00\\x1b[31m\\udc80\\ufffe"' in (told.get("message") or "")


def test_a_huge_answer_is_cut_and_the_cut_is_told() -> None:
    judgement = Judgement(
        id="restart/too-soon", verdict=Verdict.BROKEN, why="w", evidence=({"kind": "exchange", "body": "x" * 100_000},)
    )

    told = parsed(judgement).findtext(".//failure") or ""

    assert len(told) < 25_000
    assert "characters more" in told
