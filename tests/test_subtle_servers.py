"""Servers that break the rules over time a little, or seldom: each is convicted of what it breaks, first of all."""

from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import pytest

from judged_server import QUICK, judged
from liverec.clock import NANOSECONDS
from liverec.reference.faults import FAULTS, Fault
from liverec.reference.recorder import Decision, Recorder
from liverec.reference.streams import StreamName, StreamState
from liverec.requirements import NORMATIVE

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("default")]


def waiting(seconds: float) -> type[Recorder]:
    """Return a recorder whose window is so long."""

    class Waiting(Recorder):
        def _window_open(self, state: StreamState, now: int) -> bool:
            return state.stopped_at is not None and now - state.stopped_at <= seconds * NANOSECONDS

    return Waiting


class SecondStopOnly(Recorder):
    """Opens no window with the second STOP of a stream."""

    def _end_recording(self, state: StreamState, now: int) -> None:
        second = state.stopped_at is not None
        super()._end_recording(state, now)
        if second:
            state.stopped_at = 0


class FewShort(Recorder):
    """Waits 9.8 s on one stream of fifty."""

    def _window_open(self, state: StreamState, now: int) -> bool:
        number = next(n for n, (_, other) in enumerate(self.table.items()) if other is state)
        return super()._window_open(state, now + (NANOSECONDS // 5 if number % 50 == 17 else 0))


class ForgetsRecording(Recorder):
    """Takes a recording for ended when nobody has asked about it for five seconds."""

    def command(self, action: str, name: StreamName) -> Decision:
        state, now = self.table.find(self._key(name)), self.clock.now()
        if state is not None:
            asked = self.__dict__.setdefault("asked", dict[StreamName, int]())
            if state.recording and now - asked.get(name, now) > 5 * NANOSECONDS:
                state.recording = False
            asked[name] = now
        return super().command(action, name)


class ForgetsWindow(Recorder):
    """Forgets a window when nobody has asked about its stream for six seconds."""

    def command(self, action: str, name: StreamName) -> Decision:
        state, now = self.table.find(self._key(name)), self.clock.now()
        if state is not None:
            asked = self.__dict__.setdefault("asked", dict[StreamName, int]())
            if now - asked.get(name, now) > 6 * NANOSECONDS:
                state.stopped_at = None
            asked[name] = now
        return super().command(action, name)


class RefusedStartCloses(Recorder):
    """A START that is refused closes the window that refused it."""

    def _on_start(self, state: StreamState, now: int) -> Decision:
        decision = super()._on_start(state, now)
        if decision is Decision.TOO_SOON:
            state.stopped_at = None
        return decision


class RefusedStartBegins(Recorder):
    """A START that came too soon is refused, and carried out."""

    def _on_start(self, state: StreamState, now: int) -> Decision:
        decision = super()._on_start(state, now)
        if decision is Decision.TOO_SOON:
            self._begin_recording(state)
        return decision


class SecondStopCloses(Recorder):
    """A STOP of an idle stream closes its window."""

    def _on_stop_while_idle(self, state: StreamState, now: int) -> Decision:
        state.stopped_at = None
        return super()._on_stop_while_idle(state, now)


class CarriesOutLater(Recorder):
    """A START that came too soon is carried out when the window has ended."""

    def command(self, action: str, name: StreamName) -> Decision:
        state, now = self.table.find(self._key(name)), self.clock.now()
        waiting = self.__dict__.setdefault("waiting", set[StreamName]())
        if state is not None and name in waiting and not self._window_open(state, now):
            waiting.discard(name)
            self._begin_recording(state)
        decision = super().command(action, name)
        if decision is Decision.TOO_SOON:
            waiting.add(name)
        return decision


class StopsByName(Recorder):
    """Looks for what to stop by the stream's name alone."""

    def command(self, action: str, name: StreamName) -> Decision:
        decision = super().command(action, name)
        if action == "STOP" and decision is Decision.UNKNOWN:
            for other, state in self.streams():
                if other.stream == name.stream and state.recording:
                    self._end_recording(state, self.clock.now())
        return decision


class WindowByName(Recorder):
    """A STOP of whatever has that name opens a window, whether it exists or not."""

    def command(self, action: str, name: StreamName) -> Decision:
        decision = super().command(action, name)
        if action == "STOP" and decision is Decision.UNKNOWN:
            for other, state in self.streams():
                if other.stream == name.stream and not state.recording:
                    state.stopped_at = self.clock.now()
        return decision


PARTS = ("recording/", "restart/", "consistency/", "status/no-effect")
OVER_TIME = tuple(row.id for row in NORMATIVE if row.id.startswith(PARTS))
SUBTLE: list[tuple[str, type[Recorder], str]] = [
    ("5 s", waiting(5), "restart/too-soon"),
    ("9.8 s", waiting(9.8), "restart/too-soon"),
    ("10.3 s", waiting(10.3), "restart/after-interval"),
    ("12 s", waiting(12), "restart/after-interval"),
    ("second only", SecondStopOnly, "restart/too-soon"),
    ("few short", FewShort, "restart/too-soon"),
    ("forgets the recording", ForgetsRecording, "recording/stop"),
    ("forgets the window", ForgetsWindow, "restart/too-soon"),
    ("refused START closes", RefusedStartCloses, "restart/too-soon"),
    ("refused START begins", RefusedStartBegins, "status/no-effect"),
    ("second STOP closes", SecondStopCloses, "restart/too-soon"),
    ("carries out later", CarriesOutLater, "restart/after-interval"),
    ("stops by name", StopsByName, "recording/specific-stream"),
    ("window by name", WindowByName, "restart/same-stream"),
]


@pytest.mark.parametrize(("recorder", "breaks"), [pytest.param(*rest, id=name) for name, *rest in SUBTLE])
def test_what_is_broken_a_little_is_convicted(tmp_path: Path, recorder: type[Recorder], breaks: str) -> None:
    assert judged_with(tmp_path, recorder)[:1] == (breaks,)


def judged_with(folder: Path, recorder: type[Recorder]) -> tuple[str, ...]:
    """Return what a server with this recorder is convicted of."""
    subtle = Fault(name="subtle", breaks="restart/too-soon", summary="", recorder=recorder)
    budget = replace(QUICK, probed=320) if recorder is FewShort else QUICK  # of many streams, few are short
    with patch.dict(FAULTS, {"subtle": subtle}):
        return judged(folder, faults=("subtle",), generated="none", only=OVER_TIME, budget=budget).findings
