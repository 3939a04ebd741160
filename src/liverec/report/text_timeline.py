"""A witness as a picture of characters: a lane per process, the restart interval shaded."""

from collections.abc import Mapping, Sequence
from typing import Any

from liverec.report.lanes import Frame, Lane, Mark, Span, framed, span_of, witness_lanes
from liverec.report.svg import Scale
from liverec.report.text import legible

_HEADS = {"START": "\N{BLACK RIGHT-POINTING TRIANGLE}", "STOP": "\N{BLACK SQUARE}"}
_BAR, _OPEN_BAR = "\N{BOX DRAWINGS HEAVY HORIZONTAL}", "\N{BOX DRAWINGS HEAVY DOUBLE DASH HORIZONTAL}"
_CERTAIN, _UNSURE = "\N{MEDIUM SHADE}", "\N{LIGHT SHADE}"
_LONGEST_TITLE = 32
_LEVELS = 3
KEY = f"{_HEADS['START']} START  {_HEADS['STOP']} STOP  {_CERTAIN} a START must be refused  {_UNSURE} or may be"


def text_timeline(witness: Mapping[str, Any], interval_s: float, *, width: int) -> list[str]:
    """Return a witness in lines of at most *width* characters, as ``witness_picture`` draws it."""
    span = span_of(witness)
    lanes: Sequence[Lane] = witness_lanes(witness, interval_s)
    if not lanes:
        return []
    frame = framed(lanes, span)
    lanes = frame.lanes
    titles = [_cut(legible(lane.title), _LONGEST_TITLE) for lane in lanes]
    gutter = max(map(len, titles)) + 2
    scale = _scale(frame, width - gutter)
    blank = " " * gutter
    lines = [blank + row for row in _measured(span, scale)]
    for lane, title in zip(lanes, titles, strict=True):
        lines += [blank + row for row in _labels(lane.marks, scale)]
        lines.append(f"{title:<{gutter}}{_lane(lane, scale)}")
    lines.append(blank + _axis(scale))
    return [line.rstrip() for line in lines]


def _scale(frame: Frame, columns: int) -> Scale:
    high = frame.high if frame.high > frame.low else frame.low + 0.001
    return Scale(low=frame.low, high=high, left=0, right=columns - 1)


def _column(scale: Scale, value: float) -> int:
    return round(scale.at(value))


def _columns(scale: Scale) -> int:
    return int(scale.right) + 1


def _lane(lane: Lane, scale: Scale) -> str:
    row = [" "] * _columns(scale)
    for window in sorted(lane.windows, key=lambda window: window.certain):
        _fill(row, scale, window.from_s, window.until_s, _CERTAIN if window.certain else _UNSURE)
    for mark in lane.marks:
        end, bar = (scale.high, _OPEN_BAR) if mark.completed_s is None else (mark.completed_s, _BAR)
        _fill(row, scale, mark.invoked_s, end, bar)
    for mark in lane.marks:
        row[_column(scale, mark.invoked_s)] = _HEADS.get(mark.action, "?")
    return "".join(row)


def _fill(row: list[str], scale: Scale, begin: float, end: float, with_: str) -> None:
    left, right = _column(scale, begin), _column(scale, end)
    row[left : right + 1] = with_ * (right + 1 - left)


def _labels(marks: Sequence[Mark], scale: Scale) -> list[str]:
    """Return rows that hold what was answered, each above its mark; the nearest row last."""
    rows: list[list[str]] = []
    for mark in marks:
        label = legible(mark.label)
        at = max(min(_column(scale, mark.invoked_s), _columns(scale) - len(label)), 0)
        span = slice(max(at - 1, 0), at + len(label) + 1)
        row = next((row for row in rows if not "".join(row[span]).strip()), None)
        if row is None:
            if len(rows) == _LEVELS:
                continue
            row = [" "] * _columns(scale)
            rows.append(row)
        row[at : at + len(label)] = label
    return ["".join(row[: _columns(scale)]) for row in reversed(rows)]


def _measured(span: Span | None, scale: Scale) -> list[str]:
    if span is None:
        return []
    left, right = _column(scale, span.from_s), _column(scale, span.until_s)
    words = f" {span.label} "
    if right - left - 1 >= len(words):
        return [" " * left + "├" + words.center(right - left - 1, "─") + "┤"]
    at = max(min(left, _columns(scale) - len(words)), 0)
    return [" " * at + words, " " * left + "├" + "─" * (right - left - 1) + "┤" * (right > left)]


def _axis(scale: Scale) -> str:
    row = [" "] * (_columns(scale) + 2)
    free = 0
    for value in scale.ticks(max(_columns(scale) // 12, 2)):
        words = f"{value:g} s"
        at = _column(scale, value) - len(words) // 2
        if scale.holds(value) and free <= at and at + len(words) <= len(row):
            row[at : at + len(words)] = words
            free = at + len(words) + 1
    return "".join(row)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}\N{HORIZONTAL ELLIPSIS}"
