"""An answer that comes after its time has come all the same; one that never comes is lost."""

import socket
import threading

import pytest

from liverec.client import Client, Connection, Exchange
from liverec.clock import MonotonicClock
from liverec.conformance.ledger import Kind, Ledger, came_late
from liverec.history import Action
from scripted_server import OK, STREAM, target_at
from socket_server import Serve, serving, until_it_is_closed

TIMEOUT_S = 0.3


def sending(data: bytes) -> Serve:
    def serve(line: socket.socket) -> None:
        line.sendall(data)

    return serve


LATE = [
    pytest.param(sending(OK), True, id="answered"),
    pytest.param(sending(OK[:30]), False, id="answered in part"),
    pytest.param(sending(b"no answer\r\n"), False, id="answered with what is none"),
    pytest.param(until_it_is_closed, False, id="not answered"),
    pytest.param(sending(b""), False, id="closed"),
]


def once(released: threading.Event, then: Serve) -> Serve:
    def serve(line: socket.socket) -> None:
        line.recv(65536)
        released.wait(10)
        then(line)

    return serve


def asked(client: Client, *, together: bool, kept: list[Connection]) -> Exchange:
    if not together:
        return client.command(Action.START, STREAM)
    return client.burst([(Action.START, STREAM)], connections=kept).exchanges[0]


@pytest.mark.parametrize("together", [False, True], ids=["alone", "in a burst"])
@pytest.mark.parametrize(("after", "came"), LATE)
def test_what_comes_late_is_not_lost(after: Serve, *, came: bool, together: bool) -> None:
    released = threading.Event()
    ledger = Ledger()
    kept: list[Connection] = []
    with (
        serving(once(released, after)) as url,
        Client(target_at(url), clock=MonotonicClock(), timeout_s=TIMEOUT_S) as client,
    ):
        exchange = ledger.add(Kind.COMMAND, asked(client, together=together, kept=kept))
        released.set()
        lost = list(ledger.lost_replies(died=False))

    assert exchange.error == "timeout: no complete answer"
    assert came_late(exchange) is came
    assert lost == ([] if came else [exchange])
    assert kept == []  # nothing is sent on it again


def test_what_came_in_part_is_not_waited_for_again() -> None:
    def serve(line: socket.socket) -> None:
        line.recv(65536)
        line.sendall(OK[:30])
        until_it_is_closed(line)

    with serving(serve) as url, Client(target_at(url), clock=MonotonicClock(), timeout_s=TIMEOUT_S) as client:
        exchanges = [asked(client, together=together, kept=[]) for together in (False, True)]

    assert [(one.error, one.overdue) for one in exchanges] == [("timeout: no complete answer", None)] * 2
