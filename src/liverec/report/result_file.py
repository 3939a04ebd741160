"""A ``result.json`` read back, as far as two runs can be compared by it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from liverec.report.json_result import FORMAT
from liverec.report.text import legible_value
from liverec.verdict import Verdict

_LARGEST_FILE = 256 * 1024 * 1024


class ResultFileError(Exception):
    """No result that can be read; the message names file, line or field, what was expected and what was found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedRow:
    """What a run concluded about one requirement."""

    id: str
    verdict: Verdict
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedResult:
    """A result as it was written, by ``liverec verify`` or a load run; every text in it is legible."""

    verdict: str
    started: str
    seed: int
    target: Mapping[str, Any]
    versions: Mapping[str, str]
    requirements: tuple[JudgedRow, ...]
    dialect: Mapping[str, str]
    interval_s: Mapping[str, float | None]
    counts: Mapping[str, int]
    load: Mapping[str, Any] | None = None


def read_result(path: Path) -> RecordedResult:
    """Read the result at *path*: a ``result.json``, or the folder that holds it.

    Raises:
        ResultFileError: there is none, it is damaged, or of another version.
    """
    path = path / "result.json" if path.is_dir() else path
    found = _object(path)
    if "liverec_result" not in found:
        raise ResultFileError(f"{path}: liverec_result: expected {FORMAT}, found nothing")
    if (version := found["liverec_result"]) != FORMAT:
        raise ResultFileError(f"{path}: liverec_result: expected {FORMAT}, found {str(version)[:40]}")
    try:
        return msgspec.convert(found, RecordedResult)
    except msgspec.ValidationError as problem:
        said, _, place = str(problem).partition(" - at ")
        field = place.strip("`").removeprefix("$").removeprefix(".")
        raise ResultFileError(f"{path}: {field + ': ' if field else ''}{said[:1].lower()}{said[1:]}") from None


def _object(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST_FILE + 1)
    except OSError as error:
        reason = (error.strerror or "none").lower()
        raise ResultFileError(f"{path}: expected a file that can be read, found: {reason}") from None
    if len(data) > _LARGEST_FILE:
        raise ResultFileError(f"{path}: expected at most {_LARGEST_FILE} bytes, found more")
    try:
        found: Any = json.loads(data)
        legible: Any = legible_value(found)
    except json.JSONDecodeError as error:
        raise ResultFileError(f"{path}:{error.lineno}: expected JSON, found: {error.msg.lower()}") from None
    except (ValueError, RecursionError):
        raise ResultFileError(f"{path}: expected JSON in UTF-8, found something else") from None
    if not isinstance(legible, dict):
        raise ResultFileError(f"{path}:1: expected a JSON object, found another value")
    return legible  # pyright: ignore[reportUnknownVariableType]  # what JSON calls an object has strings as keys
