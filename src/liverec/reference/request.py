"""One HTTP request, read whole and bounded."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from starlette.types import Receive, Scope

MAX_BODY = 12 * 1024 * 1024  # the gateway's limit
MAX_TARGET = 32 * 1024
MAX_HEADER = 32 * 1024
MAX_HEADERS = 128 * 1024
# a body beyond the limit is read to its end up to here, so that its sender gets to see the answer
MAX_DRAINED = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Excess:
    """Which bound a request exceeds, as the gateway says it; ``fatal``: the rest was not read, the connection ends."""

    status: int
    message: str
    fatal: bool = False


@dataclass(slots=True, kw_only=True)  # not frozen: there is one with every command, for a third of the time
class Request:
    """A request as it was sent: ``path`` and ``query`` raw, header names in lower case, equal ones joined by commas.

    ``peer`` is the client's address and port, None within a process. ``names`` has the header names as spelled,
    where the server kept them. ``head_size`` counts at least the bytes of target and headers. With an ``excess`` the
    body is not whole.
    """

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    peer: tuple[str, int] | None = None
    names: tuple[bytes, ...] = ()
    head_size: int = 0
    excess: Excess | None = None


async def read_request(scope: Scope, receive: Receive) -> Request | None:
    """Read the request of an ASGI *scope*; None if its sender went away before the end."""
    raw: list[tuple[bytes, bytes]] = scope["headers"]
    sizes = [len(name) + len(value) for name, value in raw]
    total = sum(sizes)
    headers = _headers(raw)
    path = raw_path(scope)
    target = len(path) + len(scope["query_string"])
    read = await _read_body(headers, receive)
    if read is None:
        return None
    body, excess = read
    client: Any = scope.get("client")
    return Request(
        method=scope["method"],
        path=path.decode("latin-1"),
        query=scope["query_string"].decode("latin-1"),
        headers=headers,
        body=body,
        peer=None if client is None else (client[0], client[1]),
        names=tuple(scope.get("liverec.header_names", ())),
        head_size=target + total,
        excess=_head_excess(target=target, sizes=sizes, total=total) or excess,
    )


def raw_path(scope: Scope) -> bytes:
    """Return the path of an ASGI *scope* as it was sent, or as nearly so as the server kept it."""
    return scope.get("raw_path") or quote(scope["path"]).encode()


def is_command(scope: Scope) -> bool:
    """Return whether an ASGI *scope* has the path of a recording command."""
    return raw_path(scope).endswith(b"/record/control")


def _headers(raw: list[tuple[bytes, bytes]]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for name, value in raw:
        key, text = name.decode("latin-1"), _text(value)
        headers[key] = f"{headers[key]}, {text}" if key in headers else text
    return headers


def _text(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")


def _head_excess(*, target: int, sizes: list[int], total: int) -> Excess | None:
    if target > MAX_TARGET:
        return Excess(status=414, message="Request URI too large.")
    if total > MAX_HEADERS or (total > MAX_HEADER and max(sizes) > MAX_HEADER):
        return Excess(status=494, message="Request headers too large.")
    return None


async def _read_body(headers: Mapping[str, str], receive: Receive) -> tuple[bytes, Excess | None] | None:
    declared = int(headers.get("content-length", "0"))  # digits: the parser has seen to that
    waits = headers.get("expect", "").lower() == "100-continue"
    if declared > MAX_DRAINED or (declared > MAX_BODY and waits):
        return b"", Excess(status=413, message="Request entity too large.", fatal=True)
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        part: bytes = message.get("body", b"")
        size += len(part)
        if size > MAX_DRAINED:
            return b"", Excess(status=413, message="Request entity too large.", fatal=True)
        if size > MAX_BODY:
            parts.clear()
        else:
            parts.append(part)
        if not message.get("more_body", False):
            break
    if size > MAX_BODY:
        return b"", Excess(status=413, message="Request entity too large.")
    return (parts[0] if len(parts) == 1 else b"".join(parts)), None
