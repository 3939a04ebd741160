"""Both recording clients behind one blocking face, so that each test is a test of both."""

import asyncio
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any, Protocol, TypedDict

import httpx
import pytest

from liverec import Accepted, AsyncRecordingClient, RecordingClient, Restarted, Stream
from liverec.clock import VirtualClock


class Commands(Protocol):
    """What both can do."""

    def start_recording(self, stream: Stream) -> Accepted: ...
    def stop_recording(self, stream: Stream) -> Accepted: ...
    def restart_recording(self, stream: Stream) -> Restarted: ...
    def seconds_until_start(self, stream: Stream) -> float: ...


class Awaiting:
    """An asynchronous client whose methods are awaited here."""

    def __init__(self, client: AsyncRecordingClient, runner: asyncio.Runner) -> None:
        self._client = client
        self._runner = runner

    def start_recording(self, stream: Stream) -> Accepted:
        return self._runner.run(self._client.start_recording(stream))

    def stop_recording(self, stream: Stream) -> Accepted:
        return self._runner.run(self._client.stop_recording(stream))

    def restart_recording(self, stream: Stream) -> Restarted:
        return self._runner.run(self._client.restart_recording(stream))

    def seconds_until_start(self, stream: Stream) -> float:
        return self._client.seconds_until_start(stream)


class Credentials(TypedDict, total=False):
    """Arguments of both that prove who asks."""

    token: str | Callable[[], str] | None
    access_key: str | None
    secret_key: str | None


Kind = str
KINDS = ("blocking", "asynchronous")
each_kind = pytest.mark.parametrize("kind", KINDS)


class Handled(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """A transport for both: *handler* is given each request, and returns the answer or raises."""

    def __init__(self, handler: Callable[[httpx.Request], httpx.Response]) -> None:
        self._handler = handler

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return self._handler(request)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return self._handler(request)


@contextmanager
def recording_client(
    kind: Kind,
    url: str,
    *,
    clock: VirtualClock | None = None,
    sleep: Callable[[float], object] | None = None,
    **options: Any,
) -> Generator[Commands]:
    """A client of this *kind*; with a virtual *clock*, sleeping advances it, unless *sleep* says otherwise."""
    if not {"token", "access_key", "secret_key"} & set(options):
        options["token"] = "t0ken"
    asleep = sleep or (clock.advance if clock is not None else None)
    if kind == "blocking":
        if asleep is not None:
            options["sleep"] = asleep
        with RecordingClient(url, clock=clock, **options) as client:
            yield client
        return

    async def awaited(seconds: float) -> None:
        assert asleep is not None
        asleep(seconds)

    if asleep is not None:
        options["sleep"] = awaited
    with asyncio.Runner() as runner:
        asynchronous = AsyncRecordingClient(url, clock=clock, **options)
        try:
            yield Awaiting(asynchronous, runner)
        finally:
            runner.run(asynchronous.aclose())
