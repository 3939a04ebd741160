"""Requests over HTTP/1.1 and back, as httpx does it: nothing retried, redirected, decoded, or sent through a proxy."""

from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import replace

import httpx

from liverec.client.exchange import Exchange
from liverec.client.outgoing import OutgoingRequest
from liverec.client.redaction import Headers, Secrets
from liverec.clock import NANOSECONDS, Clock

LARGEST_ANSWER = 1024 * 1024
_IDLE_S = 2.0


class Transport:
    """Pooled connections, without a limit on their number; safe to share between threads.

    A target that cuts the first connection that is used again, instead of answering, gets one for each request.
    *timeout_s* bounds every single wait, and the whole answer once its head is there.
    """

    def __init__(self, *, clock: Clock, timeout_s: float, secrets: Secrets) -> None:
        self._clock = clock
        self._timeout_ns = round(timeout_s * NANOSECONDS)
        self._timeouts = httpx.Timeout(timeout_s).as_dict()
        self._secrets = secrets
        # Soon: a server that closes an idle connection just when it is used again would seem to drop a reply.
        self._pooled = _http(httpx.Limits(keepalive_expiry=_IDLE_S))
        self._unpooled = _http(httpx.Limits(max_keepalive_connections=0))
        self._serves_again: bool | None = None  # whether a connection that has served does; None until one was asked to

    def close(self) -> None:
        """Close every connection."""
        self._pooled.close()
        self._unpooled.close()

    @property
    def serves_once(self) -> bool:
        """Whether the target cut the first connection that was used again."""
        return self._serves_again is False

    def exchange(self, request: OutgoingRequest) -> Exchange:
        """Send *request* and return what came of it; whatever goes wrong on the way is told in ``error``.

        Raises:
            ValueError: HTTP/1.1 cannot carry this request.
        """
        invoked = self._clock.now()
        exchange = Exchange(
            method=request.method,
            url=request.url,
            request_headers=request.headers,
            request_body=request.body,
            invoked_ns=invoked,
            completed_ns=invoked,
            secrets=self._secrets,
        )
        events: list[str] = []
        http = self._unpooled if self.serves_once else self._pooled
        try:
            response = http.handle_request(self._translated(request, events))
            with closing(response):
                exchange = replace(exchange, status=response.status_code, headers=_headers(response))
                body, error = self._body(response, invoked + self._timeout_ns)
                exchange = replace(exchange, body=body, error=error)
        except httpx.LocalProtocolError as error:
            raise ValueError(f"HTTP/1.1 cannot carry this request: {self._secrets.mask(str(error))}") from None
        except httpx.TransportError as error:
            exchange = replace(exchange, error=self._secrets.mask(_told(error)))
        completed = self._clock.now()
        reused = "connection.connect_tcp.started" not in events
        if reused and self._serves_again is None:
            self._serves_again = not (exchange.error or "").startswith("disconnected")
        return replace(exchange, completed_ns=completed, reused=reused)

    def _translated(self, request: OutgoingRequest, events: list[str]) -> httpx.Request:
        try:
            target = request.target.encode("ascii")
            headers = [(name.encode("ascii"), value.encode("utf-8")) for name, value in request.headers]
            method = request.method.encode("ascii").decode()
        except UnicodeEncodeError as error:
            raise ValueError(f"HTTP/1.1 cannot carry this request: {error.reason}") from None

        def trace(name: str, _info: Mapping[str, object]) -> None:
            events.append(name)

        translated = httpx.Request(
            method,
            f"{request.address.scheme}://{request.address.authority}/",
            headers=headers,
            stream=_Chunks(request.chunks),
            extensions={"target": target, "timeout": self._timeouts, "trace": trace},
        )
        translated.method = method  # as it was given: httpx writes it in capitals
        return translated

    def _body(self, response: httpx.Response, deadline: int) -> tuple[bytes, str | None]:
        """Return the body, still encoded if it is, and why it is not whole, if so."""
        body = bytearray()
        try:
            for part in response.iter_raw():
                body += part
                if len(body) > LARGEST_ANSWER:
                    return bytes(body[:LARGEST_ANSWER]), f"too large: an answer of more than {LARGEST_ANSWER} bytes"
                if self._clock.now() > deadline:
                    return bytes(body), "timeout: the answer never ended"
        except httpx.TransportError as error:
            return bytes(body), self._secrets.mask(_told(error))
        return bytes(body), None


class _Chunks(httpx.SyncByteStream):
    """A body in the given parts; as the stream of a request it adds no headers."""

    def __init__(self, chunks: tuple[bytes, ...]) -> None:
        self._chunks = chunks

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._chunks)


def _http(limits: httpx.Limits) -> httpx.HTTPTransport:
    return httpx.HTTPTransport(trust_env=False, http1=True, http2=False, limits=limits, retries=0)


def _headers(response: httpx.Response) -> Headers:
    return tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in response.headers.raw)


def _told(error: httpx.TransportError) -> str:
    """Say what broke off, beginning with a word that programs can rely on (see ``Exchange``)."""
    said = str(error) or type(error).__name__
    if isinstance(error, (httpx.ConnectError, httpx.ConnectTimeout, httpx.UnsupportedProtocol)):
        return f"unreachable: {said}"
    if isinstance(error, httpx.TimeoutException):
        return f"timeout: {said}"
    broke_off = isinstance(error, httpx.NetworkError) or "disconnected" in said or "closed connection" in said
    return f"disconnected: {said}" if broke_off else f"malformed: {said}"
