"""What every answer must be like, whatever was asked: each check returns what is wrong, or None."""

import re
import zlib
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime

from liverec.client import Exchange
from liverec.clock import NANOSECONDS
from liverec.conformance.ledger import Kind

DAY_S = 86_400
STANDS_STILL_S = 10
_TO_THE_SECOND = {10, 13, 14, 16, 17, 19}  # digits of a time since 1970 or of a date, to the second or finer
# What the gateway in front of the service may say instead of the service.
GATEWAY = frozenset({401, 403, 405, 413, 414, 415, 429, 431, 494})
_FORBIDDEN = 403
_SERVICE_CODES = "LIVE."  # the gateway before the service has codes of its own
# How HTTP refuses a method or a version that a server does not know (RFC 9110, sections 15.6.2 and 15.6.6).
_UNSUPPORTED = frozenset({501, 505})
# Fields that are no lists (RFC 9110, section 8.3; Tables 5, 6 and 8): of two values, which one holds?
_SINGLE = ("Content-Type", "X-request-id")
_GZIP = 16 + zlib.MAX_WBITS  # what zlib calls this coding
_MOST_BYTES = 1024 * 1024
_UUID = re.compile(r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}\Z|[0-9a-fA-F]{32}\Z")
# The id and the host may hold hyphens too: where the first part is a UUID, that says where it ends.
_PARTS = (
    re.compile(r"(?P<id>[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})-(?P<time>[0-9TZ]+)-(?P<host>.*)\Z"),
    re.compile(r"(?P<id>.*?)-(?P<time>[0-9TZ]{8,26})-(?P<host>.*)\Z"),
)
_LONGEST_TIME = 26  # digits
_EPOCHS_S = (0, 11_644_473_600, 62_135_596_800)  # from 1970, from 1601 and from the year 1, as Windows and .NET count


def given_twice(exchange: Exchange) -> str | None:
    """A header that is no list has one value (RFC 9110, section 5.3); the same value again says nothing else."""
    for single in _SINGLE:
        values = [value for name, value in exchange.headers if name.lower() == single.lower()]
        if len(set(values)) > 1:
            return f"{single} is given with different values: {', '.join(map(repr, values[:3]))}"
    return None


def falsely_encoded(exchange: Exchange) -> str | None:
    """A body is in the coding that Content-Encoding names (RFC 9110, section 8.4): whoever goes by it must read it."""
    coding = (exchange.header("Content-Encoding") or "").strip()
    if coding.lower() in {"", "identity"} or exchange.json_object is None:
        return None
    return f"Content-Encoding is {coding!r}, and the body is plain JSON"


def not_decoded(exchange: Exchange) -> str | None:
    """A body in the coding gzip can be decompressed (RFC 9110, section 8.4.1.3)."""
    if (exchange.header("Content-Encoding") or "").strip().lower() not in {"gzip", "x-gzip"} or not exchange.body:
        return None
    try:
        zlib.decompressobj(_GZIP).decompress(exchange.body, _MOST_BYTES)
    except zlib.error as error:
        return f"Content-Encoding is gzip, and the body cannot be decompressed: {error}"
    return None


def repeated_headers(exchange: Exchange) -> list[str]:
    """Return the names, in small letters, of the headers that come with the same value again."""
    times = Counter((name.lower(), value) for name, value in exchange.headers)
    return sorted({name for (name, _), count in times.items() if count > 1})


def no_request_id(exchange: Exchange) -> str | None:
    """Tables 5, 6 and 8: the header X-request-id is there."""
    return None if exchange.request_id else "there is no X-request-id"


def request_id_malformed(exchange: Exchange, pattern: re.Pattern[str]) -> str | None:
    """The value is of the document's form; where one part alone is wrong, that part's own check says so."""
    value = exchange.request_id
    if not value or pattern.fullmatch(value):
        return None
    if _parts(exchange) and (request_id_without_uuid(exchange) or request_id_without_host(exchange)):
        return None
    return f"{value!r} is not of the form request_id-timestamp-hostname ({pattern.pattern})"


def request_id_without_uuid(exchange: Exchange) -> str | None:
    """The first part is a UUID."""
    parts = _parts(exchange)
    if parts is None or _UUID.match(parts["id"]):
        return None
    return f"{parts['id']!r} is no UUID"


def request_id_untimely(exchange: Exchange, now: datetime) -> str | None:
    """The second part is the current time, in whatever unit; a day's difference is a zone, not a fault."""
    parts = _parts(exchange)
    if parts is None or any(abs(moment - now.timestamp()) <= DAY_S for moment in _moments(parts["time"])):
        return None
    return f"{parts['time']!r} is not the current time in any usual unit"


def request_id_without_host(exchange: Exchange) -> str | None:
    """The third part names the server."""
    parts = _parts(exchange)
    return "the host name is empty" if parts is not None and not parts["host"].strip() else None


def request_id_part(exchange: Exchange) -> str | None:
    """Return what identifies the request in its X-request-id: the UUID in it, or else all of it."""
    parts = _parts(exchange)
    return parts["id"].lower() if parts is not None and _UUID.match(parts["id"]) else exchange.request_id


def request_id_stands_still(answers: Sequence[Exchange]) -> tuple[str, Exchange, Exchange] | None:
    """The second part goes on with the time, by our clock; one that is coarser than a second is let off.

    An id that comes again tells the time of its first answer, and is a fault of its own.
    """
    new = {request_id_part(one): one for one in sorted(answers, key=lambda one: one.invoked_ns, reverse=True)}
    times = {exchange.invoked_ns: (parts["time"], exchange) for exchange in new.values() if (parts := _parts(exchange))}
    if not times:
        return None
    (first, one), (last, other) = times[min(times)], times[max(times)]
    seconds = (max(times) - min(times)) / NANOSECONDS
    if seconds < STANDS_STILL_S or {time for time, _ in times.values()} != {first} or len(first) not in _TO_THE_SECOND:
        return None
    return f"it is {last!r} in answers that are {seconds:.0f} s apart", one, other


def timestamp_unit(exchange: Exchange) -> str | None:
    """Return how the time is written, if it can be told."""
    parts = _parts(exchange)
    if parts is None:
        return None
    if not parts["time"].isdigit():
        return "date and time"
    return {10: "seconds", 13: "milliseconds", 14: "date and time", 16: "microseconds", 19: "nanoseconds"}.get(
        len(parts["time"]), "another"
    )


def body_no_object(exchange: Exchange) -> str | None:
    """Tables 7 and 9: the body is a JSON object."""
    return None if exchange.json_object is not None else f"the body is no JSON object: {exchange.body[:120]!r}"


def code_wrong(exchange: Exchange) -> str | None:
    """error_code is a string that is not empty."""
    return _text_wrong(exchange, "error_code", may_be_empty=False)


def message_wrong(exchange: Exchange) -> str | None:
    """error_msg is a string."""
    return _text_wrong(exchange, "error_msg", may_be_empty=True)


def media_type_wrong(exchange: Exchange) -> str | None:
    """The header Content-Type says that the body is JSON."""
    value = exchange.header("Content-Type") or ""
    media_type = value.partition(";")[0].strip().lower()
    if media_type in {"application/json", "text/json"} or media_type.endswith("+json"):
        return None
    return f"Content-Type is {value!r}"


def status_wrong(kind: Kind, exchange: Exchange) -> tuple[str, str] | None:
    """Return which requirement the status breaks, and how; None if it breaks none."""
    status = exchange.status
    unsupported = kind is Kind.OUTSIDE and status in _UNSUPPORTED
    if exchange.error is not None or status is None or status in {200, 400, 404} or unsupported:
        return None
    if status >= 500:
        return "http/no-server-error", f"the answer is {status}"
    if status < 300:
        return ("status/200", f"success is answered {status}, not 200") if kind is Kind.COMMAND else None
    by_gateway = status in GATEWAY and not (
        kind is Kind.COMMAND and status == _FORBIDDEN and (exchange.error_code or "").startswith(_SERVICE_CODES)
    )
    if by_gateway or kind in {Kind.OPEN, Kind.STRANGER, Kind.OUTSIDE}:
        return None
    if kind is Kind.INVALID:
        return "status/400", f"an invalid request is answered {status}, not 400"
    return "status/documented", f"the answer {status} is not among 200, 400 and 404"


def _parts(exchange: Exchange) -> dict[str, str] | None:
    for form in _PARTS:
        found = form.match(exchange.request_id or "")
        if found is not None:
            return found.groupdict()
    return None


def _moments(text: str) -> list[float]:
    """Read a time in every unit that fits; seconds since 1970."""
    found: list[float] = []
    if text.isdigit() and len(text) <= _LONGEST_TIME:
        found += [int(text) / 10**power - epoch for power in range(10) for epoch in _EPOCHS_S]
    digits = "".join(filter(str.isdigit, text))
    with suppress(ValueError):
        found.append(datetime.strptime(digits[:14], "%Y%m%d%H%M%S").replace(tzinfo=UTC).timestamp())
    return found


def _text_wrong(exchange: Exchange, name: str, *, may_be_empty: bool) -> str | None:
    body = exchange.json_object
    if body is None:
        return None
    value = body.get(name)
    if isinstance(value, str) and (value or may_be_empty):
        return None
    asked = "a string" if may_be_empty else "a string that is not empty"
    return f"{name} is {value!r}, not {asked}" if name in body else f"{name} is missing"
