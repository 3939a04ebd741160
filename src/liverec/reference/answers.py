"""What the reference server says: every answer, as bytes and headers."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from http import HTTPStatus
from typing import Any

from liverec.document import Document
from liverec.reference.dialect import Dialect
from liverec.reference.identity import RequestIds
from liverec.reference.recorder import Decision

_EXISTS = ("LIVE.100011022", "LIVE.Record task exist.")
_EXISTING = frozenset({Decision.RECORDING, Decision.TOO_SOON})
_MEDIA_TYPE = ("LIVE.100011012", "Unsupported media type.")
_COMPACT = json.JSONEncoder(separators=(",", ":"))
_JSON = (b"Content-Type", b"application/json")
# the page's format of the id is for these; the gateway sends 32 hexadecimal digits with the others
_PAGE_STATUSES = frozenset({200, 400, 404})
_PHRASES: Mapping[int, str] = {status.value: status.phrase for status in HTTPStatus} | {
    494: "Request Header Fields Too Large"
}


class HeaderName(bytes):
    """A header name that stays as spelled: uvicorn sends ``name.lower()``, and a vendor SDK looks for X-Request-Id."""

    __slots__ = ()

    def lower(self) -> "HeaderName":
        """Return the name itself."""
        return self


_REQUEST_ID = HeaderName(b"X-Request-Id")


@dataclass(slots=True, kw_only=True)  # not frozen: as a Request
class Answer:
    """One answer; ``headers`` has all of them but Date and Connection. ``closes``: the connection ends with it."""

    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes = b""
    request_id: str | None = None
    error_code: str | None = None
    closes: bool = False

    def to_bytes(self) -> bytes:
        """Return the whole message, for where no server writes it; the connection ends with it."""
        lines = [f"HTTP/1.1 {self.status} {_PHRASES.get(self.status, '')}".encode()]
        lines += [name + b": " + value for name, value in self.headers]
        return b"\r\n".join([*lines, b"Connection: close", b"", self.body])


class Answers:
    """Makes the answers; codes and messages of 400 and 404 are those of the document's examples.

    A fault overrides one of the methods that begin with an underscore, or a public one.
    """

    def __init__(self, *, document: Document, dialect: Dialect, request_ids: RequestIds) -> None:
        self.dialect = dialect
        self.request_ids = request_ids
        self.examples = {
            status: (example["error_code"], example["error_msg"]) for status, example in document.error_examples.items()
        }
        statuses = {
            Decision.UNKNOWN: int(dialect.unknown_status),
            Decision.OTHER_RULE: int(dialect.other_rule_status),
            Decision.UNPUSHED: int(dialect.unpushed_status),
            Decision.RECORDING: int(dialect.start_while_recording_status),
            Decision.TOO_SOON: int(dialect.too_soon_status),
            Decision.IDLE: int(dialect.stop_while_idle_status),
        }
        self._refusals = {
            decision: (status, *(_EXISTS if status == 400 and decision in _EXISTING else self.examples[status]))
            for decision, status in statuses.items()
        }

    def decided(self, decision: Decision) -> Answer:
        """Answer a command that the rules have judged."""
        refusal = self._refusals.get(decision)
        return self._accepted() if refusal is None else self._refused(*refusal)

    def invalid(self, problem: str) -> Answer:
        """Answer a request that holds no command: 400, *problem* behind the page's message."""
        code, message = self.examples[400]
        return self._refused(400, code, f"{message}: {problem}")

    def unsupported(self, problem: str) -> Answer:
        """Answer a body of another content type: by the provider's error table a 400, not a 415."""
        code, message = _MEDIA_TYPE
        return self._refused(400, code, f"{message} {problem}")

    def denied(self, status: int, code: str, message: str) -> Answer:
        """Answer in the service's name what never reached the rules."""
        return self._refused(status, code, message)

    def gateway(self, status: int, code: str, message: str, *, closes: bool = False) -> Answer:
        """Answer in the gateway's name: three fields, in its order."""
        request_id = self._request_id()
        short = request_id[:36].replace("-", "")
        body = {"error_msg": message, "error_code": code, "request_id": short}
        shown = request_id if status in _PAGE_STATUSES else short
        return self._json(status, body, request_id=shown, error_code=code, closes=closes)

    def _accepted(self) -> Answer:
        request_id = self._request_id()
        if self.dialect.ok_body == "object":
            return self._json(200, {}, request_id=request_id)
        headers = ((_REQUEST_ID, request_id.encode()), (b"Content-Length", b"0"))
        return Answer(status=200, headers=headers, request_id=request_id)

    def _refused(self, status: int, code: str, message: str) -> Answer:
        body = {"error_code": code, "error_msg": message}
        return self._json(status, body, request_id=self._request_id(), error_code=code)

    def _request_id(self) -> str:
        return self.request_ids.new()

    def _json(
        self,
        status: int,
        body: Mapping[str, Any],
        *,
        request_id: str,
        error_code: str | None = None,
        closes: bool = False,
    ) -> Answer:
        text, length = _text(tuple(body.items()))
        headers = (_JSON, (_REQUEST_ID, request_id.encode()), length)
        return Answer(
            status=status, headers=headers, body=text, request_id=request_id, error_code=error_code, closes=closes
        )


@lru_cache(maxsize=256)
def _text(fields: tuple[tuple[str, Any], ...]) -> tuple[bytes, tuple[bytes, bytes]]:
    """Most answers are said again and again."""
    text = _COMPACT.encode(dict(fields)).encode()
    return text, (b"Content-Length", str(len(text)).encode())


def plain_json(status: int, body: Any, *headers: tuple[bytes, bytes]) -> Answer:
    """Answer with *body* as JSON, without a request id: what is not part of the API."""
    return content(status, json.dumps(body).encode(), "application/json", *headers)


def content(status: int, body: bytes, media_type: str, *headers: tuple[bytes, bytes]) -> Answer:
    """Answer with *body* as it is."""
    length = (b"Content-Length", str(len(body)).encode())
    own = (b"Content-Type", media_type.encode())
    return Answer(status=status, headers=(own, length, *headers), body=body)


# as uvicorn answers for an application that crashes
CRASHED = replace(content(500, b"Internal Server Error", "text/plain; charset=utf-8"), closes=True)
