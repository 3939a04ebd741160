"""A command as the document spells it, and the two ways to prove who sends it (Tables 1 to 4)."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from urllib.parse import quote

from liverec.address import Address
from liverec.document import Document
from liverec.history import Action, Stream
from liverec.profile import ACCESS_KEY_FORM, SECRET_KEY_FORM, TOKEN_FORM
from liverec.signing import format_date, sign

_PROJECT_FORM = r"[\x21-\x7e]{1,128}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandRequest:
    """A command for any HTTP client to send: ``path`` and ``query`` verbatim, exactly these ``headers``."""

    method: str
    address: Address
    path: str
    query: str
    headers: Mapping[str, str] = field(repr=False)  # hold secrets once they prove something
    body: bytes
    project_id: str

    @property
    def url(self) -> str:
        """Where it goes, as one text."""
        return f"{self.address.scheme}://{self.address.authority}{self.path}?{self.query}"


def command_path(document: Document, project_id: str) -> str:
    """Return the path of commands about streams of this project."""
    return document.path_template.replace("{project_id}", quote(project_id, safe=""))


def command_query(action: Action) -> str:
    """Return the query that says what to do."""
    return f"action={action.value}"


def command_body(document: Document, stream: Stream) -> bytes:
    """Return the body of a command about *stream*: compact JSON, its fields in the order of Table 4."""
    fields = {name: getattr(stream, name) for name in document.body_fields}
    return json.dumps(fields, separators=(",", ":"), ensure_ascii=False).encode()


def command_request(document: Document, address: Address, action: Action, stream: Stream) -> CommandRequest:
    """Return the command without any proof of who sends it.

    Raises:
        ValueError: path and header cannot carry the project id, or a name is no Unicode.
    """
    if stream.project_id in {".", ".."} or not re.fullmatch(_PROJECT_FORM, stream.project_id):
        raise ValueError(f"expected a project id, printable ASCII without spaces, found {stream.project_id[:80]!r}")
    return CommandRequest(
        method=document.method,
        address=address,
        path=address.prefix + command_path(document, stream.project_id),
        query=command_query(action),
        headers={"Host": address.authority, "Content-Type": "application/json"},
        body=command_body(document, stream),
        project_id=stream.project_id,
    )


def check_token(token: str) -> None:
    """Refuse a token that no header can carry; the message does not repeat it.

    Raises:
        ValueError: it is one.
    """
    if not re.fullmatch(TOKEN_FORM, token):
        raise ValueError("token: expected printable ASCII without spaces, found something else, or nothing")


def check_keys(access_key: str, secret_key: str) -> None:
    """Refuse keys that have not the form of keys; the message does not repeat them.

    Raises:
        ValueError: one of them has not.
    """
    for name, key, form in (("access_key", access_key, ACCESS_KEY_FORM), ("secret_key", secret_key, SECRET_KEY_FORM)):
        if not re.fullmatch(form, key):
            raise ValueError(f"{name}: expected printable characters, found others, or none")


def with_token(request: CommandRequest, token: str) -> CommandRequest:
    """Return *request* with a user token.

    Raises:
        ValueError: see ``check_token``.
    """
    check_token(token)
    return replace(request, headers={**request.headers, "X-Auth-Token": token})


def with_signature(request: CommandRequest, *, access_key: str, secret_key: str, moment: datetime) -> CommandRequest:
    """Return *request* signed over all its headers; the signature holds for 15 minutes around *moment* (aware).

    Raises:
        ValueError: see ``check_keys``.
    """
    check_keys(access_key, secret_key)
    headers = {**request.headers, "X-Project-Id": request.project_id, "X-Sdk-Date": format_date(moment)}
    authorization = sign(
        method=request.method,
        path=request.path,
        query=request.query,
        headers=headers,
        body=request.body,
        access_key=access_key,
        secret_key=secret_key,
    )
    return replace(request, headers={**headers, "Authorization": authorization})
