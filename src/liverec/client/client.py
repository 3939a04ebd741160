"""The client: whatever leaves for the target leaves here, within its quota, and is seen by the observers."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from types import TracebackType
from typing import Self, Unpack

from liverec.address import parse_address
from liverec.client.burst import Burst, open_connections, release
from liverec.client.composer import Composer, RequestParts
from liverec.client.connection import Connection, speaks_plainly, speaks_tls
from liverec.client.credentials import CredentialKind
from liverec.client.exchange import Exchange
from liverec.client.line import Line, RawExchange
from liverec.client.outgoing import OutgoingRequest
from liverec.client.pacer import Pacer
from liverec.client.processes import Processes
from liverec.client.redaction import Secrets
from liverec.client.token_issuer import TokenIssuer
from liverec.client.transport import Transport
from liverec.clock import Clock, MonotonicClock
from liverec.command import command_body, command_query
from liverec.document import load_document
from liverec.history import Action, Outcome, Stream, outcome_of
from liverec.history.writer import HistoryWriter
from liverec.target import Target


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Client:
    """Sends commands to *target*, and anything else; safe to share between threads.

    Commands enter *history*, if there is one: before they leave, and when their outcome is known. *observers* are
    called with every exchange, in the thread that made it. Nothing is retried, redirected or sent through a proxy.
    """

    def __init__(
        self,
        target: Target,
        *,
        clock: Clock,
        history: HistoryWriter | None = None,
        observers: Sequence[Callable[[Exchange], None]] = (),
        timeout_s: float = 10.0,
        utc: Callable[[], datetime] = _utc_now,
    ) -> None:
        self.target = target
        self._clock = clock
        self._history = history
        self._observers = tuple(observers)
        self._timeout_s = timeout_s
        self._address = parse_address(target.url)
        self._secrets = Secrets(target.profile.credentials)
        self._document = load_document()
        self._pacer = Pacer(target.max_requests_per_minute, clock=MonotonicClock())  # minutes are real ones
        self._processes = Processes()
        self._transport = Transport(clock=clock, timeout_s=timeout_s, secrets=self._secrets)
        self._issuer = TokenIssuer(target, secrets=self._secrets, exchange=self._paced, observed=self._observed)
        self._composer = Composer(target, self._document, token=self._issuer.current, utc=utc)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections; the history stays open, for its owner."""
        self._transport.close()

    @property
    def reuses(self) -> bool:
        """Whether connections are used again; at first, and once the target closed one without a word, they are not."""
        return self._transport.reuses

    def reuse(self) -> None:
        """Use connections again from now on: the target is known to keep them."""
        self._transport.reuses = True

    @property
    def strays(self) -> tuple[Exchange, ...]:
        """Some of the exchanges after whose answers something came that nobody had asked for; ``error`` says what."""
        return tuple(self._transport.strays)

    @property
    def credential_kinds(self) -> tuple[CredentialKind, ...]:
        """The kinds of credentials that the profile has; commands take them in turns."""
        return self._composer.turns.kinds

    def command(
        self,
        action: Action,
        stream: Stream,
        *,
        process: int | None = None,
        credentials: CredentialKind | None = None,
        booked: bool = False,
    ) -> Exchange:
        """Send a well-formed command about *stream*, and record it; *booked*: ``book`` has kept its moment free.

        Commands of the same *process* are recorded as one sequential client's, as far as their outcomes are known;
        None takes any process that is free.

        Raises:
            CredentialsRefused: IAM gave no token.
            ValueError: the command before of this *process* is still open; the profile lacks such *credentials*.
        """
        return self.send(
            recorded=(action, stream),
            process=process,
            query=command_query(action),
            content=self.body(stream),
            credentials=credentials,
            project_id=stream.project_id,
            booked=booked,
        )

    def book(self, offsets: Sequence[int]) -> int:
        """Return the monotonic time, now or later, from which on the quota has room for a request at each of *offsets*.

        They are kept free from then on. All times are in nanoseconds.

        Raises:
            ValueError: the quota never allows so many within a minute.
        """
        return self._pacer.book(offsets)

    def burst(
        self,
        commands: Sequence[tuple[Action, Stream]],
        *,
        connections: list[Connection] | None = None,
        strangers: Collection[Stream] = (),
    ) -> Burst:
        """Send *commands* so that all leave at one moment, each over a connection of its own, and record them.

        If the target does not take so many connections, the first commands alone are sent. The connections are opened
        beforehand; given *connections*, these are used again and left there. What is about *strangers* is not recorded.

        Raises:
            CredentialsRefused: IAM gave no token.
        """
        used = open_connections(self._address, len(commands), connections or ())
        if connections is not None:
            connections[:] = used
        if used:
            self._pacer.wait(len(used))
        sent = commands[: len(used)]
        requests = [self._composed(action, stream, ends=connections is None) for action, stream in sent]
        begun = {
            number: self._begun(self._history, *command)
            for number, command in enumerate(sent)
            if self._history is not None and command[1] not in strangers
        }

        def answered(number: int, exchange: Exchange) -> Exchange:
            if self._history is not None and number in begun:
                process, index = begun[number]
                self._processes.release(process, retired=_complete(self._history, process, exchange))
                exchange = replace(exchange, process=process, index=index)
            return self._observed(exchange)

        burst = release(
            used, requests, clock=self._clock, timeout_s=self._timeout_s, secrets=self._secrets, answered=answered
        )
        if connections is not None:
            connections[:] = [connection for connection in used if connection.stays_open]
        return burst

    def _begun(self, history: HistoryWriter, action: Action, stream: Stream) -> tuple[int, int]:
        process = self._processes.acquire()
        return process, history.invoke(process, action, stream)

    def _composed(self, action: Action, stream: Stream, *, ends: bool) -> OutgoingRequest:
        return self._composer.compose(
            query=command_query(action),
            content=self.body(stream),
            project_id=stream.project_id,
            headers={"Connection": "close"} if ends else None,
        )

    def body(self, stream: Stream) -> bytes:
        """Return the body of a command about *stream*: compact JSON, its fields in the order of Table 4."""
        return command_body(self._document, stream)

    def send(
        self,
        *,
        recorded: tuple[Action, Stream] | None = None,
        process: int | None = None,
        booked: bool = False,
        **parts: Unpack[RequestParts],
    ) -> Exchange:
        """Send any request that HTTP/1.1 can carry; it enters the history only if *recorded* says as what.

        *booked* is as for ``command``.

        Raises:
            CredentialsRefused: IAM gave no token.
            ValueError: HTTP/1.1 cannot carry this request (``raw`` can); or as for ``command``.
        """
        if not booked:
            self._pacer.wait()
        request = self._composer.compose(**parts)
        if recorded is None or self._history is None:
            return self._observed(self._transport.exchange(request))
        return self._observed(self._recorded(self._history, request, *recorded, lane=process))

    def compose(self, **parts: Unpack[RequestParts]) -> OutgoingRequest:
        """Return the request that ``send`` would send, for instance to change its bytes and send them raw."""
        return self._composer.compose(**parts)

    def raw(self, data: bytes, *, timeout_s: float | None = None) -> RawExchange:
        """Send *data* over a connection of its own, and return what came back."""
        with self.line(timeout_s=timeout_s) as line:
            found = line.raw(data)
        self._observed(found.exchange)
        return found

    def line(self, *, timeout_s: float | None = None) -> Line:
        """Return a connection of its own, within the quota; what is sent on it is neither recorded nor observed."""
        timeout_s = self._timeout_s if timeout_s is None else timeout_s
        return Line(self._address, clock=self._clock, timeout_s=timeout_s, secrets=self._secrets, pace=self._pacer.wait)

    def speaks_tls(self) -> bool:
        """Whether the target answers a TLS handshake."""
        return speaks_tls(self._address, self._timeout_s)

    def speaks_plainly(self) -> bool:
        """Whether the target answers HTTP without TLS."""
        return speaks_plainly(self._address, self._timeout_s)

    def issue_token(self) -> tuple[Exchange, str | None]:
        """Ask IAM for a token for the profile's user, and return what it answered, and the token if there is one.

        Raises:
            ValueError: the profile names no IAM.
        """
        return self._issuer.issue()

    def _recorded(
        self, history: HistoryWriter, request: OutgoingRequest, action: Action, stream: Stream, *, lane: int | None
    ) -> Exchange:
        process = self._processes.acquire(lane)
        retired = True
        try:
            index = history.invoke(process, action, stream)
            exchange = self._transport.exchange(request)
            retired = _complete(history, process, exchange)
        finally:
            self._processes.release(process, lane=lane, retired=retired)
        return replace(exchange, process=process, index=index)

    def _paced(self, request: OutgoingRequest) -> Exchange:
        self._pacer.wait()
        return self._transport.exchange(request)

    def _observed(self, exchange: Exchange) -> Exchange:
        for observer in self._observers:
            observer(exchange)
        return exchange


def _complete(history: HistoryWriter, process: int, exchange: Exchange) -> bool:
    """Write what came of the command of *process*; return whether nobody knows what became of it."""
    # An answer that broke off proves nothing, whatever its status line said.
    status = exchange.status if exchange.error is None else None
    history.complete(
        process, status, request_id=exchange.request_id, error_code=exchange.error_code, error=exchange.error
    )
    return outcome_of(status) is Outcome.INFO
