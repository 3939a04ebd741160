"""A connection of one's own: for requests one after another, or all at once, and for what no HTTP client would send."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Self

from liverec.address import Address
from liverec.client.connection import Connection, NoConnectionError
from liverec.client.deadline import Deadline
from liverec.client.exchange import Exchange
from liverec.client.framing import Answer
from liverec.client.outgoing import OutgoingRequest
from liverec.client.redaction import Headers, Secrets
from liverec.client.transport import awaited, heard
from liverec.clock import Clock

_LINGER_S = 0.05  # how long excess bytes are waited for


@dataclass(frozen=True, slots=True, kw_only=True)
class RawExchange:
    """What came back: the bytes, what they mean, whether the server closed; ``exchange`` is the evidence."""

    received: bytes
    answer: Answer
    closed: bool
    timed_out: bool
    exchange: Exchange


class Line:
    """A connection to the server at *address*, opened when first needed; each answer is waited for *timeout_s*.

    *pace* returns when a request may leave.
    """

    def __init__(
        self, address: Address, *, clock: Clock, timeout_s: float, secrets: Secrets, pace: Callable[[], None]
    ) -> None:
        self._address = address
        self._clock = clock
        self._timeout_s = timeout_s
        self._secrets = secrets
        self._pace = pace
        self._connection: Connection | None = None
        self._unreachable: str | None = None
        self._used = False
        self._is_left = False  # to wait for an answer that is overdue

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None and not self._is_left:
            self._connection.close()

    def send(self, request: OutgoingRequest) -> Exchange:
        """Send *request*, and return the exchange that it begins; its answer is not waited for."""
        return self.send_together((request,))[0]

    def send_together(self, requests: Sequence[OutgoingRequest]) -> tuple[Exchange, ...]:
        """Send *requests* at once, and return the exchanges that they begin."""
        for _ in requests:
            self._pace()
        now = self._clock.now()
        begun = [replace(request.begun(now, self._secrets), reused=True) for request in requests]
        begun[0] = replace(begun[0], reused=self._used)
        self._push(b"".join(request.as_bytes() for request in requests))
        return tuple(begun)

    def send_bytes(self, data: bytes) -> Exchange:
        """Send *data*, whatever it is, and return the exchange that it begins."""
        self._pace()
        begun = replace(_read(self._address, data, self._clock.now(), self._secrets), reused=self._used)
        self._push(data)
        return begun

    def send_rest(self, data: bytes) -> None:
        """Send more of what has begun."""
        self._push(data)

    def receive(self, begun: Exchange, *, within_s: float | None = None) -> Exchange:
        """Return *begun* with its answer, the next one that comes; *within_s* is as long as it is waited for.

        Without *within_s*, an answer of which nothing came in time is waited for further, and the line of no more use.
        """
        exchange = self._heard(begun, within_s)[0]
        if within_s is None and self._connection is not None:
            exchange = awaited(self._connection, exchange, self._timeout_s)
            self._is_left = exchange.overdue is not None
        return exchange

    def stray(self, within_s: float = 0.0) -> bytes:
        """Return what comes within *within_s* seconds without having been asked for; see ``ended`` if it is nothing."""
        return self._connection.stray(within_s) if self._connection is not None and not self._is_left else b""

    @property
    def received(self) -> bytes:
        """What came for the latest answer that was waited for, interim answers included."""
        return bytes(self._connection.received) if self._connection is not None else b""

    @property
    def stays_open(self) -> bool:
        """Whether the latest answer said that another request may be sent."""
        return self._connection is not None and self._connection.stays_open

    @property
    def ended(self) -> bool:
        """Whether the server was seen to close the connection."""
        return self._connection is not None and self._connection.ended

    def raw(self, data: bytes) -> RawExchange:
        """Send *data*, and read until the answer is complete by its framing, the server closes, or time is out."""
        exchange, answer = self._heard(self.send_bytes(data), None)
        excess = self.stray(_LINGER_S) if answer.complete else b""
        return RawExchange(
            received=self.received + excess[len(answer.excess) :],
            answer=replace(answer, excess=excess),
            closed=self.ended,
            timed_out=(exchange.error or "").startswith("timeout"),
            exchange=exchange,
        )

    def _push(self, data: bytes) -> None:
        deadline = Deadline(self._timeout_s)
        self._used = True
        try:
            self._connection = self._connection or Connection.to(self._address, deadline)
        except (NoConnectionError, TimeoutError) as error:
            self._unreachable = f"unreachable: {error}"
        else:
            self._connection.send(data, deadline)

    def _heard(self, begun: Exchange, within_s: float | None) -> tuple[Exchange, Answer]:
        if self._connection is None:
            return replace(begun, completed_ns=self._clock.now(), error=self._unreachable), Answer()
        deadline = Deadline(self._timeout_s if within_s is None else within_s)
        return heard(self._connection, begun, deadline, self._clock)


def _read(address: Address, data: bytes, invoked: int, secrets: Secrets) -> Exchange:
    """Return the exchange that *data* begins, as far as it can be read as a request."""
    head, _, body = data.partition(b"\r\n\r\n")
    request_line, *lines = head.decode("latin-1").split("\r\n")
    words = request_line.split(" ")
    target = words[1] if len(words) > 1 else ""
    return Exchange(
        method=words[0][:64],
        url=f"{address.scheme}://{address.authority}{target}",
        request_headers=_pairs(lines),
        request_body=body,
        invoked_ns=invoked,
        completed_ns=invoked,
        is_raw=True,
        secrets=secrets,
    )


def _pairs(lines: list[str]) -> Headers:
    parts = (line.partition(":") for line in lines)
    return tuple((name, value.strip()) for name, _, value in parts)
