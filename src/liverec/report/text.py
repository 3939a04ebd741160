"""Text for people: whatever a target sent, made harmless to show, and numbers made readable."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

from liverec.verdict import Result

# Control characters, marks that turn the writing direction, zero-width characters, lone surrogates, what XML forbids.
_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb\ufffe\uffff]"
)


def legible(text: str) -> str:
    r"""Return *text* with every character that hides, moves or forbids others written out (``\x1b``).

    Tabs and line feeds stay. The result can be printed on a terminal and stands in XML and HTML once escaped.
    """
    return _HIDDEN.sub(_written_out, text)


def _written_out(match: re.Match[str]) -> str:
    code = ord(match.group())
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def legible_value(value: object) -> Any:
    """Return a JSON-ready *value* with each string in it made legible, keys included."""
    if isinstance(value, str):
        return legible(value)
    if isinstance(value, Mapping):
        pairs = cast("Mapping[object, object]", value).items()
        return {legible(str(key)): legible_value(item) for key, item in pairs}
    if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray):
        return [legible_value(item) for item in cast("Sequence[object]", value)]
    return value


def legible_result(result: Result) -> Result:
    """Return *result* with every string in it made legible, for a report that people read."""
    judgements = tuple(
        replace(
            judgement,
            why=legible(judgement.why),
            evidence=tuple(legible_value(judgement.evidence)),
            replay=legible(judgement.replay),
            declared=judgement.declared and replace(judgement.declared, reason=legible(judgement.declared.reason)),
        )
        for judgement in result.judgements
    )
    return replace(
        result,
        judgements=judgements,
        target=legible_value(result.target),
        versions=legible_value(result.versions),
        dialect=legible_value(result.dialect),
        histories=tuple(legible_value(result.histories)),
        notes=tuple(legible_value(result.notes)),
        timelines=tuple(legible_value(result.timelines)),
        started=legible(result.started),
    )


def seconds(value: float) -> str:
    """Return a duration in seconds with at most six digits after the point: ``10.05 s``."""
    digits = f"{value:.6f}".rstrip("0").rstrip(".")
    return f"{digits} s"


def measured_interval(interval_s: Mapping[str, float | None]) -> str:
    """Return the restart interval that was measured, in words; "" if no probe decides about it."""
    words = {"refused_up_to": "refused up to", "accepted_from": "accepted from"}
    known = [f"{words[key]} {seconds(value)}" for key in words if (value := interval_s.get(key)) is not None]
    return f"a START was {' and '.join(known)} after the STOP" if known else ""


def counted(number: int, noun: str) -> str:
    """Return ``1 request`` or ``2 requests``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
