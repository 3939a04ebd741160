"""An answer that did not come in time: the page sets no time for an answer, so that one may still come."""

import socket

import gevent

from liveload.place import READ, RECEIVED, wait
from liveload.reply import ReplyReader
from liveload.tls import Tls


class OverdueReply:
    """What *reader* has begun to read on a *connection* of its own, awaited in the background for *more_s* seconds."""

    def __init__(self, connection: socket.socket, tls: Tls | None, reader: ReplyReader, *, more_s: float) -> None:
        self._connection = connection
        self._tls = tls
        self._reader = reader
        self._waiting: gevent.Greenlet[[float], bool] = gevent.spawn(self._await, more_s)

    def came(self) -> bool:
        """Return whether a whole answer came after all; this waits until it has, or its time is out."""
        return self._waiting.get()

    def _await(self, more_s: float) -> bool:
        try:
            with gevent.Timeout(more_s, TimeoutError):
                return self._read()
        except OSError:  # also ssl.SSLError and TimeoutError
            pass
        finally:
            self._connection.close()
        return False

    def _read(self) -> bool:
        reader = self._reader
        while True:
            wait(self._connection, READ)
            try:
                data = self._connection.recv(RECEIVED)
            except BlockingIOError:
                continue
            ended = not data
            if self._tls is not None and data:
                data, ended = self._tls.decrypted(data)
            problem = reader.feed(data) if data else None
            if problem is None and ended and not reader.complete:
                problem = reader.end()
            if problem is not None or reader.complete:
                return problem is None
