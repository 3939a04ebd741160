"""What was asked and what was answered: a bounded record, free of secrets."""

import hashlib
import re
from collections import deque
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from typing import Any, NamedTuple

from liverec.reference.answers import Answer
from liverec.reference.command import Command
from liverec.reference.request import Request

CAPACITY = 10_000
MAX_HEAD_KEPT = 8 * 1024
MAX_BODY_KEPT = 1024

_SECRET = frozenset({"x-auth-token", "x-security-token", "x-reference-key", "cookie", "proxy-authorization"})
_SIGNATURE = re.compile(r"(SDK-HMAC-SHA256 Access=[^,\s]+, ?SignedHeaders=[^,\s]+, ?Signature=)([0-9a-fA-F]{64})")


class Entry(NamedTuple):
    """One request and its answer, None if none was given; ``clock_ns`` is the recorder's clock, ``wall_ns`` since 1970.

    It holds secrets: nothing of it is shown but through ``redacted_headers``.
    """

    number: int
    clock_ns: int
    wall_ns: int
    request: Request
    answer: Answer | None
    command: Command | None
    outcome: str | None


class Journal:
    """The last CAPACITY requests to the service (not to the control plane), numbered from 1."""

    def __init__(self) -> None:
        self._entries: deque[Entry] = deque(maxlen=CAPACITY)
        self._numbers = count(1)
        self.forgotten = 0  # entries that newer ones have pushed out

    def record(
        self,
        request: Request,
        answer: Answer | None,
        *,
        clock_ns: int,
        wall_ns: int,
        command: Command | None = None,
        outcome: str | None = None,
    ) -> None:
        """Add a request with what was answered; ``outcome`` is what the rules or the gateway said."""
        if len(request.body) > MAX_BODY_KEPT or request.head_size > MAX_HEAD_KEPT:
            request = _shortened(request)
        if len(self._entries) == self._entries.maxlen:
            self.forgotten += 1
        self._entries.append(Entry(next(self._numbers), clock_ns, wall_ns, request, answer, command, outcome))

    def lose_answer(self) -> None:
        """Note that the answer to the latest request has not left."""
        self._entries[-1] = self._entries[-1]._replace(answer=None)

    def clear(self) -> None:
        """Forget all entries; numbers go on."""
        self._entries.clear()
        self.forgotten = 0

    def kept(self) -> tuple[Entry, ...]:
        """Return the entries as they are, oldest first, for programs in this process; they hold secrets."""
        return tuple(self._entries)

    def entries(self, *, after: int = 0) -> list[dict[str, Any]]:
        """Return the entries numbered above *after*, oldest first, ready for JSON, secrets redacted."""
        return [_as_json(entry) for entry in tuple(self._entries) if entry.number > after]


def _as_json(entry: Entry) -> dict[str, Any]:
    request, answer, command = entry.request, entry.answer, entry.command
    target = f"{request.path}?{request.query}" if request.query else request.path
    return {
        "number": entry.number,
        "clock_ns": entry.clock_ns,
        "time": datetime.fromtimestamp(entry.wall_ns / 1e9, UTC).isoformat(timespec="milliseconds"),
        "connection": None if request.peer is None else f"{request.peer[0]}:{request.peer[1]}",
        "request_line": f"{request.method} {target} HTTP/1.1",
        "headers": [[name, value] for name, value in redacted_headers(request).items()],
        # elsewhere (the token endpoint, or a mistaken path) a body may hold a password
        "body": request.body.decode("utf-8", "replace") if request.path.endswith("/record/control") else None,
        "action": None if command is None else command.action,
        "stream": None if command is None else list(command.stream),
        "outcome": entry.outcome,
        "status": None if answer is None else answer.status,
        "error_code": None if answer is None else answer.error_code,
        "request_id": None if answer is None else answer.request_id,
    }


def redacted_headers(request: Request) -> dict[str, str]:
    """Return the headers as they were spelled, without secrets."""
    spelled = {name.lower().decode("latin-1"): name.decode("latin-1") for name in request.names}
    return {spelled.get(name, name): _redacted(name, value) for name, value in request.headers.items()}


def _redacted(name: str, value: str) -> str:
    if name == "authorization":
        return _without_signature(value)
    return "<redacted>" if name in _SECRET else value


def _without_signature(value: str) -> str:
    """Keep who signed and over what; of the signature only a hash, so that a repeated one shows."""
    match = _SIGNATURE.fullmatch(value)
    if match is None:
        return "<redacted>"
    return f"{match[1]}<sha256:{hashlib.sha256(match[2].encode()).hexdigest()[:16]}>"


def _shortened(request: Request) -> Request:
    """Drop what is too long: a header whole or not at all, lest half a secret escape its redaction."""
    kept: dict[str, str] = {}
    size = 0
    for name, value in request.headers.items():
        if size + len(name) + len(value) <= MAX_HEAD_KEPT:
            size += len(name) + len(value)
            kept[name] = value
    return replace(
        request,
        path=request.path[:MAX_HEAD_KEPT],
        query=request.query[:MAX_HEAD_KEPT],
        headers=kept,
        names=tuple(name for name in request.names if name.lower().decode("latin-1") in kept),
        body=request.body[:MAX_BODY_KEPT],
    )
