"""The reference recorder, where the page is silent: what each axis of the dialect changes."""

from liverec.reference.recorder import Decision
from recorder_desk import Desk


def test_start_while_recording_accepted_changes_nothing() -> None:
    desk = Desk(start_while_recording="accepted")
    desk.begin()

    again = desk.begin()

    assert (again, desk.end(), desk.begin()) == (Decision.NO_EFFECT, Decision.DONE, Decision.TOO_SOON)


def test_stop_while_idle_accepted_opens_no_window() -> None:
    desk = Desk(stop_while_idle="accepted")

    first = desk.end()

    assert (first, desk.begin()) == (Decision.NO_EFFECT, Decision.DONE)


def test_stop_while_idle_accepted_restarts_opens_a_window() -> None:
    desk = Desk(stop_while_idle="accepted_restarts")

    first = desk.end()

    assert (first, desk.begin()) == (Decision.NO_EFFECT, Decision.TOO_SOON)


def test_stop_while_idle_accepted_once_recorded() -> None:
    desk = Desk(stop_while_idle="accepted_once_recorded")

    before = desk.end()
    desk.stopped_once()
    desk.clock.advance(6)
    after = desk.end()
    desk.clock.advance(5)

    assert (before, after, desk.begin()) == (Decision.IDLE, Decision.NO_EFFECT, Decision.DONE)


def test_refused_start_restarts_the_window() -> None:
    desk = Desk(refused_start_restarts="yes").stopped_once()
    desk.clock.advance(6)
    desk.begin()
    desk.clock.advance(5)
    within = desk.begin()

    desk.clock.advance(10.1)

    assert (within, desk.begin()) == (Decision.TOO_SOON, Decision.DONE)


def test_refused_start_restarts_the_window_only_when_the_window_refused_it() -> None:
    desk = Desk(refused_start_restarts="yes")
    desk.begin()
    desk.begin()

    desk.end()
    desk.clock.advance(10.1)

    assert desk.begin() is Decision.DONE


def test_refused_stop_restarts_the_window() -> None:
    desk = Desk(refused_stop_restarts="yes").stopped_once()
    desk.clock.advance(6)
    refused = desk.end()

    desk.clock.advance(5)

    assert (refused, desk.begin()) == (Decision.IDLE, Decision.TOO_SOON)
