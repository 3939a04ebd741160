"""Requests and their answers on the wire: in time, in bounds, and what a used connection proves."""

import contextlib
import itertools
import select
import socket
import threading
import time
from collections.abc import Callable, Generator
from typing import cast

import pytest

from liverec.address import parse_address
from liverec.client import Client
from liverec.client.connection import LARGEST_ANSWER, Connection
from liverec.client.deadline import Deadline
from liverec.client.transport import IDLE_S
from liverec.clock import MonotonicClock, VirtualClock
from scripted_server import OK, answer, target_at
from socket_server import answering, serving, until_it_is_closed

GONE = answer(404)
TIRED = answer(408, b"", "Connection: close")
CLOSING = answer(200, b"", "Connection: close")
HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n"


@contextlib.contextmanager
def client(url: str, *, timeout_s: float = 5.0, reuses: bool = False) -> Generator[Client]:
    with Client(target_at(url), clock=MonotonicClock(), timeout_s=timeout_s) as sender:
        if reuses:
            sender.reuse()
        yield sender


def dripping(begin: bytes, drops: bytes) -> Callable[[socket.socket], None]:
    def serve(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(begin)
        for byte in drops:
            connection.sendall(bytes([byte]))
            time.sleep(0.02)

    return serve


@pytest.mark.parametrize(
    ("begin", "drops"),
    [
        pytest.param(b"", b"HTTP/1.1 200 " + b"x" * 999, id="head"),
        pytest.param(HEAD, b"x" * 999, id="body"),
        pytest.param(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 99, id="interim answers"),
    ],
)
def test_who_drips_is_not_waited_for(begin: bytes, drops: bytes) -> None:
    with serving(dripping(begin, drops)) as url, Client(target_at(url), clock=VirtualClock(), timeout_s=0.5) as sender:
        exchange = sender.send()

    assert exchange.error == "timeout: no complete answer"


@pytest.mark.parametrize("tail", [b"X-A: b\r\n", b"a" * 64], ids=["fields", "one field"])
def test_headers_without_end_are_cut(tail: bytes) -> None:
    def serve(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 200 OK\r\nX: ")
        for _ in range(1000 * LARGEST_ANSWER // len(tail)):
            connection.sendall(tail * 1000)

    with serving(serve) as url, client(url) as sender:
        exchange = sender.send()

    assert exchange.error == f"too large: an answer of more than {LARGEST_ANSWER} bytes"
    assert exchange.size < 2 * LARGEST_ANSWER


@pytest.mark.parametrize("part", [b"HTTP/1.1 100 Continue\r\n\r\n", b"1\r\nx\r\n"])
def test_interim_answers_and_chunks_without_end_are_cut(part: bytes) -> None:
    begin = b"" if part.startswith(b"HTTP") else b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"

    def serve(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(begin)
        for _ in range(LARGEST_ANSWER):
            connection.sendall(part * 1000)

    with serving(serve) as url, client(url) as sender:
        exchange = sender.send()

    assert str(exchange.error).startswith("too large")


def test_a_request_leaves_and_its_answer_is_read_however_late_we_are() -> None:
    passed = Deadline(0.0)
    with serving(answering(OK)) as url:
        connection = Connection.to(parse_address(url), Deadline(5.0))
        connection.send(b"POST / HTTP/1.1\r\nContent-Length: 0\r\n\r\n", passed)
        select.select([connection], [], [], 5.0)
        answer, error = connection.receive("POST", passed)
        connection.close()

    assert (answer.status, error) == (200, None)


def test_a_server_that_never_reads_is_not_waited_for() -> None:
    with serving(lambda _: time.sleep(3)) as url, client(url, timeout_s=0.3) as sender:
        exchange = sender.send(content=b"x" * 20_000_000)

    assert exchange.error == "timeout: no complete answer"


def test_an_answer_given_before_the_body_was_read_is_heard() -> None:
    def serve(connection: socket.socket) -> None:
        connection.recv(1)
        connection.sendall(answer(413, b"", "Connection: close"))
        until_it_is_closed(connection)

    with serving(serve) as url, client(url, timeout_s=2) as sender:
        assert sender.send(content=b"x" * 3_000_000).status == 413


def test_a_connection_is_used_again_only_if_that_is_wished() -> None:
    with serving(answering(OK, GONE, OK)) as url, client(url) as sender:
        before = [sender.send().status for _ in range(3)]
        sender.reuse()
        after = [sender.send().status for _ in range(3)]

    assert (before, after) == ([200, 200, 200], [200, 404, 200])


@pytest.mark.parametrize(
    "closing", [CLOSING, b"HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", b"HTTP/1.1 200 OK\r\n\r\nuntil the end"]
)
def test_a_server_that_closes_and_says_so_is_asked_on_another_connection(closing: bytes) -> None:
    with serving(answering(closing)) as url, client(url, reuses=True) as sender:
        exchanges = [sender.send() for _ in range(3)]
        reuses = sender.reuses

    assert [(one.status, one.error, one.reused) for one in exchanges] == [(200, None, False)] * 3
    assert reuses


def test_old_http_says_that_it_keeps_a_connection() -> None:
    kept = b"HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 0\r\n\r\n"
    with serving(answering(kept, kept)) as url, client(url, reuses=True) as sender:
        exchanges = [sender.send() for _ in range(2)]

    assert [(one.version, one.reused) for one in exchanges] == [("HTTP/1.0", False), ("HTTP/1.0", True)]


def test_a_connection_that_was_closed_without_a_word_is_noticed_before_it_is_used() -> None:
    with serving(answering(OK)) as url, client(url, reuses=True) as sender:
        first = sender.send()
        time.sleep(IDLE_S / 2)
        second = sender.send()
        reuses = sender.reuses

    assert [(one.error, one.reused) for one in (first, second)] == [(None, False)] * 2
    assert not reuses


def test_a_used_connection_that_is_cut_loses_one_answer_and_no_more() -> None:
    with serving(answering(OK, then=lambda line: line.recv(65536))) as url, client(url, reuses=True) as sender:
        exchanges = [sender.send() for _ in range(4)]
        reuses = sender.reuses

    assert [(one.status, one.reused) for one in exchanges] == [(200, False), (None, True), (200, False), (200, False)]
    assert str(exchanges[1].error).startswith("disconnected")
    assert not reuses


def test_who_asks_to_close_gets_no_used_connection_for_the_next() -> None:
    with serving(answering(OK, OK)) as url, client(url, reuses=True) as sender:
        reused = [sender.send(headers={"Connection": "close"}).reused for _ in range(2)]

    assert reused == [False, False]


def test_what_nobody_asked_for_is_kept_as_evidence_and_never_taken_for_an_answer() -> None:
    with serving(answering(OK + GONE, GONE)) as url, client(url, reuses=True) as sender:
        exchanges = [sender.send() for _ in range(2)]
        (first, second) = sender.strays

    assert [one.status for one in exchanges] == [200, 200]
    assert first.error == second.error
    assert str(first.error).startswith(f"malformed: {len(GONE)} bytes follow the answer: b'HTTP/1.1 404")


def test_a_408_on_an_idle_connection_is_the_end_of_it_and_no_answer() -> None:
    def end_idle(line: socket.socket) -> None:
        time.sleep(IDLE_S / 4)
        line.sendall(TIRED)

    with serving(answering(OK, then=end_idle)) as url, client(url, reuses=True) as sender:
        first = sender.send()
        time.sleep(IDLE_S / 2)
        second = sender.send()
        strays, reuses = sender.strays, sender.reuses

    assert [(one.status, one.error, one.reused) for one in (first, second)] == [(200, None, False)] * 2
    assert (strays, reuses) == ((), False)


def test_a_408_that_crosses_a_request_is_no_answer_to_it() -> None:
    def end_idle(line: socket.socket) -> None:
        line.recv(65536)
        line.sendall(TIRED)

    with serving(answering(OK, then=end_idle)) as url, client(url, reuses=True) as sender:
        exchanges = [sender.send() for _ in range(3)]

    assert [one.error and one.error.partition(":")[0] for one in exchanges] == [None, "disconnected", None]
    assert [one.reused for one in exchanges] == [False, True, False]


def test_a_408_to_the_first_request_on_a_connection_is_an_answer() -> None:
    with serving(answering(TIRED)) as url, client(url, reuses=True) as sender:
        exchange = sender.send()

    assert (exchange.status, exchange.error) == (408, None)


def test_a_connection_that_is_refused_is_asked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    refusals = itertools.cycle([True, False])
    connect = socket.socket.connect

    def moody(link: socket.socket, where: tuple[str, int]) -> None:
        if next(refusals):
            raise ConnectionRefusedError(111, "Connection refused")
        connect(link, where)

    with serving(answering(OK)) as url, client(url) as sender:
        monkeypatch.setattr(socket.socket, "connect", moody)
        exchanges = [sender.send() for _ in range(3)]

    assert [(one.status, one.refusals, one.reused) for one in exchanges] == [(200, 1, False)] * 3


def test_threads_never_share_a_connection() -> None:
    under_way = threading.local()
    clashes: list[str] = []

    def serve(connection: socket.socket) -> None:
        under_way.busy = False
        for _ in range(100):
            if not connection.recv(65536):
                return
            clashes.extend(["clash"] if cast("bool", under_way.busy) else [])
            under_way.busy = True
            time.sleep(0.001)
            under_way.busy = False
            connection.sendall(OK)

    with serving(serve) as url, client(url, reuses=True) as sender:
        statuses: list[int | None] = []

        def work() -> None:
            statuses.extend(sender.send().status for _ in range(20))

        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert statuses == [200] * 80
    assert clashes == []


def test_a_name_without_address_is_told() -> None:
    with Client(target_at("http://nowhere.invalid"), clock=MonotonicClock(), timeout_s=5) as sender:
        exchange = sender.send()

    assert str(exchange.error).startswith("unreachable: its name")
