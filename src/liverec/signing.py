"""SDK-HMAC-SHA256: how a request is signed with an access key and its secret, and how a signature is recomputed.

The page names the headers (Table 3: Authorization, X-Sdk-Date, X-Project-Id); the algorithm is the provider's
"Signing algorithm" guide. Where the two differ in what they leave open, this follows the official Python SDK.
"""

import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from urllib.parse import quote, unquote_to_bytes

ALGORITHM = "SDK-HMAC-SHA256"
MAX_SKEW = timedelta(minutes=15)
UNSIGNED_PAYLOAD = "UNSIGNED-PAYLOAD"

_DATE_HEADER = "x-sdk-date"
_CONTENT_HEADER = "x-sdk-content-sha256"
_DATE_FORMAT = "%Y%m%dT%H%M%SZ"
_DATE = re.compile(r"[0-9]{8}T[0-9]{6}Z")
_LONGEST_AUTHORIZATION = 8192
_AUTHORIZATION = re.compile(
    ALGORITHM + r" Access=(?P<access_key>[^\s,]+), *"
    r"SignedHeaders=(?P<names>[A-Za-z0-9!#$%&'*+.^_`|~;-]+), *"
    r"Signature=(?P<signature>[0-9a-f]{64})"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorization:
    """What an Authorization header claims; header names in lower case, the signature as 64 hexadecimal digits."""

    access_key: str
    signed_headers: tuple[str, ...]
    signature: str


def parse_authorization(value: str) -> Authorization | None:
    """Read the value of an Authorization header; None if it is not of this algorithm's form."""
    if len(value) > _LONGEST_AUTHORIZATION:
        return None
    match = _AUTHORIZATION.fullmatch(value.strip())
    if match is None:
        return None
    access_key, names, signature = match.groups()
    signed_headers = _names(names)
    if not all(signed_headers):
        return None
    return Authorization(access_key=access_key, signed_headers=signed_headers, signature=signature)


def format_date(moment: datetime) -> str:
    """Write *moment* (aware) as X-Sdk-Date wants it: ``YYYYMMDDTHHMMSSZ``, UTC."""
    return moment.astimezone(UTC).strftime(_DATE_FORMAT)


def parse_date(text: str) -> datetime | None:
    """Read an X-Sdk-Date; None if it is not of the form or names no moment."""
    return _moment(text) if _DATE.fullmatch(text) else None


def sign(
    *,
    method: str,
    path: str,
    query: str,
    headers: Mapping[str, str],
    body: bytes,
    access_key: str,
    secret_key: str,
    signed: Sequence[str] | None = None,
) -> str:
    """Return the value of Authorization for a request.

    *path* and *query* are taken as they are sent. *signed* names the headers to cover; by default all of *headers*.

    Raises:
        ValueError: *headers* lacks X-Sdk-Date, which every signature contains.
    """
    present = {name.lower() for name in headers}
    if _DATE_HEADER not in present:
        raise ValueError("X-Sdk-Date is missing: no signature can be made without it")
    names = sorted({name.lower() for name in signed} if signed is not None else present - {"authorization"})
    signature = expected_signature(
        method=method,
        path=path,
        query=query,
        headers=headers,
        body=body,
        secret_key=secret_key,
        signed_headers=names,
    )
    return f"{ALGORITHM} Access={access_key}, SignedHeaders={';'.join(names)}, Signature={signature}"


def expected_signature(
    *,
    method: str,
    path: str,
    query: str,
    headers: Mapping[str, str],
    body: bytes,
    secret_key: str,
    signed_headers: Sequence[str],
) -> str:
    """Return the signature, in hexadecimal, that the holder of *secret_key* makes over exactly *signed_headers*.

    A header that is named but absent counts as empty. Compare with ``hmac.compare_digest``.
    """
    values = _lower_case(headers)
    canonical = canonical_request(
        method=method, path=path, query=query, headers=values, body=body, signed_headers=signed_headers
    )
    return signature_of(canonical, date=values.get(_DATE_HEADER, "").strip(), secret_key=secret_key)


def signature_of(canonical: str, *, date: str, secret_key: str) -> str:
    """Return the signature, in hexadecimal, over a canonical request; *date* is the value of its X-Sdk-Date."""
    text = f"{ALGORITHM}\n{date}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    return hmac.digest(secret_key.encode(), text.encode(), "sha256").hex()


def canonical_request(
    *,
    method: str,
    path: str,
    query: str,
    headers: Mapping[str, str],
    body: bytes,
    signed_headers: Sequence[str],
) -> str:
    """Return the text that is hashed and signed: the same for every spelling of the same request."""
    values = _lower_case(headers)
    names, listed = _in_order(tuple(signed_headers))
    lines = "".join([f"{name}:{values.get(name, '').strip()}\n" for name in names])
    payload = _payload(body, values.get(_CONTENT_HEADER, "").strip())
    return f"{method.upper()}\n{_canonical_path(path)}\n{_canonical_query(query)}\n{lines}\n{listed}\n{payload}"


# A server meets the same dates, header lists, paths and queries again and again; bounded, whoever makes them up.


@lru_cache(maxsize=64)
def _moment(text: str) -> datetime | None:
    try:
        return datetime.strptime(text, _DATE_FORMAT).replace(tzinfo=UTC)
    except ValueError:
        return None


@lru_cache(maxsize=64)
def _names(text: str) -> tuple[str, ...]:
    return tuple(name.lower() for name in text.split(";"))


@lru_cache(maxsize=64)
def _in_order(names: tuple[str, ...]) -> tuple[list[str], str]:
    ordered = sorted([name.lower() for name in names])
    return ordered, ";".join(ordered)


def _lower_case(headers: Mapping[str, str]) -> Mapping[str, str]:
    return headers if "".join(headers).islower() else {name.lower(): value for name, value in headers.items()}


@lru_cache(maxsize=64)
def _canonical_path(path: str) -> str:
    # Decoded before it is cut into segments, as the SDK does: an encoded slash signs like a plain one.
    encoded = quote(unquote_to_bytes(path), safe="/~")
    return encoded if encoded.endswith("/") else encoded + "/"


@lru_cache(maxsize=64)
def _canonical_query(query: str) -> str:
    pairs: list[tuple[bytes, bytes]] = []
    for part in query.split("&"):
        if part:
            name, _, value = part.partition("=")
            pairs.append((unquote_to_bytes(name), unquote_to_bytes(value)))
    # By decoded bytes, not by encoded text: "~" (sent as it is) stands before "é" (sent as "%C3%A9").
    return "&".join(f"{quote(name, safe='~')}={quote(value, safe='~')}" for name, value in sorted(pairs))


def _payload(body: bytes, declared: str) -> str:
    # A hash in the header is not believed: recomputed, it either agrees or the signature does not match.
    if body and declared == UNSIGNED_PAYLOAD:
        return UNSIGNED_PAYLOAD
    return hashlib.sha256(body).hexdigest()
