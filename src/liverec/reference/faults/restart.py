"""Faults in the restart window: its length, where it begins, and whose it is."""

from collections.abc import Iterator
from functools import cached_property
from itertools import count

from liverec.clock import NANOSECONDS
from liverec.reference.faults.fault import Fault
from liverec.reference.recorder import Decision, Recorder
from liverec.reference.streams import StreamName, StreamState

_FORGETS_EVERY = 3


class _NoInterval(Recorder):
    """Knows no window."""

    def _window_open(self, state: StreamState, now: int) -> bool:  # noqa: ARG002  # as overridden
        return False


class _ShortInterval(Recorder):
    """Waits a second less."""

    def _window_open(self, state: StreamState, now: int) -> bool:
        return super()._window_open(state, now + NANOSECONDS)


class _LongInterval(Recorder):
    """Waits a second more."""

    def _window_open(self, state: StreamState, now: int) -> bool:
        return super()._window_open(state, now - NANOSECONDS)


class _InclusiveInterval(Recorder):
    """Counts in whole seconds of its clock, up to the interval and no further."""

    def _window_open(self, state: StreamState, now: int) -> bool:
        if state.stopped_at is None:
            return False
        return now // NANOSECONDS - state.stopped_at // NANOSECONDS < self.interval_ns // NANOSECONDS


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


class _ClockPerApp(Recorder):
    """Keeps one clock for all streams of an application."""

    def command(self, action: str, name: StreamName) -> Decision:
        decision = super().command(action, name)
        if action == "STOP" and decision is Decision.DONE:
            application = self._key(name)[:-1]
            for other, state in self.streams():
                if other[:-1] == application:
                    state.stopped_at = self.clock.now()
        return decision


class _RemembersFirstStop(Recorder):
    """Never sets a clock again that it has set."""

    def _end_recording(self, state: StreamState, now: int) -> None:
        first = state.stopped_at
        super()._end_recording(state, now)
        if first is not None:
            state.stopped_at = first


class _ForgetfulWindow(Recorder):
    """Loses every third window."""

    @cached_property
    def _stops(self) -> Iterator[int]:
        return count(1)

    def _end_recording(self, state: StreamState, now: int) -> None:
        before = state.stopped_at
        super()._end_recording(state, now)
        if next(self._stops) % _FORGETS_EVERY == 0:
            state.stopped_at = before


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
        recorder=_ShortInterval,
    ),
    Fault(
        name="long-interval",
        breaks="restart/after-interval",
        summary="the interval is a second too long",
        recorder=_LongInterval,
    ),
    Fault(
        name="inclusive-interval",
        breaks="restart/too-soon",
        summary="whole seconds are counted, and the tenth is accepted, so that just above 9 s may do",
        recorder=_InclusiveInterval,
    ),
    Fault(
        name="clock-from-start",
        breaks="restart/too-soon",
        summary="the interval is counted from the START, not from the STOP",
        recorder=_ClockFromStart,
    ),
    Fault(
        name="clock-per-app",
        breaks="restart/same-stream",
        summary="a STOP opens a window for every stream of the application",
        recorder=_ClockPerApp,
    ),
    Fault(
        name="remembers-first-stop",
        breaks="restart/too-soon",
        summary="only the first STOP of a stream opens a window",
        recorder=_RemembersFirstStop,
    ),
    Fault(
        name="forgetful-window",
        breaks="restart/too-soon",
        summary="every third STOP opens no window",
        recorder=_ForgetfulWindow,
    ),
)
