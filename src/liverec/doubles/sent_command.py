"""One command as the program under test sent it: typed, readable, and free of secrets."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, cast
from urllib.parse import parse_qsl, unquote

from liverec import signing
from liverec.clock import NANOSECONDS
from liverec.document import Document
from liverec.reference.authentication import Authenticator, DeniedError
from liverec.reference.command import CommandReader, InvalidCommandError
from liverec.reference.dialect import Dialect
from liverec.reference.journal import MAX_BODY_KEPT, MAX_HEAD_KEPT, Entry, redacted_headers
from liverec.reference.request import Request

Credentials = Literal["token", "signature", "none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SentCommand:
    """What was sent, as far as it could be read, and what came back.

    ``sent_ns`` is when it arrived, in nanoseconds of the double's clock; ``connection`` the client's address and port,
    None within a process. ``headers`` are as sent, with tokens and signatures taken out. ``status`` is None where no
    answer was given. ``credentials_problem`` and ``document_problem`` say in words what is wrong with the credentials,
    or what the document does not allow about the request; None if nothing is.
    """

    number: int
    sent_ns: int
    connection: str | None
    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: str
    project_id: str | None
    action: str | None
    publish_domain: str | None
    app: str | None
    stream: str | None
    credentials: Credentials
    credentials_problem: str | None
    document_problem: str | None
    outcome: str
    status: int | None
    error_code: str | None
    request_id: str | None
    message: str = field(repr=False)  # the same for two messages with the same bytes or the same signature

    @property
    def sent_s(self) -> float:
        """Return when it arrived, in seconds of the double's clock."""
        return self.sent_ns / NANOSECONDS

    @property
    def subject(self) -> tuple[str | None, ...]:
        """Return what makes two streams the same; a domain name has no letter case."""
        domain = self.publish_domain
        return (self.project_id, domain.lower() if domain else None, self.app, self.stream)

    @property
    def refused(self) -> bool:
        """Return whether it was certainly not carried out: answered, and with neither success nor a server's error."""
        return self.status is not None and 300 <= self.status < 500

    def __str__(self) -> str:
        """Return it in a line: number, command, time, answer."""
        names = (self.publish_domain, self.app, self.stream)
        command = f"{self.action} of {'/'.join(name or '?' for name in names)}"
        what = command if self.action and any(names) else f"{self.method} {self.path}?{self.query}"
        answer = "no answer" if self.status is None else f"{self.status} {self.error_code or ''}".strip()
        return f"request {self.number}: {what} at {self.sent_s:.9f} s, answered {answer} ({self.outcome})"


class CommandsRead:
    """Reads commands from entries of a journal, by the document and nothing more lenient.

    Without an *authenticator* nobody knows the secrets: of credentials, the form alone is looked at.
    """

    def __init__(self, document: Document, authenticator: Authenticator | None = None) -> None:
        self._document = document
        self._authenticator = authenticator
        self._reader = CommandReader(document=document, dialect=Dialect())

    def read(self, entry: Entry) -> SentCommand:
        """Return *entry* as a command, whatever was sent."""
        request, answer = entry.request, entry.answer
        fields = _fields(entry, self._document)
        kind = _credentials(request)
        return SentCommand(
            number=entry.number,
            sent_ns=entry.clock_ns,
            connection=None if request.peer is None else f"{request.peer[0]}:{request.peer[1]}",
            method=request.method,
            path=request.path,
            query=request.query,
            headers=redacted_headers(request),
            body=request.body.decode("utf-8", "replace"),
            project_id=self._project_id(request.path),
            action=dict(parse_qsl(request.query)).get("action"),
            publish_domain=fields.get("publish_domain"),
            app=fields.get("app"),
            stream=fields.get("stream"),
            credentials=kind,
            credentials_problem=_form_problem(request, kind) or self._denial(request),
            document_problem=self._document_problem(request),
            outcome=entry.outcome or "",
            status=None if answer is None else answer.status,
            error_code=None if answer is None else answer.error_code,
            request_id=None if answer is None else answer.request_id,
            message=_message(request, kind),
        )

    def _project_id(self, path: str) -> str | None:
        head, _, tail = self._document.path_template.partition("{project_id}")
        inner = path.removeprefix(head).removesuffix(tail)
        return unquote(inner) if path == f"{head}{inner}{tail}" and inner and "/" not in inner else None

    def _denial(self, request: Request) -> str | None:
        """Return why credentials of the right form are not believed."""
        project_id = self._project_id(request.path)
        if self._authenticator is None or project_id is None or not _whole(request):
            return None
        try:
            caller = self._authenticator.authenticate(request)
            self._authenticator.authorize(caller, request, project_id=project_id)
        except DeniedError as denial:
            return denial.message
        return None

    def _document_problem(self, request: Request) -> str | None:
        document, project_id = self._document, self._project_id(request.path)
        if project_id is None or request.method != document.method:
            return f"{request.method} {request.path} is not {document.method} {document.path_template}"
        if project_id.startswith("{"):
            return f"{project_id} in the path is still the placeholder"
        if not _whole(request):
            return None
        try:
            self._reader.read(request, project_id=project_id)
        except InvalidCommandError as problem:
            return str(problem)
        return None


def _fields(entry: Entry, document: Document) -> Mapping[str, str]:
    """Return the names in the body that can be read."""
    if entry.command is not None:
        return {name: value for name, value in entry.command.stream._asdict().items() if name in document.body_fields}
    try:
        body: Any = json.loads(entry.request.body.decode())
    except (ValueError, RecursionError):
        return {}
    found = cast("dict[str, Any]", body) if isinstance(body, dict) else {}
    return {name: value for name, value in found.items() if name in document.body_fields and isinstance(value, str)}


def _credentials(request: Request) -> Credentials:
    if "x-auth-token" in request.headers:
        return "token"
    return "signature" if "authorization" in request.headers else "none"


def _form_problem(request: Request, kind: Credentials) -> str | None:
    """Return what is wrong with the credentials for everybody to see, whatever the secret is (Table 3)."""
    headers = request.headers
    if kind == "token":
        return None if headers["x-auth-token"].strip() else "X-Auth-Token is empty"
    if kind == "none":
        return "there is neither X-Auth-Token nor Authorization"
    given = signing.parse_authorization(headers["authorization"])
    if given is None:
        form = f"{signing.ALGORITHM} Access=..., SignedHeaders=..., Signature=..."
        return f"Authorization has not the form {form}"
    if signing.parse_date(headers.get("x-sdk-date", "")) is None:
        return "X-Sdk-Date is missing, or not of the form YYYYMMDDTHHMMSSZ"
    if "x-sdk-date" not in given.signed_headers:
        return "X-Sdk-Date is not among SignedHeaders"
    return None if "x-project-id" in headers else "X-Project-Id is missing, which AK/SK authentication needs"


def _whole(request: Request) -> bool:
    """Return whether the journal kept every byte; of a request that was cut, little can be said."""
    return len(request.body) < MAX_BODY_KEPT and request.head_size <= MAX_HEAD_KEPT


def _message(request: Request, kind: Credentials) -> str:
    """Return a fingerprint: of the signature if there is one, else of every byte that can matter."""
    if kind == "signature":
        parts = [request.headers["authorization"]]
    else:
        headers = [f"{name}:{value}" for name, value in sorted(request.headers.items())]
        parts = [request.method, request.path, request.query, *headers, request.body.decode("latin-1")]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
