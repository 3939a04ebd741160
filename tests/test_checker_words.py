"""A finding says in words what is wrong, with the bounds that show it; and which answers contradict each other."""

from dataclasses import replace

import pytest

from faulty_histories import faulty_history
from liverec.checker import CheckResult, Finding, check
from liverec.checker.gap import decisive_gap
from liverec.checker.reading_words import reading_words
from liverec.history import Action, History, Outcome
from liverec.model import AXES, dialects_with
from random_histories import operations_of, random_history

MILLISECOND = 1_000_000


def judged(script: str, **terms: object) -> CheckResult:
    """Judge a script whose times are milliseconds; the interval is ten seconds."""
    operations = tuple(
        replace(
            one,
            invoked=one.invoked * MILLISECOND,
            completed=None if one.completed is None else one.completed * MILLISECOND,
        )
        for one in operations_of(script)
    )
    history = History(operations=operations, interval_ns=10_000 * MILLISECOND)
    return check(replace(history, **terms))  # type: ignore[arg-type]  # a test's own terms


def the_finding(script: str, **terms: object) -> Finding:
    (finding,) = judged(script, **terms).findings
    return finding


@pytest.mark.parametrize(
    ("script", "requirement", "why"),
    [
        (
            "a START+ 0..3, a STOP+ 4100..4200, b START+ 12301..12315",
            "restart/too-soon",
            (
                "START at 12.301..12.315 s was accepted although STOP took effect no earlier than 4.100 s: "
                "gap at most 8.215 s, must be more than 10 s"
            ),
        ),
        (
            "a START+ 0..3, a STOP+ 4100..4200, b START+ 14099..14100",
            "restart/too-soon",
            (
                "START at 14.099..14.100 s was accepted although STOP took effect no earlier than 4.100 s: "
                "gap at most 10.000 s, must be more than 10 s"
            ),
        ),
        (
            "a START+ 0..3, a STOP+ 4100..4200, b START- 15301..15315",
            "restart/after-interval",
            (
                "START at 15.301..15.315 s was refused (400) although the stream was idle and STOP took effect "
                "no later than 4.200 s: gap at least 11.101 s, a START is accepted after more than 10 s"
            ),
        ),
        (
            "b START- 15301..15315",
            "recording/start",
            (
                "START at 15.301..15.315 s was refused (400) although the stream was idle: "
                "nothing sent before can have begun a recording or opened a window"
            ),
        ),
        (
            "a START+ 0..3, a STOP- 4100..4200",
            "recording/stop",
            (
                "STOP at 4.100..4.200 s was refused (400) although START at 0.000..0.003 s was accepted before: "
                "no STOP can have ended that recording in between"
            ),
        ),
        (
            "a START+ 0..3, a START+ 4100..4200, a START- 5000..5100",
            "consistency/one-reading",
            (
                "each answer could be excused by some reading of the page, but no single reading explains: "
                "START at 0.000..0.003 s was accepted; "
                "START at 4.100..4.200 s was accepted, so start_while_recording=accepted; "
                "START at 5.000..5.100 s was refused (400), which start_while_recording=accepted does not explain"
            ),
        ),
        (
            "STOP+ 0..3, STOP- 10..20",
            "consistency/one-reading",
            (
                "each answer could be excused by some reading of the page, but no single reading explains: "
                "STOP at 0.000..0.003 s was accepted, so stop_while_idle=accepted or accepted_restarts; "
                "STOP at 0.010..0.020 s was refused (400), "
                "which stop_while_idle=accepted or accepted_restarts does not explain"
            ),
        ),
    ],
    ids=["too soon", "at the interval", "too late", "free", "STOP", "double START", "STOP of nothing"],
)
def test_each_kind_of_violation_has_its_sentence(script: str, requirement: str, why: str) -> None:
    finding = the_finding(script)

    assert (finding.requirement, finding.why) == (requirement, why)


def test_one_cause_explains_all_that_it_can() -> None:
    late = "START+ 0, STOP+ 1000, START- 11500"
    either = "START+ 0 @b, STOP+ 1000 @b, START- 10900 @b, START- 11100 @b, START+ 20850 @b"  # alone: named too soon

    assert [one.requirement for one in judged(either.replace(" @b", "")).findings] == ["restart/too-soon"]
    assert [one.requirement for one in judged(f"{late}, {either}").findings] == ["restart/after-interval"]


def test_a_nanosecond_is_said_where_it_decides() -> None:
    start, stop, again = operations_of("a START+ 0, a STOP+ 1000000, a START- 10001000001")
    history = History(operations=(start, stop, again), interval_ns=10_000_000_000)

    (finding,) = check(history).findings

    assert "gap at least 10.000000001 s, a START is accepted after more than 10 s" in finding.why


def test_a_coarse_clock_is_named() -> None:
    finding = the_finding("a START+ 0, a STOP+ 10, a START+ 9000", resolution_ns=5 * MILLISECOND)

    assert finding.why.endswith("gap at most 8.990 s, must be more than 10 s (5 ms either way)")


def test_clocks_that_may_be_off_widen_what_is_said() -> None:
    finding = the_finding(
        "one:a START+ 0, one:a STOP+ 100..200, two:b START+ 9000..9100",
        clock_bounds={"one": 50 * MILLISECOND, "two": 70 * MILLISECOND},
    )

    assert "STOP took effect no earlier than 0.050 s: gap at most 9.120 s" in finding.why


def test_streams_that_contradict_each_other_are_named_with_what_each_asks_for() -> None:
    script = "a START+ 0..3 @x, a START+ 4100..4200 @x, a START+ 5000..5001 @y, a START- 5002..5100 @y"
    x, y = (judged(part).verdict for part in (script.partition(", a START+ 5000")[0], script.partition("4200 @x, ")[2]))

    finding = the_finding(script)

    assert (x, y, finding.page_alone) == ("kept", "kept", "kept")
    assert [one.stream for one in finding.streams] == ["x", "y"]
    assert finding.why.startswith(
        "each answer could be excused by some reading of the page, but no single reading explains these streams "
        "together: publish.example.com/live/x asks for start_while_recording=accepted ("
    )
    assert "; publish.example.com/live/y asks for start_while_recording=refused (START at 5.002" in finding.why


CONTRADICTORY = {
    "x": "x START+ 0..1 @x, x STOP+ 10..15 @x, x STOP+ 15..20 @x",
    "y": "y STOP- 0..0 @y",
    "z": "z START+ 0 @z, z STOP+ 2..4 @z, z START- 12..17 @z, z STOP? 22 @z, w START- 25..25 @z",
}


def contradiction(*streams: str) -> CheckResult:
    operations = operations_of(", ".join(CONTRADICTORY[one] for one in streams))
    return check(History(operations=operations, interval_ns=10))


def test_three_streams_contradict_each_other_though_no_two_do() -> None:
    assert {contradiction(*two).verdict for two in ("xy", "yz", "xz")} == {"kept"}

    (finding,) = contradiction("x", "y", "z").findings

    assert (finding.requirement, finding.page_alone) == ("consistency/one-reading", "kept")
    assert {one.stream for one in finding.streams} == {"x", "y", "z"}
    assert "live/x asks for stop_while_idle=accepted or accepted_restarts or accepted_once_recorded (" in finding.why
    assert "live/y asks for stop_while_idle=refused or accepted_once_recorded (" in finding.why
    assert "live/z asks for stop_while_idle=refused or accepted or accepted_restarts (" in finding.why


PINS = [{axis: value} for axis, values in AXES.items() for value in values]


@pytest.mark.parametrize(
    ("script", "reading", "verdict"),
    [
        ("a START+ 0, a START- 10", {"start_while_recording": "refused"}, "kept"),
        ("a START+ 0, a START- 10", {"start_while_recording": "accepted"}, "broken"),
        ("a START+ 0, a STOP+ 10, a STOP+ 20", {"stop_while_idle": "accepted_once_recorded"}, "kept"),
        ("a START+ 0, a STOP+ 10, a STOP+ 20", {"stop_while_idle": "refused"}, "broken"),
        ("a START+ 0", {"stop_while_idle": "accepted", "start_while_recording": "accepted"}, "kept"),
    ],
)
def test_a_pinned_reading_must_explain_it(script: str, reading: dict[str, str], verdict: str) -> None:
    result = judged(script, pinned=reading)

    assert result.verdict == verdict
    assert all(getattr(one, axis) == value for one in result.dialects for axis, value in reading.items())
    assert [one.requirement for one in result.findings] == ["consistency/one-reading"] * (verdict == "broken")


def test_what_a_pinned_reading_does_not_explain_is_said() -> None:
    finding = the_finding("a STOP- 0..3", pinned={"stop_while_idle": "accepted"})

    assert finding.why == (
        "the reading that is asked for (stop_while_idle=accepted) does not explain: "
        "STOP at 0.000..0.003 s was refused (400)"
    )


@pytest.mark.parametrize("seed", range(30))
def test_pinning_agrees_with_the_dialects_that_were_found(seed: int) -> None:
    history = random_history(seed)
    free = check(history)

    for pinned in PINS:
        result = check(replace(history, pinned=pinned))
        page_alone = {one.requirement for one in free.findings if one.page_alone == "broken"}
        assert {one.requirement for one in result.findings if one.page_alone == "broken"} == page_alone
        if free.verdict == "broken":
            assert result.verdict == "broken"
        if result.verdict == "kept":
            assert free.verdict == "kept"
    if free.verdict == "kept":
        # by each axis, some value explains it; and what is not pinned away stays
        for axis, values in AXES.items():
            kept = [one for one in values if check(replace(history, pinned={axis: one})).verdict == "kept"]
            assert kept
            assert {getattr(one, axis) for one in free.dialects} <= set(kept)


def test_no_gap_is_claimed_that_is_none() -> None:
    claimed = set[bool]()
    for seed in range(300):
        history = faulty_history(seed)
        for finding in check(history).findings:
            gap = decisive_gap(finding.requirement, finding.witness, history)
            if gap is None:
                continue
            assert gap.start.action is Action.START
            accepted = gap.start.outcome is Outcome.OK
            claimed.add(accepted)
            assert gap.at_most is accepted
            assert (gap.length_ns <= history.interval_ns) is accepted
    assert claimed == {True, False}


@pytest.mark.parametrize(
    ("axes", "words"),
    [
        ({}, ""),
        ({"start_while_recording": "accepted"}, "start_while_recording=accepted"),
        ({"refused_stop_restarts": "yes"}, "stop_while_idle=refused, refused_stop_restarts=yes"),
        ({"stop_while_idle": "accepted"}, "stop_while_idle=accepted"),
    ],
)
def test_readings_in_words_name_what_they_have_in_common(axes: dict[str, str], words: str) -> None:
    assert reading_words(dialects_with(axes)) == words
