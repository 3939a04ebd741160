"""The document, typed: what the running program knows of the contract, it knows from here."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from liverec.assets import asset
from liverec.clock import NANOSECONDS
from liverec.document.node import DocumentError, Node, read

MAX_INTERVAL_S = 86_400
_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
_JSON = "application/json"


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorCode:
    """A known error code, the statuses it comes with, what it means, and who says so."""

    code: str
    statuses: tuple[int, ...]
    meaning: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What the program reads from the document.

    ``interval_ns`` is the restart interval W in nanoseconds: a START comes too soon until more than W has passed since
    the STOP (Table 2, action). ``subject`` names what makes two streams the same. ``body_fields`` stand in the page's
    order (Table 4). ``request_id_pattern`` has three groups: UUID, timestamp, host name (Tables 5, 6 and 8).
    ``request_example`` and ``error_examples`` are the page's. ``security`` lists the alternatives, each with the
    headers that belong together (Table 3). ``raw`` is the whole document, as JSON has it.
    """

    file: Path
    interval_ns: int
    actions: tuple[str, ...]
    subject: tuple[str, ...]
    path_template: str
    method: str
    body_fields: tuple[str, ...]
    request_id_pattern: re.Pattern[str]
    request_id_header: str
    request_example: Mapping[str, str]
    error_examples: Mapping[int, Mapping[str, str]]
    error_codes: Mapping[str, ErrorCode]
    statuses: tuple[int, ...]
    security: tuple[tuple[str, ...], ...]
    raw: Mapping[str, Any] = field(repr=False)


def document_file() -> Path:
    """Return where the document is that this program goes by: the published one, or what ``LIVEREC_DOCUMENT`` names."""
    return Path(os.environ.get("LIVEREC_DOCUMENT") or asset("openapi") / "record-control.yaml")


def load_document(path: Path | None = None) -> Document:
    """Return the document in *path*, or the published one.

    Without *path*, the environment variable ``LIVEREC_DOCUMENT`` may name another file; that is how a changed contract,
    say twelve seconds instead of ten, is judged without a change to the program.

    Raises:
        DocumentError: the file cannot be read, is larger than 1 MiB, is no YAML, or does not say what the program
            needs; the message names file, line, key path, what was expected and what was found.
    """
    root = read(path or document_file())
    try:
        return _document(root)
    except RecursionError:
        found = "some that lead to themselves"
        raise DocumentError(file=root.file, place="the document", expected="references that end", found=found) from None


def _document(root: Node) -> Document:
    template, method, operation = operation_of(root)
    header, request_id = _request_id(operation.at("responses", "200", "headers"))
    body = operation.at("requestBody", "content", _JSON)
    body_fields = body.at("schema", "properties").names()
    actions = _parameter(operation, "action").at("schema", "enum").texts()
    interval = operation.at("x-min-interval")
    for end in ("after", "before"):
        interval.at(end).text(among=actions)
    responses = operation.at("responses")
    codes = operation.at("x-error-codes")
    schemes = root.at("components", "securitySchemes")
    return Document(
        file=root.file,
        interval_ns=round(interval.at("exclusive-seconds").number(up_to=MAX_INTERVAL_S) * NANOSECONDS),
        actions=actions,
        subject=interval.at("subject").texts(among=(*re.findall(r"{(\w+)}", template), *body_fields)),
        path_template=template,
        method=method.upper(),
        body_fields=body_fields,
        request_id_pattern=request_id.at("schema", "pattern").pattern(groups=3),
        request_id_header=header,
        request_example=_example(body, body_fields),
        error_examples={
            status: _example(responses.at(str(status), "content", _JSON), ("error_code", "error_msg"))
            for status in (400, 404)
        },
        error_codes={code: _error_code(code, codes.at(code)) for code in codes.names()},
        statuses=tuple(replace(responses, value=key).status() for key in responses.names()),
        security=tuple(
            tuple(schemes.at(name, "name").text() for name in alternative.names())
            for alternative in operation.at("security").items()
        ),
        raw=root.mapping(),
    )


def operation_of(root: Node) -> tuple[str, str, Node]:
    """Return the path, the method in small letters, and the only operation there is."""
    paths = root.at("paths")
    found = [
        (template, method, paths.at(template, method))
        for template in paths.names()
        for method in paths.at(template).names()
        if method in _METHODS
    ]
    return found[0] if len(found) == 1 else paths.fail("one operation", f"{len(found)}")


def _parameter(operation: Node, name: str) -> Node:
    parameters = operation.at("parameters")
    found = next((parameter for parameter in parameters.items() if parameter.at("name").value == name), None)
    return found or parameters.fail(f"a parameter named {name}", "none")


def _request_id(headers: Node) -> tuple[str, Node]:
    name, *more = headers.names()
    if more:
        headers.fail("one header, the request id", ", ".join((name, *more)))
    return name, headers.at(name)


def _example(media: Node, fields: tuple[str, ...]) -> Mapping[str, str]:
    examples = media.at("examples")
    value = examples.at(examples.names()[0], "value")
    if set(value.names()) != set(fields):
        value.fail(f"the keys {', '.join(fields)}", ", ".join(value.names()))
    return {name: value.at(name).text() for name in fields}


def _error_code(code: str, row: Node) -> ErrorCode:
    return ErrorCode(
        code=code,
        statuses=tuple(status.status() for status in row.at("statuses").items()),
        meaning=row.at("meaning").text(),
        source=row.at("source").text(),
    )
