"""Requests that leave at one moment: all are complete at once, and each answer goes to its own request."""

import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from selectors import DefaultSelector
from shutil import which
from unittest.mock import patch

import pytest

from liverec.address import parse_address
from liverec.client import Client, Connection
from liverec.client import burst as burst_module
from liverec.client import client as client_module
from liverec.client import connection as connection_module
from liverec.client.burst import Burst, open_connections
from liverec.clock import MonotonicClock
from liverec.history import Action, Outcome, Stream
from liverec.history.merge import merge
from liverec.history.reader import read_file
from liverec.history.writer import HistoryWriter
from scripted_server import OK, PROJECT, ScriptedServer, answer, parsed, target_at

CALLERS = 8
ANSWERS = [answer(200), answer(404), answer(200), answer(404), b"", OK[:20], OK + b"more", OK[:20]]
CUT = {4, 5}
STREAMS = [Stream(PROJECT, "publish.example.com", "live", f"rehearsal-{number}") for number in range(CALLERS)]
STARTS = [(Action.START, stream) for stream in STREAMS]


def sender(url: str, history: HistoryWriter | None = None, timeout_s: float = 5) -> Client:
    return Client(target_at(url), clock=MonotonicClock(), history=history, timeout_s=timeout_s)


@pytest.fixture
def server() -> Generator[ScriptedServer]:
    scripted = ScriptedServer()
    yield scripted
    scripted.close()


@contextmanager
def listening(serve: Callable[[list[socket.socket]], None], callers: int = CALLERS) -> Generator[str]:
    """Take *callers* connections and have *serve* do with them what it likes."""
    taken: list[socket.socket] = []

    def run() -> None:
        with suppress(OSError):
            while len(taken) < callers:
                taken.append(listener.accept()[0])
            serve(taken)

    with socket.create_server(("127.0.0.1", 0), backlog=64) as listener:
        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        thread.join(5)
        for connection in taken:
            connection.close()


def close(connections: list[Connection]) -> None:
    for one in connections:
        one.close()


def length_of(head: bytes) -> int:
    return int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])


def read_but_last(connection: socket.socket) -> None:
    """Read a request up to its last byte."""
    data = b""
    while b"\r\n\r\n" not in data or len(data.partition(b"\r\n\r\n")[2]) < length_of(data) - 1:
        data += connection.recv(1)


def read_whole(connection: socket.socket) -> bytes:
    """Read a request; nothing if none comes."""
    data = b""
    while b"\r\n\r\n" not in data or len(data.partition(b"\r\n\r\n")[2]) < length_of(data):
        if not (part := connection.recv(1 << 16)):
            return b""
        data += part
    return data


def test_no_request_is_complete_before_all_but_its_last_byte_of_each_has_arrived() -> None:
    early: list[bytes] = []

    def serve(connections: list[socket.socket]) -> None:
        for connection in connections:
            connection.settimeout(5)
            read_but_last(connection)
        for connection in connections:
            early.append(connection.recv(10))
            connection.sendall(OK)

    with listening(serve) as url, sender(url) as client:
        burst = client.burst(STARTS)

    assert [one.status for one in burst.exchanges] == [200] * CALLERS
    assert early == [b"}"] * CALLERS
    assert 0 < burst.skew_ns <= burst.took_ns
    assert burst.overlapping >= 1


def test_what_leaves_is_the_plain_command_on_a_connection_that_ends(server: ScriptedServer) -> None:
    with sender(server.url) as client:
        client.burst(STARTS)
        client.command(*STARTS[0])

    plain = parsed(server.received.pop())
    for (line_sent, headers, body), stream in zip(
        sorted(map(parsed, server.received), key=lambda one: one[2]), STREAMS, strict=True
    ):
        assert line_sent == plain[0]
        assert headers.pop("Connection") == "close"
        assert headers.keys() == plain[1].keys()
        assert stream.stream.encode() in body


def test_each_answer_goes_to_its_own_request_and_into_the_history(tmp_path: Path) -> None:
    def serve(connections: list[socket.socket]) -> None:
        for connection in connections:
            number = int(read_whole(connection).rpartition(b"rehearsal-")[2][:1])
            connection.sendall(ANSWERS[number])
            if number in CUT:
                connection.shutdown(socket.SHUT_RDWR)

    with (
        HistoryWriter(tmp_path / "h", run="r", target="t", interval_ns=10**10, clock=MonotonicClock()) as history,
        listening(serve) as url,
        sender(url, history, timeout_s=0.5) as client,
    ):
        exchanges = client.burst(STARTS).exchanges

    said = [one.error or str(one.status) for one in exchanges]
    assert [one.partition(":")[0] for one in said] == [
        *("200", "404", "200", "404"),
        *("disconnected", "malformed", "malformed", "timeout"),
    ]
    found = {one.stream: one.outcome for one in merge([read_file(tmp_path / "h")]).operations}
    answered = (Outcome.OK, Outcome.REFUSED) * 2
    assert [found[stream] for stream in STREAMS] == [*answered, *[Outcome.INFO] * 4]
    assert {one.together for one in exchanges} == {CALLERS}


def test_all_of_a_request_leaves_however_late_we_are(server: ScriptedServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(burst_module, "_SEND_S", 0.0)
    with sender(server.url) as client:
        exchanges = client.burst(STARTS).exchanges

    assert [(one.status, one.error) for one in exchanges] == [(200, None)] * CALLERS


def test_what_has_arrived_is_read_however_late_we_are(server: ScriptedServer, monkeypatch: pytest.MonkeyPatch) -> None:
    def asleep(selector: DefaultSelector, *_: object) -> None:
        selector.select(5)

    monkeypatch.setattr(burst_module, "_read_all", asleep)
    with sender(server.url) as client:
        exchanges = client.burst(STARTS[:1]).exchanges

    assert [(one.status, one.error) for one in exchanges] == [(200, None)]


def test_connections_are_used_again_and_replaced_when_the_other_side_has_closed(server: ScriptedServer) -> None:
    kept: list[Connection] = []
    with sender(server.url) as client:
        first = client.burst(STARTS, connections=kept)
        again = client.burst(STARTS, connections=kept)
        server.keeps_open = False
        client.burst(STARTS, connections=kept)
        replaced = client.burst(STARTS, connections=kept)
    close(kept)

    assert [[one.reused for one in burst.exchanges] for burst in (first, again, replaced)] == [
        [False] * CALLERS,
        [True] * CALLERS,
        [False] * CALLERS,
    ]
    assert {one.error for burst in (first, again, replaced) for one in burst.exchanges} == {None}
    assert all("Connection" not in parsed(one)[1] for one in server.received)


def test_a_server_that_serves_one_connection_after_the_other_answers_all_of_a_burst() -> None:
    """It keeps each open until the other side has closed, and only then looks at the next."""

    def serve(listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                with listener.accept()[0] as connection:
                    while read_whole(connection):
                        connection.sendall(OK)

    kept: list[Connection] = []
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listener:
        threading.Thread(target=serve, args=(listener,), daemon=True).start()
        with sender(f"http://127.0.0.1:{listener.getsockname()[1]}") as client:
            fresh = client.burst(STARTS[:3])
            again = client.burst(STARTS[:2], connections=kept)
        close(kept)
        listener.shutdown(socket.SHUT_RDWR)

    assert {one.status for one in (*fresh.exchanges, *again.exchanges)} == {200}


def test_fewer_leave_where_fewer_connections_are_taken(server: ScriptedServer) -> None:
    with sender(server.url) as client:
        taken = open_connections(parse_address(server.url), 3)
        with patch.object(client_module, "open_connections", return_value=taken):
            burst = client.burst(STARTS)

    assert len(burst.exchanges) == 3
    assert len(server.received) == 3


def test_none_leaves_where_no_connection_is_taken() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

    with sender(f"http://127.0.0.1:{port}") as client:
        assert client.burst(STARTS) == Burst()


@pytest.mark.skipif(which("openssl") is None, reason="needs openssl on the path, to make a certificate")
def test_a_burst_goes_over_tls_to_whom_an_authority_of_ones_own_has_certified(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    made = "openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=localhost -addext subjectAltName=IP:127.0.0.1"
    subprocess.run([*made.split(), "-keyout", key, "-out", certificate], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server = ScriptedServer(tls=context)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    uncached = vars(connection_module)["_trusting"].__wrapped__
    kept: list[Connection] = []
    with (
        patch.object(connection_module, "_trusting", uncached),
        sender(server.url.replace("http:", "https:")) as client,
    ):
        bursts = [client.burst(STARTS), client.burst(STARTS, connections=kept), client.burst(STARTS, connections=kept)]
    close(kept)
    server.close()

    assert [[one.status for one in burst.exchanges] for burst in bursts] == [[200] * CALLERS] * 3
    assert bursts[2].exchanges[0].reused
