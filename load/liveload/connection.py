"""One connection, kept from command to command: over gevent's hub, without a syscall or a switch too many."""

import contextlib
import socket
import struct
from time import monotonic_ns
from typing import Any

from gevent import getcurrent
from gevent.hub import Hub, get_hub

from liveload.answer import Ending
from liveload.overdue import OverdueReply
from liveload.place import READ, RECEIVED, WRITE, Place, connect, sent
from liveload.reply import Reply, ReplyReader
from liveload.tls import Tls
from liverec.clock import NANOSECONDS

IMPATIENT_S = 0.001
_MORE_TIMES = 2  # as long as for an answer in time, an overdue one is awaited
_ANSWER = Ending.ANSWER
_ESTABLISHED, _CLOSE_WAIT = 1, 8  # Linux's
_REQUEST_TIMEOUT = 408
_WAITED_TOO_LONG = (b"HTTP/1.1 408", b"HTTP/1.0 408")  # no answer: the server closes an idle connection
_FRESH_NS = 1_000_000  # so soon after an answer nothing else can have been noticed yet


class Connection:
    """A connection to *place* for one user, made when it is needed. Nothing is ever sent twice, nothing is redirected.

    *timeout_s* bounds connecting, and sending with the wait for a whole answer; one that does not come in time is
    ``overdue``, and awaited for twice as long again, while the user goes on. One greenlet at a time.
    """

    def __init__(self, place: Place, *, timeout_s: float = 10.0) -> None:
        self._place = place
        self._timeout_s = timeout_s
        self._hub: Hub = get_hub()
        self._socket: socket.socket | None = None
        self._tls: Tls | None = None
        self._reader = ReplyReader()
        self._reply: Reply | None = None
        self._watcher: Any = None  # runs as long as the connection stands, so that no wait has to ask for it
        self._timer: Any = None  # one for many answers: it looks how long the current one has been awaited
        self._awaiting = False
        self._parked: Any = None  # the greenlet that _await has put aside
        self._since = 0
        self._used = False
        self._excess = False  # bytes that nobody asked for came after the last answer
        self.overdue: OverdueReply | None = None  # the answer that the latest command did not get in time
        self._last_ns = 0

    def ready(self) -> None:
        """Connect, unless the connection stands and the server has not closed it meanwhile.

        Raises:
            Unreachable: it could not be made within the time-out.
        """
        if self._socket is not None and monotonic_ns() - self._last_ns > _FRESH_NS:
            self._readable()
        if self._socket is None:
            self._connect()

    def exchange(self, request: bytes, ending: Ending = Ending.ANSWER) -> Reply:
        """Send *request* on the connection that is ``ready``, and return what came of it.

        Whatever is thrown into the greenlet meanwhile passes through, and leaves the connection closed.
        """
        self._reader.expect()
        self._reply = self.overdue = None
        self._awaiting = True
        self._since = monotonic_ns()
        if self._timer is None:
            self._look_after(self._timeout_s)
        try:
            self._send(request)
            if ending is not _ANSWER:
                self._let_go(ending)
            self._parked = getcurrent()
            while self._reply is None:
                self._hub.switch()
            reply = self._reply
        except BaseException:
            self.close()
            raise
        finally:
            self._awaiting = False
            self._parked = None
        if ending is not _ANSWER:
            self.close()
            reply = reply._replace(unanswered=False)
        if self._excess:
            self._excess = False
            reply = reply._replace(excess=True)
        self._used = True
        self._last_ns = monotonic_ns()
        return reply

    def close(self) -> None:
        """Close the connection, if there is one; the next command makes another."""
        connection, _ = self._give_up()
        if connection is not None:
            connection.close()

    def _give_up(self) -> tuple[socket.socket | None, Tls | None]:
        connection, tls = self._socket, self._tls
        self._socket = self._tls = None
        if self._watcher is not None:
            self._watcher.stop()
            self._watcher.close()
            self._watcher = None
        return connection, tls

    def _connect(self) -> None:
        self._socket, self._tls = connect(self._place, timeout_s=self._timeout_s)
        self._used = False
        self._reader = ReplyReader()
        self._watcher = self._hub.loop.io(self._socket.fileno(), READ)
        self._watcher.start(self._readable)

    def _send(self, request: bytes) -> None:
        """Send all of *request*, or as much as the server takes before it answers, closes or time runs out."""
        connection = self._socket
        assert connection is not None, "ready() comes first"
        if self._tls is not None:
            request = self._tls.encrypted(request)
        try:
            count = connection.send(request)
        except BlockingIOError:
            count = 0
        except OSError:
            return  # the answer may be there all the same; if it is not, reading says so
        if count < len(request):
            self._send_the_rest(connection, request[count:])

    def _send_the_rest(self, connection: socket.socket, rest: bytes) -> None:
        with contextlib.suppress(OSError):  # as above
            while rest and self._reply is None:
                self._park_until_writable(connection)
                if self._reply is None:
                    rest = rest[sent(connection, rest) :]

    def _park_until_writable(self, connection: socket.socket) -> None:
        watcher = self._hub.loop.io(connection.fileno(), WRITE)
        watcher.start(self._wake)
        self._parked = getcurrent()
        try:
            self._hub.switch()
        finally:
            self._parked = None
            watcher.stop()
            watcher.close()

    def _wake(self) -> None:
        if self._parked is not None:
            self._parked.switch()

    def _let_go(self, ending: Ending) -> None:
        connection = self._socket
        if connection is None:  # answered, and closed by the server, before all was sent
            return
        if ending is Ending.HALF_CLOSED:
            with contextlib.suppress(OSError):  # the server was faster; what it said is still to be read
                if self._tls is not None:
                    connection.send(self._tls.ended())
                connection.shutdown(socket.SHUT_WR)
        elif ending is Ending.IMPATIENT:
            patience = self._hub.loop.timer(IMPATIENT_S)
            patience.start(self._abandon, "no answer within a millisecond", self._since, update=True)
        else:
            if ending is Ending.RESET:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self._abandon("reset at once" if ending is Ending.RESET else "closed at once", self._since)

    def _abandon(self, why: str, since: int) -> None:
        if self._awaiting and self._reply is None and self._since == since:
            self._finish(Reply(error=f"abandoned: {why}"), keep=False)

    def _look_after(self, seconds: float) -> None:
        self._timer = self._hub.loop.timer(seconds, ref=False)
        self._timer.start(self._look, update=True)

    def _look(self) -> None:
        self._timer = None
        if not self._awaiting or self._reply is not None:
            return
        left = self._since + self._timeout_s * NANOSECONDS - monotonic_ns()
        if left > 0:
            self._look_after(left / NANOSECONDS)
            return
        self._readable()  # this process may be late, and the answer there
        if not self._awaiting or self._reply is not None:
            return
        unanswered = not self._used or self._was_delivered()
        why = f"timeout: no whole answer within {self._timeout_s:g} s"
        connection, tls = self._give_up()
        if connection is not None and unanswered:
            self.overdue = OverdueReply(connection, tls, self._reader, more_s=_MORE_TIMES * self._timeout_s)
        elif connection is not None:
            connection.close()
        self._finish(Reply(error=why, unanswered=unanswered), keep=False)

    def _readable(self) -> None:
        """Take what has arrived: called by the hub, and before the next command."""
        connection = self._socket
        if connection is None:
            return
        failed: str | None = None
        try:
            data = connection.recv(RECEIVED)
            ended = not data
            if self._tls is not None and data:
                data, ended = self._tls.decrypted(data)
        except BlockingIOError:
            return
        except OSError as error:  # also ssl.SSLError
            data, ended, failed = b"", True, error.strerror or str(error)
        if not self._awaiting:
            self._excess = self._excess or bool(data and not data.startswith(_WAITED_TOO_LONG))
            if data or ended:
                self.close()
            return
        if data and self._take(data):
            return  # the user has been woken, and may have sent the next command by now
        if ended:
            self._ended(failed)

    def _take(self, data: bytes) -> bool:
        """Read on; return whether that was the last of the answer."""
        reader = self._reader
        problem = reader.feed(data)
        if problem is not None:
            self._finish(Reply(error=problem), keep=False)
        elif reader.complete:
            reply = reader.reply()
            if self._used and reply.status == _REQUEST_TIMEOUT:  # it crossed our request
                self._finish(Reply(error="disconnected: the server closed an idle connection with a 408"), keep=False)
            else:
                self._finish(reply, keep=reader.may_go_on and not reader.excess)
        else:
            return False
        return True

    def _ended(self, failed: str | None) -> None:
        problem = self._reader.end() if failed is None else f"disconnected: {failed}"
        if problem is None:
            self._finish(self._reader.reply(), keep=False)
            return
        # A kept connection may be closed at any time; only if the request had arrived before, an answer was due.
        unanswered = not self._used or self._was_delivered()
        lost = problem.startswith("disconnected")
        self._finish(Reply(error=problem, unanswered=lost and unanswered), keep=False)

    def _was_delivered(self) -> bool:
        """Tell whether the server's side has acknowledged every byte (one that is closed does not): Linux only."""
        if self._socket is None or not hasattr(socket, "TCP_INFO"):
            return False
        told = self._socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 28)
        state, unacknowledged = told[0], struct.unpack_from("I", told, 24)[0]
        return state in {_ESTABLISHED, _CLOSE_WAIT} and unacknowledged == 0

    def _finish(self, reply: Reply, *, keep: bool) -> None:
        self._reply = reply
        if not keep:
            self.close()
        self._wake()
