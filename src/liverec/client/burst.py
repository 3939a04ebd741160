"""Requests that leave at the same moment: all but the last byte of each waits at the target, and then the last."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from selectors import EVENT_READ, DefaultSelector

from liverec.address import Address
from liverec.client.connection import LARGEST_ANSWER, LARGEST_KEPT, Connection, NoConnectionError
from liverec.client.deadline import Deadline
from liverec.client.exchange import Exchange, as_idle
from liverec.client.framing import AnswerReader
from liverec.client.outgoing import OutgoingRequest
from liverec.client.overdue import OverdueAnswer
from liverec.client.redaction import Secrets
from liverec.clock import NANOSECONDS, Clock

_OPENING_S = 0.9  # less than the second after which an overtaxed machine tries again
_OPENERS = 8
_SEND_S = 1.0  # for the bytes of a request: they fit into any buffer
_LETS_GO_S = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Burst:
    """What came of requests that left together.

    ``skew_ns`` is the time between the moments at which the first and the last of the last bytes left, and
    ``overlapping`` how many had left when the first answer arrived; ``took_ns`` runs from the first of these moments to
    the last answer. All three are the machine's time.
    """

    exchanges: tuple[Exchange, ...] = ()
    skew_ns: int = 0
    overlapping: int = 0
    took_ns: int = 0


class _Pending:
    """A request whose answer is awaited."""

    def __init__(self, number: int, connection: Connection, request: OutgoingRequest, exchange: Exchange) -> None:
        self.number = number
        self.connection = connection
        self.data = request.as_bytes()
        self._exchange = replace(exchange, reused=connection.served)
        self._reader = AnswerReader(method=request.method)
        self._size = 0
        self._ends = request.closes
        connection.served = True
        connection.stays_open = False
        connection.send(self.data[:-1], Deadline(_SEND_S))
        self._feed()  # most often nothing has come, or what TLS says to itself

    def _feed(self) -> None:
        arrived = self.connection.arrived()
        self._size += len(arrived)
        self._reader.feed(arrived)
        if self.connection.ended:
            self._reader.end()

    def read(self) -> Exchange | None:
        """Take what has arrived; return the exchange if its answer is whole, or never will be."""
        self._feed()
        too_large = self._size > LARGEST_ANSWER
        if not self._reader.finished and not too_large:
            return None
        if too_large:
            self._reader.cut(LARGEST_KEPT)
        answer = self._reader.answer
        error = f"too large: an answer of more than {LARGEST_ANSWER} bytes" if too_large else None
        if answer.problem is not None:
            error = f"{'malformed' if self._size else 'disconnected'}: {answer.problem}"
        elif answer.excess:
            error = f"malformed: {len(answer.excess)} bytes follow the answer"
        self.connection.stays_open = (
            error is None and answer.stays_open and not self._ends and not self.connection.ended
        )
        if not self.connection.stays_open:
            self.connection.close()
        exchange = replace(
            self._exchange,
            status=answer.status,
            version=answer.version,
            headers=answer.headers,
            body=answer.body,
            error=error,
        )
        return as_idle(exchange)

    def give_up(self, timeout_s: float) -> Exchange:
        """Return the exchange: time is out, and what has not arrived by now is not waited for."""
        exchange = self.read()
        if exchange is not None:
            return exchange
        exchange = replace(self._exchange, error="timeout: no complete answer")
        if self._size:
            self.connection.close()
            return exchange
        overdue = OverdueAnswer(self.connection, method=exchange.method, timeout_s=timeout_s)
        return replace(exchange, overdue=overdue)


def open_connections(address: Address, most: int, waiting: Sequence[Connection] = ()) -> list[Connection]:
    """Return up to *most* connections, as many as the target takes: *waiting* ones that are fit, and others."""
    found: list[Connection] = []
    for connection in waiting:
        fit = connection.stays_open and not connection.stray() and not connection.ended
        if fit and len(found) < most:
            found.append(connection)
        else:
            connection.close()

    def opened(_number: int) -> Connection | None:
        try:
            return Connection.to(address, Deadline(_OPENING_S))
        except (NoConnectionError, TimeoutError):
            return None

    missing = range(most - len(found))
    if len(missing) > 1:
        with ThreadPoolExecutor(min(len(missing), _OPENERS), thread_name_prefix="burst") as threads:
            return found + [one for one in threads.map(opened, missing) if one is not None]
    return found + [one for one in map(opened, missing) if one is not None]


def release(
    connections: Sequence[Connection],
    requests: Sequence[OutgoingRequest],
    *,
    clock: Clock,
    timeout_s: float,
    secrets: Secrets,
    answered: Callable[[int, Exchange], Exchange],
) -> Burst:
    """Send each request over its connection, so that all are complete at one moment, and await the answers.

    *answered* is called with a request's number when its answer is there or is given up; it returns what to keep. A
    connection stays open if its answer is whole, nobody said that it ends, and no other request waits for it to do so.
    """
    if not requests:  # the target takes no connection any more
        return Burst()
    pending = [
        _Pending(number, connection, request, replace(request.begun(clock.now(), secrets), together=len(requests)))
        for number, (connection, request) in enumerate(zip(connections, requests, strict=True))
    ]
    done: dict[int, Exchange] = {}

    def finish(one: _Pending, exchange: Exchange) -> None:
        done[one.number] = answered(one.number, replace(exchange, completed_ns=clock.now()))

    with DefaultSelector() as selector:
        for one in pending:
            selector.register(one.connection, EVENT_READ, one)
        left: list[int] = []
        overlapping = 0
        soon = Deadline(_SEND_S)
        for one in pending:
            # Whether somebody was answered already is asked each time: the price is a microsecond.
            overlapping += overlapping == len(left) and not selector.select(0)
            one.connection.send(one.data[-1:], soon)
            left.append(time.monotonic_ns())
        _read_all(selector, left[0] + round(timeout_s * NANOSECONDS), finish)
    for one in pending:
        if one.number not in done:
            finish(one, one.give_up(timeout_s))
    return Burst(
        exchanges=tuple(done[number] for number in range(len(pending))),
        skew_ns=left[-1] - left[0],
        overlapping=overlapping,
        took_ns=time.monotonic_ns() - left[0],
    )


def _read_all(selector: DefaultSelector, deadline: int, finish: Callable[[_Pending, Exchange], None]) -> None:
    """Read answers until all are there, or time is out; what is finished is left to itself."""
    idle: list[Connection] = []
    ready = [(key, EVENT_READ) for key in selector.get_map().values()]  # some may have been answered too early
    while selector.get_map() and (left := deadline - time.monotonic_ns()) > 0:
        for key, _ in ready:
            exchange = key.data.read()
            if exchange is not None:
                selector.unregister(key.fileobj)
                idle.append(key.data.connection)
                finish(key.data, exchange)
        if selector.get_map():
            ready = selector.select(min(left / NANOSECONDS, _LETS_GO_S))
            if not ready:  # perhaps a server that serves one connection after the other
                for connection in idle:
                    connection.close()
                    connection.stays_open = False
