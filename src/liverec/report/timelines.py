"""Timelines: what happened on a stream, one lane per process, the restart interval shaded behind it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from liverec.report.evidence import stream_name
from liverec.report.svg import CHARACTER, Picture, Scale
from liverec.report.text import seconds

WIDTH = 1000.0
_GUTTER = 280.0  # at most, for the names of the lanes
_MARGIN = 18.0
_TOP = 8.0
_LEVEL = 13.0  # height of one row of labels
_LEVELS = 4
_KINDS = {"ok": "ok", "refused": "refused", "turned away": "away"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One operation; times in seconds from the beginning of the run, ``completed_s`` None without an answer."""

    action: str
    invoked_s: float
    completed_s: float | None
    outcome: str
    label: str

    @property
    def tip(self) -> str:
        """All that is known, in one line."""
        until = "no answer" if self.completed_s is None else seconds(self.completed_s)
        return f"{self.label}: {self.outcome}, {seconds(self.invoked_s)} to {until}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """Where a mark's words stand: the row above the lane, and whether they end at the mark."""

    level: int
    turned: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A stretch of time in which a START must wait; not certain where the STOP's moment of effect is unknown."""

    from_s: float
    until_s: float
    certain: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """A row of the picture."""

    title: str
    marks: tuple[Mark, ...]
    windows: tuple[Window, ...] = ()


def timeline_picture(timeline: Mapping[str, Any]) -> Markup:
    """Draw one scheduled stream: a lane per process, its wait window across all of them."""
    operations = timeline.get("operations") or ()
    return draw(_lanes_by_process(operations, _wait_windows(timeline)), label=str(timeline.get("title", "timeline")))


def overview_picture(timelines: Iterable[Mapping[str, Any]]) -> Markup:
    """Draw all scheduled streams over one another, one lane each: how the waits overlap."""
    lanes = tuple(
        Lane(
            title=str(timeline.get("title", "")),
            marks=_in_order(_mark(operation) for operation in timeline.get("operations") or ()),
            windows=_wait_windows(timeline),
        )
        for timeline in timelines
    )
    return draw(lanes, label="all schedules", levels=3)


def witness_picture(witness: Mapping[str, Any], interval_s: float) -> Markup:
    """Draw a witness; each accepted STOP is followed by *interval_s* seconds in which a START must be refused.

    Its effect lies between invocation and completion, so the interval certainly holds from the completion until
    *interval_s* after the invocation, and possibly until *interval_s* after the completion.
    """
    operations = witness.get("operations") or ()
    windows: list[Window] = []
    for mark in map(_mark, operations):
        if mark.action == "STOP" and mark.outcome == "ok" and mark.completed_s is not None:
            certain_until = max(mark.completed_s, mark.invoked_s + interval_s)
            windows.append(Window(from_s=mark.completed_s, until_s=certain_until))
            windows.append(Window(from_s=certain_until, until_s=mark.completed_s + interval_s, certain=False))
    return draw(_lanes_by_process(operations, tuple(windows)), label=f"witness on {stream_name(witness.get('stream'))}")


def draw(lanes: Sequence[Lane], *, label: str, levels: int = _LEVELS) -> Markup:
    """Draw *lanes* above a common axis of seconds; an empty picture says so."""
    picture = Picture(width=WIDTH, label=label)
    if not any(lane.marks for lane in lanes):
        picture.text(_MARGIN, 20, "no operation", "tick")
        return picture.markup(30)
    scale = _scale(lanes)
    placed = [_labels(lane.marks, scale, levels) for lane in lanes]
    heights = [26 + _LEVEL * max((label.level + 1 for label in labels if label), default=0) for labels in placed]
    bottom = _TOP + sum(heights)
    picture.axis(scale, _TOP, bottom)
    y = _TOP
    for lane, labels, height in zip(lanes, placed, heights, strict=True):
        _draw_lane(picture, lane, labels, scale, top=y, bottom=y + height)
        y += height
    return picture.markup(bottom + 22)


def _draw_lane(
    picture: Picture, lane: Lane, labels: Sequence[Label | None], scale: Scale, *, top: float, bottom: float
) -> None:
    middle = bottom - 12
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


def _scale(lanes: Sequence[Lane]) -> Scale:
    longest = max(len(lane.title) for lane in lanes)
    marks = [mark for lane in lanes for mark in lane.marks]
    ends = [mark.completed_s if mark.completed_s is not None else mark.invoked_s for mark in marks]
    ends += [window.until_s for lane in lanes for window in lane.windows]
    low, high = min(mark.invoked_s for mark in marks), max(ends)
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


def _lanes_by_process(operations: Iterable[Mapping[str, Any]], windows: tuple[Window, ...]) -> tuple[Lane, ...]:
    lanes: dict[str, list[Mark]] = {}
    for operation in operations:
        lanes.setdefault(f"process {operation.get('process', '?')}", []).append(_mark(operation))
    return tuple(Lane(title=title, marks=_in_order(marks), windows=windows) for title, marks in lanes.items())


def _in_order(marks: Iterable[Mark]) -> tuple[Mark, ...]:
    return tuple(sorted(marks, key=lambda mark: mark.invoked_s))


def _wait_windows(timeline: Mapping[str, Any]) -> tuple[Window, ...]:
    window = timeline.get("wait_window")
    return () if window is None else (Window(from_s=window["from_s"], until_s=window["until_s"]),)


def _mark(operation: Mapping[str, Any]) -> Mark:
    action, status = str(operation.get("action", "")), operation.get("status")
    answer = "no answer" if status is None else str(status)
    return Mark(
        action=action,
        invoked_s=float(operation["invoked_s"]),
        completed_s=operation.get("completed_s"),
        outcome=str(operation.get("outcome", "")),
        label=str(operation.get("label") or f"{action} {answer}"),
    )


def _fitted(text: str, room: float) -> str:
    most = int(room / CHARACTER)
    return text if len(text) <= most else f"{text[: most - 1]}\N{HORIZONTAL ELLIPSIS}"
