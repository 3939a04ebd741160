"""The reference server on the wire, byte for byte, over raw sockets."""

import threading
import time
from collections.abc import Iterator

import pytest

from liverec.clock import VirtualClock
from liverec.reference.serving import Running, ServingError, bind, running
from liverec.reference.settings import Settings, utc_now
from raw_line import CONTENT, HEAD, WHOLE, Line, exchange, open_line
from reference_requests import PATH, PROFILE, TOKEN, signed


@pytest.fixture(scope="module")
def shared() -> Iterator[Running]:
    settings = Settings(profile=PROFILE, clock=VirtualClock(), request_timeout_s=20, keep_alive_s=20)
    with running(settings) as server:
        yield server


@pytest.fixture
def server(shared: Running) -> Running:
    shared.app.service.reset()
    return shared


def test_the_request_id_is_spelled_as_the_sdk_looks_for_it(server: Running) -> None:
    reply = exchange(server, WHOLE)

    assert reply.status == 200
    assert "X-Request-Id" in reply.names


def test_accepted_has_no_body_and_says_so(server: Running) -> None:
    with open_line(server) as line:
        line.send(WHOLE.replace(b"Host:", b"Connection: close\r\nHost:"))

        reply, rest = line.reply(), line.rest()

    assert (reply.status, reply.headers["content-length"], rest) == (200, "0", b"")
    assert "transfer-encoding" not in reply.headers


UPGRADE = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABk\r\n"


@pytest.mark.parametrize("offer", [UPGRADE, UPGRADE.lower(), UPGRADE.replace(b"h2c", b"websocket")])
def test_an_offer_to_upgrade_does_not_cost_the_body(server: Running, offer: bytes) -> None:
    with open_line(server) as line:
        line.send(HEAD + offer + b"Content-Length: %d\r\n\r\n" % len(CONTENT) + CONTENT)
        first = line.reply()
        line.send(WHOLE)
        second = line.reply()

    assert (first.status, second.status) == (200, 400)


def test_an_offer_to_upgrade_may_come_byte_by_byte(server: Running) -> None:
    with open_line(server) as line:
        for byte in HEAD + UPGRADE + b"Content-Length: %d\r\n\r\n" % len(CONTENT) + CONTENT:
            line.send(bytes([byte]))

        reply = line.reply()

    assert reply.status == 200


def test_many_offers_in_one_segment_are_all_answered(server: Running) -> None:
    offered = HEAD + UPGRADE + b"Content-Length: %d\r\n\r\n" % len(CONTENT) + CONTENT
    with open_line(server) as line:
        line.send(offered * 100)

        statuses = [line.reply().status for _ in range(100)]

    assert statuses == [200] + [400] * 99


def test_a_chunked_body_is_read(server: Running) -> None:
    half = len(CONTENT) // 2
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (CONTENT[:half], CONTENT[half:], b""))

    reply = exchange(server, HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + chunks)

    assert reply.status == 200


def test_a_signature_is_over_the_decoded_body(server: Running) -> None:
    request = signed(date=utc_now())
    lines = [f"POST {PATH}?action=START HTTP/1.1", *(f"{name}: {value}" for name, value in request.headers.items())]
    chunked = b"%x\r\n%s\r\n0\r\n\r\n" % (len(request.body), request.body)

    reply = exchange(server, "\r\n".join([*lines, "Transfer-Encoding: chunked", "", ""]).encode() + chunked)

    assert reply.status == 200


def test_a_token_sent_twice_is_no_token(server: Running) -> None:
    token = f"X-Auth-Token: {TOKEN}\r\n".encode()

    reply = exchange(server, WHOLE.replace(token, token * 2))

    assert reply.status == 401


def test_nobody_is_believed_to_be_who_it_says_it_forwards(server: Running) -> None:
    reply = exchange(server, b"GET /_reference/info HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: 10.0.0.7\r\n\r\n")

    assert reply.status == 200


def test_requests_in_one_segment_are_answered_in_order(server: Running) -> None:
    with open_line(server) as line:
        line.send(WHOLE + WHOLE.replace(b"action=START", b"action=STOP") + WHOLE)

        statuses = [line.reply().status for _ in range(3)]

    assert statuses == [200, 200, 400]


def test_of_racing_starts_exactly_one_wins(server: Running) -> None:
    lines = [Line(server) for _ in range(8)]
    statuses: list[int] = []

    def racer(line: Line) -> None:
        line.send(WHOLE)
        statuses.append(line.reply().status)

    threads = [threading.Thread(target=racer, args=(line,)) for line in lines]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for line in lines:
        line.close()

    assert sorted(statuses) == [200] + [400] * 7


def test_the_journal_keeps_the_spelling_of_names(server: Running) -> None:
    exchange(server, WHOLE.replace(b"Content-Type:", b"content-TYPE:"))

    (entry,) = server.app.service.journal.entries()

    assert [name for name, _ in entry["headers"]] == ["Host", "X-Auth-Token", "content-TYPE", "Content-Length"]
    assert entry["request_line"].startswith(f"POST {PATH}?action=START")


def test_latency_delays_the_answer() -> None:
    with running(Settings(profile=PROFILE, latency_ms=150)) as server:
        sent = time.monotonic()
        reply = exchange(server, WHOLE)
        seconds = time.monotonic() - sent

    assert reply.status == 200
    assert seconds >= 0.15


def test_a_request_under_way_is_answered_before_the_server_ends() -> None:
    with running(Settings(profile=PROFILE, latency_ms=300)) as server:
        line = Line(server)
        line.send(WHOLE)
        while not server.app.service.journal.entries():
            time.sleep(0.005)

    reply = line.reply()
    line.close()

    assert reply.status == 200


def test_a_taken_port_is_told(server: Running) -> None:
    port = int(server.url.rpartition(":")[2])

    with (
        pytest.raises(ServingError, match=f"port {port} of 127.0.0.1 is taken; --port 0"),
        running(Settings(profile=PROFILE), port=port),
    ):
        pass


@pytest.mark.parametrize("host", ["no-such-host.invalid", "192.0.2.1"])
def test_an_address_that_is_not_this_machine_s_is_told(host: str) -> None:
    with pytest.raises(ServingError, match=f"{host}: .*127.0.0.1"):
        bind(host, 0)


def test_two_servers_share_nothing(server: Running) -> None:
    with running(Settings(profile=PROFILE)) as other:
        statuses = [exchange(each, WHOLE).status for each in (server, other)]

    assert statuses == [200, 200]
