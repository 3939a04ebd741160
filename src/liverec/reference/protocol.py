"""HTTP/1.1 on one connection: uvicorn's fast parser, with what real clients need of it.

Three things differ from uvicorn's own: a request that offers an upgrade (Java's own client offers h2c) keeps its body;
header names are kept as spelled, for the journal; and whoever sends no end of headers, or never finishes a request, is
answered and cut off.
"""

import asyncio
from collections.abc import Callable
from typing import Any, ClassVar

import httptools
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from liverec.reference.request import MAX_HEADERS, MAX_TARGET

LINGER_S = 1.0  # how long the rest of a refused request is read, so that its sender gets to see the answer
Refusal = Callable[[int], bytes]


class Protocol(HttpToolsProtocol):
    """One connection; ``refusal`` writes the answer to what is not a request, ``request_timeout_s`` bounds one."""

    refusal: ClassVar[Refusal]
    request_timeout_s: ClassVar[float]

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
        self._refused = False
        self._unfinished_since: float | None = None
        self._watch: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Begin to watch the time."""
        super().connection_made(transport)
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
        self._unset_keepalive_if_required()
        head_only = self._in_head  # only then is all of data known to be one head: the bound is not exact, but firm
        size = len(data)
        try:
            while data:
                data = self._feed(data)
        except httptools.HttpParserError:
            self._refuse(self._status)
            return
        self._head_size = self._head_size + size if head_only and self._in_head else 0
        if self._head_size > MAX_HEADERS + MAX_TARGET:
            self._refuse(494)

    def on_message_begin(self) -> None:
        """Begin a request."""
        super().on_message_begin()
        self._in_head = True
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
            super().on_message_complete()

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


def protocol_class(*, refusal: Refusal, request_timeout_s: float) -> type[Protocol]:
    """Return the class of a server's connections."""
    return type("Protocol", (Protocol,), {"refusal": staticmethod(refusal), "request_timeout_s": request_timeout_s})
