"""``report.html``: complete, self-contained, and harmless whatever a target sent."""

from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from liverec.report import as_html, write_html
from liverec.requirements import REQUIREMENTS, Strength
from liverec.verdict import ExitCode, Judgement, Result, Verdict

HOSTILE = "<script>alert('x')</script>\"'><img src=http://evil.example/>&amp;\x00\x1b[31m\u202e\udc80"


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

    def attributes(self, name: str) -> list[str]:
        return [value for _, attributes in self.elements if (value := attributes.get(name)) is not None]

    def ids(self, tag: str) -> list[str]:
        return [
            value for name, attributes in self.elements if name == tag and (value := attributes.get("id")) is not None
        ]


def an_exchange(text: str = "plain") -> dict[str, Any]:
    return {
        "kind": "exchange",
        "method": text,
        "url": text,
        "request_headers": [[text, text]],
        "request_body": text,
        "status": 400,
        "headers": [["X-Request-Id", text]],
        "body": text,
        "error": text,
        "curl": text,
        "note": text,
    }


def a_witness(text: str = "plain") -> dict[str, Any]:
    operation = {
        "process": text,
        "action": text,
        "invoked_s": 1.0,
        "completed_s": None,
        "outcome": text,
        "status": None,
        "error_code": text,
        "request_id": text,
        "label": text,
    }
    return {"kind": "witness", "stream": text, "why": text, "operations": [operation]}


def a_result(*judgements: Judgement, verdict: str = "broken", text: str = "plain", **fields: object) -> Result:
    values: dict[str, object] = {
        "verdict": verdict,
        "exit_code": ExitCode[verdict.upper()],
        "started": text,
        "seconds": 30.5,
        "seed": 7,
        "target": {"url": text},
        "versions": {text: text},
        "findings": tuple(item.id for item in judgements if item.verdict is Verdict.BROKEN and item.echo_of is None),
        "judgements": judgements,
        "dialect": {text: text},
        "interval_s": {"refused_up_to": 9.98, "accepted_from": 10.02},
        "counts": {"requests": 10, "operations": 4, "streams": 2},
        "histories": (text,),
        "notes": (text,),
        "timelines": (
            {
                "title": text,
                "requirement": "restart/too-soon",
                "stream": text,
                "wait_window": {"from_s": 1.0, "until_s": 11.0},
                "operations": a_witness(text)["operations"],
            },
        ),
        "probes": ({"gap_from_s": 4.0, "gap_until_s": 4.1, "accepted": False, "certain": True},),
    }
    return Result(**(values | fields))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  # fields by name


def every_requirement(text: str = "plain") -> tuple[Judgement, ...]:
    """A judgement on each row of the table: all verdicts and all kinds of evidence are among them."""
    verdicts = (Verdict.KEPT, Verdict.BROKEN, Verdict.UNDECIDED, Verdict.NOT_EXERCISED, Verdict.ERROR)
    evidence = (
        an_exchange(text),
        a_witness(text),
        {"kind": "value", "name": text, "value": text, "note": text},
        {"kind": "value", "name": "number", "value": 3, "note": ""},
        {"kind": "of another day", text: text},
    )
    return tuple(
        Judgement(
            id=name,
            verdict=Verdict.OBSERVED if row.strength is Strength.OPEN else verdicts[number % len(verdicts)],
            why=text,
            evidence=evidence,
            replay=text,
        )
        for number, (name, row) in enumerate(REQUIREMENTS.items())
    )


def html_of(result: Result) -> str:
    return as_html(result, stated_s=10.0)


def test_hostile_text_is_shown_and_does_nothing_in_any_field() -> None:
    text = html_of(a_result(*every_requirement(HOSTILE), text=HOSTILE))

    page = Page(text)
    assert {"script", "img", "iframe", "object", "link"}.isdisjoint(tag for tag, _ in page.elements)
    assert page.text.count("<script>alert('x')</script>") > 100
    assert [name for _, attributes in page.elements for name in attributes if name.startswith("on")] == []
    assert not set("\x00\x1b\u202e\udc80") & set(text)
    assert "\\x00\\x1b[31m\\u202e\\udc80" in page.text


def test_nothing_is_loaded_from_anywhere() -> None:
    text = html_of(a_result(*every_requirement("http://127.0.0.1:8080/"), text="http://127.0.0.1:8080/"))

    page = Page(text)
    assert page.attributes("src") == []
    assert [link for link in page.attributes("href") if not link.startswith("#")] == []
    assert "url(" not in text
    assert "@import" not in text
    assert "default-src 'none'" in text


def test_every_requirement_has_its_anchor_and_every_link_an_end() -> None:
    page = Page(html_of(a_result(*every_requirement())))

    anchors = page.attributes("id")
    assert set(REQUIREMENTS) <= set(anchors)
    assert len(anchors) == len(set(anchors))
    assert {link.removeprefix("#") for link in page.attributes("href")} <= set(anchors)


@pytest.mark.parametrize(
    ("verdict", "said"),
    [
        ("kept", "The contract is kept"),
        ("broken", "The contract is broken"),
        ("undecided", "Not decided"),
        ("error", "Not judged"),
    ],
)
def test_the_verdict_stands_at_the_top(verdict: str, said: str) -> None:
    page = Page(html_of(a_result(verdict=verdict)))

    text = page.text[page.text.index("Recording command contract") :]
    assert said in text[:100]


def test_a_finding_carries_its_evidence_and_its_echoes() -> None:
    finding = Judgement(
        id="restart/too-soon", verdict=Verdict.BROKEN, why="too early", evidence=(a_witness(),), replay="liverec verify"
    )
    echo = Judgement(id="consistency/one-reading", verdict=Verdict.BROKEN, why="as a rule", echo_of="restart/too-soon")

    text = html_of(a_result(finding, echo))

    page = Page(text)
    assert page.ids("article") == ["finding:restart/too-soon"]
    card = Page(text[text.index("<article") : text.index("</article>")])
    for said in (REQUIREMENTS["restart/too-soon"].text, "Table 2, action", "too early", "liverec verify"):
        assert said in card.text
    assert "consistency/one-reading" in card.text
    assert "svg" in [tag for tag, _ in card.elements]


def test_no_section_stands_there_empty() -> None:
    result = a_result(
        Judgement(id="restart/too-soon", verdict=Verdict.KEPT, why="w"),
        verdict="kept",
        dialect={},
        probes=(),
        timelines=(),
        notes=(),
        histories=(),
    )

    assert Page(html_of(result)).ids("section") == ["summary", "requirements", "legend"]


def test_much_evidence_is_folded_and_long_bodies_are_cut() -> None:
    finding = Judgement(
        id="restart/too-soon",
        verdict=Verdict.BROKEN,
        why="w",
        evidence=tuple(an_exchange("x" * 9000) for _ in range(5)),
    )

    page = Page(html_of(a_result(finding)))

    assert "2 more" in page.text
    assert "(5000 more characters in result.json)" in page.text


def test_how_to_judge_again_can_be_pasted_into_a_shell() -> None:
    page = Page(html_of(a_result(histories=("runs/a b.ndjson",))))

    assert "liverec check 'runs/a b.ndjson'" in page.text


def test_the_file_states_the_interval_of_the_document(tmp_path: Path) -> None:
    path = tmp_path / "report.html"

    write_html(a_result(), path)

    assert "asked for: more than" in path.read_text(encoding="utf-8")
    assert "10 s" in path.read_text(encoding="utf-8")
