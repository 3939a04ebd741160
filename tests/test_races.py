"""Commands at one moment: how many callers a target is asked to answer, and what was achieved."""

from pathlib import Path
from unittest.mock import patch

import pytest

from liverec.checker import check
from liverec.client import Burst, Exchange
from liverec.conformance.crowd import Crowd
from liverec.conformance.judged import JudgedHistory
from liverec.conformance.ledger import Kind, Ledger
from liverec.conformance.races import MOST_CALLERS, Reach, Tally, races
from liverec.conformance.setting import Setting
from liverec.conformance.trial import Trial
from liverec.conformance.verdicts import NotExercised
from liverec.history import Action, History, Operation, Outcome
from made_up_exchange import made_up_exchange
from scripted_server import STREAM, ScriptedServer, target_at

SECOND = 1_000_000_000


def test_the_first_races_are_of_every_size_and_most_are_of_eight() -> None:
    planned = races(75)

    assert [race.callers for race in planned[:3]] == [2, 8, 32]
    assert sum(race.callers == 8 for race in planned) > 40
    assert {Action.START, Action.STOP} == {action for race in planned for one in race.rounds for action in one}
    assert planned[:10] == races(10)


def test_more_callers_come_while_answers_are_quick() -> None:
    reach = Reach()
    found = [reach.callers]
    for _ in range(4):
        reach.note(wanted=reach.callers, sent=reach.callers, answered=reach.callers, took_ns=SECOND // 100)
        found.append(reach.callers)

    assert found == [2, 8, MOST_CALLERS, MOST_CALLERS, MOST_CALLERS]


@pytest.mark.parametrize(
    ("wanted", "sent", "answered", "took_ns", "then"),
    [
        pytest.param(8, 8, 8, SECOND, 8, id="one after the other"),
        pytest.param(8, 8, 8, 4 * SECOND, 2, id="too slow"),
        pytest.param(8, 8, 3, 1000, 2, id="most were turned away"),
        pytest.param(8, 7, 7, 1000, 7, id="takes no more connections"),
        pytest.param(8, 1, 1, 1000, 1, id="takes one connection at a time"),
    ],
)
def test_no_more_callers_come_than_a_target_can_serve(
    wanted: int, sent: int, answered: int, took_ns: int, then: int
) -> None:
    reach = Reach()
    reach.note(wanted=2, sent=2, answered=2, took_ns=1000)
    reach.note(wanted=wanted, sent=sent, answered=answered, took_ns=took_ns)

    assert reach.callers == then


def test_races_that_did_not_overlap_are_not_counted_as_such() -> None:
    tally = Tally()
    tally.note(2, sent=8, overlapping=5, skew_ns=2_000_000)
    tally.note(8, sent=8, overlapping=1, skew_ns=4_000_000)

    told = tally.as_json()
    assert told["races"] == {"2": {"sent": 4, "overlapping": 2}, "8": {"sent": 1, "overlapping": 0}}
    assert told["skew_ms"] == {"median": 3.0, "most": 4.0}
    assert "2 of 5 races overlapped" in tally.notes()[0]


def test_races_of_which_none_overlapped_show_nothing(tmp_path: Path) -> None:
    server = ScriptedServer()
    trial = Trial(Setting(target=target_at(server.url), folder=tmp_path, run="r", seed=0))
    with patch.object(trial, "burst", return_value=Burst()), pytest.raises(NotExercised, match="at once"):
        Crowd(trial).race(3, seconds=1)
    trial.close()
    server.close()


def exchange(*, together: int) -> Exchange:
    error = "disconnected: the connection was closed without an answer"
    return made_up_exchange(error=error, together=together)


def test_a_crowd_may_be_turned_away_by_hanging_up_and_a_few_may_not() -> None:
    ledger = Ledger()
    for together in (2, MOST_CALLERS):
        ledger.add(Kind.COMMAND, exchange(together=together))

    assert [one.together for one in ledger.lost_replies(died=False)] == [2]


def operation(number: int, action: Action, at: float, outcome: Outcome, *, took: float = 0.1) -> Operation:
    return Operation(
        process=number,
        stream=STREAM,
        action=action,
        invoked=round(at * SECOND),
        completed=round((at + took) * SECOND),
        outcome=outcome,
        index=number,
    )


@pytest.mark.parametrize(("accepted_at", "found"), [(30.05, 0), (31.0, 1)], ids=["at the same time", "later"])
def test_a_start_that_lost_a_race_is_no_sign_that_the_recording_goes_on(accepted_at: float, found: int) -> None:
    operations = (
        operation(0, Action.STOP, 0.0, Outcome.OK),
        operation(1, Action.START, 30.0, Outcome.REFUSED),
        operation(2, Action.START, accepted_at, Outcome.OK),
    )
    history = History(operations=operations, interval_ns=10 * SECOND)
    judged = JudgedHistory(history=history, result=check(history, expired=lambda: False), probes=())

    assert len(list(judged.restarts_refused_after(20 * SECOND))) == found


@pytest.mark.parametrize("outcome", [Outcome.OK, Outcome.REFUSED])
@pytest.mark.parametrize(("began_at", "found"), [(-0.05, 0), (-1.0, 1)], ids=["at the same time", "before"])
def test_a_stop_that_raced_a_start_proves_no_end(began_at: float, found: int, outcome: Outcome) -> None:
    """It may have come first; and a refused START may be carried out after it, or prolong the window."""
    operations = (
        operation(0, Action.START, began_at, outcome),
        operation(1, Action.STOP, 0.0, Outcome.OK),
        operation(2, Action.START, 30.0, Outcome.REFUSED),
    )
    history = History(operations=operations, interval_ns=10 * SECOND, initial="unknown")
    judged = JudgedHistory(history=history, result=check(history, expired=lambda: False), probes=())

    assert len(list(judged.restarts_refused_after(20 * SECOND))) == found
