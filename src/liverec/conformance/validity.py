"""Why the page does not allow a request: our own reading, so that a generator's opinion is never a verdict."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from liverec.document import Document


def invalid_because(document: Document, query: str | None, content: bytes) -> str | None:
    """Return the requirement that says no to this request; None if the page allows it, or leaves it open.

    Letter case of an action, repeated parameters, extra fields and empty strings are open.
    """
    given = [value for name, value in parse_qsl(query or "", keep_blank_values=True) if name == "action"]
    if not given or given == [""]:
        return "query/action-mandatory"
    if not any(value.upper() in document.actions for value in given):
        return "query/action-options"
    try:
        body = msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return "body/json"
    return _wrong_field(document, body)


def _wrong_field(document: Document, body: Any) -> str | None:
    if not isinstance(body, Mapping):
        return "body/json"
    for name in document.body_fields:
        said = name.replace("_", "-")
        if name not in body:
            return f"body/{said}-mandatory"
        if not isinstance(body[name], str):
            return f"body/{said}-string"
    return None
