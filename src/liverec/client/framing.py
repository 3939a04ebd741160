"""Where an answer ends, and whether it is well formed (RFC 9112); strict, because it is what is being judged."""

import re
from collections.abc import Generator
from dataclasses import dataclass, replace
from weakref import proxy

from liverec.client.redaction import Headers

_STATUS_LINE = re.compile(rb"(HTTP/1\.[01]) ([1-5][0-9]{2}) [\t\x20-\x7e\x80-\xff]*")
_FIELD = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):([\t\x20-\x7e\x80-\xff]*)")
_CHUNK_SIZE = re.compile(rb"([0-9A-Fa-f]{1,15})[ \t]*(?:;[\t\x20-\x7e\x80-\xff]*)?")
_BEGINNING = b"HTTP/1."
_END = b"\r\n"
_SWITCHING_PROTOCOLS = 101
_CHUNKED, _UNTIL_END = -1, -2  # in place of a length


class _MalformedError(Exception):
    """The bytes are no answer; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a server sent after one request.

    ``version``: HTTP/1.1 or HTTP/1.0. ``complete``: the framing says that all of it is there. ``excess``: bytes after
    its end, which nobody asked for. ``problem``: what is wrong with the message; None if nothing is (so far).
    """

    status: int | None = None
    version: str = ""
    headers: Headers = ()
    body: bytes = b""
    complete: bool = False
    excess: bytes = b""
    problem: str | None = None

    @property
    def stays_open(self) -> bool:
        """Whether the server says that it will read another request from the connection (RFC 9112, section 9.3)."""
        options = {
            option.strip().lower()
            for name, value in self.headers
            if name.lower() == "connection"
            for option in value.split(",")
        }
        return self.complete and "close" not in options and (self.version == "HTTP/1.1" or "keep-alive" in options)


def read_answer(data: bytes, *, method: str, closed: bool) -> Answer:
    """Read the final answer to a request of *method* from *data*; interim answers (1xx) are passed over.

    *closed*: no more will come. ``problem`` is then also set if the answer broke off.
    """
    reader = AnswerReader(method=method)
    reader.feed(data)
    if closed:
        reader.end()
    return reader.answer


class AnswerReader:
    """Reads the final answer to a request of *method* as its bytes arrive, and looks at each of them once."""

    def __init__(self, *, method: str) -> None:
        self._method = method
        self._unread = bytearray()
        self._body = bytearray()
        self._begun = False
        self._until_end = False
        self._answer = Answer()
        self._reading = AnswerReader._read(proxy(self))  # no cycle: what an answer without end left is let go at once
        next(self._reading)

    @property
    def answer(self) -> Answer:
        """The answer, as far as it has come."""
        return replace(
            self._answer, body=bytes(self._body), excess=bytes(self._unread) if self._answer.complete else b""
        )

    @property
    def finished(self) -> bool:
        """Whether no byte can change the answer any more: it is complete, or malformed."""
        return self._answer.complete or self._answer.problem is not None

    def cut(self, most: int) -> None:
        """Forget what came of the body but for its first *most* bytes: nobody reads on, and answers are kept."""
        del self._body[most:]

    def feed(self, data: bytes) -> None:
        """Read on; what is left over once the answer is complete is its ``excess``."""
        self._begun = self._begun or bool(data)
        self._unread += data
        if self.finished:
            return
        try:
            next(self._reading)
        except StopIteration:
            self._answer = replace(self._answer, complete=True)
        except _MalformedError as error:
            self._answer = replace(self._answer, problem=str(error))

    def end(self) -> None:
        """Note that no more will come: the answer is complete, or it broke off."""
        if self.finished:
            return
        if self._until_end:
            self._answer = replace(self._answer, complete=True)
            return
        broke_off = "the answer broke off" if self._begun else "the connection was closed without an answer"
        self._answer = replace(self._answer, problem=broke_off)

    def _read(self) -> Generator[None]:
        """Read; whoever runs this resumes it whenever there is more in ``_unread``."""
        yield
        status, version, headers = 100, "", Headers()
        while status < 200:  # interim answers
            version, status = yield from self._status_line()
            headers = yield from self._fields("header line {} is malformed")
        self._answer = Answer(status=status, version=version, headers=headers)
        length = _length(self._answer, self._method)
        if length == _CHUNKED:
            yield from self._chunks()
        elif length == _UNTIL_END:
            self._until_end = True
            while True:
                yield from self._some(len(self._unread))
                yield
        else:
            yield from self._some(length)

    def _status_line(self) -> Generator[None, None, tuple[str, int]]:
        while len(self._unread) < len(_BEGINNING) and _BEGINNING.startswith(self._unread):
            yield
        if not self._unread.startswith(_BEGINNING):
            raise _MalformedError("what was sent does not begin with HTTP/1.")
        line = yield from self._line()
        match = _STATUS_LINE.fullmatch(line)
        if match is None:
            raise _MalformedError("the status line is malformed")
        status = int(match[2])
        if status == _SWITCHING_PROTOCOLS:
            raise _MalformedError("the answer is 101, though no other protocol was offered")
        return match[1].decode(), status

    def _fields(self, problem: str) -> Generator[None, None, Headers]:
        fields: list[tuple[str, str]] = []
        while line := (yield from self._line()):
            field = _FIELD.fullmatch(line)
            if field is None:
                raise _MalformedError(problem.format(len(fields) + 1))
            fields.append((field[1].decode(), field[2].decode("latin-1").strip(" \t")))
        return tuple(fields)

    def _chunks(self) -> Generator[None]:
        size = -1
        while size:
            match = _CHUNK_SIZE.fullmatch((yield from self._line()))
            if match is None:
                raise _MalformedError("a chunk's size is malformed")
            size = int(match[1], 16)
            if size:
                yield from self._some(size)
                while len(self._unread) < len(_END) and _END.startswith(self._unread):
                    yield
                if not self._unread.startswith(_END):
                    raise _MalformedError("a chunk is longer than its size")
                del self._unread[: len(_END)]
        yield from self._fields("a trailer is malformed")

    def _line(self) -> Generator[None, None, bytes]:
        """Return the next line without its end; one that does not end as it must keeps what is wrong."""
        seen = 0
        while (end := self._unread.find(b"\n", seen)) < 0:
            seen = len(self._unread)
            yield
        line = bytes(self._unread[: end + 1])
        del self._unread[: end + 1]
        return line.removesuffix(_END)

    def _some(self, length: int) -> Generator[None]:
        """Take *length* bytes for the body, as they come."""
        while True:
            part = self._unread[:length]
            self._body += part
            del self._unread[:length]
            length -= len(part)
            if not length:
                return
            yield


def _length(answer: Answer, method: str) -> int:
    """Return how long the body is, or how its end shows (RFC 9112, section 6.3)."""
    lengths = [
        value.strip(" \t")
        for name, values in answer.headers
        if name.lower() == "content-length"
        for value in values.split(",")  # the same number may be given twice
    ]
    codings = [value for name, value in answer.headers if name.lower() == "transfer-encoding"]
    if lengths and codings:
        raise _MalformedError("both Content-Length and Transfer-Encoding are given")
    if codings and answer.version == "HTTP/1.0":
        raise _MalformedError("Transfer-Encoding is given, which HTTP/1.0 does not know")
    if len(set(lengths)) > 1 or not all(re.fullmatch("[0-9]{1,15}", length) for length in lengths):
        raise _MalformedError("Content-Length is not one number")
    if method == "HEAD" or answer.status in {204, 304}:
        return 0
    if codings and [coding.lower() for coding in codings] != ["chunked"]:
        raise _MalformedError("Transfer-Encoding is not chunked")
    if codings:
        return _CHUNKED
    return int(lengths[0]) if lengths else _UNTIL_END
