"""The reference recorder: the rules of the page, exact to the nanosecond."""

import threading

import pytest

from liverec.reference.recorder import Decision
from liverec.reference.streams import MAX_STREAMS, StreamName, TableFullError
from recorder_desk import DOMAIN, Desk, stream_name


def test_start_records_and_stop_ends_it() -> None:
    desk = Desk()

    decisions = [desk.begin(), desk.recording(), desk.end(), desk.recording()]

    assert decisions == [Decision.DONE, True, Decision.DONE, False]


@pytest.mark.parametrize(
    ("seconds", "decision"),
    [
        (0, Decision.TOO_SOON),
        (9.999999999, Decision.TOO_SOON),
        (10, Decision.TOO_SOON),  # "must be greater than 10 seconds"
        (10.000000001, Decision.DONE),
    ],
)
def test_the_restart_window_is_exact(seconds: float, decision: Decision) -> None:
    desk = Desk().stopped_once()

    desk.clock.advance(seconds)

    assert desk.begin() is decision


@pytest.mark.parametrize(
    "other",
    [stream_name("rehearsal-2"), stream_name(app="vod"), stream_name(domain="other.example.com")],
    ids=["name", "app", "domain"],
)
def test_the_window_concerns_the_same_stream_only(other: StreamName) -> None:
    desk = Desk().stopped_once()
    desk.recorder.set_stream(other, pushed=True)

    decision = desk.begin(other)

    assert decision is Decision.DONE
    assert not desk.recording()


def test_a_command_about_one_stream_changes_no_other() -> None:
    desk = Desk()
    desk.begin()
    desk.begin(stream_name("rehearsal-2"))

    desk.end(stream_name("rehearsal-2"))

    assert desk.recording()


def test_a_refused_start_inside_the_window_does_not_lengthen_it() -> None:
    desk = Desk().stopped_once()
    desk.clock.advance(6)
    desk.begin()

    desk.clock.advance(5)

    assert desk.begin() is Decision.DONE


def test_a_refused_stop_opens_no_window() -> None:
    desk = Desk()

    refused = desk.end()

    assert (refused, desk.begin()) == (Decision.IDLE, Decision.DONE)


@pytest.mark.parametrize(
    ("name", "decision"),
    [
        (stream_name("nowhere"), Decision.UNKNOWN),
        (stream_name(domain="nowhere.example.com"), Decision.UNKNOWN),
        (stream_name("Rehearsal-1"), Decision.UNKNOWN),
        (stream_name(app="Live"), Decision.UNKNOWN),
        (stream_name("continuous-1", domain="continuous.example.com"), Decision.OTHER_RULE),
        (stream_name("unpushed-1"), Decision.UNPUSHED),
        (stream_name("mystream"), Decision.DONE),
        (stream_name(domain="PUBLISH.Example.Com"), Decision.DONE),
    ],
)
def test_which_streams_can_be_recorded(name: StreamName, decision: Decision) -> None:
    assert Desk().begin(name) is decision


def test_stop_is_refused_for_a_stream_under_another_rule() -> None:
    assert Desk().end(stream_name("continuous-1", domain="continuous.example.com")) is Decision.OTHER_RULE


def test_letter_case_of_the_domain_makes_no_second_stream() -> None:
    desk = Desk()
    desk.begin(stream_name(domain=DOMAIN.upper()))

    assert desk.begin() is Decision.RECORDING


@pytest.mark.parametrize(
    ("seconds", "recording"),
    [(2.999999999, True), (3, True), (3.000000001, False)],
    ids=["just under", "exactly", "just over"],
)
def test_an_interruption_beyond_the_threshold_ends_the_recording(seconds: float, recording: bool) -> None:
    desk = Desk()
    desk.begin()
    desk.recorder.interrupt(stream_name())

    desk.clock.advance(seconds)

    assert desk.recording() is recording


def test_a_short_interruption_is_forgotten_when_the_push_resumes() -> None:
    desk = Desk()
    desk.begin()
    desk.recorder.interrupt(stream_name())
    desk.clock.advance(2)
    desk.recorder.resume(stream_name())

    desk.clock.advance(100)

    assert desk.recording()


def test_a_resumed_push_does_not_begin_the_recording_again() -> None:
    desk = Desk()
    desk.begin()
    desk.recorder.interrupt(stream_name())
    desk.clock.advance(4)

    desk.recorder.resume(stream_name())

    assert not desk.recording()


def test_a_recording_ended_by_an_interruption_may_begin_again_at_once() -> None:
    desk = Desk()
    desk.begin()
    desk.recorder.interrupt(stream_name())
    desk.clock.advance(4)
    stopped = desk.end()
    while_gone = desk.begin()
    desk.recorder.resume(stream_name())

    begun = desk.begin()

    assert (stopped, while_gone, begun) == (Decision.IDLE, Decision.UNPUSHED, Decision.DONE)


def test_start_during_a_short_interruption_finds_the_stream_recording() -> None:
    desk = Desk()
    desk.begin()
    desk.recorder.interrupt(stream_name())

    assert desk.begin() is Decision.RECORDING


def test_stop_during_a_short_interruption_ends_the_recording_for_good() -> None:
    desk = Desk()
    desk.begin()
    desk.recorder.interrupt(stream_name())
    desk.end()
    desk.recorder.resume(stream_name())
    desk.clock.advance(10.5)
    desk.begin()

    desk.clock.advance(100)  # an interruption of the earlier recording must not end this one

    assert desk.recording()


def test_interrupting_twice_counts_from_the_first() -> None:
    desk = Desk()
    desk.begin()
    desk.recorder.interrupt(stream_name())
    desk.clock.advance(2)
    desk.recorder.interrupt(stream_name())

    desk.clock.advance(2)

    assert not desk.recording()


def test_nobody_interrupts_or_resumes_a_stream_that_is_not_there() -> None:
    recorder = Desk().recorder

    assert (recorder.interrupt(stream_name("nowhere")), recorder.resume(stream_name("nowhere"))) == (False, False)


def test_of_racing_starts_exactly_one_wins() -> None:
    desk = Desk()
    rounds = [stream_name(f"race-{n}") for n in range(50)]
    for name in rounds:
        desk.recorder.set_stream(name, pushed=True)
    decisions: list[Decision] = []
    together = threading.Barrier(4)

    def racer() -> None:
        for name in rounds:
            together.wait()
            decisions.append(desk.begin(name))

    threads = [threading.Thread(target=racer) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert decisions.count(Decision.DONE) == 50
    assert decisions.count(Decision.RECORDING) == 150


def test_reset_returns_to_what_the_profile_says() -> None:
    desk = Desk().stopped_once()
    desk.recorder.set_stream(stream_name("new"), pushed=True)
    desk.recorder.set_stream(stream_name("rehearsal-2"), rule="CONTINUOUS_RECORD")

    desk.recorder.reset()

    decisions = [desk.begin(), desk.begin(stream_name("rehearsal-2")), desk.begin(stream_name("new"))]
    assert decisions == [Decision.DONE, Decision.DONE, Decision.UNKNOWN]


def test_the_table_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    assert MAX_STREAMS > 200_000
    monkeypatch.setattr("liverec.reference.streams.MAX_STREAMS", 6)
    desk = Desk()  # three recordable, one of another rule, one unpushed, and the page's example

    desk.recorder.set_stream(stream_name("rehearsal-1"), pushed=False)

    with pytest.raises(TableFullError, match="6 streams"):
        desk.recorder.set_stream(stream_name("one-more"), pushed=True)
