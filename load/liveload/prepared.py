"""Requests prepared beforehand: what never changes is made once, what changes is added command by command.

A signature costs one block of SHA-256 and one HMAC: the canonical request is fed to the hash up to the body's digest
once a second, and the key's pads with the date likewise. The result is ``liverec.signing.sign``'s, to the last digit.
"""

import hashlib
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Literal, Protocol
from urllib.parse import quote

import msgspec

from liverec import __version__
from liverec.address import parse_address
from liverec.document import load_document
from liverec.history import Action, Stream
from liverec.profile import Credentials
from liverec.signing import ALGORITHM, canonical_request, format_date, sign
from liverec.target import Target

Proof = Literal["token", "signature"]

_SIGNED = ("content-type", "host", "x-project-id", "x-sdk-date")  # as the client of `liverec verify` signs
_BLOCK = 64
_START = Action.START
_INNER = bytes(byte ^ 0x36 for byte in range(256))
_OUTER = bytes(byte ^ 0x5C for byte in range(256))


class PreparedCommand(Protocol):
    """A command about one stream, as it is sent and as the history names it."""

    recorded: bytes  # the keys f and value of its invoke line

    def request(self) -> bytes:
        """Return the whole request as it has to leave now."""
        ...


class CredentialsMissing(Exception):  # it says what happened
    """The profile has no credentials of the kind asked for."""


def proofs(credentials: Credentials, *, token: str | None) -> tuple[Proof, ...]:
    """Return the kinds of credentials there are; *token* is one that was obtained from IAM, if any was."""
    have: dict[Proof, bool] = {
        "token": (token or credentials.token) is not None,
        "signature": credentials.access_key is not None and credentials.secret_key is not None,
    }
    return tuple(kind for kind, present in have.items() if present)


class Prepared:
    """Commands to *target* with one kind of credentials, prepared when they are first asked for; one for all users.

    *token* takes the place of the profile's. *utc* returns seconds since 1970.

    Raises:
        CredentialsMissing: the profile has no credentials of this kind.
    """

    def __init__(
        self, target: Target, *, proof: Proof, token: str | None = None, utc: Callable[[], float] = time.time
    ) -> None:
        credentials = target.profile.credentials
        if proof not in proofs(credentials, token=token):
            raise CredentialsMissing(f"the profile has no credentials of the kind {proof!r}")
        document = load_document()
        self.proof: Proof = proof
        self.project_id = target.profile.project_id
        self._address = parse_address(target.url)
        self._path_template = document.path_template
        self._fields = document.body_fields
        self._token = token or credentials.token or ""
        self._access_key = credentials.access_key or ""
        self._secret_key = credentials.secret_key or ""
        self._utc = utc
        self._openings: dict[tuple[Action, str], _Opening] = {}
        self._starts: dict[Stream, PreparedCommand] = {}
        self._stops: dict[Stream, PreparedCommand] = {}

    def command(self, action: Action, stream: Stream) -> PreparedCommand:
        """Return the command, prepared."""
        commands = self._starts if action is _START else self._stops
        known = commands.get(stream)
        if known is None:
            known = commands[stream] = self._prepare(action, stream)
        return known

    def body(self, stream: Stream) -> bytes:
        """Return the body of a command about *stream*: compact JSON, its fields in the order of Table 4."""
        return msgspec.json.encode({name: getattr(stream, name) for name in self._fields})

    def odd(
        self,
        *,
        query: str | None,
        body: bytes,
        project_id: str | None = None,
        proof: Proof | Literal["none"] | None = None,
        token: str | None = None,
        secret_key: str | None = None,
    ) -> bytes:
        """Return a request that differs from a command: in its *query* or *body*, its project, or what it proves.

        *token* and *secret_key* take the place of the right ones; *proof* "none" leaves the credentials out.
        """
        project = self.project_id if project_id is None else project_id
        path = self._path(project)
        headers = self._headers()
        kind = proof or self.proof
        if kind == "token":
            headers["X-Auth-Token"] = token or self._token
        elif kind == "signature":
            headers |= {"X-Project-Id": project, "X-Sdk-Date": _date(int(self._utc()))}
            headers["Authorization"] = sign(
                method="POST",
                path=path,
                query=query or "",
                headers=headers,
                body=body,
                access_key=self._access_key,
                secret_key=secret_key or self._secret_key,
                signed=_SIGNED,
            )
        return _head(path if query is None else f"{path}?{query}", headers) + _tail(body)

    def _prepare(self, action: Action, stream: Stream) -> PreparedCommand:
        value = (stream.project_id, stream.publish_domain, stream.app, stream.stream)
        recorded = b'"f":"%b","value":%b' % (action.value.encode(), msgspec.json.encode(value))
        body = self.body(stream)
        path = self._path(stream.project_id)
        headers = self._headers()
        if self.proof == "token":
            head = _head(f"{path}?action={action.value}", headers | {"X-Auth-Token": self._token})
            return _WithToken(recorded, head + _tail(body))
        opening = self._openings.get((action, stream.project_id))
        if opening is None:
            headers["X-Project-Id"] = stream.project_id
            opening = _Opening(
                path, f"action={action.value}", headers, access_key=self._access_key, secret_key=self._secret_key
            )
            self._openings[action, stream.project_id] = opening
        return _WithSignature(recorded, opening, body, self._utc)

    def _path(self, project_id: str) -> str:
        return self._address.prefix + self._path_template.replace("{project_id}", quote(project_id, safe=""))

    def _headers(self) -> dict[str, str]:
        return {
            "Host": self._address.authority,
            "User-Agent": f"liverec/{__version__}",
            "Accept": "*/*",
            "Accept-Encoding": "identity",
            "Content-Type": "application/json",
        }


class _WithToken:
    __slots__ = ("_request", "recorded")

    def __init__(self, recorded: bytes, request: bytes) -> None:
        self.recorded = recorded
        self._request = request

    def request(self) -> bytes:
        return self._request


class _Opening:
    """What all signed commands of one action and project have in common, for as long as the second lasts."""

    __slots__ = (
        "_access_key",
        "_headers",
        "_inner_pad",
        "_path",
        "_query",
        "canonical",
        "head",
        "inner",
        "outer",
        "second",
    )

    def __init__(self, path: str, query: str, headers: Mapping[str, str], *, access_key: str, secret_key: str) -> None:
        self._path = path
        self._query = query
        self._headers = headers
        self._access_key = access_key
        key = secret_key.encode()
        key = (hashlib.sha256(key).digest() if len(key) > _BLOCK else key).ljust(_BLOCK, b"\0")
        self._inner_pad = key.translate(_INNER)
        self.outer = hashlib.sha256(key.translate(_OUTER)).copy
        self.renew(0)

    def renew(self, second: int) -> None:
        """Make ready for the commands of another *second* since 1970."""
        date = _date(second)
        headers = {**self._headers, "X-Sdk-Date": date}
        text = canonical_request(
            method="POST", path=self._path, query=self._query, headers=headers, body=b"", signed_headers=_SIGNED
        )
        before_body = text[: -len(_digest(b""))]
        self.second = second
        self.canonical = hashlib.sha256(before_body.encode()).copy
        self.inner = hashlib.sha256(self._inner_pad + f"{ALGORITHM}\n{date}\n".encode()).copy
        claim = f"{ALGORITHM} Access={self._access_key}, SignedHeaders={';'.join(_SIGNED)}, Signature="
        self.head = _head(f"{self._path}?{self._query}", headers) + b"Authorization: " + claim.encode()


class _WithSignature:
    __slots__ = ("_digest", "_opening", "_tail", "_utc", "recorded")

    def __init__(self, recorded: bytes, opening: _Opening, body: bytes, utc: Callable[[], float]) -> None:
        self.recorded = recorded
        self._opening = opening
        self._digest = _digest(body)
        self._tail = b"\r\n" + _tail(body)
        self._utc = utc

    def request(self) -> bytes:
        opening = self._opening
        second = int(self._utc())
        if second != opening.second:
            opening.renew(second)
        canonical = opening.canonical()
        canonical.update(self._digest)
        inner = opening.inner()
        inner.update(canonical.hexdigest().encode())
        outer = opening.outer()
        outer.update(inner.digest())
        return b"%b%b%b" % (opening.head, outer.hexdigest().encode(), self._tail)


def _digest(body: bytes) -> bytes:
    return hashlib.sha256(body).hexdigest().encode()


def _date(second: int) -> str:
    return format_date(datetime.fromtimestamp(second, UTC))


def _head(target: str, headers: Mapping[str, str]) -> bytes:
    return "".join(
        (f"POST {target} HTTP/1.1\r\n", *(f"{name}: {value}\r\n" for name, value in headers.items()))
    ).encode()


def _tail(body: bytes) -> bytes:
    return b"Content-Length: %d\r\n\r\n%b" % (len(body), body)
