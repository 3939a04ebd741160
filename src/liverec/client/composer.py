"""Making requests: what a well-formed one holds, and every way in which one may be made to differ."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Literal, TypedDict

from liverec import __version__
from liverec.address import parse_address
from liverec.client.credentials import CredentialKind, Signing, Turns, authorization
from liverec.client.outgoing import OutgoingRequest
from liverec.command import command_path
from liverec.document import Document
from liverec.signing import format_date
from liverec.target import Target


class RequestParts(TypedDict, total=False):
    """What a request is made of; what is not given is as in a well-formed START about the profile's project.

    ``path`` and ``query`` are sent verbatim; a query of None sends not even ``?``. ``headers`` take the place of those
    that would be sent, and are signed; None leaves one out. ``content`` in parts is sent chunked. ``credentials`` None
    takes the profile's kinds in turns. ``sign_with`` says how the signature is to be wrong. ``project_id`` stands in
    the default path and in X-Project-Id.
    """

    method: str
    path: str | None
    query: str | None
    headers: Mapping[str, str | None] | None
    content: bytes | Iterable[bytes]
    credentials: CredentialKind | Literal["none"] | None
    sign_with: Signing | None
    project_id: str | None


class Composer:
    """Makes requests to *target*, with its credentials; *token* is asked for one whenever one is needed."""

    def __init__(
        self, target: Target, document: Document, *, token: Callable[[], str], utc: Callable[[], datetime]
    ) -> None:
        self._address = parse_address(target.url)
        self._project_id = target.profile.project_id
        self._credentials = target.profile.credentials
        self._document = document
        self._token = token
        self._utc = utc
        self.turns = Turns(self._credentials)

    def compose(
        self,
        *,
        method: str = "POST",
        path: str | None = None,
        query: str | None = "action=START",
        headers: Mapping[str, str | None] | None = None,
        content: bytes | Iterable[bytes] = b"",
        credentials: CredentialKind | Literal["none"] | None = None,
        sign_with: Signing | None = None,
        project_id: str | None = None,
    ) -> OutgoingRequest:
        """Return the request that ``RequestParts`` describes."""
        project = self._project_id if project_id is None else project_id
        chunks = (content,) if isinstance(content, bytes) else tuple(content)
        path = command_path(self._document, project) if path is None else path
        target = self._address.prefix + path + ("" if query is None else f"?{query}")
        body = b"".join(chunks)
        kind = (
            "none" if credentials == "none" else self.turns.take(credentials, of=target.encode(errors="replace") + body)
        )
        changes = headers or {}
        fields = {
            "Host": self._address.authority,
            "User-Agent": f"liverec/{__version__}",
            "Accept": "*/*",
            "Accept-Encoding": "identity",
            "Content-Type": "application/json",
            **self._proof(kind, project),
            **_framing(content, chunks),
        }
        fields = _changed(fields, changes)
        if kind == "signature" and not _has(changes, "authorization"):
            # Without a date nothing can be signed: one that is to be left out is signed all the same.
            date = {} if _has(fields, "x-sdk-date") else {"X-Sdk-Date": format_date(self._utc())}
            fields["Authorization"] = authorization(
                self._credentials,
                sign_with or Signing(),
                method=method,
                target=target,
                headers=tuple((fields | date).items()),
                body=body,
            )
        return OutgoingRequest(
            method=method,
            address=self._address,
            target=target,
            headers=tuple(fields.items()),
            chunks=chunks,
            chunked=not isinstance(content, bytes),
        )

    def _proof(self, kind: CredentialKind | Literal["none"], project_id: str) -> dict[str, str]:
        if kind == "token":
            return {"X-Auth-Token": self._token()}
        if kind == "signature":
            return {"X-Project-Id": project_id, "X-Sdk-Date": format_date(self._utc())}
        return {}


def _framing(content: bytes | Iterable[bytes], chunks: tuple[bytes, ...]) -> dict[str, str]:
    if isinstance(content, bytes):
        return {"Content-Length": str(sum(map(len, chunks)))}
    return {"Transfer-Encoding": "chunked"}


def _changed(fields: Mapping[str, str], changes: Mapping[str, str | None]) -> dict[str, str]:
    kept = {name: value for name, value in fields.items() if not _has(changes, name)}
    return kept | {name: value for name, value in changes.items() if value is not None}


def _has(headers: Mapping[str, object], name: str) -> bool:
    return name.lower() in {key.lower() for key in headers}
