"""Two schemas of the same value: is the newer one narrower for who writes it, or wider for who reads it?"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from liverec.document.difference import Difference, Side, difference, was_is
from liverec.document.node import Json, Node

Place: TypeAlias = tuple[str, ...]

_UPPER = ("maxLength", "maxItems", "maxProperties", "maximum")
_LOWER = ("minLength", "minItems", "minProperties", "minimum")
_JUDGED = {
    "type",
    "nullable",
    "enum",
    "pattern",
    "required",
    "properties",
    "additionalProperties",
    "items",
    *_UPPER,
    *_LOWER,
}
_ANNOTATIONS = {"title", "description", "example", "examples", "deprecated", "externalDocs", "xml", "$comment"}
_TYPES = frozenset({"string", "number", "integer", "boolean", "object", "array", "null"})


@dataclass(frozen=True, slots=True)
class Schemas:
    """Compares schemas of *side*; a pair that several places share is compared once."""

    side: Side
    seen: set[tuple[Place, Place]] = field(default_factory=set[tuple[Place, Place]])

    def compare(self, old: Node, new: Node) -> Iterator[Difference]:
        """Yield what breaks the older schema: for requests what is narrower, for responses what is wider.

        What cannot be compared, such as two patterns, breaks it when it has changed.
        """
        if (old.place, new.place) in self.seen:
            return
        self.seen.add((old.place, new.place))
        old, new = _spelled_out(old), _spelled_out(new)
        if not isinstance(old.value, dict) or not isinstance(new.value, dict):
            if old.value != new.value:
                yield difference(new, change=was_is(old.value, new.value))
            return
        yield from self._sets(old, new)
        yield from self._bounds(old, new)
        yield from self._pattern(old, new)
        yield from self._properties(old, new)
        yield from self._items(old, new)
        yield from self._others(old, new)

    def _sets(self, old: Node, new: Node) -> Iterator[Difference]:
        """Compare what is given as a set: types, values, mandatory fields."""
        yield from self._set(new, "type", _types(old), _types(new))
        yield from self._set(new, "enum", _values(old, "enum"), _values(new, "enum"))
        # the more fields are mandatory, the narrower
        before, after = _values(old, "required") or (), _values(new, "required") or ()
        if self.side is Side.REQUEST:
            yield from (difference(new, "required", change=f"now also {name}") for name in after if name not in before)
        else:
            yield from (difference(new, "required", change=f"no longer {name}") for name in before if name not in after)

    def _set(
        self, new: Node, key: str, before: tuple[Json, ...] | None, after: tuple[Json, ...] | None
    ) -> Iterator[Difference]:
        """Compare what is allowed, None being anything."""
        inner, outer = (before, after) if self.side is Side.REQUEST else (after, before)
        if outer is None:
            return
        if inner is None:
            yield difference(new, key, change=was_is(_listed(before), _listed(after)))
            return
        change = "no longer" if self.side is Side.REQUEST else "now also"
        yield from (difference(new, key, change=f"{change} {value}") for value in inner if value not in outer)

    def _bounds(self, old: Node, new: Node) -> Iterator[Difference]:
        for sign, keys in ((1, _UPPER), (-1, _LOWER)):
            for key in keys:
                before, after = (_bound(one, key, sign) for one in (old, new))
                if (after < before) if self.side is Side.REQUEST else (after > before):
                    yield difference(new, key, change=was_is(_raw(old, key), _raw(new, key)))

    def _pattern(self, old: Node, new: Node) -> Iterator[Difference]:
        before, after = _raw(old, "pattern"), _raw(new, "pattern")
        looser = after is None if self.side is Side.REQUEST else before is None
        if before != after and not looser:
            yield difference(new, "pattern", change=was_is(before, after))

    def _properties(self, old: Node, new: Node) -> Iterator[Difference]:
        before, after = old.find("properties"), new.find("properties")
        for name in before.mapping() if before is not None else ():
            kept = after.find(name) if after is not None else None
            if kept is None:
                yield difference(new, "properties", name, change="is gone")
            elif before is not None:
                yield from self.compare(before.at(name), kept)
        was, now = (_flat(one, "additionalProperties", True) for one in (old, new))
        looser = now is True if self.side is Side.REQUEST else now is False
        if was != now and not looser:
            yield difference(new, "additionalProperties", change=was_is(was, now))
        if self.side is Side.RESPONSE and was is False:
            known = before.mapping() if before is not None else {}
            for name in after.mapping() if after is not None else ():
                if name not in known:
                    yield difference(new, "properties", name, change="is new, where nothing else was allowed")

    def _items(self, old: Node, new: Node) -> Iterator[Difference]:
        if "items" in {**old.mapping(), **new.mapping()}:
            yield from self.compare(_items_of(old), _items_of(new))

    def _others(self, old: Node, new: Node) -> Iterator[Difference]:
        """Name every other constraint that has changed: whether it breaks anything, nobody can tell."""
        keys = [key for key in {**old.mapping(), **new.mapping()} if not key.startswith("x-")]
        for key in keys:
            if key not in _JUDGED | _ANNOTATIONS and (was := _flat(old, key)) != (now := _flat(new, key)):
                yield difference(new, key, change=was_is(was, now))


def _spelled_out(schema: Node) -> Node:
    """Return *schema*, or what ``true`` stands for."""
    return replace(schema, value={}) if schema.value is True else schema


def _items_of(schema: Node) -> Node:
    """Return the schema of the members of a list; without one, that of anything."""
    return schema.find("items") or replace(schema, place=(*schema.place, "items"), value={})


def _raw(node: Node, key: str) -> Json:
    return node.mapping().get(key)


def _values(node: Node, key: str) -> tuple[Json, ...] | None:
    value = _raw(node, key)
    return tuple(value) if isinstance(value, list) else None


def _types(node: Node) -> tuple[Json, ...] | None:
    value = _raw(node, "type")
    if value is None:
        return None
    types = [*value] if isinstance(value, list) else [value]
    if _raw(node, "nullable") is True:
        types.append("null")
    return (*types, "integer") if "number" in types else tuple(types)


def _bound(node: Node, key: str, sign: int) -> float:
    """Return a bound such that a larger one admits more; without it, everything."""
    value = _raw(node, key)
    return sign * value if isinstance(value, int | float) else float("inf")


def _listed(values: tuple[Json, ...] | None) -> str:
    return "anything" if values is None else ", ".join(str(value) for value in values)


def _flat(node: Node, key: str, default: Json = None) -> Json:
    """Return what the value of *key* constrains, with references replaced by what they lead to, unless that is back."""
    inner = node.find(key)
    return default if inner is None else _flattened(inner, ())


def _flattened(node: Node, around: tuple[Place, ...]) -> Json:
    if node.place in around:
        return node.name
    inside = (*around, node.place)
    if isinstance(node.value, dict):
        are_names = node.place[-1:] == ("properties",)
        kept = (key for key in node.value if are_names or not (key in _ANNOTATIONS or key.startswith("x-")))
        return {key: _flattened(node.at(key), inside) for key in kept}
    if isinstance(node.value, list) and node.value:
        return [_flattened(one, inside) for one in node.items()]
    return node.value
