"""One request and its answer, as seen from here."""

import json
import re
import shlex
from dataclasses import dataclass, field, replace
from typing import Any, cast

from liverec.client.overdue import OverdueAnswer
from liverec.client.redaction import Headers, Secrets

SHOWN_BODY = 64 * 1024  # bytes of a body that enter a report
_CURL_BODY = 4 * 1024
_SET_BY_CURL = {"host", "content-length", "user-agent", "accept", "connection", "transfer-encoding"}
_LONGEST_ID = 1024
_SHOWN_HEADERS = 100
_REQUEST_TIMEOUT = 408
_VARIABLE = re.compile(r"\$[A-Z_]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """Everything that was sent and seen; headers in the order and letter case of the wire, times in nanoseconds.

    ``status`` None: no status line arrived. ``error`` says what broke off, beginning with one of ``timeout``,
    ``disconnected``, ``malformed``, ``unreachable``, ``too large``. With an error, a status proves nothing.
    ``reused``: the connection had served before; a server may close such a one at any time, so that ``disconnected`` is
    no breach then. ``refusals``: how often its connection was refused before. ``version`` is the answer's, HTTP/1.1 or
    HTTP/1.0. ``process`` and ``index`` say where the history has it, if it does. ``overdue``: nothing came in time, and
    it is still being waited for.
    """

    method: str
    url: str
    request_headers: Headers = field(repr=False)  # may hold secrets
    request_body: bytes = field(repr=False)
    invoked_ns: int
    completed_ns: int
    status: int | None = None
    version: str = ""
    headers: Headers = field(default=(), repr=False)
    body: bytes = field(default=b"", repr=False)
    error: str | None = None
    reused: bool = False
    refusals: int = 0
    process: int | None = None
    index: int | None = None
    together: int = 1  # how many requests left at the same moment
    is_raw: bool = False  # sent byte for byte, perhaps no request at all
    overdue: OverdueAnswer | None = field(default=None, repr=False, compare=False)
    secrets: Secrets = field(repr=False, compare=False)

    def header(self, name: str) -> str | None:
        """Return the first header of the answer called *name*, in any letter case."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)

    @property
    def request_id(self) -> str | None:
        """The id that the server gave to this request (Tables 5, 6 and 8)."""
        value = self.header("X-request-id")
        return value[:_LONGEST_ID] if value is not None else None

    @property
    def error_code(self) -> str | None:
        """The error code of the answer's body (Tables 7 and 9), if there is one and it is a string."""
        found = (self.json_object or {}).get("error_code")
        return found[:_LONGEST_ID].encode("utf-8", "replace").decode() if isinstance(found, str) else None

    @property
    def json_object(self) -> dict[str, Any] | None:
        """The answer's body, if it is a JSON object by the grammar of RFC 8259: lone surrogates may be escaped."""
        try:
            found = json.loads(self.body.decode(), parse_constant=_refuse, parse_int=float)
        except (ValueError, RecursionError):
            return None
        return cast("dict[str, Any]", found) if isinstance(found, dict) else None

    @property
    def is_chunked(self) -> bool:
        """Whether the request's body was sent in chunks."""
        return any(name.lower() == "transfer-encoding" for name, _ in self.request_headers)

    @property
    def size(self) -> int:
        """How many bytes and letters of it are kept."""
        headers = sum(len(name) + len(value) for name, value in (*self.request_headers, *self.headers))
        return len(self.request_body) + len(self.body) + headers

    def as_json(self) -> dict[str, Any]:
        """Return this as evidence for a report: bounded, and without secrets."""
        return {
            "kind": "exchange",
            "method": self.method,
            "url": self.secrets.mask(self.url),
            "request_headers": [list(pair) for pair in self.secrets.headers(self.request_headers)],
            "request_body": self._shown(self.request_body),
            "status": self.status,
            "headers": [
                [name[:_LONGEST_ID], value[:_LONGEST_ID]]
                for name, value in self.secrets.headers(self.headers[:_SHOWN_HEADERS])
            ],
            "body": self._shown(self.body),
            "error": self.secrets.mask(self.error) if self.error is not None else None,
            "invoked_ns": self.invoked_ns,
            "completed_ns": self.completed_ns,
            "reused_connection": self.reused,
            "refused_connections": self.refusals,
            "process": self.process,
            "index": self.index,
            "curl": self.curl,
        }

    @property
    def curl(self) -> str:
        """A command that sends the same request again, the shell's variables standing for secrets; "" if none can."""
        if self.is_raw:
            return ""
        masked = self.secrets.headers(self.request_headers)
        words = ["curl", "-sS", "-i", "--path-as-is", "-g", "-X", shlex.quote(self.method)]
        words.append(shlex.quote(self.secrets.mask(self.url)))
        for name, value in masked:
            if name.lower() not in _SET_BY_CURL:
                words += ["-H", _header_word(name, value)]
        body = self.request_body
        if body:
            untyped = all(name.lower() != "content-type" for name, _ in masked)
            words += ["-H", "'Content-Type:'"] if untyped else []  # curl would add one
            words += (
                ["--data-raw", _body_word(body, self.secrets)]
                if len(body) <= _CURL_BODY
                else ["--data-binary", "@body"]
            )
        return " ".join(words)

    def _shown(self, body: bytes) -> str:
        text = self.secrets.mask(body.decode("utf-8", "backslashreplace"))
        if len(text) <= SHOWN_BODY:
            return text
        return f"{text[:SHOWN_BODY]} [... {len(body)} bytes in all]"


def as_idle(exchange: Exchange) -> Exchange:
    """Return *exchange*; a 408 on a connection that served before was no answer to it, but ended an idle connection.

    (RFC 9110, section 15.5.9: the request may have been on its way.)
    """
    if not exchange.reused or exchange.status != _REQUEST_TIMEOUT or exchange.error is not None:
        return exchange
    return replace(exchange, error="disconnected: the server closed an idle connection with a 408")


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is no JSON")


def _header_word(name: str, value: str) -> str:
    if name.lower() == "authorization" and "$" in value:
        # A signature holds for fifteen minutes and this very request: it has to be made anew.
        return f'"{name}: $AUTHORIZATION"'
    if _VARIABLE.fullmatch(value):
        return f'"{name}: {value}"'
    return shlex.quote(f"{name}: {value}" if value else f"{name};")


def _body_word(body: bytes, secrets: Secrets) -> str:
    try:
        encoding = "utf-8"
        text = secrets.mask(body.decode(encoding))
    except UnicodeDecodeError:
        encoding = "latin-1"
        text = secrets.mask(body.decode(encoding))
    if encoding == "utf-8" and text.isprintable():
        return shlex.quote(text)
    return "$'" + "".join(f"\\x{byte:02x}" for byte in text.encode(encoding)) + "'"
