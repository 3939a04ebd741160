"""Faults in what is remembered of a restart window: by which STOP, for how long, and what makes it forgotten."""

from collections import Counter
from collections.abc import Iterator
from functools import cached_property
from itertools import count

from liverec.clock import NANOSECONDS
from liverec.reference.faults.fault import Fault
from liverec.reference.faults.forgetting import ForgetsIdle
from liverec.reference.recorder import Decision, Recorder
from liverec.reference.streams import StreamState

_FORGETS_EVERY = 3
_HALVED_FROM = 3
_REMEMBERS = 20


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


def _no_window_by(number: int) -> type[Recorder]:
    """Return a recorder that misses the window of the STOP with this *number*, on each stream."""

    class Misses(Recorder):
        @cached_property
        def _ended(self) -> Counter[tuple[int, int]]:
            return Counter()

        def _end_recording(self, state: StreamState, now: int) -> None:
            before = state.stopped_at
            super()._end_recording(state, now)
            self._ended[number, id(state)] += 1
            if self._ended[number, id(state)] == number:
                state.stopped_at = before

        def reset(self) -> None:
            super().reset()
            self._ended.clear()

    return Misses


class _HalvesLater(Recorder):
    """Takes the third STOP of a stream, and each after it, for one of half an interval ago."""

    @cached_property
    def _ended(self) -> Counter[int]:
        return Counter()

    def _end_recording(self, state: StreamState, now: int) -> None:
        super()._end_recording(state, now)
        self._ended[id(state)] += 1
        if self._ended[id(state)] >= _HALVED_FROM:
            state.stopped_at = now - self.interval_ns // 2

    def reset(self) -> None:
        super().reset()
        self._ended.clear()


class _RefusedStartClears(Recorder):
    """Forgets the window once it has refused a START for it."""

    def _on_start(self, state: StreamState, now: int) -> Decision:
        decision = super()._on_start(state, now)
        if decision is Decision.TOO_SOON:
            state.stopped_at = None
        return decision


class _RefusedStopClears(Recorder):
    """Forgets the window when a STOP finds nothing to stop."""

    def _on_stop_while_idle(self, state: StreamState, now: int) -> Decision:
        decision = super()._on_stop_while_idle(state, now)
        if decision is Decision.IDLE:
            state.stopped_at = None
        return decision


class _ForgetsIdleWindow(ForgetsIdle):
    """Drops the window of a stream that nobody has asked about for six seconds."""

    after_ns = 6 * NANOSECONDS

    def _forget(self, state: StreamState) -> None:
        state.stopped_at = None


class _RemembersTwenty(Recorder):
    """Has room for the twenty latest windows."""

    @cached_property
    def _windows(self) -> dict[int, StreamState]:
        return {}

    def _end_recording(self, state: StreamState, now: int) -> None:
        super()._end_recording(state, now)
        self._windows.pop(id(state), None)
        self._windows[id(state)] = state
        if len(self._windows) > _REMEMBERS:
            self._windows.pop(next(iter(self._windows))).stopped_at = None


WINDOW_FAULTS = (
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
    Fault(
        name="second-stop-unchecked",
        breaks="restart/too-soon",
        summary="the second STOP of a stream opens no window",
        recorder=_no_window_by(2),
    ),
    Fault(
        name="third-stop-unchecked",
        breaks="restart/too-soon",
        summary="the third STOP of a stream opens no window",
        recorder=_no_window_by(3),
    ),
    Fault(
        name="later-windows-halved",
        breaks="restart/too-soon",
        summary="from the third STOP of a stream on, the window is half as long",
        recorder=_HalvesLater,
    ),
    Fault(
        name="refused-start-clears",
        breaks="restart/too-soon",
        summary="a START that came too soon ends the window, so that the next one is accepted",
        recorder=_RefusedStartClears,
    ),
    Fault(
        name="refused-stop-clears",
        breaks="restart/too-soon",
        summary="a STOP of an idle stream is refused, and ends the window",
        recorder=_RefusedStopClears,
    ),
    Fault(
        name="forgets-idle-window",
        breaks="restart/too-soon",
        summary="the window of a stream is forgotten once nobody has asked about it for six seconds",
        recorder=_ForgetsIdleWindow,
    ),
    Fault(
        name="remembers-twenty",
        breaks="restart/too-soon",
        summary="only the twenty latest windows are remembered",
        recorder=_RemembersTwenty,
    ),
)
