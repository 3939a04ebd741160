"""Reading one answer from the wire, as llhttp does: any that HTTP/1.1 allows, in as many pieces as it comes."""

from typing import NamedTuple

import httptools

LARGEST_ANSWER = 1024 * 1024


class Reply(NamedTuple):
    """What came back on a connection; header names in lower case, of several alike the first.

    ``error`` says why there is no whole answer, beginning with one of ``timeout``, ``disconnected``, ``malformed``,
    ``too large``, ``unreachable`` and ``abandoned`` (by this client, on purpose); ``status`` is then None.
    ``excess``: bytes that nobody asked for stood behind this answer, or behind the one before. ``unanswered``: the
    server had the request, and gave no answer to it.
    """

    status: int | None = None
    headers: dict[bytes, bytes] = {}  # noqa: RUF012  # a NamedTuple's default, never written to
    body: bytes = b""
    error: str | None = None
    excess: bool = False
    unanswered: bool = False


class ReplyReader:
    """Reads the answers of one connection, one after another; interim answers (1xx) are passed over."""

    def __init__(self) -> None:
        self._parser = httptools.HttpResponseParser(self)
        self.expect()

    def expect(self) -> None:
        """Make ready for the next answer."""
        self.headers: dict[bytes, bytes] = {}
        self.complete = False
        self.excess = False
        self.received = 0
        self.may_go_on = False  # after a whole answer: the connection can serve again
        self._status = 0
        self._body: bytes | list[bytes] = b""

    def feed(self, data: bytes) -> str | None:
        """Take the next bytes; return what is wrong with the answer, or None. ``complete`` says whether it is whole."""
        self.received += len(data)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            return None if self.complete else "malformed: the connection was given to another protocol"
        except httptools.HttpParserError as error:
            if not self.complete:
                return f"malformed: {error}"
            self.excess = True
        return "too large: an answer of more than 1 MiB" if self.received > LARGEST_ANSWER else None

    def end(self) -> str | None:
        """Take note that the server has closed; return why the answer is not whole, or None if it is."""
        if self._status >= 200 and not self.headers.keys() & {b"content-length", b"transfer-encoding"}:
            self.complete = True
            return None
        return "malformed: the answer broke off" if self.received else "disconnected: closed without an answer"

    def reply(self) -> Reply:
        """Return the answer, which is whole."""
        body = self._body
        return Reply(self._status, self.headers, body if isinstance(body, bytes) else b"".join(body), None, self.excess)

    def on_message_begin(self) -> None:
        """Begin an answer."""
        if self.complete:
            self.excess = True

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep a header."""
        if not self.complete:
            self.headers.setdefault(name.lower(), value)

    def on_headers_complete(self) -> None:
        """Begin the body."""
        if not self.complete:
            self._status = self._parser.get_status_code()

    def on_body(self, data: bytes) -> None:
        """Keep a part of the body."""
        if self.complete:
            return
        if not self._body:
            self._body = data
        elif isinstance(self._body, bytes):
            self._body = [self._body, data]
        else:
            self._body.append(data)

    def on_message_complete(self) -> None:
        """End an answer, if it was the final one."""
        if self._status >= 200:
            self.complete = True
            self.may_go_on = self._parser.should_keep_alive()
        else:
            self.headers = {}
