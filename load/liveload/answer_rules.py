"""What one answer breaks by itself, whatever went before; nearly every answer is told to be right at a glance.

The glance only ever says "right". Whatever is not is read by the very functions that ``liverec verify`` judges with.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import msgspec

from liveload.reply import Reply
from liverec.client import Exchange
from liverec.client.redaction import Secrets
from liverec.conformance import answers
from liverec.conformance.ledger import GATEWAY_CODES, Kind
from liverec.document import Document
from liverec.profile import Credentials

_REQUEST_ID = b"x-request-id"
_CONTENT_TYPE = b"content-type"


class _ErrorBody(msgspec.Struct):
    error_code: str
    error_msg: str


_error_body = msgspec.json.Decoder(_ErrorBody)
_no_secrets = Secrets(Credentials())


def _now() -> datetime:
    return datetime.now(UTC)


class AnswerRules:
    """The rules that one answer can break, read from *document*; *utc* tells the time of the day."""

    def __init__(self, document: Document, *, utc: Callable[[], datetime] = _now) -> None:
        self._pattern = document.request_id_pattern
        self._statuses = frozenset(document.statuses)
        self._utc = utc

    def breaks(self, reply: Reply, kind: Kind = Kind.COMMAND) -> tuple[str, ...]:
        """Return the ids of the requirements that *reply*, to a request of this *kind*, breaks by itself."""
        status = reply.status
        if status == 200 or status == 400 or status == 404:  # noqa: PLR1714  # half the time of a set
            request_id = reply.headers.get(_REQUEST_ID)
            if (
                request_id is not None
                and self._pattern.fullmatch(request_id.decode("latin-1"))
                and (status == 200 or _is_right(reply))
                and not reply.excess
            ):
                return ()
        return self._looked_at_closely(reply, kind)

    def _looked_at_closely(self, reply: Reply, kind: Kind) -> tuple[str, ...]:
        broken: list[str] = []
        if reply.excess or (reply.error or "").startswith("malformed"):
            broken.append("http/well-formed")
        if reply.unanswered:
            broken.append("http/answered")
        if reply.status is not None:
            exchange = _exchange(reply)
            found = answers.status_wrong(kind, exchange)
            broken += [found[0]] if found else []
            of_the_gateway = kind in {Kind.STRANGER, Kind.OUTSIDE} or (exchange.error_code or "").startswith(
                GATEWAY_CODES
            )
            if reply.status in self._statuses and not of_the_gateway:
                broken += self._broken_headers(exchange)
                broken += _broken_body(exchange) if reply.status != 200 else []
        return tuple(broken)

    def _broken_headers(self, exchange: Exchange) -> list[str]:
        checks: dict[str, Any] = {
            f"request-id/present-{exchange.status}": answers.no_request_id(exchange),
            "request-id/format": answers.request_id_malformed(exchange, self._pattern),
            "request-id/uuid": answers.request_id_without_uuid(exchange),
            "request-id/timestamp": answers.request_id_untimely(exchange, self._utc()),
            "request-id/hostname": answers.request_id_without_host(exchange),
        }
        return [requirement for requirement, wrong in checks.items() if wrong]


def error_code_of(reply: Reply) -> str | None:
    """Return the error code of the answer's body (Tables 7 and 9), if there is one and it is a string."""
    if not reply.body:
        return None
    try:
        return _error_body.decode(reply.body).error_code
    except (ValueError, RecursionError):
        return _exchange(reply).error_code


def request_id_of(reply: Reply) -> str | None:
    """Return the id that the server gave to the request (Tables 5, 6 and 8)."""
    value = reply.headers.get(_REQUEST_ID)
    return None if value is None else value.decode("latin-1")


def _is_right(reply: Reply) -> bool:
    if reply.headers.get(_CONTENT_TYPE) != b"application/json":
        return False
    try:
        body = _error_body.decode(reply.body)
    except (ValueError, RecursionError):
        return False
    return bool(body.error_code and body.error_msg)


def _broken_body(exchange: Exchange) -> list[str]:
    checks = {
        "error-body/object": answers.body_no_object(exchange),
        "error-body/code": answers.code_wrong(exchange),
        "error-body/message": answers.message_wrong(exchange),
        "error-body/content-type": answers.media_type_wrong(exchange),
    }
    return [requirement for requirement, wrong in checks.items() if wrong]


def _exchange(reply: Reply) -> Exchange:
    return Exchange(
        method="POST",
        url="",
        request_headers=(),
        request_body=b"",
        invoked_ns=0,
        completed_ns=0,
        status=reply.status,
        headers=tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in reply.headers.items()),
        body=reply.body,
        error=reply.error,
        secrets=_no_secrets,
    )
