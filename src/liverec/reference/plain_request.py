"""A command as most clients send it, all in one piece, read without the parser: a small and strict part of HTTP.

Whatever is in any way out of the ordinary is left to the parser, so that only the parser decides what HTTP allows.
"""

import re
from functools import lru_cache
from typing import NamedTuple

from liverec.reference.request import Request

MAX_HEAD = 8 * 1024  # far below every bound, so that none needs a look
_VERSION = " HTTP/1.1"
_NAME = re.compile(r"[A-Za-z0-9-]+")
_LENGTH = re.compile(r"0|[1-9][0-9]{0,11}")
# all that differs between the heads of one client's commands, which are therefore read once and looked up
_SIGNATURE = b"Signature="
_DIGITS = 64
# what changes, beside Connection, how the message or the connection goes on
_SPECIAL = frozenset({"expect", "proxy-connection", "transfer-encoding", "upgrade"})


class _Line(NamedTuple):
    """The first line of a request."""

    method: str
    path: str
    query: str


class _Fields(NamedTuple):
    """The headers of a request; of the one that is ``signed`` the value goes round a signature."""

    headers: dict[str, str]
    names: tuple[bytes, ...]
    length: int
    signed: str | None = None
    around: tuple[str, str] = ("", "")


def plain_request(data: bytes, *, peer: tuple[str, int] | None) -> Request | None:
    """Return the request that *data* is, from its first byte to its last; None if it is not one, or not plain.

    Plain is: HTTP/1.1, a body with its Content-Length, printable ASCII in the head, no header twice, and none that says
    how to go on, but for ``Connection: keep-alive``.
    """
    head, end, body = data.partition(b"\r\n\r\n")
    if not end or len(head) > MAX_HEAD:
        return None
    first, _, rest = head.partition(b"\r\n")
    before, _, after = rest.partition(_SIGNATURE)
    signature = after[:_DIGITS]
    if signature.isalnum() and len(signature) == _DIGITS:
        fields = _fields(before, after[_DIGITS:])
    else:
        fields = _fields(rest, None)
    line = _line(first)
    if line is None or fields is None or fields.length != len(body):
        return None
    headers = fields.headers
    if fields.signed is not None:
        opening, ending = fields.around
        headers = {**headers, fields.signed: f"{opening}{signature.decode()}{ending}"}
    return Request(
        method=line.method,
        path=line.path,
        query=line.query,
        headers=headers,
        body=body,
        peer=peer,
        names=fields.names,
        head_size=len(head),
    )


@lru_cache(maxsize=64)
def _line(line: bytes) -> _Line | None:
    """Read the first line; None if it is not plain."""
    text = line.decode("latin-1")
    method, _, target = text.removesuffix(_VERSION).partition(" ")
    if not text.endswith(_VERSION) or " " in target or "#" in target or not (text.isascii() and text.isprintable()):
        return None
    path, _, query = target.partition("?")
    return _Line(method, path, query)


@lru_cache(maxsize=256)
def _fields(before: bytes, after: bytes | None) -> _Fields | None:
    """Read the other lines, *before* and *after* a signature if there is one; None if they are not plain."""
    text = before.decode("latin-1")
    if after is not None:
        text = f"{text}{_SIGNATURE.decode()}{'0' * _DIGITS}{after.decode('latin-1')}"
    lines = text.split("\r\n")
    if not (text.isascii() and "".join(lines).isprintable()):
        return None
    headers: dict[str, str] = {}
    names: list[bytes] = []
    for line in lines:
        spelled, _, value = line.partition(": ")
        name = spelled.lower()
        if not _NAME.fullmatch(spelled) or name in headers or not value or value[0] == " " or value[-1] == " ":
            return None
        headers[name] = value
        names.append(spelled.encode())
    length = headers.get("content-length", "")
    if not _LENGTH.fullmatch(length):
        return None
    if not _SPECIAL.isdisjoint(headers) or headers.get("connection", "keep-alive").lower() != "keep-alive":
        return None
    fields = _Fields(headers, tuple(names), int(length))
    if after is None:
        return fields
    signed = [*headers][before.count(b"\r\n")]
    opening, mark, ending = headers[signed].partition(_SIGNATURE.decode())
    return fields._replace(signed=signed, around=(opening + mark, ending[_DIGITS:]))
