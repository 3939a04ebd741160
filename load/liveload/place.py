"""Where a connection leads, and how it is made: no proxies, no other address than the one that was approved."""

import errno
import os
import socket
import ssl
from dataclasses import dataclass

import gevent
from gevent import monkey
from gevent.hub import get_hub

from liveload.tls import Tls

READ, WRITE = 1, 2  # libev's
RECEIVED = 16 * 1024

# Locust replaces the socket class by one that waits in its own way: here the waiting is done by the connection itself.
_Socket: type[socket.socket] = monkey.get_original("socket", "socket")


class Unreachable(OSError):  # it says what happened
    """No connection could be made; nothing was sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """An address that was resolved and approved once, and for TLS the name to be proved."""

    ip: str
    port: int
    host: str
    tls: ssl.SSLContext | None = None


def connect(place: Place, *, timeout_s: float) -> tuple[socket.socket, Tls | None]:
    """Return a connection, which never blocks, and its TLS session if it has one.

    Raises:
        Unreachable: it could not be made in time, or the server did not prove that it is ``host``.
    """
    connection = _Socket(socket.AF_INET6 if ":" in place.ip else socket.AF_INET, socket.SOCK_STREAM)
    try:
        connection.setblocking(False)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with gevent.Timeout(timeout_s, TimeoutError(errno.ETIMEDOUT, os.strerror(errno.ETIMEDOUT))):
            code = connection.connect_ex((place.ip, place.port))
            if code == errno.EINPROGRESS:
                wait(connection, WRITE)
                code = connection.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            _check(code)
            tls = None if place.tls is None else _session(connection, Tls(place.tls, place.host))
    except OSError as error:  # also ssl.SSLError and TimeoutError
        connection.close()
        raise Unreachable(error.errno, f"{place.ip} port {place.port}: {error.strerror or error}") from None
    except BaseException:
        connection.close()
        raise
    return connection, tls


def wait(connection: socket.socket, event: int) -> None:
    """Wait until *connection* is ready for *event*, READ or WRITE."""
    hub = get_hub()
    watcher = hub.loop.io(connection.fileno(), event)
    try:
        hub.wait(watcher)
    finally:
        watcher.close()


def sent(connection: socket.socket, data: bytes) -> int:
    """Send what can be sent at once, and return how many bytes that was.

    Raises:
        OSError: the server has closed.
    """
    try:
        return connection.send(data)
    except BlockingIOError:
        return 0


def _session(connection: socket.socket, tls: Tls) -> Tls:
    stands, said = tls.shake_hands()
    while True:
        while said := said[sent(connection, said) :]:
            wait(connection, WRITE)
        if stands:
            return tls
        wait(connection, READ)
        received = connection.recv(RECEIVED)
        _check(0 if received else errno.ECONNRESET)
        stands, said = tls.shake_hands(received)


def _check(code: int) -> None:
    if code:
        raise OSError(code, os.strerror(code))
