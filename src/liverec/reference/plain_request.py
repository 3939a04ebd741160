"""A command as most clients send it, all in one piece, read without the parser: a small and strict part of HTTP.

Whatever is in any way out of the ordinary is left to the parser, so that only the parser decides what HTTP allows.
"""

import re
from functools import lru_cache

from liverec.reference.request import Request

MAX_HEAD = 8 * 1024  # far below every bound, so that none needs a look
_VERSION = " HTTP/1.1"
_NAME = re.compile(r"[A-Za-z0-9-]+")
# what changes, beside Connection, how the message or the connection goes on
_SPECIAL = frozenset({"expect", "proxy-connection", "transfer-encoding", "upgrade"})


def plain_request(data: bytes, *, peer: tuple[str, int] | None) -> Request | None:
    """Return the request that *data* is, from its first byte to its last; None if it is not one, or not plain.

    Plain is: HTTP/1.1, a body with its Content-Length, printable ASCII in the head, no header twice, and none that says
    how to go on, but for ``Connection: keep-alive``.
    """
    head, end, body = data.partition(b"\r\n\r\n")
    if not end or len(head) > MAX_HEAD or not head.isascii():
        return None
    first, *lines = head.decode().split("\r\n")
    method, _, target = first.removesuffix(_VERSION).partition(" ")
    if not first.endswith(_VERSION) or " " in target or "#" in target or not first.isprintable():
        return None
    headers: dict[str, str] = {}
    names: list[bytes] = []
    for line in lines:
        spelled, _, value = line.partition(": ")
        name = _lower(spelled)
        if name is None or name in headers or not value or value[0] == " " or value[-1] == " ":
            return None
        headers[name] = value
        names.append(spelled.encode())
    if headers.get("content-length") != str(len(body)) or not "".join(lines).isprintable():
        return None
    if not _SPECIAL.isdisjoint(headers) or headers.get("connection", "keep-alive").lower() != "keep-alive":
        return None
    path, _, query = target.partition("?")
    return Request(
        method=method,
        path=path,
        query=query,
        headers=headers,
        body=body,
        peer=peer,
        names=tuple(names),
        head_size=len(head),
    )


@lru_cache(maxsize=256)
def _lower(name: str) -> str | None:
    """Return the name of a header in lower case; None if it is no name, or an odd one."""
    return name.lower() if _NAME.fullmatch(name) else None
