"""The result sheet: root causes before what follows from them, and a headline that claims no more than was judged."""

import pytest

from liverec.report.headline import headline
from liverec.report.sheet import by_section, findings_of, rows_of, tally, unjudged
from liverec.requirements import REQUIREMENTS
from liverec.verdict import ExitCode, Judgement, Result, Verdict


def a_judgement(name: str, verdict: Verdict = Verdict.BROKEN, echo_of: str | None = None) -> Judgement:
    return Judgement(id=name, verdict=verdict, why="why", echo_of=echo_of)


def a_result(*judgements: Judgement, verdict: str = "broken", findings: tuple[str, ...] = ()) -> Result:
    return Result(
        verdict=verdict,
        exit_code=ExitCode[verdict.upper()],
        started="2026-11-22T10:15:00Z",
        seconds=30.5,
        seed=7,
        target={},
        versions={},
        findings=findings,
        judgements=judgements,
        dialect={},
        interval_s={},
        counts={"requests": 1, "operations": 2},
    )


def test_rows_come_in_the_order_of_the_table() -> None:
    result = a_result(*(a_judgement(name) for name in reversed(list(REQUIREMENTS))))

    assert [row.id for row in rows_of(result)] == list(REQUIREMENTS)


def test_an_open_point_stands_in_the_section_that_it_belongs_to() -> None:
    rows = rows_of(a_result(a_judgement("open/start-while-recording", Verdict.OBSERVED)))

    assert list(by_section(rows)) == ["recording"]


def test_findings_keep_the_order_of_the_result() -> None:
    names = ("restart/too-soon", "query/action-options", "http/method")
    result = a_result(*(a_judgement(name) for name in names), findings=names)

    assert [finding.row.id for finding in findings_of(result)] == list(names)


def test_an_echo_of_an_echo_stands_under_the_root_cause() -> None:
    result = a_result(
        a_judgement("recording/start"),
        a_judgement("recording/stop", echo_of="recording/start"),
        a_judgement("restart/too-soon", Verdict.UNDECIDED, echo_of="recording/stop"),
        findings=("recording/start", "recording/stop"),
    )

    (finding,) = findings_of(result)

    assert finding.row.id == "recording/start"
    assert [echo.id for echo in finding.echoes] == ["recording/stop", "restart/too-soon"]


def test_an_echo_of_something_unbroken_is_a_finding_of_its_own() -> None:
    result = a_result(
        a_judgement("recording/start", Verdict.KEPT), a_judgement("recording/stop", echo_of="recording/start")
    )

    assert [finding.row.id for finding in findings_of(result)] == ["recording/stop"]


def test_echoes_in_a_circle_are_not_lost() -> None:
    names = ("recording/start", "recording/stop")
    result = a_result(*(a_judgement(name, echo_of=other) for name, other in zip(names, reversed(names), strict=True)))

    assert [finding.row.id for finding in findings_of(result)] == list(names)


def test_verdicts_are_counted_gravest_first() -> None:
    rows = rows_of(
        a_result(
            a_judgement("uri/project-id", Verdict.KEPT),
            a_judgement("query/action-options", Verdict.KEPT),
            a_judgement("restart/too-soon", Verdict.BROKEN),
        )
    )

    assert list(tally(rows).items()) == [(Verdict.BROKEN, 1), (Verdict.KEPT, 2)]


def test_what_was_not_judged_is_known() -> None:
    result = a_result(a_judgement("restart/too-soon", Verdict.KEPT))

    assert set(unjudged(result)) == set(REQUIREMENTS) - {"restart/too-soon"}


def test_a_kept_contract_says_how_much_was_judged_and_what_was_not() -> None:
    result = a_result(
        a_judgement("restart/too-soon", Verdict.KEPT),
        a_judgement("constraints/command-record", Verdict.NOT_EXERCISED),
        a_judgement("open/racing", Verdict.OBSERVED),
        verdict="kept",
    )

    told = headline(result)

    assert (told.title, told.statement) == ("KEPT", "The contract is kept")
    assert told.sentence == "1 requirement judged, none broken; 1 could not be exercised."
    assert told.effort == "1 request, 2 operations, 30.5 s."


def test_a_broken_contract_names_root_causes_only() -> None:
    result = a_result(
        a_judgement("restart/too-soon"),
        a_judgement("consistency/one-reading", echo_of="restart/too-soon"),
        findings=("restart/too-soon", "consistency/one-reading"),
    )

    assert headline(result).sentence == "1 requirement broken, of 2 judged: restart/too-soon (1 more follows from it)."


HTTP = ("http/answered", "http/well-formed")


@pytest.mark.parametrize(
    ("judgements", "said"),
    [
        ((a_judgement("restart/too-soon", Verdict.UNDECIDED),), "the evidence cannot decide restart/too-soon."),
        ((), "nothing was judged."),
        (
            tuple(a_judgement(name, Verdict.UNDECIDED) for name in ("status/200", "status/400", *HTTP)),
            "the evidence cannot decide status/200, status/400, http/answered and 1 more.",
        ),
        (
            (a_judgement("status/200", Verdict.KEPT), a_judgement("http/answered", Verdict.UNDECIDED)),
            "the evidence cannot decide http/answered; 1 requirement judged, none broken.",
        ),
        ((a_judgement("status/200", Verdict.KEPT),), "the run ended early; 1 requirement judged, none broken."),
    ],
)
def test_undecided_is_never_told_as_kept(judgements: tuple[Judgement, ...], said: str) -> None:
    told = headline(a_result(*judgements, verdict="undecided"))

    assert (told.title, told.sentence) == ("UNDECIDED", said)
