"""A connection to a server: bytes out, answers in, each within its deadline and its size."""

import contextlib
import select
import socket
import ssl
import time
from functools import lru_cache
from typing import Self

import httpx

from liverec.address import Address
from liverec.client.deadline import Deadline
from liverec.client.framing import Answer, AnswerReader

LARGEST_ANSWER = 256 * 1024  # bytes on the wire: head, interim answers and framing count, too
LARGEST_KEPT = 64 * 1024  # bytes of the body of one that is larger still
_WAITED_TOO_LONG = (b"HTTP/1.1 408", b"HTTP/1.0 408")
_CHUNK = 64 * 1024
_ATTEMPTS = 3
_PAUSE_S = 0.05
_READY_S = 0.01  # for the operating system to say that a connection is ready


class NoConnectionError(Exception):
    """Nothing was sent, since there is no connection; the message says why."""


class Connection:
    """An open connection; not safe to share between threads. ``received`` is what came since the latest ``receive``."""

    def __init__(self, link: socket.socket, *, refusals: int = 0) -> None:
        self.refusals = refusals  # how often it was refused before
        self.received = bytearray()
        self.ended = False  # the server closed it
        self.stays_open = False  # by what the latest answer said
        self.served = False  # it has carried a request in a burst
        self._link = link
        self._unread = b""

    @classmethod
    def to(cls, address: Address, deadline: Deadline) -> Self:
        """Connect. A refused connection is asked for again, for nothing can have been done on it.

        Raises:
            NoConnectionError: there is none to be had.
            TimeoutError: not in time.
        """
        refused = OSError()
        for refusals in range(_ATTEMPTS):
            try:
                return cls(_encrypted(_linked(address, deadline), address, deadline), refusals=refusals)
            except TimeoutError:
                raise
            except (ConnectionRefusedError, ConnectionResetError) as error:
                refused = error
                if refusals + 1 < _ATTEMPTS:
                    time.sleep(min(_PAUSE_S, deadline.left_s()))
            except ssl.SSLCertVerificationError as error:
                raise NoConnectionError(f"its certificate is not trusted: {error.verify_message}") from None
            except ssl.SSLError as error:
                raise NoConnectionError(f"no TLS: {error.reason or error.strerror or error}") from None
            except OSError as error:
                raise NoConnectionError(error.strerror or str(error)) from None
        raise NoConnectionError(refused.strerror or str(refused))

    def send(self, data: bytes, deadline: Deadline) -> None:
        """Send *data*, or as much as the server takes: one that does not take all of it may still answer.

        It need not wait for a server that is ready: if we are late, since this machine was busy, all of it leaves yet.
        """
        rest = memoryview(data)
        with contextlib.suppress(OSError):
            while rest:
                self._link.settimeout(deadline.left_s(at_least=_READY_S))
                rest = rest[self._link.send(rest) :]

    def receive(self, method: str, deadline: Deadline) -> tuple[Answer, str | None]:
        """Return the next answer, to a request of *method*, and why it proves nothing, if so (see ``Exchange.error``).

        What comes after it is kept for the next call. What has arrived by the deadline is read, however late we are.
        """
        reader = AnswerReader(method=method)
        self.received = bytearray(self._unread)
        reader.feed(self._unread)
        error = None
        while not reader.finished and error is None:
            try:
                part = self._some(deadline)
            except TimeoutError:
                error = "timeout: no complete answer"
                part = self.arrived()
            self.received += part
            if len(self.received) > LARGEST_ANSWER:
                error = f"too large: an answer of more than {LARGEST_ANSWER} bytes"
                reader.cut(LARGEST_KEPT)
                break
            reader.feed(part)
            if self.ended:
                reader.end()
        answer = reader.answer
        error = None if answer.complete else error
        self._unread = answer.excess
        self.stays_open = answer.stays_open and not self.ended
        if answer.problem is not None:
            error = f"{'malformed' if self.received else 'disconnected'}: {answer.problem}"
        return answer, error

    def stray(self, within_s: float = 0.0) -> bytes:
        """Return what came without being asked for; ``ended`` is then true if the server closed instead.

        A 408 says that it closes, having waited too long for a request. If nothing has come yet, it is waited for,
        *within_s* seconds.
        """
        if not self._unread and not self.ended:
            with contextlib.suppress(TimeoutError, OSError, ValueError):
                pending = isinstance(self._link, ssl.SSLSocket) and self._link.pending()
                if pending or select.select([self._link], [], [], within_s)[0]:
                    self._unread = self._some(Deadline(max(within_s, _PAUSE_S)))
        if self._unread.startswith(_WAITED_TOO_LONG):
            self._unread, self.ended = b"", True
        return self._unread

    def arrived(self) -> bytes:
        """Return what has arrived by now, without waiting; ``ended`` is then true if the server has closed."""
        arrived = bytearray()
        while not self.ended and len(arrived) <= LARGEST_ANSWER:
            try:
                self._link.settimeout(0)
                part = self._link.recv(_CHUNK)
            except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
                break
            except OSError:
                part = b""
            self.ended = not part
            arrived += part
        return bytes(arrived)

    def fileno(self) -> int:
        """Return the number under which the operating system has it, for a selector."""
        return self._link.fileno()

    def close(self) -> None:
        """Close it."""
        self._link.close()

    def _some(self, deadline: Deadline) -> bytes:
        try:
            self._link.settimeout(deadline.left_s())
            part = self._link.recv(_CHUNK)
        except TimeoutError:
            raise
        except OSError:
            part = b""
        self.ended = not part
        return part


def speaks_tls(address: Address, timeout_s: float) -> bool:
    """Whether the server at *address* answers a TLS handshake, whatever its certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    deadline = Deadline(timeout_s)
    try:
        with _linked(address, deadline) as link:
            link.settimeout(deadline.left_s())
            context.wrap_socket(link).close()
    except OSError:
        return False
    return True


def speaks_plainly(address: Address, timeout_s: float) -> bool:
    """Whether the server at *address* answers HTTP without TLS; it is asked for nothing of value."""
    deadline = Deadline(timeout_s)
    try:
        with contextlib.closing(Connection(_linked(address, deadline))) as connection:
            connection.send(f"GET / HTTP/1.1\r\nHost: {address.authority}\r\n\r\n".encode(), deadline)
            return connection.receive("GET", deadline)[0].status is not None
    except OSError:
        return False


def _linked(address: Address, deadline: Deadline) -> socket.socket:
    """Connect to the first of the host's addresses that can be had."""
    failed = OSError("its name stands for no address")
    for family, kind, protocol, _, where in _resolved(address.host, address.port):
        link = socket.socket(family, kind, protocol)
        try:
            link.settimeout(deadline.left_s())
            link.connect(where)
            link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError as error:
            link.close()
            failed = error
        else:
            return link
    raise failed


def _resolved(
    host: str, port: int
) -> list[tuple[socket.AddressFamily, socket.SocketKind, int, str, tuple[object, ...]]]:
    try:
        return list(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
    except socket.gaierror as error:
        raise OSError(f"its name cannot be resolved: {error.strerror}") from None


def _encrypted(link: socket.socket, address: Address, deadline: Deadline) -> socket.socket:
    if address.scheme == "http":
        return link
    try:
        link.settimeout(deadline.left_s())
        return _trusting().wrap_socket(link, server_hostname=address.host)
    except OSError:
        link.close()
        raise


@lru_cache(maxsize=1)
def _trusting() -> ssl.SSLContext:
    return httpx.create_ssl_context()  # SSL_CERT_FILE may name authorities of one's own
