"""What a timeline shows, before it is drawn or written: a lane per process, with marks and windows in it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from liverec.report.text import seconds


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """The time between two effects, at the moments that favour the service the most."""

    opened: Mark
    start: Mark
    from_s: float
    until_s: float
    label: str


def witness_lanes(witness: Mapping[str, Any], interval_s: float) -> tuple[Lane, ...]:
    """Return a lane for each process of each stream, with the windows that the stream's accepted STOPs opened.

    After a STOP comes *interval_s* seconds in which a START must be refused. Its effect lies between invocation and
    completion, so the interval certainly holds from the completion until *interval_s* after the invocation, and
    possibly until *interval_s* after the completion.
    """
    streams: dict[str, list[Mapping[str, Any]]] = {}
    for operation in witness.get("operations") or ():
        streams.setdefault(str(operation.get("stream", "")), []).append(operation)
    names = {stream.rsplit("/", 1)[-1] for stream in streams}
    lanes: list[Lane] = []
    for stream, operations in streams.items():
        # the last part is what a person looks for; where it does not tell them apart, all of it
        name = stream.rsplit("/", 1)[-1] if len(names) == len(streams) else stream
        prefix = f"{name}, " if len(streams) > 1 else ""
        lanes += lanes_by_process(operations, _windows(operations, interval_s), prefix)
    return tuple(lanes)


def _windows(operations: Iterable[Mapping[str, Any]], interval_s: float) -> tuple[Window, ...]:
    windows: list[Window] = []
    for mark in map(mark_of, operations):
        if mark.action == "STOP" and mark.outcome == "ok" and mark.completed_s is not None:
            certain_until = max(mark.completed_s, mark.invoked_s + interval_s)
            windows.append(Window(from_s=mark.completed_s, until_s=certain_until))
            windows.append(Window(from_s=certain_until, until_s=mark.completed_s + interval_s, certain=False))
    return tuple(windows)


def span_of(witness: Mapping[str, Any]) -> Span | None:
    """Return what the gap of a *witness* measures; None where there is more to it than one gap."""
    gap = witness.get("gap")
    if gap is None:
        return None
    operations = witness["operations"]
    return Span(
        opened=mark_of(operations[gap["opened"]]),
        start=mark_of(operations[gap["start"]]),
        from_s=gap["from_s"],
        until_s=gap["until_s"],
        label=str(gap["words"]),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """Lanes, and the stretch of time from ``low`` to ``high`` in seconds that is shown of them."""

    lanes: tuple[Lane, ...]
    low: float
    high: float


def framed(lanes: Sequence[Lane], span: Span | None) -> Frame:
    """Return the frame that holds all that the lanes show, unless that leaves no room for what *span* measures.

    A recording of an hour must not hide a gap of seconds: then what was long before stands at the left edge, and its
    label says when it was.
    """
    begins, ends = list[float](), list[float]()
    for lane in lanes:
        begins += [mark.invoked_s for mark in lane.marks]
        ends += [mark.invoked_s if mark.completed_s is None else mark.completed_s for mark in lane.marks]
        ends += [window.until_s for window in lane.windows]
    low = min(begins)
    if span is not None:
        edge = min(span.opened.invoked_s, span.from_s - (span.until_s - span.from_s) / 2)
        low = max(low, edge)
    shown = tuple(replace(lane, marks=tuple(_dated(mark, low) for mark in lane.marks)) for lane in lanes)
    return Frame(lanes=shown, low=low, high=max(ends))


def _dated(mark: Mark, low: float) -> Mark:
    if mark.invoked_s >= low:
        return mark
    return replace(mark, label=f"\N{LEFTWARDS ARROW} {mark.label} at {mark.invoked_s:.3f} s")


def lanes_by_process(
    operations: Iterable[Mapping[str, Any]], windows: tuple[Window, ...], prefix: str = ""
) -> tuple[Lane, ...]:
    """Return a lane for each process, *prefix* before its name; *windows* lie across all of them."""
    lanes: dict[str, list[Mark]] = {}
    for operation in operations:
        lanes.setdefault(f"{prefix}process {operation.get('process', '?')}", []).append(mark_of(operation))
    return tuple(Lane(title=title, marks=in_order(marks), windows=windows) for title, marks in lanes.items())


def in_order(marks: Iterable[Mark]) -> tuple[Mark, ...]:
    """Return *marks* in the order of invocation."""
    return tuple(sorted(marks, key=lambda mark: mark.invoked_s))


def wait_windows(timeline: Mapping[str, Any]) -> tuple[Window, ...]:
    """Return the window that a schedule waits for, if it has one."""
    window = timeline.get("wait_window")
    return () if window is None else (Window(from_s=window["from_s"], until_s=window["until_s"]),)


def mark_of(operation: Mapping[str, Any]) -> Mark:
    """Return one operation of a timeline or a witness as a mark."""
    action, status = str(operation.get("action", "")), operation.get("status")
    answer = "no answer" if status is None else str(status)
    return Mark(
        action=action,
        invoked_s=float(operation["invoked_s"]),
        completed_s=operation.get("completed_s"),
        outcome=str(operation.get("outcome", "")),
        label=str(operation.get("label") or f"{action} {answer}"),
    )
