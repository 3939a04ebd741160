"""A set of readings of the page in words: what all of them have in common."""

from liverec.model import AXES, DIALECTS, dialects_with


def reading_words(readings: int) -> str:
    """Return ``axis=value`` for each axis that the dialects of a bit set restrict; empty if they restrict none."""
    inside = [one for number, one in enumerate(DIALECTS) if readings >> number & 1]
    left, words = dialects_with({}), list[str]()
    for axis, values in AXES.items():
        taken = [value for value in values if any(getattr(one, axis) == value for one in inside)]
        narrower = left & _with_any(axis, taken)
        if narrower != left:
            words.append(f"{axis}={' or '.join(taken)}")
            left = narrower
    return ", ".join(words)


def _with_any(axis: str, values: list[str]) -> int:
    found = 0
    for value in values:
        found |= dialects_with({axis: value})
    return found
