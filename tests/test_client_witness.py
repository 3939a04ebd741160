"""The client as a witness: what is recorded, and what is told when nothing comes back."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from liverec.client import Client, Exchange
from liverec.client.connection import LARGEST_KEPT
from liverec.clock import MonotonicClock
from liverec.history import Action, Outcome
from liverec.history.reader import read_file
from liverec.history.writer import HistoryWriter
from scripted_server import OK, STREAM, ScriptedServer, target_at

GONE = b'HTTP/1.1 404 x\r\nContent-Length: 31\r\n\r\n{"error_code":"LIVE.100011001"}'
BROKEN_OFF = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab"
REQUEST = b"POST / HTTP/1.1\r\nHost: a\r\nX-Auth-Token: t0ken\r\nContent-Length: 0\r\n\r\n"


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    scripted = ScriptedServer()
    yield scripted
    scripted.close()


def client(server: ScriptedServer, *, history: HistoryWriter | None = None, timeout_s: float = 5) -> Client:
    return Client(target_at(server.url), clock=MonotonicClock(), history=history, timeout_s=timeout_s)


def history_writer(path: Path) -> HistoryWriter:
    return HistoryWriter(path, run="r", target="t", interval_ns=1, clock=MonotonicClock())


def test_the_history_knows_of_a_command_before_the_server_does(server: ScriptedServer, tmp_path: Path) -> None:
    path = tmp_path / "h.ndjson"
    seen: list[bytes] = []
    server.before_answer = lambda: seen.append(path.read_bytes())
    with history_writer(path) as history, client(server, history=history) as sender:
        exchange = sender.command(Action.START, STREAM, process=4)
    (operation,) = read_file(path).operations

    assert seen[0].count(b'"invoke"') == 1
    assert (operation.process, operation.stream, operation.action) == (4, STREAM, Action.START)
    assert (operation.outcome, operation.request_id, operation.index) == (Outcome.OK, "id-1-host", 0)
    assert (exchange.process, exchange.index) == (4, 0)


@pytest.mark.parametrize(
    ("answer", "outcome", "error"),
    [
        (GONE, Outcome.REFUSED, ""),
        (b"HTTP/1.1 401 x\r\nContent-Length: 0\r\n\r\n", Outcome.TURNED_AWAY, ""),
        (b"HTTP/1.1 503 x\r\nContent-Length: 0\r\n\r\n", Outcome.INFO, ""),
        (b"HTTP/1.1 307 x\r\nLocation: /\r\nContent-Length: 0\r\n\r\n", Outcome.INFO, ""),
        (None, Outcome.INFO, "disconnected"),
        (BROKEN_OFF, Outcome.INFO, "malformed"),
        (b"HTTP/9 nonsense\r\n\r\n", Outcome.INFO, "malformed"),
    ],
)
def test_what_an_answer_proves_is_recorded(tmp_path: Path, answer: bytes | None, outcome: Outcome, error: str) -> None:
    path = tmp_path / "h.ndjson"
    server = ScriptedServer(answer, keeps_open=False)
    with contextlib.closing(server), history_writer(path) as history, client(server, history=history) as sender:
        processes = [sender.command(Action.STOP, STREAM, process=0).process for _ in range(2)]
    first, second = read_file(path).operations

    assert [first.outcome, second.outcome] == [outcome, outcome]
    assert (first.error or "").partition(":")[0] == error
    assert first.error_code == ("LIVE.100011001" if answer == GONE else None)
    assert (processes == [0, 0]) == (outcome is not Outcome.INFO)
    assert len(server.received) == 2  # nothing is ever sent twice


def test_silence_is_a_timeout(server: ScriptedServer, tmp_path: Path) -> None:
    server.answer = b""
    path = tmp_path / "h.ndjson"
    with history_writer(path) as history, client(server, history=history, timeout_s=1.0) as sender:
        exchange = sender.command(Action.START, STREAM)

    assert str(exchange.error).startswith("timeout")
    assert read_file(path).operations[0].outcome is Outcome.INFO


def test_nobody_there_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    with Client(target_at(url), clock=MonotonicClock()) as sender:
        errors = [sender.command(Action.START, STREAM).error, sender.raw(REQUEST).exchange.error]

    assert [str(error).partition(":")[0] for error in errors] == ["unreachable", "unreachable"]


def test_an_answer_without_an_end_is_cut(server: ScriptedServer) -> None:
    server.answer = b"HTTP/1.1 200 OK\r\nContent-Length: 9999999\r\n\r\n" + b"x" * 1_500_000
    with client(server) as sender:
        exchange = sender.send()

    assert str(exchange.error).startswith("too large")
    assert len(exchange.body) == LARGEST_KEPT


def test_headers_are_kept_as_they_came(server: ScriptedServer) -> None:
    server.answer = b"HTTP/1.1 200 OK\r\nx-REQUEST-id: a\r\nX-Request-Id: b\r\nContent-Length: 0\r\n\r\n"
    with client(server) as sender:
        exchange = sender.send()

    assert exchange.headers == (("x-REQUEST-id", "a"), ("X-Request-Id", "b"), ("Content-Length", "0"))


def test_observers_see_every_exchange(server: ScriptedServer) -> None:
    seen: list[Exchange] = []
    with Client(target_at(server.url), clock=MonotonicClock(), observers=[seen.append]) as sender:
        returned = [sender.command(Action.START, STREAM), sender.send(), sender.raw(REQUEST).exchange]

    assert seen == returned


def test_threads_share_a_client(server: ScriptedServer, tmp_path: Path) -> None:
    path = tmp_path / "h.ndjson"
    with history_writer(path) as history, client(server, history=history) as sender:

        def work() -> None:
            for _ in range(10):
                sender.command(Action.START, STREAM)

        threads = [threading.Thread(target=work) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    found = read_file(path)

    assert found.complete
    assert [operation.outcome for operation in found.operations] == [Outcome.OK] * 60


def test_a_connection_that_served_before_is_told(server: ScriptedServer) -> None:
    with client(server) as sender:
        reused = [sender.send().reused for _ in range(2)]
        sender.reuse()
        reused += [sender.send().reused for _ in range(2)]

    assert reused == [False, False, False, True]


def test_what_is_sent_raw_leaves_byte_for_byte(server: ScriptedServer) -> None:
    with client(server) as sender:
        found = sender.raw(REQUEST)

    assert server.received == [REQUEST]
    assert found.received == OK
    assert (found.answer.status, found.answer.complete, found.answer.excess) == (200, True, b"")
    assert (found.closed, found.timed_out) == (False, False)
    assert found.exchange.as_json()["request_headers"][1] == ["X-Auth-Token", "$TOKEN"]


def test_a_composed_request_is_the_one_that_is_sent(server: ScriptedServer) -> None:
    with client(server) as sender:
        sender.send(content=[b"a", b"bc"])
        sender.raw(sender.compose(content=[b"a", b"bc"]).as_bytes())

    assert server.received[0] == server.received[1]


def test_excess_bytes_are_waited_for(server: ScriptedServer) -> None:
    server.answer = OK + b"more"
    with client(server) as sender:
        assert sender.raw(REQUEST).answer.excess == b"more"


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (None, "disconnected: the connection was closed without an answer"),
        (BROKEN_OFF, "malformed: the answer broke off"),
        (b"nonsense\r\n\r\n", "malformed: what was sent does not begin with HTTP/1."),
    ],
)
def test_a_raw_exchange_tells_what_broke_off(answer: bytes | None, error: str) -> None:
    server = ScriptedServer(answer, keeps_open=False)
    with contextlib.closing(server), client(server) as sender:
        assert sender.raw(REQUEST).exchange.error == error


def test_raw_silence_is_a_timeout(server: ScriptedServer) -> None:
    server.answer = b"HTTP/1.1 200 OK\r\n"
    with client(server) as sender:
        found = sender.raw(REQUEST, timeout_s=1.0)

    assert found.timed_out
    assert found.exchange.error == "timeout: no complete answer"
