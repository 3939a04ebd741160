"""Bytes to a target and back over a connection of their own: for what no HTTP client would send."""

import contextlib
import socket
from dataclasses import dataclass, replace

import httpx

from liverec.address import Address
from liverec.client.exchange import Exchange
from liverec.client.framing import Answer, read_answer
from liverec.client.redaction import Headers, Secrets
from liverec.clock import NANOSECONDS, Clock

LARGEST_ANSWER = 1024 * 1024
_LINGER_S = 0.05  # how long excess bytes are waited for
_CHUNK = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class RawExchange:
    """What came back: the bytes, what they mean, whether the server closed; ``exchange`` is the evidence."""

    received: bytes
    answer: Answer
    closed: bool
    timed_out: bool
    exchange: Exchange


def exchange_raw(address: Address, data: bytes, *, clock: Clock, timeout_s: float, secrets: Secrets) -> RawExchange:
    """Send *data* and read until the framing says that the answer is complete, the server closes, or time is out."""
    invoked = clock.now()
    request = _request(address, data, invoked, secrets)
    try:
        connection = _connect(address, timeout_s)
    except OSError as error:
        failed = replace(request, completed_ns=clock.now(), error=f"unreachable: {error.strerror or error}")
        return RawExchange(received=b"", answer=Answer(), closed=False, timed_out=False, exchange=failed)
    with connection:
        deadline = invoked + round(timeout_s * NANOSECONDS)
        received, closed, timed_out = _converse(connection, data, request.method, clock, deadline)
    answer = read_answer(received, method=request.method, closed=closed)
    broke_off = "timeout: no complete answer" if timed_out else None
    if answer.problem is not None:
        broke_off = f"{'disconnected' if closed and not received else 'malformed'}: {answer.problem}"
    done = replace(
        request,
        completed_ns=clock.now(),
        status=answer.status,
        headers=answer.headers,
        body=answer.body,
        error=broke_off,
    )
    return RawExchange(received=received, answer=answer, closed=closed, timed_out=timed_out, exchange=done)


def _connect(address: Address, timeout_s: float) -> socket.socket:
    connection = socket.create_connection((address.host, address.port), timeout=timeout_s)
    if address.scheme == "http":
        return connection
    try:
        return httpx.create_ssl_context(trust_env=False).wrap_socket(connection, server_hostname=address.host)
    except OSError:
        connection.close()
        raise


def _converse(
    connection: socket.socket, data: bytes, method: str, clock: Clock, deadline: int
) -> tuple[bytes, bool, bool]:
    """Return what was received, whether the server closed, and whether time ran out."""
    received = bytearray()
    with contextlib.suppress(OSError):  # it may have answered before it had read everything, and closed
        connection.sendall(data)
    while True:
        answer = read_answer(bytes(received), method=method, closed=False)
        finished = answer.complete or answer.problem is not None
        left = (deadline - clock.now()) / NANOSECONDS
        if left <= 0:
            return bytes(received), False, not finished
        try:
            connection.settimeout(min(left, _LINGER_S) if finished else left)
            part = connection.recv(_CHUNK)
        except TimeoutError:
            return bytes(received), False, not finished
        except OSError:
            return bytes(received), True, False
        received += part
        if not part or len(received) > LARGEST_ANSWER:
            return bytes(received), not part, False


def _request(address: Address, data: bytes, invoked: int, secrets: Secrets) -> Exchange:
    """Return the request's half of the evidence, as far as *data* can be read as a request."""
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
