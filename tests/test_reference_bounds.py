"""What the reference server does with requests that have no end, or too much in them; over raw sockets."""

import json
import select
import time
from collections.abc import Iterator

import pytest

from liverec.clock import VirtualClock
from liverec.reference.serving import Running, running
from liverec.reference.settings import Settings
from raw_line import CONTENT, HEAD, WHOLE, exchange, open_line
from reference_requests import PROFILE


@pytest.fixture(scope="module")
def shared() -> Iterator[Running]:
    settings = Settings(profile=PROFILE, clock=VirtualClock(), request_timeout_s=20, keep_alive_s=20)
    with running(settings) as server:
        yield server


@pytest.fixture
def server(shared: Running) -> Running:
    shared.app.service.reset()
    return shared


@pytest.fixture(scope="module")
def impatient() -> Iterator[Running]:
    settings = Settings(profile=PROFILE, clock=VirtualClock(), request_timeout_s=0.3, keep_alive_s=0.3)
    with running(settings) as server:
        yield server


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"GET /" + b"a" * 40_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 414),
        (b"GET /" + b"a" * 120_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 414),
        (HEAD + b"X-Long: " + b"a" * 33_000 + b"\r\nContent-Length: 0\r\n\r\n", 494),
        (HEAD + b"".join(b"X-%d: %s\r\n" % (n, b"a" * 1000) for n in range(140)) + b"Content-Length: 0\r\n\r\n", 494),
        (HEAD + b"X-Endless: " + b"a" * 1_000_000, 494),
        (b"GET /" + b"a" * 1_000_000, 494),
        (HEAD + b"Content-Length: 99999999999\r\n\r\n", 413),
        (b"nonsense\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
        (HEAD + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
        (b"CONNECT example.com:443 HTTP/1.1\r\nHost: example.com\r\n\r\n", 400),
        (b"GET /\xff HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    ],
    ids=[
        *("long target", "longer target", "long header", "many headers", "endless header", "endless target"),
        *("absurd length", "nonsense", "broken chunk", "two lengths", "CONNECT", "non-ASCII target"),
    ],
)
def test_what_is_beyond_the_bounds_is_answered_and_the_server_lives(server: Running, data: bytes, status: int) -> None:
    reply = exchange(server, data)

    assert reply.status == status
    assert set(json.loads(reply.body)) == {"error_msg", "error_code", "request_id"}
    assert exchange(server, WHOLE).status == 200


def test_a_body_just_too_large_is_read_and_refused_and_the_connection_lives(server: Running) -> None:
    large = 12 * 1024 * 1024 + 1
    with open_line(server) as line:
        line.send(HEAD + b"Content-Length: %d\r\n\r\n" % large + b" " * large)
        first = line.reply()
        line.send(WHOLE)
        second = line.reply()

    assert (first.status, json.loads(first.body)["error_code"], second.status) == (413, "APIGW.0201", 200)


def test_a_body_at_the_limit_is_read(server: Running) -> None:
    content = CONTENT + b" " * (12 * 1024 * 1024 - len(CONTENT))

    reply = exchange(server, HEAD + b"Content-Length: %d\r\n\r\n" % len(content) + content)

    assert reply.status == 200


def test_who_waits_for_permission_to_send_gets_it(server: Running) -> None:
    with open_line(server) as line:
        line.send(HEAD + b"Expect: 100-continue\r\nContent-Length: %d\r\n\r\n" % len(CONTENT))
        permission = line.file.readline() + line.file.readline()
        line.send(CONTENT)

        reply = line.reply()

    assert permission == b"HTTP/1.1 100 Continue\r\n\r\n"
    assert reply.status == 200


def test_who_waits_for_permission_to_send_too_much_does_not_get_it(server: Running) -> None:
    reply = exchange(server, HEAD + b"Expect: 100-continue\r\nContent-Length: 13000000\r\n\r\n")

    assert (reply.status, reply.headers["connection"]) == (413, "close")


def test_who_is_refused_may_finish_what_it_is_sending(server: Running) -> None:
    with open_line(server) as line:
        line.send(HEAD + b"X-Endless: " + b"a" * 600_000)
        reply = line.reply()

        for _ in range(3):  # to a closed connection the second of these would fail
            line.send(b"a" * 1000)
            time.sleep(0.02)

    assert reply.status == 494


def test_head_gets_no_body(server: Running) -> None:
    with open_line(server) as line:
        line.send(b"HEAD / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")

        reply, rest = line.reply(body=False), line.rest()

    assert (reply.status, rest) == (404, b"")


def test_nonsense_after_a_request_does_not_cost_its_answer(server: Running) -> None:
    with open_line(server) as line:
        line.send(WHOLE + b"nonsense\r\n\r\n")

        reply, rest = line.reply(), line.rest()

    assert (reply.status, rest) == (200, b"")


@pytest.mark.parametrize(
    "begun",
    [HEAD, HEAD + b"Content-Length: 10\r\n\r\n{", HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nabc"],
    ids=["head", "body", "chunk"],
)
def test_who_never_finishes_a_request_is_told_and_cut_off(impatient: Running, begun: bytes) -> None:
    with open_line(impatient) as line:
        line.send(begun)

        reply, rest = line.reply(), line.rest()

    assert (reply.status, reply.headers["connection"], rest) == (408, "close", b"")


def test_a_trickle_is_cut_off(impatient: Running) -> None:
    with open_line(impatient) as line:
        line.send(b"GET /")
        while True:
            line.send(b"a")
            answered, _, _ = select.select([line.socket], [], [], 0.01)
            if answered:
                break

        reply = line.reply()

    assert reply.status == 408


@pytest.mark.parametrize("first", [b"", WHOLE], ids=["at first", "after a request"])
def test_who_sends_nothing_is_cut_off_in_silence(impatient: Running, first: bytes) -> None:
    with open_line(impatient) as line:
        line.send(first)
        if first:
            line.reply()

        assert line.rest() == b""
