"""Faults in how one service reads the page: now this way, now that, or differently when commands race."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from functools import cached_property
from itertools import count
from zlib import crc32

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from liverec.reference.faults.fault import Fault
from liverec.reference.recorder import Decision, Recorder
from liverec.reference.streams import StreamName, StreamState

GAP_S = 0.05  # of real time, between looking and acting; also where the recorder's clock stands still
_LOSES_RACE = {"START": Decision.RECORDING, "STOP": Decision.IDLE}

# when the command under way looked at its stream: nanoseconds of the machine's clock
_looked: ContextVar[int | None] = ContextVar("looked", default=None)


def _act_late(action: str) -> Callable[[ASGIApp], ASGIApp]:
    """Return a wrapper that lets some time pass between looking and acting."""
    query = f"action={action}".encode()

    def wrap(app: ASGIApp) -> ASGIApp:
        async def faulty(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["query_string"] == query:
                _looked.set(time.monotonic_ns())
                await asyncio.sleep(GAP_S)
            await app(scope, receive, send)

        return faulty

    return wrap


class _ChecksThenActs(Recorder):
    """Goes by what it saw when it looked: who has lost a race since then wins too, from the second or *crowd*-th on."""

    crowd = 2

    @cached_property
    def _acted(self) -> dict[tuple[str, StreamName], int]:
        return {}

    @cached_property
    def _at_once(self) -> Counter[tuple[str, StreamName]]:
        return Counter()

    def command(self, action: str, name: StreamName) -> Decision:
        decision = super().command(action, name)
        command, looked = (action, self._key(name)), _looked.get()
        if decision is Decision.DONE:
            self._acted[command], self._at_once[command] = time.monotonic_ns(), 1
        elif looked is not None and decision is _LOSES_RACE[action] and self._acted.get(command, 0) > looked:
            self._at_once[command] += 1
            return Decision.DONE if self._at_once[command] >= self.crowd else decision
        return decision


class _DoubleStart(_ChecksThenActs):
    """Goes with the wrapper for START."""


class _DoubleStop(_ChecksThenActs):
    """Goes with the wrapper for STOP."""


class _FlickeringReading(Recorder):
    """Refuses one START while recording, and accepts the next."""

    @cached_property
    def _turns(self) -> Iterator[int]:
        return count()

    def _on_start(self, state: StreamState, now: int) -> Decision:
        if state.recording:
            return Decision.NO_EFFECT if next(self._turns) % 2 else Decision.RECORDING
        return super()._on_start(state, now)


class _DoubleStartOfEight(_ChecksThenActs):
    """Has seven places to wait in, and whoever finds them taken acts at once."""

    crowd = 8


class _DoubleStopOfEight(_ChecksThenActs):
    """Goes with the wrapper for STOP."""

    crowd = 8


# what the START under way will write once more
_write_again: ContextVar[Callable[[], None] | None] = ContextVar("write_again", default=None)


def _answer_after_writing(app: ASGIApp) -> ASGIApp:
    """Let some time pass after a START has acted, write its stream back, and answer only then."""

    async def faulty(scope: Scope, receive: Receive, send: Send) -> None:
        held: list[Message] = []

        async def hold(message: Message) -> None:
            held.append(message)

        _write_again.set(None)
        await app(scope, receive, hold)
        write = _write_again.get()
        if write is not None:
            await asyncio.sleep(GAP_S)
            write()
        for message in held:
            await send(message)

    return faulty


class _LostUpdate(Recorder):
    """Writes the whole stream back as its START has left it, whatever came in between."""

    def _begin_recording(self, state: StreamState) -> None:
        super()._begin_recording(state)
        _write_again.set(lambda: setattr(state, "recording", True))


class _HalfDeployed(Recorder):
    """Reads the page one way for some streams, and another way for the others, by a hash of their names."""

    def command(self, action: str, name: StreamName) -> Decision:
        decision = super().command(action, name)
        accepts = decision is Decision.IDLE and crc32(name.stream.encode()) % 2 == 1
        return Decision.NO_EFFECT if accepts else decision


CONSISTENCY_FAULTS = (
    Fault(
        name="double-start",
        breaks="consistency/one-reading",
        summary="of two STARTs at the same time both are carried out",
        wrap=_act_late("START"),
        recorder=_DoubleStart,
    ),
    Fault(
        name="double-stop",
        breaks="consistency/one-reading",
        summary="of two STOPs at the same time both are carried out",
        wrap=_act_late("STOP"),
        recorder=_DoubleStop,
    ),
    Fault(
        name="flickering-reading",
        breaks="consistency/one-reading",
        summary="a START while recording is refused and accepted in turns",
        recorder=_FlickeringReading,
    ),
    Fault(
        name="double-start-of-eight",
        breaks="consistency/one-reading",
        summary="of eight STARTs at the same time two are carried out, of fewer only one",
        wrap=_act_late("START"),
        recorder=_DoubleStartOfEight,
    ),
    Fault(
        name="double-stop-of-eight",
        breaks="consistency/one-reading",
        summary="of eight STOPs at the same time two are carried out, of fewer only one",
        wrap=_act_late("STOP"),
        recorder=_DoubleStopOfEight,
    ),
    Fault(
        name="lost-update",
        breaks="consistency/one-reading",
        summary="a STOP that overtakes a START is answered 200, and its effect is overwritten",
        wrap=_answer_after_writing,
        recorder=_LostUpdate,
    ),
    Fault(
        name="half-deployed",
        breaks="consistency/one-reading",
        summary="a STOP of an idle stream is refused on some streams, and accepted on the others",
        recorder=_HalfDeployed,
    ),
)
