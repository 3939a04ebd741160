"""Faults in the restart interval: how long it is, how it is counted, and where it begins."""

from liverec.clock import NANOSECONDS
from liverec.reference.faults.fault import Fault
from liverec.reference.recorder import Recorder
from liverec.reference.streams import StreamState


class _NoInterval(Recorder):
    """Knows no window."""

    def _window_open(self, state: StreamState, now: int) -> bool:  # noqa: ARG002  # as overridden
        return False


def _longer_by(seconds: float) -> type[Recorder]:
    """Return a recorder that waits so much longer, or shorter."""
    longer_ns = round(seconds * NANOSECONDS)

    class Longer(Recorder):
        def _window_open(self, state: StreamState, now: int) -> bool:
            return super()._window_open(state, now - longer_ns)

    return Longer


class _InclusiveInterval(Recorder):
    """Counts in whole seconds of its clock, up to the interval and no further."""

    def _window_open(self, state: StreamState, now: int) -> bool:
        if state.stopped_at is None:
            return False
        return now // NANOSECONDS - state.stopped_at // NANOSECONDS < self.interval_ns // NANOSECONDS


class _WholeSeconds(Recorder):
    """Counts in whole seconds of its clock, and waits for one more than the interval."""

    def _window_open(self, state: StreamState, now: int) -> bool:
        if state.stopped_at is None:
            return False
        return now // NANOSECONDS - state.stopped_at // NANOSECONDS <= self.interval_ns // NANOSECONDS


class _SecondsOfTheMinute(Recorder):
    """Looks at the hand of a clock, which is back after a minute."""

    def _window_open(self, state: StreamState, now: int) -> bool:
        if state.stopped_at is None:
            return False
        return (now - state.stopped_at) % (60 * NANOSECONDS) <= self.interval_ns


class _ClockFromStart(Recorder):
    """Sets the clock at the START; while a recording goes on nobody looks at it."""

    def _begin_recording(self, state: StreamState) -> None:
        super()._begin_recording(state)
        state.stopped_at = self.clock.now()

    def _end_recording(self, state: StreamState, now: int) -> None:
        begun = state.stopped_at
        super()._end_recording(state, now)
        state.stopped_at = begun

    def _settle(self, state: StreamState, now: int) -> None:
        recording = state.recording
        super()._settle(state, now)
        if recording and not state.recording:  # without a STOP there is no window
            state.stopped_at = None


RESTART_FAULTS = (
    Fault(
        name="no-interval",
        breaks="restart/too-soon",
        summary="a START is accepted right after a STOP",
        recorder=_NoInterval,
    ),
    Fault(
        name="short-interval",
        breaks="restart/too-soon",
        summary="the interval is a second too short",
        recorder=_longer_by(-1.0),
    ),
    Fault(
        name="half-interval",
        breaks="restart/too-soon",
        summary="the interval is five seconds",
        recorder=_longer_by(-5.0),
    ),
    Fault(
        name="nearly-interval",
        breaks="restart/too-soon",
        summary="the interval is 9.8 seconds",
        recorder=_longer_by(-0.2),
    ),
    Fault(
        name="long-interval",
        breaks="restart/after-interval",
        summary="the interval is a second too long",
        recorder=_longer_by(1.0),
    ),
    Fault(
        name="slightly-long-interval",
        breaks="restart/after-interval",
        summary="the interval is 10.3 seconds",
        recorder=_longer_by(0.3),
    ),
    Fault(
        name="twelve-seconds",
        breaks="restart/after-interval",
        summary="the interval is twelve seconds",
        recorder=_longer_by(2.0),
    ),
    Fault(
        name="inclusive-interval",
        breaks="restart/too-soon",
        summary="whole seconds are counted, and the tenth is accepted, so that just above 9 s may do",
        recorder=_InclusiveInterval,
    ),
    Fault(
        name="whole-seconds",
        breaks="restart/after-interval",
        summary="whole seconds are counted, and more than ten of them asked for, so that nearly 11 s may not do",
        recorder=_WholeSeconds,
    ),
    Fault(
        name="seconds-of-the-minute",
        breaks="restart/after-interval",
        summary="the window comes back a minute after the STOP, and every minute from then on",
        needs="a START between 60 and 70 s after the STOP, which --time long sends",
        recorder=_SecondsOfTheMinute,
    ),
    Fault(
        name="clock-from-start",
        breaks="restart/too-soon",
        summary="the interval is counted from the START, not from the STOP",
        recorder=_ClockFromStart,
    ),
)
