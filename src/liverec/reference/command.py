"""From a request to a command: Tables 2 and 4, read strictly."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from liverec.document import Document
from liverec.reference.dialect import Dialect
from liverec.reference.request import Request
from liverec.reference.streams import StreamName

MAX_QUERY_FIELDS = 100


class InvalidCommandError(Exception):
    """The request holds no command; the message says which part is wrong, never what it held."""


class UnsupportedContentError(InvalidCommandError):
    """The body is not declared to be JSON in UTF-8."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What is asked for, and about which stream."""

    action: str
    stream: StreamName


class CommandReader:
    """Reads commands; names and values come from the OpenAPI document.

    A fault overrides one of the methods that begin with an underscore.
    """

    def __init__(self, *, document: Document, dialect: Dialect) -> None:
        self.actions = document.actions
        self.fields = document.body_fields
        self.dialect = dialect
        # what a fault reads in its own way, it has to read field by field
        plain = msgspec.defstruct("Body", [(name, str) for name in self.fields])
        self._glance = msgspec.json.Decoder(plain).decode if type(self) is CommandReader else None
        self._quotes = 4 * len(self.fields)
        self._plain_queries = {f"action={action}": action for action in document.actions}

    def read(self, request: Request, *, project_id: str) -> Command:
        """Return the command that *request* holds.

        Raises:
            UnsupportedContentError: another content type, or none.
            InvalidCommandError: action or a body field is missing, repeated, or not as the tables say.
        """
        action = self._plain_queries.get(request.query) or self._action(request.query)
        self._check_content_type(request.headers.get("content-type", ""))
        named = self._at_a_glance(request.body) or self._named(request.body)
        return Command(action=action, stream=StreamName(project_id, *named))

    def _at_a_glance(self, body: bytes) -> tuple[str, ...] | None:
        """Return the fields of a body that is right, for a fraction of the time; None of any that may be odd.

        So few quotes leave no room for another field, nor for one that is given twice.
        """
        if self._glance is None or body.count(b'"') != self._quotes:
            return None
        try:
            named = msgspec.structs.astuple(self._glance(body))
        except (ValueError, RecursionError):
            return None
        return None if "" in named or "*" in named else named

    def _named(self, body: bytes) -> tuple[str, ...]:
        fields = self._body(body)
        return tuple(self._field(fields, name) for name in self.fields)

    def _action(self, query: str) -> str:
        try:
            pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=MAX_QUERY_FIELDS)
        except ValueError:
            raise InvalidCommandError(f"more than {MAX_QUERY_FIELDS} query parameters") from None
        values = [value for name, value in pairs if name == "action"]
        if len(values) != 1:
            problem = "is given more than once" if values else "is missing"
            raise InvalidCommandError(f"query parameter action {problem}")
        if self.dialect.extra_fields == "refused" and len(pairs) > 1:
            raise InvalidCommandError("unknown query parameter")
        value = values[0]
        if self.dialect.action_case == "any" and value.isascii():
            value = value.upper()
        if value not in self.actions:
            raise InvalidCommandError(f"query parameter action must be {' or '.join(self.actions)}")
        return value

    def _check_content_type(self, content_type: str) -> None:
        if content_type == "application/json" or self.dialect.content_type == "any":
            return
        media_type, *parameters = (part.strip().lower() for part in content_type.split(";"))
        charsets = [p.removeprefix("charset=").strip('"') for p in parameters if p.startswith("charset=")]
        if media_type != "application/json" or any(charset != "utf-8" for charset in charsets):
            raise UnsupportedContentError("Content-Type must be application/json")

    def _body(self, body: bytes) -> Mapping[str, Any]:
        try:
            # decoded first: json would guess other encodings, and take a byte order mark
            value = _JSON.decode(body.decode())
        except (ValueError, RecursionError):
            raise InvalidCommandError("the body is not a JSON text") from None
        if not isinstance(value, dict):
            raise InvalidCommandError("the body is not a JSON object")
        if self.dialect.extra_fields == "refused" and len(value) > len(self.fields):  # pyright: ignore[reportUnknownArgumentType]  # JSON
            raise InvalidCommandError("unknown field in the body")
        return value  # pyright: ignore[reportUnknownVariableType]  # JSON

    def _field(self, body: Mapping[str, Any], name: str) -> str:
        value = body.get(name)
        if value is None:
            raise InvalidCommandError(f"{name} is missing")
        if not isinstance(value, str):
            raise InvalidCommandError(f"{name} must be a string")
        if not value:
            raise InvalidCommandError(f"{name} is empty")
        if value == "*":  # a wildcard belongs into recording rules; a command names one stream
            raise InvalidCommandError(f"{name} must name one thing, not all")
        return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise ValueError("a name is given twice")
    return fields


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


_JSON = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_no_constant)
