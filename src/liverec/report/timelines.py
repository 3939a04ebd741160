"""Timelines: what happened on a stream, one lane per process, the restart interval shaded behind it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from liverec.report.evidence import stream_name
from liverec.report.lanes import (
    Frame,
    Lane,
    Mark,
    Span,
    framed,
    in_order,
    lanes_by_process,
    mark_of,
    span_of,
    wait_windows,
    witness_lanes,
)
from liverec.report.svg import CHARACTER, Picture, Scale
from liverec.report.text import seconds

WIDTH = 1000.0
_GUTTER = 280.0  # at most, for the names of the lanes
_MARGIN = 18.0
_TOP = 8.0
_LEVEL = 13.0  # height of one row of labels
_LEVELS = 4
_LANE = 12.0  # from the bottom of a lane to its middle
_SPAN = 26.0  # height of what is measured, above the lanes
_KINDS = {"ok": "ok", "refused": "refused", "turned away": "away"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """Where a mark's words stand: the row above the lane, and whether they end at the mark."""

    level: int
    turned: bool


def timeline_picture(timeline: Mapping[str, Any]) -> Markup:
    """Draw one scheduled stream: a lane per process, its wait window across all of them."""
    operations = timeline.get("operations") or ()
    return draw(lanes_by_process(operations, wait_windows(timeline)), label=str(timeline.get("title", "timeline")))


def overview_picture(timelines: Iterable[Mapping[str, Any]]) -> Markup:
    """Draw all scheduled streams over one another, one lane each: how the waits overlap."""
    lanes = tuple(
        Lane(
            title=str(timeline.get("title", "")),
            marks=in_order(mark_of(operation) for operation in timeline.get("operations") or ()),
            windows=wait_windows(timeline),
        )
        for timeline in timelines
    )
    return draw(lanes, label="all schedules", levels=3)


def witness_picture(witness: Mapping[str, Any], interval_s: float) -> Markup:
    """Draw a witness: see ``witness_lanes`` and ``span_of``."""
    label = f"witness on {stream_name(witness.get('stream'))}"
    return draw(witness_lanes(witness, interval_s), label=label, span=span_of(witness))


def draw(lanes: Sequence[Lane], *, label: str, levels: int = _LEVELS, span: Span | None = None) -> Markup:
    """Draw *lanes* above a common axis of seconds, and what *span* measures; an empty picture says so."""
    picture = Picture(width=WIDTH, label=label)
    if not any(lane.marks for lane in lanes):
        picture.text(_MARGIN, 20, "no operation", "tick")
        return picture.markup(30)
    frame = framed(lanes, span)
    lanes, scale = frame.lanes, _scale(frame)
    placed = [_labels(lane.marks, scale, levels) for lane in lanes]
    heights = [26 + _LEVEL * max((label.level + 1 for label in labels if label), default=0) for labels in placed]
    y = top = _TOP + (_SPAN if span else 0)
    bottom = top + sum(heights)
    picture.axis(scale, top, bottom)
    for lane, labels, height in zip(lanes, placed, heights, strict=True):
        _draw_lane(picture, lane, labels, scale, top=y, bottom=y + height)
        y += height
        if span is not None:
            _draw_effects(picture, lane, span, scale, y - _LANE)
    if span is not None:
        _draw_span(picture, span, scale)
    return picture.markup(bottom + 22)


def _draw_lane(
    picture: Picture, lane: Lane, labels: Sequence[Label | None], scale: Scale, *, top: float, bottom: float
) -> None:
    middle = bottom - _LANE
    for window in lane.windows:
        left, right = scale.at(window.from_s), scale.at(window.until_s)
        kind = "window" if window.certain else "window unsure"
        tip = f"interval until {seconds(window.until_s)}"
        picture.rect(left, top + 2, right - left, bottom - top - 4, kind, tip=tip)
    picture.text(_MARGIN / 2, middle + 4, _fitted(lane.title, scale.left - _MARGIN), "lane")
    picture.line(scale.left, middle, scale.right, middle, "rail")
    for mark, label in zip(lane.marks, labels, strict=True):
        _draw_mark(picture, mark, scale, middle)
        if label is not None:
            x, base = scale.at(mark.invoked_s), middle - 11 - _LEVEL * label.level
            picture.line(x, base + 2, x, middle - 5, "leader")
            kind = f"label {_KINDS.get(mark.outcome, 'info')}"
            picture.text(x, base, mark.label, kind, anchor="end" if label.turned else "start")


def _draw_mark(picture: Picture, mark: Mark, scale: Scale, y: float) -> None:
    """Draw a bar from invocation to completion, and at its head a triangle for START, a square for STOP."""
    kind = _KINDS.get(mark.outcome, "info")
    left = scale.at(mark.invoked_s)
    right = scale.right if mark.completed_s is None else scale.at(mark.completed_s)
    picture.rect(left, y - 3, max(right - left, 2), 6, f"bar {kind}", tip=mark.tip)
    if mark.action == "START":
        picture.polygon(((left - 4, y - 6), (left + 6, y), (left - 4, y + 6)), f"head {kind}", tip=mark.tip)
    else:
        picture.rect(left - 5, y - 5, 10, 10, f"head {kind}", tip=mark.tip)


def _draw_effects(picture: Picture, lane: Lane, span: Span, scale: Scale, y: float) -> None:
    """Mark the moments of effect that favour the service the most, on their way up to what is measured."""
    for mark, moment in ((span.opened, span.from_s), (span.start, span.until_s)):
        if mark in lane.marks:
            x = scale.at(moment)
            picture.line(x, _TOP + _SPAN - 8, x, y, "effect")
            picture.circle(x, y, 2.5, "effect", tip=f"at {seconds(moment)}, where it favours the service the most")


def _draw_span(picture: Picture, span: Span, scale: Scale) -> None:
    left, right, y = scale.at(span.from_s), scale.at(span.until_s), _TOP + _SPAN - 8
    picture.line(left, y, right, y, "effect")
    for x, inward in ((left, 6), (right, -6)):
        picture.polygon(((x, y), (x + inward, y - 3.5), (x + inward, y + 3.5)), "effect")
    half = len(span.label) * CHARACTER / 2
    middle = min(max((left + right) / 2, half), WIDTH - half)
    picture.text(middle, y - 6, span.label, "label", anchor="middle")


def _scale(frame: Frame) -> Scale:
    longest = max(len(lane.title) for lane in frame.lanes)
    low, high = frame.low, frame.high
    room = max((high - low) * 0.04, 0.000_5)
    return Scale(
        low=low - room / 2,
        high=high + room,
        left=min(longest * CHARACTER + 2 * _MARGIN, _GUTTER),
        right=WIDTH - _MARGIN,
    )


def _labels(marks: Sequence[Mark], scale: Scale, levels: int) -> tuple[Label | None, ...]:
    """Give each label the lowest row in which it touches no other; None where there is no room at all.

    A label begins at its mark, or ends there where the picture would cut it.
    """
    taken = [float("-inf")] * levels
    placed: list[Label | None] = []
    for mark in marks:
        x, width = scale.at(mark.invoked_s), len(mark.label) * CHARACTER + 6
        turned = x + width > WIDTH
        left = x - width if turned else x
        free = next((level for level in range(levels) if taken[level] <= left), None)
        if free is not None:
            taken[free] = left + width
        placed.append(None if free is None else Label(level=free, turned=turned))
    return tuple(placed)


def _fitted(text: str, room: float) -> str:
    most = int(room / CHARACTER)
    return text if len(text) <= most else f"{text[: most - 1]}\N{HORIZONTAL ELLIPSIS}"
