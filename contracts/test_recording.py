"""START starts recording a pushed stream; STOP stops recording a specific one (Table 2, action)."""

import pytest

from liverec.client import Exchange
from liverec.conformance.judged import JudgedHistory
from liverec.conformance.ledger import Kind
from liverec.conformance.look_alikes import LookAlike, misread
from liverec.conformance.preflight import Isolation
from liverec.conformance.trial import Trial
from liverec.conformance.verdicts import NotExercised, Undecided, Violation, answered, is_success
from liverec.history import Action, Outcome, Stream


@pytest.mark.requirement("recording/start")
def test_start_of_an_idle_stream_is_accepted(judged: JudgedHistory) -> None:
    judged.expect("recording/start")


@pytest.mark.requirement("recording/start")
def test_recording_has_begun_after_the_start(trial: Trial) -> None:
    stream = trial.recording()
    exchange = trial.command(Action.STOP, stream)

    if exchange.status in {400, 404}:
        raise Violation(
            "recording/start", f"right after an accepted START, STOP was answered {answered(exchange)}", exchange
        )


@pytest.mark.requirement("recording/stop")
def test_stop_of_a_recording_stream_is_accepted(judged: JudgedHistory) -> None:
    judged.expect("recording/stop")


@pytest.mark.requirement("recording/stop")
def test_recording_has_ended_after_the_stop(judged: JudgedHistory) -> None:
    """No window is twice the interval: whoever still refuses a START then takes the stream for recording."""
    for stopped, refused in judged.restarts_refused_after(2 * judged.history.interval_ns):
        following = judged.following(refused)
        if following is not None and (following.action, following.outcome) == (Action.STOP, Outcome.REFUSED):
            continue  # nothing was recording: the START was refused for another reason
        evidence = judged.evidence("refused long after the STOP", stopped, refused)
        raise Violation("recording/stop", "the recording goes on after an accepted STOP", evidence)


@pytest.mark.requirement("recording/specific-stream")
def test_commands_change_no_other_stream(isolated: Isolation) -> None:
    begun, kept = isolated.begun, isolated.kept
    if begun[0].status != 200:
        raise Undecided(f"the first START was answered {answered(begun[0])}")
    if begun[1].status in {400, 404} and isolated.excuse is None:
        raise Violation(
            "recording/specific-stream",
            f"while {isolated.streams[1]} records, a START of {isolated.streams[0]} was answered {answered(begun[1])}",
            *begun,
        )
    if isolated.stopped is None or isolated.stopped.status != 200 or kept is None:
        raise Undecided("the STOP in between was not accepted")
    if kept.status in {400, 404}:
        raise Violation(
            "recording/specific-stream",
            f"after a STOP of {isolated.streams[0]}, a STOP of {isolated.streams[1]} was answered {answered(kept)}",
            *begun,
            isolated.stopped,
            kept,
        )


@pytest.mark.requirement("recording/specific-stream")
def test_commands_about_look_alikes_change_no_stream(trial: Trial) -> None:
    if trial.thin:
        raise NotExercised("names that look alike are left out on a target with a quota")
    stream, other = trial.recording(), trial.recording()
    alike = (*(one.of(stream, seed=trial.seed) for one in LookAlike), *misread(stream))
    asked = [trial.variant(Kind.OPEN, Action.STOP, one) for one in alike]
    kept = trial.command(Action.STOP, stream)
    without = trial.command(Action.STOP, other)

    if without.status != 200:
        raise Undecided(f"a STOP of a recording stream was answered {answered(without)}, whatever came before")
    if kept.status in {400, 404}:
        raise Violation(
            "recording/specific-stream",
            f"after STOPs of names that look alike, a STOP of {stream} was answered {answered(kept)}",
            *([one for one in asked if is_success(one)] or asked)[:3],
            kept,
        )


def interrupted(trial: Trial, *, seconds: float, resumed: bool) -> Stream:
    """Return a stream that was recording when its push was interrupted for *seconds*."""
    if trial.control is None:
        raise NotExercised("nobody can interrupt a push here: only a reference server's control plane can")
    stream = trial.recording()
    trial.control.interrupt(stream)
    trial.wait(seconds)
    if resumed:
        trial.control.resume(stream)
    return stream


def stop_after_all(trial: Trial, stream: Stream) -> Exchange:
    """Send a STOP about which the history says nothing, since an interruption may have ended the recording."""
    return trial.variant(Kind.COMMAND, Action.STOP, stream)


def recorded_until(trial: Trial, stream: Stream) -> Exchange | None:
    """Return the STOP that was accepted because *stream* was recording; None if it was refused."""
    exchange = stop_after_all(trial, stream)
    if exchange.status == 200 and stop_after_all(trial, stream).status == 200:
        raise NotExercised(f"STOP of {stream} is accepted twice, so that it cannot tell whether it recorded")
    return exchange if exchange.status == 200 else None


def needs_stop_to_tell(trial: Trial) -> None:
    """Ask that STOP of an idle stream is refused, so that its answer tells whether a stream records."""
    idle = trial.recording()
    if trial.command(Action.STOP, idle).status != 200 or trial.command(Action.STOP, idle).status == 200:
        raise NotExercised("STOP of an idle stream is accepted here, so that STOP cannot tell whether it records")


def threshold(trial: Trial) -> float:
    return trial.control.interruption_threshold_s if trial.control is not None else 0.0


@pytest.mark.requirement("recording/short-interruption")
def test_short_interruption_does_not_end_the_recording(trial: Trial) -> None:
    stream = interrupted(trial, seconds=threshold(trial) / 3, resumed=True)
    after = stop_after_all(trial, stream)

    if after.status in {400, 404}:
        why = "after an interruption below the threshold, STOP was refused"
        raise Violation("recording/short-interruption", why, after)


@pytest.mark.requirement("recording/interruption")
def test_long_interruption_ends_the_recording(trial: Trial) -> None:
    needs_stop_to_tell(trial)
    stream = interrupted(trial, seconds=threshold(trial) * 1.4 + 0.1, resumed=False)
    after = recorded_until(trial, stream)

    if after is not None:
        raise Violation(
            "recording/interruption", "after an interruption beyond the threshold, STOP was accepted", after
        )


@pytest.mark.requirement("recording/no-resume")
def test_recording_does_not_begin_again_when_the_push_resumes(trial: Trial) -> None:
    needs_stop_to_tell(trial)
    stream = interrupted(trial, seconds=threshold(trial) * 1.4 + 0.1, resumed=True)
    after = recorded_until(trial, stream)

    if after is not None:
        raise Violation("recording/no-resume", "after a long interruption the stream records again by itself", after)


def test_start_after_an_interruption_is_observed(trial: Trial) -> None:
    stream = interrupted(trial, seconds=threshold(trial) * 1.4 + 0.1, resumed=True)
    exchange = trial.variant(Kind.COMMAND, Action.START, stream)

    trial.observe(
        "open/start-after-interruption", "allowed at once" if exchange.status == 200 else answered(exchange), exchange
    )


def test_start_of_an_unpushed_stream_is_observed(trial: Trial) -> None:
    stream = trial.streams.unpushed()
    exchange = trial.variant(Kind.OPEN, Action.START, stream)

    trial.observe("open/unpushed-answer", answered(exchange), exchange)
