"""Faults in whose a restart window is: which streams it is for, and who is asked to keep it."""

from contextvars import ContextVar
from functools import cached_property
from itertools import count
from typing import Any
from weakref import WeakKeyDictionary
from zlib import crc32

from starlette.types import ASGIApp, Receive, Scope, Send

from liverec.clock import NANOSECONDS
from liverec.reference.authentication import Authenticator, Caller
from liverec.reference.faults.fault import Fault
from liverec.reference.recorder import Decision, Recorder
from liverec.reference.request import Request
from liverec.reference.streams import StreamName, StreamState

_ODD_ONE_OUT = 50


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


class _ClockPerName(Recorder):
    """Keeps one clock for all streams of a name, wherever they are."""

    def command(self, action: str, name: StreamName) -> Decision:
        decision = super().command(action, name)
        if action == "STOP" and decision is Decision.DONE:
            for other, state in self.streams():
                if other.stream == name.stream:
                    state.stopped_at = self.clock.now()
        return decision


class _OddOneOut(Recorder):
    """Waits three seconds on one stream of fifty, by a hash of its name."""

    def command(self, action: str, name: StreamName) -> Decision:
        self._odd = crc32(name.stream.encode()) % _ODD_ONE_OUT == 0
        return super().command(action, name)

    def _window_open(self, state: StreamState, now: int) -> bool:
        return super()._window_open(state, now + 7 * NANOSECONDS if self._odd else now)


# how the command under way was authenticated
_signed: ContextVar[bool] = ContextVar("signed", default=False)


class _NotesSignature(Authenticator):
    """Notes whether a request was signed."""

    def authenticate(self, request: Request) -> Caller:
        _signed.set("x-auth-token" not in request.headers)
        return super().authenticate(request)


class _NotesSignatureToo(_NotesSignature):
    """Goes with _OnlyForTokens."""


class _OnlyForTokens(Recorder):
    """Looks for a window only where a token was sent."""

    def _window_open(self, state: StreamState, now: int) -> bool:
        return not _signed.get() and super()._window_open(state, now)


class _NotesSignatureAsWell(_NotesSignature):
    """Goes with _OnlyForSignatures."""


class _OnlyForSignatures(Recorder):
    """Looks for a window only where a request was signed."""

    def _window_open(self, state: StreamState, now: int) -> bool:
        return _signed.get() and super()._window_open(state, now)


# whether the command under way says which charset it is in
_with_charset: ContextVar[bool] = ContextVar("with_charset", default=False)


class _NotesCharset(Authenticator):
    """Notes whether the type of a request's body has a parameter."""

    def authenticate(self, request: Request) -> Caller:
        _with_charset.set(";" in request.headers.get("content-type", ""))
        return super().authenticate(request)


class _OnlyWithoutCharset(Recorder):
    """Looks for a window only where the type of the body has no parameter."""

    def _window_open(self, state: StreamState, now: int) -> bool:
        return not _with_charset.get() and super()._window_open(state, now)


# which of two workers has the connection of the command under way
_worker: ContextVar[int] = ContextVar("worker", default=0)


def _share_connections(app: ASGIApp) -> ASGIApp:
    """Give connections to two workers in turns."""
    workers: WeakKeyDictionary[Any, int] = WeakKeyDictionary()
    turns = count()

    async def faulty(scope: Scope, receive: Receive, send: Send) -> None:
        transport = scope.get("liverec.transport")
        if transport is not None:
            if transport not in workers:
                workers[transport] = next(turns) % 2
            _worker.set(workers[transport])
        await app(scope, receive, send)

    return faulty


class _ClockPerWorker(Recorder):
    """Keeps recordings where both workers see them, but windows in the memory of the worker that stopped."""

    @cached_property
    def _opened_by(self) -> dict[int, int]:
        return {}

    def _end_recording(self, state: StreamState, now: int) -> None:
        super()._end_recording(state, now)
        self._opened_by[id(state)] = _worker.get()

    def _window_open(self, state: StreamState, now: int) -> bool:
        return self._opened_by.get(id(state)) == _worker.get() and super()._window_open(state, now)


SCOPE_FAULTS = (
    Fault(
        name="clock-per-app",
        breaks="restart/same-stream",
        summary="a STOP opens a window for every stream of the application",
        recorder=_ClockPerApp,
    ),
    Fault(
        name="clock-per-name",
        breaks="restart/same-stream",
        summary="a STOP opens a window for the streams of the same name in other applications and domains too",
        needs="two streams of one name in the profile, in two apps or domains",
        recorder=_ClockPerName,
    ),
    Fault(
        name="odd-one-out",
        breaks="restart/too-soon",
        summary="on one stream of fifty the interval is three seconds",
        recorder=_OddOneOut,
    ),
    Fault(
        name="only-for-tokens",
        breaks="restart/too-soon",
        summary="the interval is asked for with a token, and not with a signature",
        authenticator=_NotesSignatureToo,
        recorder=_OnlyForTokens,
    ),
    Fault(
        name="only-for-signatures",
        breaks="restart/too-soon",
        summary="the interval is asked for with a signature, and not with a token",
        authenticator=_NotesSignatureAsWell,
        recorder=_OnlyForSignatures,
    ),
    Fault(
        name="only-without-charset",
        breaks="restart/too-soon",
        summary="the interval is not asked for where Content-Type names a charset",
        authenticator=_NotesCharset,
        recorder=_OnlyWithoutCharset,
    ),
    Fault(
        name="clock-per-worker",
        breaks="restart/too-soon",
        summary="of two workers each knows only the windows of the STOPs that it answered",
        wrap=_share_connections,
        recorder=_ClockPerWorker,
    ),
)
