"""HTTP/1.1 on one connection: uvicorn's fast parser, with what real clients need of it.

Five things differ from uvicorn's own: a request that offers an upgrade (Java's own client offers h2c) keeps its body;
header names are kept as spelled, for the journal; whoever sends no end of headers, or never finishes a request, is
answered and cut off; of whoever sends far ahead, no more is read until the answers are given; and a plain command that
arrives in one piece is answered on the spot, without the task and the messages of an ASGI application, in the very
bytes that these would make.
"""

import asyncio
from collections.abc import Callable, Sized
from typing import Any, ClassVar

import httptools
from uvicorn.config import Config
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from liverec.reference.answers import CRASHED, Answer
from liverec.reference.plain_request import plain_request
from liverec.reference.request import MAX_HEADERS, MAX_TARGET, Request

LINGER_S = 1.0  # how long the rest of a refused request is read, so that its sender gets to see the answer
Refusal = Callable[[int], bytes]
Desk = Callable[[Request], Answer]


class _Flow(FlowControl):
    """Reads no further while requests wait for their turn; uvicorn's own reads on with every answer, without bound."""

    def __init__(self, transport: asyncio.Transport, waiting: Sized) -> None:
        super().__init__(transport)
        self._waiting = waiting

    def resume_reading(self) -> None:
        """Read on, if none waits; the last one to get its turn comes here again."""
        if not self._waiting:
            super().resume_reading()


class Protocol(HttpToolsProtocol):
    """One connection; ``refusal`` writes the answer to what is not a request, ``request_timeout_s`` bounds one.

    ``command_line`` is how a command begins; ``desk`` returns what answers one at once, None while nothing may.
    """

    refusal: ClassVar[Refusal]
    request_timeout_s: ClassVar[float]
    command_line: ClassVar[bytes]
    desk: ClassVar[Callable[..., Desk | None]]  # of no arguments

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._names: list[bytes] = []
        self._status = 400
        self._head_size = 0
        self._in_head = False
        self._between = True  # two requests: nothing of the next one has come yet
        self._refused = False
        self._unfinished_since: float | None = None
        self._watch: asyncio.TimerHandle | None = None
        self._at_once_at = 0.0  # when the latest answer at once was given

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Begin to watch the time."""
        super().connection_made(transport)
        self.flow = _Flow(transport, self.pipeline)
        self._unfinished_since = self.loop.time()
        self._watch = self.loop.call_later(self.request_timeout_s, self._look)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        if self._watch is not None:
            self._watch.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse what has arrived; anything but requests ends the connection."""
        if self._refused:
            return
        if self._between and data.startswith(type(self).command_line) and self._answer_at_once(data):
            return
        self._unset_keepalive_if_required()
        names, size = self._names, len(data)
        try:
            while data:
                data = self._feed(data)
        except httptools.HttpParserError:
            self._refuse(self._status)
            return
        one_head = self._in_head and self._names is names  # all of it: no other request has begun
        self._head_size = self._head_size + size if one_head else 0
        if self._head_size > MAX_HEADERS + MAX_TARGET:
            self._refuse(494)

    def on_message_begin(self) -> None:
        """Begin a request."""
        super().on_message_begin()
        self._in_head = True
        self._between = False
        self._unfinished_since = self.loop.time()
        self._names = []
        self.scope["liverec.header_names"] = self._names  # type: ignore[typeddict-unknown-key]  # extensions are allowed
        self.scope["liverec.transport"] = self.transport  # type: ignore[typeddict-unknown-key]  # for faults on the wire

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep a header, and how its name was spelled."""
        self._names.append(name)
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Hand the request to the application, unless it has to be read again without its offer to upgrade."""
        self._in_head = False
        if len(self.url) > MAX_TARGET:
            self._status = 414
            raise ValueError("too long a target")
        if self.parser.get_method() == b"CONNECT":
            raise ValueError("this is no proxy")
        if not self.parser.should_upgrade():
            super().on_headers_complete()

    def on_message_complete(self) -> None:
        """End a request."""
        if not self.parser.should_upgrade():
            self._unfinished_since = None
            self._between = True
            super().on_message_complete()

    def timeout_keep_alive_handler(self) -> None:
        """Close the connection, unless an answer at once has been given since the timer was set: then set it anew."""
        left = self._at_once_at + self.timeout_keep_alive - self.loop.time()
        if left > 0:
            self.timeout_keep_alive_task = self.loop.call_later(left, self.timeout_keep_alive_handler)
        else:
            super().timeout_keep_alive_handler()

    def _answer_at_once(self, data: bytes) -> bool:
        """Answer *data* as uvicorn would; return False, with nothing done, unless it is a plain request in its turn."""
        desk, cycle = type(self).desk(), self._cycle()
        if desk is None or self.flow.write_paused or (cycle is not None and not cycle.response_complete):
            return False
        request = plain_request(data, peer=self.client)
        if request is None or self.transport.is_closing():
            return False
        try:
            answer = desk(request)
        except Exception:
            self.logger.exception("Exception in the reference server\n")
            answer = CRASHED
        headers = (*self.server_state.default_headers, *answer.headers)
        lines = b"".join([b"%b: %b\r\n" % (name.lower(), value) for name, value in headers])
        end = b"connection: close\r\n\r\n" if answer.closes else b"\r\n"
        self.transport.write(b"%b%b%b%b" % (STATUS_LINE[answer.status], lines, end, answer.body))
        self._unfinished_since = None
        self._at_once_at = self.loop.time()
        if answer.closes:
            self.transport.close()
        elif self.timeout_keep_alive_task is None:  # else its handler sees to it
            self.on_response_complete()
        return True

    def _feed(self, data: bytes) -> bytes:
        """Parse *data* and return what must be parsed next: nothing, or the same request without its upgrade."""
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as pause:
            head = [self.parser.get_method(), b" ", self.url, b" HTTP/1.1\r\n"]
            for spelled, (name, value) in zip(self._names, self.headers, strict=True):
                if name != b"upgrade":
                    head += [spelled, b": ", value, b"\r\n"]
            rest = data[pause.args[0] :]
            self.parser = httptools.HttpRequestParser(self)
            self.parser.set_dangerous_leniencies(lenient_data_after_close=True)  # as uvicorn sets it
            return b"".join([*head, b"\r\n", rest])
        return b""

    def _look(self) -> None:
        """Cut off a request that has not ended in time, or a connection on which none has ever begun."""
        since, now = self._unfinished_since, self.loop.time()
        if since is not None and now - since >= self.request_timeout_s and not self._refused:
            if self._cycle() is None and not self._in_head:
                self.transport.close()
            else:
                self._refuse(408)
            return
        left = self.request_timeout_s if since is None else max(0.0, since + self.request_timeout_s - now)
        self._watch = self.loop.call_later(left, self._look)

    def _cycle(self) -> RequestResponseCycle | None:
        """Return the latest request, if any has come: uvicorn's annotation forgets that at first none has."""
        return self.cycle

    def _refuse(self, status: int) -> None:
        """Answer what is not a request, read a little longer without looking, and end the connection."""
        self._refused = True
        cycle = self._cycle()
        if cycle is not None and not cycle.response_complete and not cycle.more_body:
            cycle.keep_alive = False  # a request before this one still awaits its answer, and gets it
            return
        if self.transport.is_closing():
            return
        if cycle is None or cycle.response_complete or not cycle.response_started:
            self.transport.write(type(self).refusal(status))
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self.flow.resume_reading()
        self.loop.call_later(LINGER_S, self.transport.close)


def protocol_class(
    *, refusal: Refusal, request_timeout_s: float, command_line: bytes, desk: Callable[[], Desk | None]
) -> type[Protocol]:
    """Return the class of a server's connections."""
    return type(
        "Protocol",
        (Protocol,),
        {
            "refusal": staticmethod(refusal),
            "request_timeout_s": request_timeout_s,
            "command_line": command_line,
            "desk": staticmethod(desk),
        },
    )
