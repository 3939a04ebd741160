"""Faults in how one service reads the page: now this way, now that, or differently when commands race."""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from functools import cached_property
from itertools import count

from starlette.types import ASGIApp, Receive, Scope, Send

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
    """Goes by what it saw when it looked: who has lost a race since then wins too."""

    @cached_property
    def _acted(self) -> dict[tuple[str, StreamName], int]:
        return {}

    def command(self, action: str, name: StreamName) -> Decision:
        decision = super().command(action, name)
        command, looked = (action, self._key(name)), _looked.get()
        if decision is Decision.DONE:
            self._acted[command] = time.monotonic_ns()
        elif looked is not None and decision is _LOSES_RACE[action] and self._acted.get(command, 0) > looked:
            return Decision.DONE
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
)
