"""A file of nested values, read within bounds, in which every complaint names its place."""

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Never, TypeAlias, cast

import yaml

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"

MAX_BYTES = 1024 * 1024
MAX_VALUES = 100_000  # aliases can make a small file large
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # thirty times faster where libyaml is there


class DocumentError(ValueError):
    """The document cannot be used; says where, what was expected and what stands there instead."""

    def __init__(self, *, file: Path, line: int | None = None, place: str, expected: str, found: str) -> None:
        self.file = file
        self.line = line
        self.place = place
        self.expected = expected
        self.found = found
        where = f"{file}:{line}" if line else f"{file}"
        super().__init__(f"{where}: {place}: expected {expected}, found {found}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One value and its place; ``raw`` is the whole document and ``source`` its text."""

    file: Path
    source: str
    raw: Json
    place: tuple[str, ...] = ()
    value: Json

    @property
    def name(self) -> str:
        """The keys that lead here, as one text."""
        return " > ".join(self.place) or "the document"

    @property
    def line(self) -> int:
        """The line where this stands, or the last part of its place that is there."""
        return _line(self.source, self.place)

    def fail(self, expected: str, found: str | None = None) -> Never:
        """Raise the complaint that something else was expected here."""
        raise DocumentError(
            file=self.file,
            line=self.line,
            place=self.name,
            expected=expected,
            found=found or repr(self.value)[:80],
        )

    def at(self, *keys: str) -> "Node":
        """Go down, through references."""
        node = self
        for key in keys:
            inner = node.mapping()
            if key not in inner:
                node.fail(f"a key {key!r}", f"only {', '.join(inner)[:80]}" if inner else "none")
            node = node._inner(key, inner[key])
        return node

    def find(self, key: str) -> "Node | None":
        """Go down to *key*, through references, if it is there."""
        return self.at(key) if key in self.mapping() else None

    def mapping(self) -> dict[str, Json]:
        """Return the value as a mapping."""
        return self.value if isinstance(self.value, dict) else self.fail("a mapping")

    def names(self) -> tuple[str, ...]:
        """Return the keys in the order of the file; at least one."""
        return tuple(self.mapping()) or self.fail("at least one key")

    def items(self) -> tuple["Node", ...]:
        """Return the members of a list; at least one."""
        if not isinstance(self.value, list) or not self.value:
            self.fail("a list that is not empty")
        return tuple(self._inner(str(index), value) for index, value in enumerate(self.value))

    def text(self, *, among: tuple[str, ...] = ()) -> str:
        """Return a text that is not empty, and one of *among* if that is given."""
        if not isinstance(self.value, str) or not self.value or (among and self.value not in among):
            self.fail(f"one of {', '.join(among)}" if among else "a text that is not empty")
        return self.value

    def texts(self, *, among: tuple[str, ...] = ()) -> tuple[str, ...]:
        """Return a list of different texts."""
        found = tuple(item.text(among=among) for item in self.items())
        return found if len(set(found)) == len(found) else self.fail("no text twice")

    def number(self, *, up_to: int) -> float:
        """Return a number above 0 and at most *up_to*."""
        number = self.value
        if isinstance(number, bool) or not isinstance(number, int | float) or not 0 < number <= up_to:
            self.fail(f"a number above 0 and up to {up_to}")
        return number

    def status(self) -> int:
        """Return an HTTP status."""
        status = str(self.value)
        return int(status) if re.fullmatch("[1-5][0-9]{2}", status) else self.fail("an HTTP status of three digits")

    def pattern(self, *, groups: int) -> re.Pattern[str]:
        """Return a regular expression with this many groups."""
        try:
            pattern = re.compile(self.text())
        except re.error as error:
            self.fail("a regular expression", f"{self.value!r:.80} ({error})")
        return (
            pattern if pattern.groups == groups else self.fail(f"a pattern with {groups} groups", f"{pattern.groups}")
        )

    def _inner(self, key: str, value: Json) -> "Node":
        node = replace(self, place=(*self.place, key), value=value)
        if not isinstance(value, dict) or "$ref" not in value:
            return node
        target = str(value["$ref"])
        if not target.startswith("#/"):
            node.fail("a reference within the document, #/...", target[:80])
        names = (name.replace("~1", "/").replace("~0", "~") for name in target[2:].split("/"))
        return replace(self, place=(), value=self.raw).at(*names)


def read(file: Path) -> Node:
    """Return the root of a YAML or JSON file.

    Raises:
        DocumentError: the file cannot be read, is larger than 1 MiB or holds too many values, or is no YAML in UTF-8.
    """
    source = _source(file)
    try:
        raw = _values(yaml.load(source, Loader=_LOADER), [MAX_VALUES])  # noqa: S506  # the safe loader, or its twin in C
    except (yaml.YAMLError, ValueError) as error:  # ValueError: a date or number that is none
        mark: yaml.Mark | None = getattr(error, "problem_mark", None)
        found = getattr(error, "problem", None) or str(error)[:80]
        line = mark.line + 1 if mark else None
        raise DocumentError(file=file, line=line, place="the document", expected="YAML", found=found) from None
    except (RecursionError, OverflowError):
        expected = f"at most {MAX_VALUES} values, not too deep"
        raise DocumentError(file=file, place="the document", expected=expected, found="more") from None
    return Node(file=file, source=source, raw=raw, value=raw)


def _source(file: Path) -> str:
    try:
        with file.open("rb") as opened:
            data = opened.read(MAX_BYTES + 1)
        text = data.decode()
    except OSError as error:
        found = error.strerror or str(error)
        raise DocumentError(file=file, place="the file", expected="one that can be read", found=found) from None
    except UnicodeDecodeError as error:
        found = f"another byte at {error.start}"
        raise DocumentError(file=file, place="the file", expected="UTF-8", found=found) from None
    if len(data) > MAX_BYTES:
        raise DocumentError(file=file, place="the file", expected=f"at most {MAX_BYTES} bytes", found="more")
    return text


def _values(value: Any, left: list[int]) -> Json:
    """Return *value* as JSON has it, keys and dates made text; *left* counts down the values still allowed."""
    left[0] -= 1
    if left[0] < 0:
        raise OverflowError
    if isinstance(value, dict):
        return {str(key): _values(inner, left) for key, inner in cast("Any", value).items()}
    if isinstance(value, list):
        return [_values(inner, left) for inner in cast("Any", value)]
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)


def _line(source: str, place: tuple[str, ...]) -> int:
    """Find the line of *place*, or of the last part of it that is there."""
    node = yaml.compose(source, Loader=_LOADER)
    for key in place:
        if isinstance(node, yaml.MappingNode):
            node = next((inner for name, inner in node.value if name.value == key), node)
        elif isinstance(node, yaml.SequenceNode):
            node = node.value[int(key)]
    return node.start_mark.line + 1 if node else 1
