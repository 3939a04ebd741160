"""Proving who asks: the two ways of Table 3, a token or a signature."""

import json
import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal
from zlib import crc32

from liverec.client.redaction import Headers
from liverec.profile import Credentials
from liverec.signing import sign

CredentialKind = Literal["token", "signature"]

_SIGNED = {"content-type", "host", "x-project-id", "x-sdk-date", "x-sdk-content-sha256"}


class CredentialsRefused(Exception):  # it says what happened, as TargetRefused does
    """IAM gave no token for the profile's user; the message says what it answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signing:
    """What a signature is made with and over, where that differs from the profile and from what is sent.

    None: it does not differ.
    """

    access_key: str | None = None
    secret_key: str | None = field(default=None, repr=False)
    method: str | None = None
    path: str | None = None
    query: str | None = None
    headers: Mapping[str, str] | None = None  # values to sign instead of those sent
    body: bytes | None = None
    signed: tuple[str, ...] | None = None  # names to cover


class Turns:
    """Takes the kinds of credentials that a profile has in turns, so that each is exercised.

    Whose turn it is rests on the request, and on how often it was made: not on what other threads send meanwhile.
    """

    def __init__(self, credentials: Credentials) -> None:
        token = credentials.token is not None or credentials.iam_url is not None
        signature = credentials.access_key is not None
        have: dict[CredentialKind, bool] = {"token": token, "signature": signature}
        self.kinds: tuple[CredentialKind, ...] = tuple(kind for kind, present in have.items() if present)
        self._taken: Counter[int] = Counter()
        self._lock = threading.Lock()

    def take(self, kind: CredentialKind | None, *, of: bytes) -> CredentialKind:
        """Return *kind*, or whose turn it is for a request *of* this content.

        Raises:
            ValueError: the profile has no credentials of this *kind*.
        """
        if kind is None:
            request = crc32(of)
            with self._lock:
                turn = request + self._taken[request]
                self._taken[request] += 1
            return self.kinds[turn % len(self.kinds)]
        if kind not in self.kinds:
            raise ValueError(f"the profile has no credentials of the kind {kind!r}, only {', '.join(self.kinds)}")
        return kind


def authorization(
    credentials: Credentials, deviation: Signing, *, method: str, target: str, headers: Headers, body: bytes
) -> str:
    """Return the value of Authorization for a request as it is sent, but for what *deviation* says.

    *headers* must hold X-Sdk-Date.
    """
    path, _, query = target.partition("?")
    values = dict(headers) | dict(deviation.headers or {})
    present = tuple(name for name in values if name.lower() in _SIGNED)
    return sign(
        method=_first(deviation.method, method),
        path=_first(deviation.path, path),
        query=_first(deviation.query, query),
        headers=values,
        body=body if deviation.body is None else deviation.body,
        access_key=_first(deviation.access_key, credentials.access_key),
        secret_key=_first(deviation.secret_key, credentials.secret_key),
        signed=present if deviation.signed is None else deviation.signed,
    )


def login_body(credentials: Credentials, project_id: str) -> bytes:
    """Return the body of a request for a user token of IAM (identity method password, scope project)."""
    user = {
        "name": credentials.user,
        "password": credentials.password,
        "domain": {"name": credentials.domain},
    }
    identity = {"methods": ["password"], "password": {"user": user}}
    login = {"auth": {"identity": identity, "scope": {"project": {"id": project_id}}}}
    return json.dumps(login, separators=(",", ":")).encode()


def _first(*values: str | None) -> str:
    return next((value for value in values if value is not None), "")
