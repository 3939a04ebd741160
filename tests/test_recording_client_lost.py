"""The recording clients when answers are lost, late or without end: nothing is sent twice, no window forgotten."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest

from liverec import (
    AsyncRecordingClient,
    IllegalRequest,
    NotSent,
    OutcomeUnknown,
    RecordingClient,
    RecordingError,
    Restarted,
    load_document,
)
from liverec.clock import VirtualClock
from liverec.history import Action
from recording_clients import Handled, Kind, each_kind, recording_client
from scripted_server import STREAM, ScriptedServer, answer

W_S = load_document().interval_ns / 1e9
SOMEWHERE = "https://live.example.net"


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    scripted = ScriptedServer()
    yield scripted
    scripted.close()


@each_kind
@pytest.mark.parametrize(
    "scripted",
    [None, b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\nConnection: close\r\n\r\n", b"no HTTP at all\r\n\r\n"],
    ids=["no answer", "cut off", "no HTTP"],
)
def test_a_broken_answer_is_an_unknown_outcome(kind: Kind, server: ScriptedServer, scripted: bytes | None) -> None:
    server.answer, server.keeps_open = scripted, False

    with recording_client(kind, server.url) as client, pytest.raises(OutcomeUnknown) as raised:
        client.start_recording(STREAM)

    assert (raised.value.status, len(server.received)) == (None, 1)


@each_kind
def test_no_answer_in_time_is_an_unknown_outcome(kind: Kind, server: ScriptedServer) -> None:
    given_up = threading.Event()
    server.before_answer = lambda: given_up.wait(10)
    try:
        with recording_client(kind, server.url, timeout_s=1.0) as client, pytest.raises(OutcomeUnknown) as raised:
            client.start_recording(STREAM)
    finally:
        given_up.set()

    assert "Timeout" in str(raised.value)
    assert len(server.received) == 1


@each_kind
def test_a_huge_answer_is_not_read_to_its_end(kind: Kind, server: ScriptedServer) -> None:
    server.answer = b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n" + b"x" * 300_000

    with recording_client(kind, server.url) as client, pytest.raises(OutcomeUnknown, match="more than 65536 bytes"):
        client.start_recording(STREAM)


class Dripping(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body without end, of which a byte takes a second."""

    def __init__(self, clock: VirtualClock) -> None:
        self.clock = clock

    def __iter__(self) -> Iterator[bytes]:
        while True:
            self.clock.advance(1)
            yield b"x"

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for part in self:
            yield part


@each_kind
def test_an_answer_without_end_is_given_up(kind: Kind) -> None:
    clock = VirtualClock()
    transport = Handled(lambda _: httpx.Response(200, stream=Dripping(clock)))

    with (
        recording_client(kind, SOMEWHERE, clock=clock, transport=transport, timeout_s=5) as client,
        pytest.raises(OutcomeUnknown, match="did not end in time"),
    ):
        client.start_recording(STREAM)

    assert clock.now() == 6e9


@each_kind
def test_after_an_unknown_stop_a_restart_waits_from_the_latest_moment(kind: Kind, server: ScriptedServer) -> None:
    clock = VirtualClock()
    at: list[int] = []

    def lose_the_first() -> None:
        at.append(clock.now())
        if len(at) == 1:
            clock.advance(3)  # it may have been carried out at any time in these
        server.answer = None if len(at) == 1 else answer(200)

    server.before_answer = lose_the_first
    with recording_client(kind, server.url, clock=clock) as client:
        restarted = client.restart_recording(STREAM)

    assert isinstance(restarted, Restarted)
    assert isinstance(restarted.stopped, OutcomeUnknown)
    assert at == [0, 3_000_000_000 + load_document().interval_ns + 1]


@each_kind
def test_what_never_left_needs_no_wait_and_ends_a_restart(kind: Kind) -> None:
    clock = VirtualClock()

    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("no route", request=request)

    with recording_client(kind, SOMEWHERE, clock=clock, transport=Handled(refuse)) as client:
        with pytest.raises(NotSent) as raised:
            client.restart_recording(STREAM)
        assert client.seconds_until_start(STREAM) == 0.0

    assert (raised.value.action, clock.now()) == (Action.STOP, 0)


@each_kind
@pytest.mark.parametrize(
    ("error", "told"),
    [
        (httpx.ConnectError, NotSent),
        (httpx.ConnectTimeout, NotSent),
        (httpx.PoolTimeout, NotSent),
        (httpx.ProxyError, NotSent),
        (httpx.LocalProtocolError, NotSent),
        (httpx.WriteError, OutcomeUnknown),
        (httpx.WriteTimeout, OutcomeUnknown),
        (httpx.ReadError, OutcomeUnknown),
        (httpx.ReadTimeout, OutcomeUnknown),
        (httpx.RemoteProtocolError, OutcomeUnknown),
    ],
)
def test_what_can_have_arrived_is_unknown(
    kind: Kind, error: type[httpx.TransportError], told: type[RecordingError]
) -> None:
    def fail(_: httpx.Request) -> httpx.Response:
        raise error("broke")

    with recording_client(kind, SOMEWHERE, transport=Handled(fail)) as client, pytest.raises(told) as raised:
        client.start_recording(STREAM)

    assert str(raised.value).endswith(f"; {error.__name__} broke")


@each_kind
def test_a_start_that_fails_in_a_restart_says_that_it_was_the_start(kind: Kind) -> None:
    clock = VirtualClock()
    codes = iter([httpx.Response(200), httpx.Response(400, json={"error_code": "LIVE.100011001"})])

    with (
        recording_client(kind, SOMEWHERE, clock=clock, transport=Handled(lambda _: next(codes))) as client,
        pytest.raises(IllegalRequest) as raised,
    ):
        client.restart_recording(STREAM)

    assert raised.value.action is Action.START


@each_kind
def test_a_clock_that_stands_still_is_told(kind: Kind) -> None:
    slept: list[float] = []
    transport = Handled(lambda _: httpx.Response(200))
    with (
        recording_client(kind, SOMEWHERE, clock=VirtualClock(), sleep=slept.append, transport=transport) as client,
        pytest.raises(RuntimeError, match="the clock stands still"),
    ):
        client.restart_recording(STREAM)

    assert set(slept) == {(W_S * 1e9 + 1) / 1e9}


def test_an_interrupted_stop_may_have_arrived() -> None:
    def interrupt(_: httpx.Request) -> httpx.Response:
        raise KeyboardInterrupt

    with RecordingClient(SOMEWHERE, token="t", clock=VirtualClock(), transport=Handled(interrupt)) as client:
        with pytest.raises(KeyboardInterrupt):
            client.stop_recording(STREAM)

        assert client.seconds_until_start(STREAM) > W_S


def test_a_cancelled_stop_may_have_arrived(server: ScriptedServer) -> None:
    asked, leave = threading.Event(), threading.Event()

    def stall() -> None:
        asked.set()
        leave.wait(10)

    async def cancelled() -> float:
        async with AsyncRecordingClient(server.url, token="t", clock=VirtualClock()) as client:
            task = asyncio.create_task(client.stop_recording(STREAM))
            await asyncio.to_thread(asked.wait, 10)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            return client.seconds_until_start(STREAM)

    server.before_answer = stall
    try:
        assert asyncio.run(cancelled()) > W_S
    finally:
        leave.set()
