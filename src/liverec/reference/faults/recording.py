"""Faults in what START, STOP and an interruption do to a recording."""

from abc import ABC, abstractmethod
from functools import cached_property

from liverec.clock import NANOSECONDS
from liverec.reference.faults.fault import Fault
from liverec.reference.faults.forgetting import ForgetsIdle
from liverec.reference.recorder import Decision, Recorder
from liverec.reference.streams import StreamName, StreamState


class _ForgetsStart(Recorder):
    """Begins nothing."""

    def _begin_recording(self, state: StreamState) -> None:
        pass


class _ForgetsStop(Recorder):
    """Ends nothing."""

    def _end_recording(self, state: StreamState, now: int) -> None:
        pass


class _StopsOthers(Recorder):
    """Ends more recordings than one with a STOP: those of the same app."""

    def command(self, action: str, name: StreamName) -> Decision:
        decision = super().command(action, name)
        if action == "STOP" and decision is Decision.DONE:
            for other, state in self.streams():
                if state.recording and self._meant_too(self._key(name), other):
                    with self.table.lock:
                        self._end_recording(state, self.clock.now())
        return decision

    def _meant_too(self, stopped: StreamName, other: StreamName) -> bool:
        return other[:-1] == stopped[:-1]


class _StopsWholeApp(_StopsOthers):
    """Looks up what to stop without the last part of the name."""


class _PrefixMatch(_StopsOthers):
    """Looks up what to stop by how its name begins."""

    def _meant_too(self, stopped: StreamName, other: StreamName) -> bool:
        return super()._meant_too(stopped, other) and other.stream.startswith(stopped.stream)


class _Survives(Recorder):
    """Never gives up a push."""

    def _interruption_over(self, interrupted_at: int, now: int) -> bool:  # noqa: ARG002  # as overridden
        return False


class _EndsAtOnce(Recorder):
    """Knows no threshold."""

    def _interruption_over(self, interrupted_at: int, now: int) -> bool:  # noqa: ARG002  # as overridden
        return True


class _Resumes(Recorder):
    """Remembers that an interrupted stream was recording until its push resumes, however long that takes."""

    def _settle(self, state: StreamState, now: int) -> None:
        interrupted_at = state.interrupted_at
        super()._settle(state, now)
        state.interrupted_at = interrupted_at

    def _set_pushed(self, state: StreamState, *, pushed: bool) -> None:
        interrupted = state.interrupted_at is not None
        super()._set_pushed(state, pushed=pushed)
        if pushed and interrupted:
            self._begin_recording(state)


class _AppliesLate(Recorder, ABC):
    """Answers at once, and carries out some time later, by its own clock."""

    @cached_property
    def _due(self) -> dict[int, int]:
        return {}

    def _settle(self, state: StreamState, now: int) -> None:
        super()._settle(state, now)
        due = self._due.get(id(state))
        if due is not None and due <= now:
            del self._due[id(state)]
            self._apply(state, due)

    @abstractmethod
    def _apply(self, state: StreamState, now: int) -> None: ...

    def reset(self) -> None:
        super().reset()
        self._due.clear()


class _StartsLate(_AppliesLate):
    """Begins a second after the answer."""

    def _begin_recording(self, state: StreamState) -> None:
        self._due.setdefault(id(state), self.clock.now() + NANOSECONDS)

    def _apply(self, state: StreamState, now: int) -> None:  # noqa: ARG002  # as overridden
        super()._begin_recording(state)


class _StopsLate(_AppliesLate):
    """Ends two seconds after the answer, and opens the window then."""

    def _end_recording(self, state: StreamState, now: int) -> None:
        self._due.setdefault(id(state), now + 2 * NANOSECONDS)

    def _apply(self, state: StreamState, now: int) -> None:
        super()._end_recording(state, now)


class _ForgetsIdleRecording(ForgetsIdle):
    """Drops a recording that nobody has asked about for five seconds."""

    after_ns = 5 * NANOSECONDS

    def _forget(self, state: StreamState) -> None:
        state.recording = False


RECORDING_FAULTS = (
    Fault(
        name="forgets-start",
        breaks="recording/start",
        summary="a START is answered 200, but nothing is recorded",
        recorder=_ForgetsStart,
    ),
    Fault(
        name="forgets-stop",
        breaks="recording/stop",
        summary="a STOP is answered 200, but the recording goes on",
        recorder=_ForgetsStop,
    ),
    Fault(
        name="stops-whole-app",
        breaks="recording/specific-stream",
        summary="a STOP ends every recording of the application",
        recorder=_StopsWholeApp,
    ),
    Fault(
        name="prefix-match",
        breaks="recording/specific-stream",
        summary="a STOP of rehearsal-1 also ends rehearsal-10",
        recorder=_PrefixMatch,
    ),
    Fault(
        name="survives-interruption",
        breaks="recording/interruption",
        summary="no interruption ends a recording, however long it is",
        recorder=_Survives,
    ),
    Fault(
        name="ends-at-once",
        breaks="recording/short-interruption",
        summary="every interruption ends the recording, however short it is",
        recorder=_EndsAtOnce,
    ),
    Fault(
        name="resumes",
        breaks="recording/no-resume",
        summary="a recording that an interruption has ended begins again with the push",
        recorder=_Resumes,
    ),
    Fault(
        name="starts-late",
        breaks="recording/start",
        summary="a START is answered 200 a second before the recording begins",
        recorder=_StartsLate,
    ),
    Fault(
        name="stops-late",
        breaks="restart/after-interval",
        summary="a STOP is answered 200 two seconds before the recording ends, and the interval counts from then",
        recorder=_StopsLate,
    ),
    Fault(
        name="forgets-recording",
        breaks="recording/stop",
        summary="a recording that nobody asks about for five seconds is forgotten",
        recorder=_ForgetsIdleRecording,
    ),
)
