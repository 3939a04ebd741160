"""The report of a load run: the verdict on top, everything in it, nothing in it that runs."""

from collections.abc import Mapping
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from liveload.load_report import LoadReport, Worker, as_html, as_section, with_section, write_html
from liveload.phase import Phase
from liveload.state import LiveState
from liverec.verdict import ExitCode, Judgement, Result, Verdict
from made_up_run import HOSTILE, a_run

LOCUST_PAGE = '<!DOCTYPE html><html><body>\n<div id="root"></div><script>window.templateArgs = {}</script></body>'


class Page(HTMLParser):
    """What a browser would make of the page, as far as the tests ask."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def count(self, tag: str) -> int:
        return sum(name == tag for name, _ in self.elements)


def a_witness(text: str) -> Mapping[str, Any]:
    operation = {"process": 3, "action": "START", "invoked_s": 11.95, "completed_s": 11.951, "outcome": "ok"}
    return {"kind": "witness", "stream": text, "why": text, "operations": [{**operation, "status": 200}]}


def a_result(text: str = "plain") -> Result:
    judgement = Judgement(
        id="restart/too-soon", verdict=Verdict.BROKEN, why=text, evidence=(a_witness(text),), replay=text
    )
    return Result(
        verdict="broken",
        exit_code=ExitCode.BROKEN,
        started="2026-11-22T23:00:00Z",
        seconds=41.2,
        seed=4,
        target={"url": text},
        versions={"liverec": "0.1.0"},
        findings=("restart/too-soon",),
        judgements=(judgement,),
        dialect={"start_while_recording": text},
        interval_s={},
        counts={"operations": 4515},
        histories=(f"{text}.ndjson",),
        notes=(text,),
    )


def a_report(folder: Path, text: str = "plain") -> LoadReport:
    return LoadReport(
        state=replace(a_run(folder), scenario=text, target=text, reasons=(text,)),
        result=a_result(text),
        conditions=(("at least 20 probes near ten seconds", True), (text, False)),
        workers=(
            Worker(name="worker 0", records=2300, history="worker-0.ndjson", complete=True),
            Worker(name=text, records=2215, history="", complete=False, note=text),
        ),
    )


def a_kept_report() -> LoadReport:
    result = replace(a_result(), verdict="kept", exit_code=ExitCode.KEPT, findings=(), judgements=(), histories=())
    return LoadReport(state=LiveState(phase=Phase.ENDED, exit_code=0, verdict="kept"), result=result)


def test_the_report_holds_the_verdict_its_reasons_and_its_evidence(tmp_path: Path) -> None:
    page = Page(as_html(a_report(tmp_path)))

    for words in ("The contract is broken", "What to do", "worker-0.ndjson", "not met", "9.999412 s", "11.950 s"):
        assert words in page.text, words
    assert page.text.index("The contract is broken") < page.text.index("What is broken")


def test_the_report_draws_the_gaps_twice_the_course_and_the_violations(tmp_path: Path) -> None:
    page = Page(as_html(a_report(tmp_path)))
    labels = [attributes["aria-label"] for tag, attributes in page.elements if tag == "svg"]

    assert sum("probes between" in (label or "") for label in labels) == 2
    assert sum("over the run" in (label or "") for label in labels) == 3


def test_the_report_runs_and_loads_nothing(tmp_path: Path) -> None:
    page = Page(as_html(a_report(tmp_path)))
    loading = [attributes for _, attributes in page.elements if "src" in attributes]

    assert page.count("script") == 0
    assert loading == []
    assert [link["href"] for tag, link in page.elements if tag == "link"] == ["data:,"]


def test_a_wrong_probe_among_thousands_can_be_seen(tmp_path: Path) -> None:
    report = a_report(tmp_path)
    report.state.tally.probes += [probe for probe in report.state.tally.probes if not probe.accepted] * 20
    wrong = [
        float(attributes["height"] or 0)
        for tag, attributes in Page(as_html(report)).elements
        if tag == "rect" and "wrong" in (attributes.get("class") or "")
    ]

    assert wrong
    assert min(wrong) >= 4


def test_what_a_target_sent_stays_text(tmp_path: Path) -> None:
    harmless, hostile = (Page(as_html(a_report(tmp_path, text))) for text in ("plain", HOSTILE + "\x1b\u202e"))

    assert [tag for tag, _ in hostile.elements] == [tag for tag, _ in harmless.elements]
    assert "\u202e" not in hostile.text
    assert "\x1b" not in hostile.text
    assert HOSTILE in hostile.text


def test_a_run_that_recorded_nothing_has_a_report_too() -> None:
    page = Page(as_html(a_kept_report()))

    assert "The contract is kept" in page.text
    assert page.count("svg") == 0


def test_the_section_goes_on_top_of_what_locust_wrote(tmp_path: Path) -> None:
    page = with_section(LOCUST_PAGE, a_report(tmp_path))

    assert page.startswith("<!DOCTYPE html>")
    assert page.index("The contract is broken") < page.index('<div id="root">')
    assert page.count('<div id="root">') == 1


def test_the_section_keeps_its_style_to_itself(tmp_path: Path) -> None:
    section = as_section(a_report(tmp_path))

    assert ":root" not in section
    assert section.index("shadowrootmode") < section.index("<style>")


def test_a_page_that_is_not_locusts_is_left_alone(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not a report of Locust's"):
        with_section("<html></html>", a_report(tmp_path))


def test_the_report_is_written_as_a_whole(tmp_path: Path) -> None:
    path = tmp_path / "new" / "report.html"
    write_html(a_kept_report(), path)

    assert path.read_text(encoding="utf-8") == as_html(a_kept_report())
    assert [entry.name for entry in path.parent.iterdir()] == ["report.html"]
