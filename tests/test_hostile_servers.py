"""Hostile servers: the run ends in time with the right verdict, or says why nothing can be judged."""

import itertools
import os
import resource
import socket
import ssl
import struct
import subprocess
import threading
import time
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from shutil import which

import pytest

from liverec.conformance import contact, opening, session
from liverec.conformance.setting import Setting
from liverec.conformance.suite import Outcome, Suite
from liverec.conformance.trial import Trial
from liverec.target import resolve_target
from liverec.verdict import ExitCode
from scripted_server import OK, ScriptedServer, answer, read_request
from socket_server import Serve, answering, serving, until_it_is_closed

TIMEOUT_S = 5.0
IMPATIENT_S = 0.3  # with those who never answer
MOST_MEMORY_KIB = 250 * 1024  # more than before; each of these servers would send as much to a few requests
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
ASKED = "is_answered or well_formed or contradicts_itself or answered_200 or credentials_are_mandatory or only_post"
RESET = struct.pack("ii", 1, 0)
BOMB = zlib.compressobj(9, zlib.DEFLATED, 31)
ZIPPED = BOMB.compress(bytes(100_000_000)) + BOMB.flush()


def instantly(*_: object) -> None:
    """Do nothing."""


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contact, "PAUSE_S", 0.0)
    # these servers know no time
    monkeypatch.setattr(Trial, "wait", instantly)
    monkeypatch.setattr(session, "carry_out_schedules", instantly)
    monkeypatch.setattr(opening, "Setting", partial(Setting, timeout_s=TIMEOUT_S))


def judged(folder: Path, url: str, *more: str) -> Outcome:
    """Judge the HTTP of the server at *url*, and *more* requirements; nothing that takes longer."""
    suite = Suite(
        target=url,
        resolved=resolve_target(url),
        allow=False,
        seed=0,
        only=("http/answered", "http/well-formed", *more),
        folder=folder,
        today=datetime.now(UTC).date(),
    )
    quick = [
        "--liverec-initial",
        "idle",
        "-k",
        f"({ASKED} or in_pieces) and not many_commands",  # not all that sends
        "-p",
        "no:randomly",
        "-p",
        "no:xdist",
        "-p",
        "no:timeout",
    ]
    code = pytest.main([*suite.arguments(), *quick])
    return suite.outcome(int(code), datetime.now(UTC), 0.0)


def without_end(begin: bytes, more: bytes) -> Serve:
    def serve(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(begin)
        for _ in range(20_000):
            connection.sendall(more * (65536 // len(more)))

    return serve


def dripping(connection: socket.socket) -> None:
    connection.recv(65536)
    for byte in OK:
        connection.sendall(bytes([byte]))
        connection.settimeout(IMPATIENT_S / 4)
        try:
            connection.recv(65536)
        except TimeoutError:
            continue
        return


def noise(connection: socket.socket) -> None:
    connection.recv(65536)
    connection.sendall(b"\xff" + os.urandom(5000))


def resetting_every_second() -> Serve:
    numbers: Iterator[int] = itertools.count()

    def serve(connection: socket.socket) -> None:
        if next(numbers) % 2:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            return
        answering(*[OK] * 99)(connection)

    return serve


BROKEN = [
    pytest.param(
        without_end(b"HTTP/1.1 200 OK\r\n", b"X-More: " + b"1" * 8000 + b"\r\n"),
        "http/well-formed",
        id="headers without end",
    ),
    pytest.param(
        without_end(CHUNKED, b"1000\r\n" + b"x" * 4096 + b"\r\n"), "http/well-formed", id="chunks without end"
    ),
    pytest.param(
        without_end(b"", b"HTTP/1.1 100 Continue\r\nX: " + b"1" * 4000 + b"\r\n\r\n"),
        "http/well-formed",
        id="100 Continue without end",
    ),
    pytest.param(without_end(b"HTTP/1.1 200 OK\r\n\r\n", b"x"), "http/well-formed", id="a body without end"),
    pytest.param(noise, "http/well-formed", id="random bytes"),
    pytest.param(answering(*[OK + answer(404)] * 9), "http/well-formed", id="answers that nobody asked for"),
    pytest.param(answering(answer(200, b"", "X-Na\xefve: \xff")), "http/well-formed", id="a name that is no token"),
    pytest.param(
        answering(answer(404, b"", "Content-Length: 1")), "http/well-formed", id="a length and another length"
    ),
    pytest.param(
        answering(answer(404, b"0\r\n\r\n", "Transfer-Encoding: chunked")), "http/well-formed", id="a length and chunks"
    ),
    pytest.param(
        answering(*[answer(404, b"", "X-Request-Id: id-2-host")] * 99), "http/well-formed", id="two request ids"
    ),
    pytest.param(resetting_every_second(), "http/answered", id="every second connection is reset"),
]


@pytest.mark.parametrize(("serve", "requirement"), BROKEN)
def test_who_breaks_http_is_convicted_in_time_and_in_bounds(serve: Serve, requirement: str, tmp_path: Path) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with serving(serve) as url:
        ended = judged(tmp_path, url)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before

    assert ended.result is not None, ended.message
    assert (ended.exit_code, ended.result.findings[0]) == (ExitCode.BROKEN, requirement)
    assert grown < MOST_MEMORY_KIB


SILENT = [
    pytest.param(until_it_is_closed, id="says nothing"),
    pytest.param(instantly, id="closes at once"),
    pytest.param(dripping, id="a byte at a time"),
]


@pytest.mark.parametrize("serve", SILENT)
def test_who_does_not_answer_cannot_be_judged(serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "Setting", partial(Setting, timeout_s=IMPATIENT_S))
    with serving(serve) as url:
        ended = judged(tmp_path, url)

    assert (ended.exit_code, ended.result) == (ExitCode.ERROR, None)
    assert f"{url} takes connections, but does not answer" in ended.message


@pytest.mark.parametrize(
    "odd",
    [
        pytest.param(answer(404, b"{}", "Content-Length: 2"), id="a length that is given twice"),
        pytest.param(answer(404, b"\xff\xfe\x00{", "Content-Type: application/json"), id="invalid UTF-8"),
        pytest.param(answer(404, ZIPPED, "Content-Encoding: gzip"), id="a gzip bomb"),
    ],
)
def test_a_body_is_kept_as_it_came(odd: bytes, tmp_path: Path) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with serving(answering(*[odd] * 99)) as url:
        ended = judged(tmp_path, url)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before

    assert ended.result is not None, ended.message
    assert "http/well-formed" not in ended.result.findings
    assert grown < MOST_MEMORY_KIB


def reading_once(connection: socket.socket) -> None:
    """Answer what comes whole in one read; of what does not, wait for more without reading it."""
    while data := connection.recv(65536):
        head, _, body = data.partition(b"\r\n\r\n")
        whole = body.endswith(b"0\r\n\r\n") or f"content-length: {len(body)}\r\n".encode() in head.lower() + b"\r\n"
        if not whole:
            time.sleep(4 * IMPATIENT_S)
            return
        connection.sendall(OK)


def test_who_does_not_answer_what_comes_in_pieces_breaks_that(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "Setting", partial(Setting, timeout_s=IMPATIENT_S))
    with serving(reading_once) as url:
        ended = judged(tmp_path, url, "http/whole-body")

    assert ended.result is not None, ended.message
    assert ended.result.findings == ("http/whole-body",)


def late_once() -> Serve:
    """Return what is late with the first request that asks for the connection to be closed."""
    late = threading.Event()

    def serve(connection: socket.socket) -> None:
        with connection.makefile("rb") as requests:
            while request := read_request(requests):
                if b"connection: close" in request.lower() and not late.is_set():
                    late.set()
                    time.sleep(1.5 * IMPATIENT_S)
                connection.sendall(OK)

    return serve


def test_an_answer_that_comes_late_is_not_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "Setting", partial(Setting, timeout_s=IMPATIENT_S))
    with serving(late_once()) as url:
        ended = judged(tmp_path, url)

    assert ended.result is not None, ended.message
    assert "http/answered" not in ended.result.findings
    assert "1 answer came only after" in " ".join(ended.result.notes)


@pytest.mark.parametrize("status", [301, 303, 307])
def test_no_redirect_is_followed_nor_taken_for_an_answer(status: int, tmp_path: Path) -> None:
    caught: list[bytes] = []

    def catch(connection: socket.socket) -> None:
        caught.append(connection.recv(65536))

    with serving(catch) as trap, serving(answering(*[answer(status, b"", f"Location: {trap}/")] * 99)) as url:
        ended = judged(tmp_path, url, "status/documented", "authentication/credentials-mandatory", "http/method")

    assert ended.result is not None, ended.message
    assert (ended.exit_code, ended.result.findings) == (ExitCode.BROKEN, ("status/documented",))
    assert caught == []


def test_https_to_a_plain_server_is_told_what_to_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "Setting", partial(Setting, timeout_s=1.0))
    with serving(answering(*[answer(400)] * 99)) as url:
        ended = judged(tmp_path, url.replace("http:", "https:"))

    assert ended.exit_code is ExitCode.ERROR
    assert "does not speak TLS: write http://" in ended.message


@pytest.mark.skipif(which("openssl") is None, reason="needs openssl on the path, to make a certificate")
def test_http_to_a_server_with_tls_is_told_what_to_write(tmp_path: Path) -> None:
    made = "openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=localhost"
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run([*made.split(), "-keyout", key, "-out", certificate], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server = ScriptedServer(tls=context)
    ended = judged(tmp_path, server.url)
    server.close()

    assert ended.exit_code is ExitCode.ERROR
    assert "expects TLS: write https://" in ended.message
