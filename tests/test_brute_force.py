"""The brute force, on cases judged by hand; the interval is 10 ns, so that the boundary lies a whole tenth away."""

from collections.abc import Mapping
from typing import Any

import pytest

from brute_force import (
    READINGS,
    Reading,
    explained,
    explaining_readings,
    satisfiable,
    unexplained_streams,
    verdict,
    weakened,
)
from liverec.history import History, Outcome
from random_histories import operations_of, script_of, simulated_history, stream_named

REFERENCE = Reading("refused", "refused", "no", "no")
COARSE = {"resolution_ns": 2}
USED = {"initial": "unknown", "earliest": 0}
INTERRUPTED = {"interruptions": True}
APART = {"clock_bounds": {"w1": 1, "w2": 1}}
FAR_APART = {"clock_bounds": {"w1": 5, "w2": 5}}


def history(script: str, terms: Mapping[str, Any]) -> History:
    return History(operations=operations_of(script), interval_ns=10, **terms)


@pytest.mark.parametrize(
    ("script", "legal"),
    [
        # the window is closed at its end, whatever the answer
        ("START+ 0, STOP+ 5, START- 14", True),
        ("START+ 0, STOP+ 5, START+ 14", False),
        ("START+ 0, STOP+ 5, START- 15", True),
        ("START+ 0, STOP+ 5, START+ 15", False),
        ("START+ 0, STOP+ 5, START- 16", False),
        ("START+ 0, STOP+ 5, START+ 16", True),
        # intervals include their ends, and effects are real numbers
        ("START+ 0, STOP+ 5..6, START- 16", True),
        ("START+ 0, STOP+ 5..6, START- 17", False),
        ("START+ 0, STOP+ 5..6, START+ 15", False),
        ("START+ 0, STOP+ 4..6, START+ 15", True),
        ("START+ 0, STOP+ 5, START- 15..20", True),
        ("START+ 0, STOP+ 5, START- 16..20", False),
        ("START+ 0, STOP+ 5, START+ 10..15", False),
        ("START+ 0, STOP+ 5, START+ 10..16", True),
        # the second STOP lies strictly between 15 and 16: no whole nanosecond does
        ("START+ 0, STOP+ 5, START+ 15..16, STOP+ 15..16, START+ 26", True),
        ("START+ 0, STOP+ 5, START+ 15..16, STOP+ 15..16, START+ 25..26, STOP+ 25..26, START+ 36", True),
        ("START+ 0, STOP+ 5, START+ 15..16, STOP+ 15..16, START- 25", True),
        ("START+ 0, STOP+ 5, START+ 15..16, STOP+ 15..16, START+ 25", False),
        # one STOP cannot lie early for one START and late for another
        ("START+ 0, STOP+ 5..9, p START- 16, p START+ 17", True),
        ("START+ 0, STOP+ 5..9, p START- 17, p START+ 17", False),
        ("START+ 0, STOP+ 5..9, p START- 17..18, p START+ 18", True),
        ("START+ 0, STOP+ 5..9, p START- 18..19, p START+ 18", False),
    ],
)
def test_the_window_is_judged_to_the_nanosecond(script: str, legal: bool) -> None:
    operations = operations_of(script)

    assert explained(operations, terms=history(script, {}), reading=REFERENCE) is legal


@pytest.mark.parametrize(
    ("script", "terms", "legal"),
    [
        # a clock as coarse as 2 may be wrong by 2 either way
        ("START+ 0, STOP+ 5, START+ 13", COARSE, False),
        ("START+ 0, STOP+ 5, START+ 14", COARSE, True),
        ("START+ 0, STOP+ 5, START- 17", COARSE, True),
        ("START+ 0, STOP+ 5, START- 18", COARSE, False),
        # order: by time where intervals are apart, free where they touch, of one process as sent
        ("STOP+ 0, START+ 1", {}, False),
        ("STOP+ 0..1, START+ 1", {}, True),
        ("STOP+ 0, START+ 0", {}, True),
        ("p STOP+ 0, p START+ 0", {}, False),
        ("p START+ 0, p STOP+ 0", {}, True),
        ("p STOP+ 0..1, p START+ 1", {}, False),
        # an info happened or did not, at any time from its invocation on
        ("START? 0, STOP+ 5", {}, True),
        ("START? 5, STOP+ 5", {}, True),
        ("START? 6, STOP+ 5", {}, False),
        ("START? 0, STOP- 5", {}, True),
        ("START+ 0, STOP? 3, START+ 13", {}, False),
        ("START+ 0, STOP? 3, START+ 13..14", {}, True),
        ("START+ 0, STOP? 1, START- 50, START+ 99", {}, True),
        ("START+ 0, STOP? 1, START+ 50, STOP+ 60, START+ 71", {}, True),
        ("START+ 0, p STOP- 10, STOP? 10", {}, True),
        ("START+ 0, p STOP- 10, p STOP? 10", {}, False),
        ("START+ 0, STOP? 1, START+ 20, START+ 40", {}, False),
        ("START+ 0, STOP? 1, START+ 20, STOP? 2, START+ 40", {}, True),
        # what was turned away is no evidence, and did not happen
        ("START! 0, STOP- 1", {}, True),
        ("START! 0, STOP+ 1", {}, False),
        # a stream that was used before: recording; or idle after a STOP at or before the first time
        ("STOP+ 0", {}, False),
        ("STOP+ 0", USED, True),
        ("STOP- 0, START- 10", USED, True),
        ("STOP- 0, START- 11", USED, False),
        ("STOP- 0, START- 10", USED | {"earliest": -1}, False),
        # an interruption ends a recording and opens no window
        ("START+ 0, STOP- 5", {}, False),
        ("START+ 0, STOP- 5", INTERRUPTED, True),
        ("START+ 0, START+ 5", INTERRUPTED, True),
        ("START+ 0, STOP- 5, START- 6", INTERRUPTED, False),
        ("START+ 0, START- 5, START+ 6", INTERRUPTED, True),
        # clocks of several files may be apart; one file keeps its own order
        ("w1:a STOP+ 9, w2:b START+ 10", {}, False),
        ("w1:a STOP+ 9, w2:b START+ 10", APART, True),
        ("w1:a STOP+ 7, w2:b START+ 10", APART, False),
        ("w1:a STOP+ 9, w1:b START+ 10", FAR_APART, False),
        ("w1:a STOP+ 9, w1:b START+ 10, w2:c STOP- 50", FAR_APART, False),
        ("w1:a STOP+ 9..10, w1:b START+ 10, w2:c STOP- 50", FAR_APART, True),
        ("w1:a START+ 0, w1:a STOP+ 5, w2:b START+ 13", APART, False),
        ("w1:a START+ 0, w1:a STOP+ 5, w2:b START+ 14", APART, True),
        ("w1:a START+ 0, w1:a STOP+ 5, w2:b START- 17", APART, True),
        ("w1:a START+ 0, w1:a STOP+ 5, w2:b START- 18", APART, False),
    ],
)
def test_the_reference_reading_explains(script: str, terms: Mapping[str, Any], legal: bool) -> None:
    operations = operations_of(script)

    assert explained(operations, terms=history(script, terms), reading=REFERENCE) is legal


def test_there_are_twenty_readings() -> None:
    assert len(set(READINGS)) == 20


@pytest.mark.parametrize(
    ("script", "terms", "axis", "values"),
    [
        ("START+ 0, START- 1", {}, "start_while_recording", {"refused"}),
        ("START+ 0, START+ 1", {}, "start_while_recording", {"accepted"}),
        ("START- 10", USED, "start_while_recording", {"refused", "accepted"}),
        ("START- 11", USED, "start_while_recording", {"refused"}),
        ("STOP- 0", {}, "stop_while_idle", {"refused", "accepted_once_recorded"}),
        ("STOP+ 0", {}, "stop_while_idle", {"accepted", "accepted_restarts"}),
        ("STOP+ 0, START- 10", {}, "stop_while_idle", {"accepted_restarts"}),
        ("START+ 0, STOP+ 1, STOP- 2", {}, "stop_while_idle", {"refused"}),
        (
            "START+ 0, STOP+ 1, STOP+ 2",
            {},
            "stop_while_idle",
            {"accepted", "accepted_restarts", "accepted_once_recorded"},
        ),
        ("START+ 0, STOP+ 1, STOP+ 5, START- 15", {}, "stop_while_idle", {"accepted_restarts"}),
        ("START+ 0, STOP+ 1, STOP+ 5, START+ 15", {}, "stop_while_idle", {"accepted", "accepted_once_recorded"}),
        ("START? 0, STOP- 1, STOP+ 2, STOP- 3", {}, "stop_while_idle", {"refused"}),
        ("STOP- 0, START? 0, STOP+ 1, STOP+ 2", {}, "stop_while_idle", {"accepted_once_recorded"}),
        ("START+ 0, STOP+ 1, START- 11, START- 21", {}, "refused_start_restarts", {"yes"}),
        ("START+ 0, STOP+ 1, START- 11, START+ 21", {}, "refused_start_restarts", {"no"}),
        ("START+ 0, STOP+ 1, START- 11, START- 22", {}, "refused_start_restarts", set[str]()),
        ("START+ 0, STOP+ 1, START? 9, START- 19, START+ 30", {}, "refused_start_restarts", {"yes"}),
        ("STOP- 0, START- 10", {}, "refused_stop_restarts", {"yes"}),
        ("STOP- 0, START+ 10", {}, "refused_stop_restarts", {"no"}),
        ("START+ 0, STOP+ 1, STOP- 9, START- 12", {}, "refused_stop_restarts", {"yes"}),
    ],
)
def test_answers_tell_readings_apart(script: str, terms: Mapping[str, Any], axis: str, values: set[str]) -> None:
    found = explaining_readings(history(script, terms))

    assert {getattr(reading, axis) for reading in found} == values


@pytest.mark.parametrize(
    ("script", "unexplained"),
    [
        ("START- 0", {"rehearsal-1"}),
        ("START+ 0, STOP- 1", {"rehearsal-1"}),
        ("START+ 0, START+ 1, START- 2", set[str]()),
        ("START+ 0, START+ 1, START+ 0 @b, START- 1 @b", set[str]()),
        ("START+ 0, STOP- 1, STOP+ 0 @b, STOP- 1 @b", {"rehearsal-1"}),
    ],
)
def test_a_broken_history_is_beyond_a_changing_reading_or_not(script: str, unexplained: set[str]) -> None:
    broken = history(script, {})

    assert verdict(broken) == "broken"
    assert unexplained_streams(broken) == {stream_named(name) for name in unexplained}


@pytest.mark.parametrize("script", ["START? 0", "START! 0, STOP! 1", "STOP? 0, START! 1"])
def test_without_an_answer_nothing_is_decided(script: str) -> None:
    assert verdict(history(script, {})) == "undecided"


def test_a_weakened_operation_may_have_happened_at_any_time_since() -> None:
    kept, lost, away = operations_of("START+ 0, STOP+ 5, STOP! 9")

    assert [(one.outcome, one.invoked, one.completed) for one in weakened([kept, lost, away], keep=[kept])] == [
        (Outcome.OK, 0, 0),
        (Outcome.INFO, 5, None),
        (Outcome.TURNED_AWAY, 9, 9),
    ]


@pytest.mark.parametrize(
    ("constraints", "expected"),
    [
        ((), True),
        (((0, 1, -5), (1, 0, 5)), True),  # one point is exactly five before the other
        (((0, 1, -5), (1, 0, 4)), False),
        (((0, 1, -2), (1, 2, -2), (2, 0, 4)), True),
        (((0, 1, -2), (1, 2, -2), (2, 0, 3)), False),
    ],
)
def test_differences_are_satisfiable_unless_they_close_a_negative_cycle(
    constraints: tuple[tuple[int, int, int], ...], expected: bool
) -> None:
    assert satisfiable(constraints, 3) is expected


@pytest.mark.parametrize("reading", READINGS, ids=str)
def test_what_a_server_of_one_reading_answers_is_explained_by_that_reading(reading: Reading) -> None:
    unexplained = [
        script_of(simulated.operations)
        for simulated in (simulated_history(seed, reading=reading) for seed in range(25))
        if reading not in explaining_readings(simulated)
    ]

    assert unexplained == []


def test_a_script_says_what_its_operations_are() -> None:
    script = "w1:p0 START+ 0..3 @a, w2:p1 STOP? 2 @a, w1:p0 STOP- 4..4 @b"

    assert script_of(operations_of(script)) == script
