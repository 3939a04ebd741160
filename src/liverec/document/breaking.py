"""What a newer document breaks of what an older one promises to those who call the service.

Public tools compare schemas, and look at no extension; here the restart interval and the error codes count as well.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

from liverec.document.difference import Difference, Side, difference, was_is
from liverec.document.document import operation_of
from liverec.document.node import DocumentError, Json, Node, read
from liverec.document.schemas import Schemas

# what is demanded together: type, place and name of each credential
Alternative: TypeAlias = frozenset[tuple[str, str, str]]
# by place and name
Parameters: TypeAlias = dict[tuple[str, str], Node]

_SERIALISATION = ("style", "explode", "allowReserved")


def breaking_changes(old: Path, new: Path) -> tuple[Difference, ...]:
    """Return every breaking change from the document in *old* to the one in *new*.

    Wire and meaning count, not names that only generated code sees, nor descriptions, examples and links.

    Raises:
        DocumentError: one of them is no document of the recording command.
    """
    try:
        # once each: several answers share a header
        return tuple(dict.fromkeys(_breaking(read(old), read(new))))
    except RecursionError:
        found = "some that lead to themselves"
        raise DocumentError(file=new, place="the document", expected="references that end", found=found) from None


def _breaking(before: Node, after: Node) -> Iterator[Difference]:
    template, method, was = operation_of(before)
    new_template, new_method, now = operation_of(after)
    if (template, method) != (new_template, new_method):
        change = was_is(f"{method.upper()} {template}", f"{new_method.upper()} {new_template}")
        yield difference(after, "paths", change=change)
        return
    requests, responses = Schemas(Side.REQUEST), Schemas(Side.RESPONSE)
    yield from _interval(was, now)
    yield from _security(_alternatives(before, was), _alternatives(after, now), now)
    yield from _parameters(_by_name(before, template, was), _by_name(after, template, now), now, requests)
    yield from _request_body(was, now, requests)
    yield from _responses(was, now, responses)
    yield from _error_codes(was, now)


def _interval(was: Node, now: Node) -> Iterator[Difference]:
    """Compare the restart interval: a longer one breaks callers, a shorter one those who imitate the service."""
    old, new = (node.find("x-min-interval") for node in (was, now))
    before, after = (node.mapping() if node is not None else {} for node in (old, new))
    for key in {**before, **after}:
        if key != "x-requirement" and _in_order(before.get(key)) != _in_order(after.get(key)):
            yield difference(now, "x-min-interval", key, change=was_is(before.get(key), after.get(key)))


def _security(was: list[Alternative], now: list[Alternative], operation: Node) -> Iterator[Difference]:
    for alternative in was:
        # who sends more than is asked for is let in as well
        if not any(one <= alternative for one in now):
            names = " with ".join(sorted(name for _, _, name in alternative))
            yield difference(operation, "security", change=f"no longer {names or 'without credentials'}")


def _alternatives(root: Node, operation: Node) -> list[Alternative]:
    schemes = root.at("components", "securitySchemes")
    return [
        frozenset(_scheme(schemes.at(name)) for name in alternative.mapping())
        for alternative in operation.at("security").items()
    ]


def _scheme(scheme: Node) -> tuple[str, str, str]:
    kind, place, name = (str(scheme.mapping().get(key, "")) for key in ("type", "in", "name"))
    return kind, place, name


def _parameters(old: Parameters, new: Parameters, operation: Node, schemas: Schemas) -> Iterator[Difference]:
    for (place, name), parameter in old.items():
        kept = new.get((place, name))
        if kept is None:
            yield difference(operation, "parameters", change=f"{name} in {place} is gone")
            continue
        if _is_required(kept) and not _is_required(parameter):
            yield difference(kept, "required", change=f"{name} is mandatory now")
        for key in _SERIALISATION:
            values = [node.mapping().get(key) for node in (parameter, kept)]
            if values[0] != values[1]:
                yield difference(kept, key, change=was_is(*values))
        yield from schemas.compare(_schema(parameter), _schema(kept))
    for (place, name), parameter in new.items():
        if (place, name) not in old and _is_required(parameter):
            yield difference(parameter, change=f"{name} in {place} is new, and mandatory")


def _by_name(root: Node, template: str, operation: Node) -> Parameters:
    """Return the parameters of the operation, and those that all operations on its path share."""
    shared = root.at("paths", template).find("parameters")
    parameters = (*(shared.items() if shared is not None else ()), *operation.at("parameters").items())
    return {(one.at("in").text(), one.at("name").text()): one for one in parameters}


def _request_body(was: Node, now: Node, schemas: Schemas) -> Iterator[Difference]:
    old, new = was.at("requestBody"), now.at("requestBody")
    if _is_required(new) and not _is_required(old):
        yield difference(new, "required", change="the body is mandatory now")
    yield from _content(old, new, schemas)


def _responses(was: Node, now: Node, schemas: Schemas) -> Iterator[Difference]:
    responses = now.at("responses")
    for status in was.at("responses").names():
        old, new = was.at("responses", status), responses.find(status)
        if new is None:
            yield difference(responses, status, change="is gone")
        else:
            yield from _headers(old, new, schemas)
            yield from _content(old, new, schemas)


def _headers(old: Node, new: Node, schemas: Schemas) -> Iterator[Difference]:
    before, after = _by_lower_case(old), _by_lower_case(new)
    for name, (spelled, header) in before.items():
        _, kept = after.get(name, (spelled, None))
        if kept is None:
            if _is_required(header):
                yield difference(new, "headers", spelled, change="is gone")
            continue
        if _is_required(header) and not _is_required(kept):
            yield difference(kept, "required", change=f"{spelled} is no longer mandatory")
        yield from schemas.compare(_schema(header), _schema(kept))


def _by_lower_case(response: Node) -> dict[str, tuple[str, Node]]:
    headers = response.find("headers")
    return {name.lower(): (name, headers.at(name)) for name in headers.mapping()} if headers is not None else {}


def _content(old: Node, new: Node, schemas: Schemas) -> Iterator[Difference]:
    before, after = old.find("content"), new.find("content")
    for media in before.mapping() if before is not None else ():
        kept = after.find(media) if after is not None else None
        if kept is None:
            yield difference(new, "content", media, change="is gone")
        elif before is not None:
            yield from schemas.compare(_schema(before.at(media)), _schema(kept))


def _error_codes(was: Node, now: Node) -> Iterator[Difference]:
    """Compare the known codes; a new one is no breach, as the list never claims to be complete."""
    old, new = was.find("x-error-codes"), now.find("x-error-codes")
    for code in old.mapping() if old is not None else ():
        kept = new.find(code) if new is not None else None
        if kept is None:
            yield difference(now, "x-error-codes", code, change="is gone")
        elif old is not None:
            before, after = old.at(code, "statuses").value, kept.at("statuses").value
            if _in_order(before) != _in_order(after):
                yield difference(kept, "statuses", change=was_is(before, after))


def _is_required(node: Node) -> bool:
    return node.mapping().get("required") is True


def _schema(node: Node) -> Node:
    """Return the schema of a parameter, header or body; without one, that of anything."""
    return node.find("schema") or replace(node, place=(*node.place, "schema"), value={})


def _in_order(value: Json) -> Json:
    """Return *value* such that a list with its members in another order is equal."""
    return sorted(value, key=str) if isinstance(value, list) else value
