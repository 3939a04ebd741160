"""A TOML file, read key by key: whatever is not as expected is told with file, line and key."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

_HEADING = re.compile(r"\s*\[\s*([^\[\]]+?)\s*\]")
_UNQUOTED = re.compile(r"\s*\[\s*([A-Za-z0-9_-]+/[A-Za-z0-9_/-]+)\s*\]")  # a heading that TOML wants in quotes
_KEY = re.compile(r"\s*([A-Za-z0-9_.\"' -]+?)\s*=")
_BARE = re.compile(r"[A-Za-z0-9_-]+")  # a key that needs no quotes
_KINDS: Mapping[type, str] = {
    str: "a string",
    bool: "a boolean",
    int: "an integer",
    float: "a float",
    dict: "a table",
    list: "an array",
}


class ProfileError(Exception):
    """A profile that cannot be used; the message names file, line, key, what was expected and what was found.

    It never holds a value that could be a secret.
    """

    def __init__(self, path: Path, line: int, key: str, *, expected: str, found: str) -> None:
        place = f"{path}:{line}" if line else str(path)
        super().__init__(f"{place}: {key + ': ' if key else ''}expected {expected}, found {found}")
        self.path = path
        self.line = line
        self.key = key
        self.expected = expected
        self.found = found


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table of a file: its values, its place (the keys that lead to it) and the lines of all keys."""

    path: Path
    lines: Mapping[tuple[str, ...], int]
    values: Mapping[str, Any]
    place: tuple[str, ...] = ()

    def error(self, key: str, *, expected: str, found: str) -> ProfileError:
        """Return, to be raised, what is wrong with *key*; an empty key means the table itself."""
        place = (*self.place, key) if key else self.place
        known = (self.lines.get(place[:length]) for length in range(len(place), 0, -1))
        line = next((line for line in known if line), 1)
        return ProfileError(self.path, line, ".".join(place), expected=expected, found=found)

    def only(self, *keys: str) -> None:
        """Refuse every key that is not one of *keys*."""
        for key in self.values:
            if key not in keys:
                raise self.error(key, expected=f"one of {', '.join(keys)}", found="an unknown key")

    def text(self, key: str, pattern: str, meaning: str) -> str:
        """Return the string *key*, all of which matches *pattern*, which is told as *meaning*."""
        value = self._value(key, str, meaning)
        if not isinstance(value, str) or not re.fullmatch(pattern, value, re.DOTALL):
            raise self.error(key, expected=meaning, found="an empty string" if value == "" else "another string")
        return value

    def optional_text(self, key: str, pattern: str, meaning: str) -> str | None:
        """Return the string *key*, or None if it is absent."""
        return self.text(key, pattern, meaning) if key in self.values else None

    def boolean(self, key: str) -> bool:
        """Return the boolean *key*; false if it is absent."""
        return bool(self._value(key, bool, "true or false")) if key in self.values else False

    def integer(self, key: str, most: int) -> int:
        """Return the integer *key*, from 1 to *most*."""
        meaning = f"an integer from 1 to {most}"
        value = self._value(key, int, meaning)
        if not isinstance(value, int) or not 1 <= value <= most:
            raise self.error(key, expected=meaning, found=str(value)[:40])
        return value

    def table(self, key: str) -> "Table":
        """Return the table *key*."""
        heading = ".".join(part if _BARE.fullmatch(part) else f'"{part}"' for part in (*self.place, key))
        values = self._value(key, dict, f"a table [{heading}]")
        return Table(path=self.path, lines=self.lines, values=cast("dict[str, Any]", values), place=(*self.place, key))

    def _value(self, key: str, kind: type, expected: str) -> object:
        value: object = self.values.get(key)
        if value is None:
            raise self.error(key, expected=expected, found="nothing")
        if type(value) is not kind:
            raise self.error(key, expected=expected, found=_KINDS.get(cast("type", type(value)), "a date or time"))
        return value


def read_table(path: Path, *, limit: int) -> Table:
    """Read the file at *path*, of at most *limit* bytes.

    Raises:
        ProfileError: there is no such file, it is too large, or it is not TOML.
    """
    try:
        with path.open("rb") as file:
            data = file.read(limit + 1)
    except OSError as error:
        reason = (error.strerror or "no file").lower()
        raise ProfileError(path, 0, "", expected="a file that can be read", found=reason) from None
    if len(data) > limit:
        raise ProfileError(path, 0, "", expected=f"at most {limit} bytes", found="more")
    return parse_table(path, data)


def parse_table(path: Path, data: bytes) -> Table:
    """Read *data*, the content of *path*.

    Raises:
        ProfileError: it is not TOML.
    """
    try:
        text = data.decode("utf-8-sig")  # some editors begin a file with a byte order mark
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ProfileError(path, line, "", expected="UTF-8 text", found="another encoding") from None
    try:
        values = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        # Only the line is taken from the reason: the rest may repeat what was written there.
        where = re.search(r"at line ([0-9]+)", str(error))
        line = int(where[1]) if where else text.count("\n") + 1
        expected, found = _reason(str(error), text.split("\n")[line - 1])
        raise ProfileError(path, line, "", expected=expected, found=found) from None
    return Table(path=path, lines=_lines(text), values=values)


def _reason(said: str, line: str) -> tuple[str, str]:
    """Return what was expected and found in a *line* that is not TOML; of its values nothing is told."""
    if heading := _UNQUOTED.match(line):
        return f'["{heading[1]}"], in quotes', f"[{heading[1]}]"
    if said.startswith("Invalid date"):
        return "a date that exists", "another one"
    if said.startswith("Cannot declare"):
        return "each table once", "a second one"
    return "TOML", "something else"


def _lines(text: str) -> dict[tuple[str, ...], int]:
    lines: dict[tuple[str, ...], int] = {}
    table: tuple[str, ...] = ()
    for number, line in enumerate(text.splitlines(), start=1):
        place = table
        if heading := _HEADING.match(line):
            place = table = _keys(heading[1])
        elif key := _KEY.match(line):
            place = (*table, *_keys(key[1]))
        for length in range(1, len(place) + 1):
            lines.setdefault(place[:length], number)
    return lines


def _keys(dotted: str) -> tuple[str, ...]:
    return tuple(key.strip().strip("\"'") for key in dotted.split("."))
