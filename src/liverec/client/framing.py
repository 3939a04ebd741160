"""Where an answer ends, and whether it is well formed (RFC 9112); strict, because it is what is being judged."""

import re
from dataclasses import dataclass

from liverec.client.redaction import Headers

_STATUS_LINE = re.compile(rb"HTTP/1\.[01] ([1-5][0-9]{2}) [\t\x20-\x7e\x80-\xff]*")
_FIELD = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):([\t\x20-\x7e\x80-\xff]*)")
_CHUNK_SIZE = re.compile(rb"([0-9A-Fa-f]{1,15})[ \t]*(?:;[\t\x20-\x7e\x80-\xff]*)?")


class _MalformedError(Exception):
    """The bytes are no answer; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a server sent after one request.

    ``complete``: the framing says that all of it is there. ``excess``: bytes after its end, which nobody asked for.
    ``problem``: what is wrong with the message; None if nothing is (so far).
    """

    status: int | None = None
    headers: Headers = ()
    body: bytes = b""
    complete: bool = False
    excess: bytes = b""
    problem: str | None = None


def read_answer(data: bytes, *, method: str, closed: bool) -> Answer:
    """Read the final answer to a request of *method* from *data*; interim answers (1xx) are passed over.

    *closed*: no more will come. ``problem`` is then also set if the answer broke off.
    """
    try:
        answer = _read(data, method, closed=closed)
    except _MalformedError as error:
        return Answer(problem=str(error))
    if closed and not answer.complete and answer.problem is None:
        broke_off = "the connection was closed without an answer" if not data else "the answer broke off"
        return Answer(status=answer.status, headers=answer.headers, body=answer.body, problem=broke_off)
    return answer


def _read(data: bytes, method: str, *, closed: bool) -> Answer:
    status = 100
    headers: Headers = ()
    rest = data
    while status < 200:
        head, ended, following = rest.partition(b"\r\n\r\n")
        if not ended:
            _check_beginning(rest)
            return Answer()
        status, headers = _head(head)
        rest = following
    try:
        body, excess = _body(rest, status, method, headers, closed=closed)
    except _MalformedError as error:
        return Answer(status=status, headers=headers, problem=str(error))
    if excess is None:
        return Answer(status=status, headers=headers, body=body)
    return Answer(status=status, headers=headers, body=body, complete=True, excess=excess)


def _check_beginning(data: bytes) -> None:
    line, ended, _ = data.partition(b"\n")
    if ended and not (line.endswith(b"\r") and _STATUS_LINE.fullmatch(line[:-1])):
        raise _MalformedError("the status line is malformed")
    if not b"HTTP/1.".startswith(data[:7]):
        raise _MalformedError("what was sent does not begin with HTTP/1.")


def _head(head: bytes) -> tuple[int, Headers]:
    status_line, *lines = head.split(b"\r\n")
    match = _STATUS_LINE.fullmatch(status_line)
    if match is None:
        raise _MalformedError("the status line is malformed")
    fields = [_FIELD.fullmatch(line) for line in lines]
    if not all(fields):
        raise _MalformedError(f"header line {fields.index(None) + 1} is malformed")
    return int(match[1]), tuple((one[1].decode(), one[2].decode("latin-1").strip(" \t")) for one in fields if one)


def _body(rest: bytes, status: int, method: str, headers: Headers, *, closed: bool) -> tuple[bytes, bytes | None]:
    """Return the body, and what follows it; None if the body is not complete."""
    lengths = [value for name, value in headers if name.lower() == "content-length"]
    codings = [value for name, value in headers if name.lower() == "transfer-encoding"]
    if lengths and codings:
        raise _MalformedError("both Content-Length and Transfer-Encoding are given")
    if len(set(lengths)) > 1 or not all(re.fullmatch("[0-9]{1,15}", length) for length in lengths):
        raise _MalformedError("Content-Length is not one number")
    if method == "HEAD" or status in {204, 304}:
        return b"", rest
    if codings:
        if [coding.lower() for coding in codings] != ["chunked"]:
            raise _MalformedError("Transfer-Encoding is not chunked")
        return _chunks(rest)
    if lengths:
        length = int(lengths[0])
        return rest[:length], rest[length:] if len(rest) >= length else None
    return rest, b"" if closed else None


def _chunks(rest: bytes) -> tuple[bytes, bytes | None]:
    body = bytearray()
    position = 0
    while (end := rest.find(b"\r\n", position)) >= 0:
        size_line = _CHUNK_SIZE.fullmatch(rest, position, end)
        if size_line is None:
            raise _MalformedError("a chunk's size is malformed")
        size = int(size_line[1], 16)
        if size == 0:
            return bytes(body), _after_trailers(rest, end)
        position = end + 2 + size
        body += rest[end + 2 : position]
        if rest[position : position + 2] != b"\r\n"[: max(0, len(rest) - position)]:
            raise _MalformedError("a chunk is longer than its size")
        position += 2
    return bytes(body), None


def _after_trailers(rest: bytes, end: int) -> bytes | None:
    while (following := rest.find(b"\r\n", end + 2)) >= 0:
        if following == end + 2:
            return rest[following + 2 :]
        if not _FIELD.fullmatch(rest, end + 2, following):
            raise _MalformedError("a trailer is malformed")
        end = following
    return None
