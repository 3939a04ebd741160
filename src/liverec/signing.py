"""SDK-HMAC-SHA256: how a request is signed with an access key and its secret, and how a signature is recomputed.

The page names the headers (Table 3: Authorization, X-Sdk-Date, X-Project-Id); the algorithm is the provider's
"Signing algorithm" guide. Where the two differ in what they leave open, this follows the official Python SDK.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote, unquote_to_bytes

if TYPE_CHECKING:
    from hashlib import _Hash  # pyright: ignore[reportPrivateUsage]  # its type has no public name

ALGORITHM = "SDK-HMAC-SHA256"
MAX_SKEW = timedelta(minutes=15)
UNSIGNED_PAYLOAD = "UNSIGNED-PAYLOAD"

_DATE_HEADER = "x-sdk-date"
_CONTENT_HEADER = "x-sdk-content-sha256"
_DATE_FORMAT = "%Y%m%dT%H%M%SZ"
_DATE = re.compile(r"[0-9]{8}T[0-9]{6}Z")
_DATE_LENGTH = 16
_LONGEST_AUTHORIZATION = 8192
_CLAIM = re.compile(
    ALGORITHM + r" Access=(?P<access_key>[^\s,]+), *SignedHeaders=(?P<names>[A-Za-z0-9!#$%&'*+.^_`|~;-]+), *"
)
_SIGNATURE = re.compile(r"[0-9a-f]{64}")
_BLOCK = 64  # of SHA-256, in bytes
_INNER = bytes(byte ^ 0x36 for byte in range(256))
_OUTER = bytes(byte ^ 0x5C for byte in range(256))

_Order = tuple[tuple[str, ...], str]  # names of headers as they are signed, and the line that lists them


class Authorization(NamedTuple):
    """What an Authorization header claims; header names in lower case, the signature as 64 hexadecimal digits."""

    access_key: str
    signed_headers: tuple[str, ...]
    signature: str


def parse_authorization(value: str) -> Authorization | None:
    """Read the value of an Authorization header; None if it is not of this algorithm's form."""
    if len(value) > _LONGEST_AUTHORIZATION:
        return None
    claim, _, signature = value.strip().rpartition("Signature=")
    claimed = _claimed(claim) if _SIGNATURE.fullmatch(signature) else None
    return None if claimed is None else Authorization(*claimed, signature)


def format_date(moment: datetime) -> str:
    """Write *moment* (aware) as X-Sdk-Date wants it: ``YYYYMMDDTHHMMSSZ``, UTC."""
    return moment.astimezone(UTC).strftime(_DATE_FORMAT)


def parse_date(text: str) -> datetime | None:
    """Read an X-Sdk-Date; None if it is not of the form or names no moment."""
    return _moment(text) if len(text) == _DATE_LENGTH else None


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
    order = _in_order(tuple(signed_headers))
    covered = tuple([values.get(name, "") for name in order[0]])
    canonical = _opening(method, path, query, order, covered).copy()
    canonical.update(_payload(body, values).encode())
    return _signature(canonical.hexdigest(), date=values.get(_DATE_HEADER, "").strip(), secret_key=secret_key)


def signature_of(canonical: str, *, date: str, secret_key: str) -> str:
    """Return the signature, in hexadecimal, over a canonical request; *date* is the value of its X-Sdk-Date."""
    return _signature(hashlib.sha256(canonical.encode()).hexdigest(), date=date, secret_key=secret_key)


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
    order = _in_order(tuple(signed_headers))
    covered = tuple([values.get(name, "") for name in order[0]])
    return _before_payload(method, path, query, order, covered) + _payload(body, values)


def _before_payload(method: str, path: str, query: str, order: _Order, covered: tuple[str, ...]) -> str:
    names, listed = order
    lines = "".join([f"{name}:{value.strip()}\n" for name, value in zip(names, covered, strict=True)])
    return f"{method.upper()}\n{_canonical_path(path)}\n{_canonical_query(query)}\n{lines}\n{listed}\n"


def _signature(digest: str, *, date: str, secret_key: str) -> str:
    inner, outer = _keyed(secret_key, date)
    inner, outer = inner.copy(), outer.copy()
    inner.update(digest.encode())
    outer.update(inner.digest())
    return outer.hexdigest()


# A server meets the same dates, claims and requests but for their bodies again and again; bounded, whoever makes them
# up. What comes first in a text that is hashed is hashed once: a signature is then four blocks of SHA-256 in all.


@lru_cache(maxsize=64)
def _opening(method: str, path: str, query: str, order: _Order, covered: tuple[str, ...]) -> "_Hash":
    return hashlib.sha256(_before_payload(method, path, query, order, covered).encode())


@lru_cache(maxsize=64)
def _keyed(secret_key: str, date: str) -> tuple["_Hash", "_Hash"]:
    """Return the two hashes of an HMAC over a date and what follows it."""
    key = secret_key.encode()
    key = (hashlib.sha256(key).digest() if len(key) > _BLOCK else key).ljust(_BLOCK, b"\0")
    inner = hashlib.sha256(key.translate(_INNER) + f"{ALGORITHM}\n{date}\n".encode())
    return inner, hashlib.sha256(key.translate(_OUTER))


@lru_cache(maxsize=64)
def _claimed(text: str) -> tuple[str, tuple[str, ...]] | None:
    match = _CLAIM.fullmatch(text)
    if match is None:
        return None
    access_key, names = match.groups()
    signed_headers = tuple(name.lower() for name in names.split(";"))
    return (access_key, signed_headers) if all(signed_headers) else None


@lru_cache(maxsize=64)
def _moment(text: str) -> datetime | None:
    if not _DATE.fullmatch(text):
        return None
    try:
        return datetime.strptime(text, _DATE_FORMAT).replace(tzinfo=UTC)
    except ValueError:
        return None


@lru_cache(maxsize=64)
def _in_order(names: tuple[str, ...]) -> _Order:
    ordered = sorted([name.lower() for name in names])
    return tuple(ordered), ";".join(ordered)


def _lower_case(headers: Mapping[str, str]) -> Mapping[str, str]:
    names = "".join(headers)
    return headers if names == names.lower() else {name.lower(): value for name, value in headers.items()}


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


def _payload(body: bytes, values: Mapping[str, str]) -> str:
    # A hash in the header is not believed: recomputed, it either agrees or the signature does not match.
    if body and values.get(_CONTENT_HEADER, "").strip() == UNSIGNED_PAYLOAD:
        return UNSIGNED_PAYLOAD
    return hashlib.sha256(body).hexdigest()
