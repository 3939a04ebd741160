"""Requests over HTTP/1.1 and back: nothing sent twice, redirected, decoded, or sent through a proxy."""

import threading
import time
from dataclasses import replace
from typing import NamedTuple

from liverec.address import Address
from liverec.client.connection import Connection, NoConnectionError
from liverec.client.deadline import Deadline
from liverec.client.exchange import Exchange, as_idle
from liverec.client.framing import Answer
from liverec.client.outgoing import OutgoingRequest
from liverec.client.overdue import OverdueAnswer
from liverec.client.redaction import Secrets
from liverec.clock import Clock

IDLE_S = 0.2  # how long a connection may wait to be used again: servers close those that wait long
MOST_STRAYS = 10


class _Kept(NamedTuple):
    address: Address
    since: float
    connection: Connection
    served: Exchange  # the latest


class Transport:
    """Sends requests, and waits for each *timeout_s* in all; safe to share between threads.

    Every request has a connection of its own unless ``reuses`` is set. It is unset again by the first connection that
    the server closes without having said so: the next might be closed just when a request is on its way. ``strays`` are
    exchanges after whose answers something came that nobody had asked for, the first ``MOST_STRAYS``.
    """

    def __init__(self, *, clock: Clock, timeout_s: float, secrets: Secrets) -> None:
        self.reuses = False
        self.strays: list[Exchange] = []
        self._clock = clock
        self._timeout_s = timeout_s
        self._secrets = secrets
        self._idle: list[_Kept] = []
        self._lock = threading.Lock()

    def close(self) -> None:
        """Close every connection that waits, and use none again."""
        self.reuses = False
        with self._lock:
            idle, self._idle = self._idle, []
        for kept in idle:
            self._end(kept)

    def exchange(self, request: OutgoingRequest) -> Exchange:
        """Send *request* and return what came of it; whatever goes wrong on the way is told in ``error``.

        Raises:
            ValueError: HTTP/1.1 cannot carry this request.
        """
        data = request.as_bytes()
        deadline = Deadline(self._timeout_s)
        exchange = request.begun(self._clock.now(), self._secrets)
        connection = self._taken(request.address)
        exchange = replace(exchange, reused=connection is not None)
        try:
            connection = connection or Connection.to(request.address, deadline)
        except (NoConnectionError, TimeoutError) as error:
            return replace(exchange, completed_ns=self._clock.now(), error=f"unreachable: {error}")
        connection.send(data, deadline)
        exchange = awaited(connection, heard(connection, exchange, deadline, self._clock)[0], self._timeout_s)
        if exchange.overdue is not None:
            return exchange
        if exchange.reused and (exchange.error or "").startswith("disconnected"):
            self.close()
        kept = _Kept(request.address, time.monotonic(), connection, exchange)
        if not self.reuses or exchange.error is not None or not connection.stays_open or request.closes:
            self._end(kept)
        elif self._is_quiet(kept):
            self._keep(kept)
        return exchange

    def _taken(self, address: Address) -> Connection | None:
        """Return a connection that may serve again, if there is one."""
        while self.reuses:
            with self._lock:
                at = next((at for at, kept in enumerate(self._idle) if kept.address == address), None)
                kept = self._idle.pop(at) if at is not None else None
            if kept is None:
                return None
            if time.monotonic() - kept.since > IDLE_S:
                self._end(kept)
            elif self._is_quiet(kept):
                return kept.connection
        return None

    def _is_quiet(self, kept: _Kept) -> bool:
        """Whether nothing has happened on a connection since its latest answer; else it is closed."""
        if not kept.connection.stray() and not kept.connection.ended:
            return True
        self._end(kept)
        if kept.connection.ended:
            self.reuses = False
        return False

    def _keep(self, kept: _Kept) -> None:
        with self._lock:
            self._idle.insert(0, kept)
            expired = [one for one in self._idle if kept.since - one.since > IDLE_S]
            self._idle = [one for one in self._idle if kept.since - one.since <= IDLE_S]
        for one in expired:
            self._end(one)

    def _end(self, kept: _Kept) -> None:
        """Close a connection, and keep what came on it after its latest answer."""
        stray = kept.connection.stray()
        if stray and kept.served.error is None and len(self.strays) < MOST_STRAYS:
            error = f"malformed: {len(stray)} bytes follow the answer: {stray[:80]!r}"
            self.strays.append(replace(kept.served, error=self._secrets.mask(error)))
        kept.connection.close()


def heard(connection: Connection, asked: Exchange, deadline: Deadline, clock: Clock) -> tuple[Exchange, Answer]:
    """Return *asked* with its answer, the next one on *connection*; and that answer."""
    answer, error = connection.receive(asked.method, deadline)
    exchange = replace(
        asked,
        completed_ns=clock.now(),
        status=answer.status,
        version=answer.version,
        headers=answer.headers,
        body=answer.body,
        error=error,
        refusals=connection.refusals,
    )
    return as_idle(exchange), answer


def awaited(connection: Connection, exchange: Exchange, timeout_s: float) -> Exchange:
    """Return *exchange*; if nothing of its answer came within *timeout_s*, *connection* is left to wait for it."""
    if not (exchange.error or "").startswith("timeout") or connection.received:
        return exchange
    return replace(exchange, overdue=OverdueAnswer(connection, method=exchange.method, timeout_s=timeout_s))
