"""What a load run comes to: everything weighed, the gravest decides, and nothing is green that was not seen."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from liveload.conclusion import Conclusion, Ended, conclude
from liveload.exit_code import LoadExit, gravest
from liveload.final import Final
from liveload.options import Settings
from liveload.scenarios import SCENARIOS
from liveload.scenarios.coverage import EARLY, RESTARTED
from liveload.tally import Latencies, Tally, Violation

WITNESS: Mapping[str, Any] = {
    "kind": "witness",
    "stream": "publish.example.com/live/rehearsal-9",
    "why": "",
    "operations": [],
}
STREAM = ["0123456789abcdef0123456789abcdef", "publish.example.com", "live", "rehearsal-9"]
KEPT: Mapping[str, Any] = {
    "verdict": "kept",
    "complete": True,
    "operations": 400,
    "streams": 10,
    "exercised": {"restart/too-soon": 30, "restart/after-interval": 30, "recording/start": 5},
    "dialect": {"start_while_recording": "refused"},
    "interval_s": {"refused_up_to": 9.99, "accepted_from": 10.01},
    "findings": [],
    "notes": [],
}
TOO_SOON = {
    "requirement": "restart/too-soon",
    "page_alone": "broken",
    "streams": [STREAM],
    "witness": [{"file": "worker-0.ndjson", "index": 4}],
    "why": "a START was accepted 9.5 s after the STOP",
}
EVIDENCE: Mapping[str, Any] = {"restart/too-soon": WITNESS}
SETTINGS = Settings(
    scenario="ping-pong",
    target="http://127.0.0.1:8080",
    allow=False,
    seed=0,
    rate=0,
    out="",
    max_seconds=60,
    max_operations=1000,
    latency_limit=0,
    unanswered_limit=0,
    users=10,
    seconds=40,
)
FINAL = Final(worker=0, file="worker-0.ndjson", size=9, records=800, drained=True)


def tally(**answers: int) -> Tally:
    counted = Tally(events=Counter({EARLY: 20, RESTARTED: 20}))
    for name, count in ({"START 200": 10, "START 400": 20} | answers).items():
        counted.answered(name, [3_000] * count, second=1)
    return counted


def ended(**changes: Any) -> Ended:
    return replace(
        Ended(
            settings=SETTINGS,
            scenario=SCENARIOS["ping-pong"],
            run="r",
            started="2026-11-22T10:15:00Z",
            seconds=40.0,
            target={"url": "http://127.0.0.1:8080"},
            versions={"liverec": "0.1.0"},
            tally=tally(),
            expected_workers=1,
            finals=(FINAL,),
            checked=KEPT,
        ),
        **changes,
    )


def said(conclusion: Conclusion) -> str:
    return " / ".join(reason.text for reason in conclusion.reasons)


def test_a_run_that_saw_what_it_is_for_and_no_violation_is_kept() -> None:
    conclusion = conclude(ended())

    assert (conclusion.exit_code, conclusion.result.verdict, conclusion.reasons) == (LoadExit.KEPT, "kept", ())
    kept = {one.id for one in conclusion.result.judgements if one.verdict == "KEPT"}
    assert {"restart/too-soon", "status/documented", "request-id/present-400"} <= kept
    assert "request-id/present-404" not in kept


LATE = Latencies({80_000: 100})


@pytest.mark.parametrize(
    ("changes", "code", "words"),
    [
        (
            {"checked": {**KEPT, "verdict": "broken", "findings": [TOO_SOON], "evidence": EVIDENCE}},
            LoadExit.BROKEN,
            "restart/too-soon",
        ),
        ({"expected_workers": 2}, LoadExit.INCOMPLETE, "1 of 2 workers"),
        ({"finals": (replace(FINAL, drained=False),)}, LoadExit.INCOMPLETE, "could not await"),
        ({"checked": {**KEPT, "complete": False, "notes": ["torn"]}}, LoadExit.INCOMPLETE, "breaks off: torn"),
        ({"tally": Tally(answers=Counter({"START 200": 3}))}, LoadExit.INCONCLUSIVE, "not seen: START refused inside"),
        ({"checked": {**KEPT, "verdict": "undecided"}}, LoadExit.INCONCLUSIVE, "undecided"),
        ({"aborted": "the target no longer answers"}, LoadExit.NOT_DELIVERED, "no longer answers"),
        ({"tally": replace(tally(), dropped=500)}, LoadExit.NOT_DELIVERED, "500 of 500 arrivals were dropped"),
        (
            {"tally": replace(tally(), lateness=LATE), "finals": (replace(FINAL, busy=True),)},
            LoadExit.NOT_DELIVERED,
            "left late",
        ),
        ({"settings": replace(SETTINGS, latency_limit=2)}, LoadExit.THRESHOLD, "3 ms, above --latency-limit 2"),
        (
            {"settings": replace(SETTINGS, unanswered_limit=0.1), "tally": tally(**{"STOP no answer": 10})},
            LoadExit.THRESHOLD,
            "25.00% of the commands",
        ),
        ({"problems": ("the disk is full",)}, LoadExit.ERROR, "the disk is full"),
        ({"finals": (replace(FINAL, problem="disk"),)}, LoadExit.ERROR, "worker 0 failed: disk"),
        ({"operator": True}, LoadExit.OPERATOR, "by hand"),
        ({"locust_failures": 3}, LoadExit.FAILURES, "3 failures"),
    ],
)
def test_each_flaw_ends_the_run_with_its_own_exit_code_and_says_why(
    changes: dict[str, Any], code: LoadExit, words: str
) -> None:
    conclusion = conclude(ended(**changes))

    assert conclusion.exit_code is code
    assert words in said(conclusion)


def test_an_answer_that_breaks_a_requirement_by_itself_is_a_finding_with_its_request_id() -> None:
    counted = tally()
    counted.violated(
        Violation(requirement="status/documented", stream="s", time=1, why="answer 409", request_id="id-1")
    )

    conclusion = conclude(ended(tally=counted))

    assert (conclusion.exit_code, conclusion.result.findings) == (LoadExit.BROKEN, ("status/documented",))
    (judgement,) = [one for one in conclusion.result.judgements if one.id == "status/documented"]
    assert judgement.evidence[0]["request_id"] == "id-1"


def test_what_the_oracle_saw_is_left_to_the_checker() -> None:
    counted = tally()
    counted.violated(Violation(requirement="restart/too-soon", stream="s", time=1, why="seen while running"))

    conclusion = conclude(ended(tally=counted))

    assert conclusion.exit_code is LoadExit.KEPT
    assert conclusion.load["seen_while_running"] == {"restart/too-soon": 1}


def test_graver_findings_do_not_hide_the_others() -> None:
    conclusion = conclude(
        ended(
            checked={**KEPT, "verdict": "broken", "findings": [TOO_SOON], "evidence": EVIDENCE},
            expected_workers=3,
            aborted="enough",
        )
    )

    assert conclusion.exit_code is LoadExit.BROKEN
    assert {reason.code for reason in conclusion.reasons} == {
        LoadExit.BROKEN,
        LoadExit.INCOMPLETE,
        LoadExit.NOT_DELIVERED,
    }


def test_the_precedence_of_exit_codes() -> None:
    order = [70, 10, 11, 64, 14, 13, 130, 12, 1, 0]

    assert [int(gravest(LoadExit(code) for code in order[n:])) for n in range(len(order))] == order
