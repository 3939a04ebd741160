"""A target that answers no more is given up soon, and that is said; one that is slow, or loses a reply, is not."""

import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from liverec.client import Exchange
from liverec.conformance import contact
from liverec.conformance.contact import ATTEMPTS, MOST_TIMEOUTS, Contact
from liverec.conformance.ledger import Kind, Ledger
from liverec.conformance.preflight import TargetUnusable, admitted
from liverec.conformance.setting import Setting
from liverec.conformance.trial import MOST_RESTS, Trial
from liverec.conformance.verdicts import NotExercised, Undecided
from liverec.history import Action
from made_up_exchange import made_up_exchange
from scripted_server import ScriptedServer, target_at


def exchange(error: str | None = None, *, at: int = 0) -> Exchange:
    status = 200 if error is None else None
    return made_up_exchange(invoked_ns=at, completed_ns=at + 1, status=status, error=error)


class Asked:
    """Answers as it is told, and counts how often it was asked."""

    def __init__(self, *, answers: bool) -> None:
        self.answers = answers
        self.times = 0
        self.abandoned = threading.Event()
        self.contact = Contact(self, self.abandoned)
        self.contact.watch()

    def __call__(self) -> bool:
        self.times += 1
        return self.answers


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contact, "PAUSE_S", 0.0)


@pytest.mark.parametrize("error", [None, "malformed: no status line", "too large: an answer"])
def test_who_is_answered_asks_no_further(error: str | None) -> None:
    target = Asked(answers=False)

    target.contact.note(exchange(error))

    assert (target.times, target.contact.lost) == (0, "")


@pytest.mark.parametrize("error", ["disconnected: reset", "timeout: timed out", "unreachable: refused"])
def test_silence_is_given_up_when_plain_requests_meet_it_too(error: str) -> None:
    target = Asked(answers=False)

    target.contact.note(exchange(error))

    assert target.times == ATTEMPTS
    assert target.contact.lost == f"the target stopped answering ({error})"
    assert target.abandoned.is_set()


def test_lost_replies_are_not_silence() -> None:
    target = Asked(answers=True)

    for _ in range(10 * MOST_TIMEOUTS):
        target.contact.note(exchange("disconnected: reset"))

    assert target.contact.lost == ""


def test_a_target_that_often_keeps_us_waiting_is_given_up() -> None:
    target = Asked(answers=True)

    for _ in range(MOST_TIMEOUTS - 1):
        target.contact.note(exchange("timeout: timed out"))
    before = target.contact.lost
    target.contact.note(exchange("timeout: timed out"))

    assert before == ""
    assert target.contact.lost == f"the target left {MOST_TIMEOUTS} requests unanswered (timeout: timed out)"


BREACHES = [
    pytest.param(("disconnected: reset", None), False, 1, id="one reply is lost"),
    pytest.param(("disconnected: reset", None), True, 1, id="one is lost, and later it died"),
    pytest.param((None, "disconnected: reset", "unreachable: refused"), True, 0, id="somebody may have ended it"),
    pytest.param((None, "timeout: timed out", "timeout: timed out"), True, 2, id="it hangs"),
    pytest.param((None, "unreachable: refused"), True, 0, id="no request reached it"),
]


@pytest.mark.parametrize(("errors", "died", "breaches"), BREACHES)
def test_who_died_has_not_lost_replies_but_who_hangs_has(
    errors: tuple[str | None, ...], *, died: bool, breaches: int
) -> None:
    ledger = Ledger()
    for number, error in enumerate(errors):
        ledger.add(Kind.COMMAND, exchange(error, at=10 * number))

    assert len(list(ledger.lost_replies(died=died))) == breaches


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    server = ScriptedServer()
    yield server
    server.close()


@pytest.fixture
def trial(server: ScriptedServer, tmp_path: Path) -> Iterator[Trial]:
    trial = Trial(Setting(target=target_at(server.url), folder=tmp_path, run="rehearsal", seed=0, timeout_s=0.5))
    yield trial
    trial.close()


def test_a_slow_target_is_waited_for(server: ScriptedServer, trial: Trial) -> None:
    server.before_answer = lambda: time.sleep(0.2)
    admitted(trial)

    answers = [trial.command(Action.START, trial.streams.recordable()).status for _ in range(4)]

    assert (answers, trial.contact.lost) == ([200] * 4, "")


def test_a_target_that_hangs_in_the_middle_is_asked_no_more(server: ScriptedServer, trial: Trial) -> None:
    admitted(trial)
    for _ in range(3):
        trial.command(Action.START, trial.streams.recordable())
    woken = threading.Event()
    server.before_answer = lambda: woken.wait(20)
    trial.command(Action.STOP, trial.streams.recordable())
    asked = len(server.received)
    with pytest.raises(Undecided, match="the target stopped answering"):
        trial.command(Action.STOP, trial.streams.recordable())
    asked_no_more = len(server.received) == asked
    trial.close()
    woken.set()

    assert asked_no_more
    (note,) = trial.notes
    assert note.startswith("streams that may still be recording, since no STOP of theirs got through: 3 (")


def test_what_may_be_recording_is_stopped_once_the_target_is_back(server: ScriptedServer, trial: Trial) -> None:
    admitted(trial)
    trial.command(Action.START, trial.streams.recordable())
    working, server.answer = server.answer, None
    trial.command(Action.STOP, trial.streams.recordable())
    server.answer = working
    trial.close()

    assert trial.contact.lost.startswith("the target stopped answering (disconnected")
    assert trial.notes == []
    assert b"action=STOP" in server.received[-1]


def test_a_target_that_never_answers_cannot_be_judged(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        target = target_at(f"http://127.0.0.1:{silent.getsockname()[1]}")
        trial = Trial(Setting(target=target, folder=tmp_path, run="rehearsal", seed=0, timeout_s=1.0))

        with pytest.raises(TargetUnusable, match="takes connections, but does not answer"):
            admitted(trial)

        trial.close()


def test_streams_whose_stops_are_not_answered_are_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []

    def wait(_trial: Trial, seconds: float) -> None:
        waits.append(seconds)

    monkeypatch.setattr(Trial, "wait", wait)
    server = ScriptedServer(b"no answer at all\r\n\r\n", keeps_open=False)
    trial = Trial(Setting(target=target_at(server.url), folder=tmp_path, run="run", seed=0, initial="idle"))
    count = trial.streams.free
    for _ in range(count):
        trial.command(Action.START, trial.streams.recordable())
    trial.streams.end_test()
    for _ in range(2 * MOST_RESTS):
        with pytest.raises(NotExercised):
            trial.streams.recordable()
    stops = sum(b"action=STOP" in one for one in server.received)
    trial.close()
    server.close()

    assert set(waits) == {0.0}
    assert stops == count * len(waits) < count * MOST_RESTS / 2
