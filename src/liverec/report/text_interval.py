"""The measured restart interval as characters: how many STARTs were refused and accepted, by the gap before them."""

from collections.abc import Sequence
from math import log2

from liverec.report.svg import Scale

_BARS = " \N{LOWER ONE EIGHTH BLOCK}\N{LOWER ONE QUARTER BLOCK}\N{LOWER THREE EIGHTHS BLOCK}\N{LOWER HALF BLOCK}\N{LOWER FIVE EIGHTHS BLOCK}\N{LOWER THREE QUARTERS BLOCK}\N{LOWER SEVEN EIGHTHS BLOCK}\N{FULL BLOCK}"  # noqa: E501  # one string
_NAME = 10


def text_interval(refused: Sequence[int], accepted: Sequence[int], *, interval_s: float) -> list[str]:
    """Return counts in equal bins from 0 to twice *interval_s* as lines: taller is more, by powers of two."""
    columns = len(refused)
    scale = Scale(low=0, high=2 * interval_s, left=0, right=columns)
    most = max(*refused, *accepted)
    ticks = [" "] * (columns + 6)
    free = 0
    for value in scale.ticks(6):
        words = f"{value:g} s"
        at = max(round(scale.at(value)) - len(words) // 2, 0)
        if scale.holds(value) and free <= at <= len(ticks) - len(words):
            ticks[at : at + len(words)] = words
            free = at + len(words) + 1
    stated = " " * round(scale.at(interval_s)) + f"\N{BOX DRAWINGS LIGHT DOWN AND RIGHT} the contract: {interval_s:g} s"
    return [
        " " * _NAME + stated,
        f"{'accepted':<{_NAME}}{_bars(accepted, most)}".rstrip(),
        f"{'refused':<{_NAME}}{_bars(refused, most)}".rstrip(),
        (" " * _NAME + "".join(ticks)).rstrip(),
    ]


def _bars(counts: Sequence[int], most: int) -> str:
    tallest = len(_BARS) - 1
    heights = (max(round(tallest * log2(count + 1) / log2(most + 1)), min(count, 1)) for count in counts)
    return "".join(_BARS[height] for height in heights)
