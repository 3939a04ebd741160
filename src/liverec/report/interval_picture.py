"""The measured restart interval as a picture: which gaps between STOP and START were refused, which accepted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from liverec.report.svg import Picture, Scale
from liverec.report.text import counted, seconds

WIDTH = 1000.0
_LEFT = 96.0
_RIGHT = WIDTH - 24
_ROW = 9.0  # distance of probes that would cover one another
_ROWS = 6
_ZOOM_ROOM = 1.8  # how much more than the undecided stretch the close-up shows


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """A START after a STOP; the true gap, in seconds, lies between ``from_s`` and ``until_s``."""

    from_s: float
    until_s: float
    accepted: bool
    certain: bool

    def breaks(self, interval_s: float) -> bool:
        """Whether no gap within the probe's bounds makes its answer right."""
        return self.certain and (self.until_s <= interval_s if self.accepted else self.from_s > interval_s)

    @property
    def tip(self) -> str:
        """All that is known, in one line."""
        answer = "accepted" if self.accepted else "refused"
        unsure = "" if self.certain else ", cannot decide"
        return f"{answer}{unsure}: {seconds(self.from_s)} to {seconds(self.until_s)} after the STOP"


def interval_picture(
    probes: Sequence[Mapping[str, Any]], interval_s: Mapping[str, float | None], stated_s: float, by: str = "the page"
) -> tuple[Markup, ...]:
    """Return the pictures of *probes*: all of them, then a close-up around *stated_s* where that shows more.

    *interval_s* holds ``refused_up_to`` and ``accepted_from``; *stated_s* is the interval that is asked for, and *by*
    says what asks for it. Without a probe there is no picture.
    """
    seen = tuple(
        Probe(
            from_s=max(0.0, float(probe["gap_from_s"])),
            until_s=float(probe["gap_until_s"]),
            accepted=bool(probe["accepted"]),
            certain=bool(probe["certain"]),
        )
        for probe in probes
    )
    if not seen:
        return ()
    bounds = (interval_s.get("refused_up_to"), interval_s.get("accepted_from"))
    furthest = max(stated_s * 1.5, *(probe.until_s * 1.05 for probe in seen))
    wide = Scale(low=0.0, high=furthest, left=_LEFT, right=_RIGHT)
    near = _close_up(bounds, stated_s)
    stated = f"{by}: more than {seconds(stated_s)}"
    pictures = [_draw(seen, bounds, stated_s, wide, near, stated=stated)]
    if near is not None and any(near.low <= probe.until_s and probe.from_s <= near.high for probe in seen):
        pictures.append(_draw(seen, bounds, stated_s, near, None, stated=stated))
    return tuple(pictures)


def _close_up(bounds: tuple[float | None, float | None], stated_s: float) -> Scale | None:
    """Return the scale around the stated interval that holds the measured bounds; None if that is no close-up."""
    distances = [abs(bound - stated_s) for bound in bounds if bound is not None]
    if not distances:
        return None
    reach = max(max(distances) * _ZOOM_ROOM, stated_s / 1000)
    if reach > stated_s / 4:
        return None
    return Scale(low=stated_s - reach, high=stated_s + reach, left=_LEFT, right=_RIGHT)


def _draw(
    probes: Sequence[Probe],
    bounds: tuple[float | None, float | None],
    stated_s: float,
    scale: Scale,
    near: Scale | None,
    *,
    stated: str,
) -> Markup:
    refused_up_to, accepted_from = bounds
    shown = [probe for probe in probes if probe.from_s <= scale.high and probe.until_s >= scale.low]
    accepted = [probe for probe in shown if probe.accepted]
    refused = [probe for probe in shown if not probe.accepted]
    picture = Picture(width=WIDTH, label=f"{counted(len(shown), 'probe')} between {scale.low:g} and {scale.high:g} s")
    top, upper = 44.0, 44.0 + 16 + _ROW * _rows(accepted, scale)
    bottom = upper + 20 + _ROW * _rows(refused, scale)
    picture.axis(scale, top, bottom)
    if near is not None:
        left, right = scale.at(near.low), scale.at(near.high)
        picture.rect(left, top, max(right - left, 3), bottom - top, "near", tip="see the close-up")
    if refused_up_to is not None and accepted_from is not None and refused_up_to < accepted_from:
        left, right = scale.at(refused_up_to), scale.at(accepted_from)
        picture.rect(left, top, max(right - left, 1), bottom - top, "between", tip="the interval ends in here")
    _draw_bounds(picture, bounds, scale, top)
    w = scale.at(stated_s)
    picture.line(w, top - 14, w, bottom, "stated")
    picture.text(w, top - 30, stated, "label stated", anchor="middle")
    picture.text(_LEFT - 12, (top + upper) / 2 + 4, "accepted", "lane", anchor="end")
    picture.text(_LEFT - 12, (upper + bottom) / 2 + 4, "refused", "lane", anchor="end")
    picture.line(_LEFT, upper, _RIGHT, upper, "rail")
    _draw_probes(picture, accepted, scale, top + 10, stated_s)
    _draw_probes(picture, refused, scale, upper + 12, stated_s)
    return picture.markup(bottom + 22)


def _draw_bounds(picture: Picture, bounds: tuple[float | None, float | None], scale: Scale, top: float) -> None:
    """Write what was measured to the left and to the right of the stated interval."""
    for bound, words, anchor, kind in zip(
        bounds, ("refused up to", "accepted from"), ("end", "start"), ("refused", "ok"), strict=True
    ):
        if bound is not None and scale.holds(bound):
            x = scale.at(bound)
            picture.line(x, top - 6, x, top + 6, f"bound {kind}")
            shift = -8 if anchor == "end" else 8
            picture.text(x + shift, top - 8, f"{words} {seconds(bound)}", f"label {kind}", anchor=anchor)


def _draw_probes(picture: Picture, probes: Sequence[Probe], scale: Scale, top: float, stated_s: float) -> None:
    for probe, row in zip(probes, _placed(probes, scale), strict=True):
        kind = "ok" if probe.accepted else "refused"
        kind += "" if probe.certain else " unsure"
        kind += " wrong" if probe.breaks(stated_s) else ""
        left, right, y = scale.at(probe.from_s), scale.at(probe.until_s), top + row * _ROW
        picture.rect(left, y - 1.5, max(right - left, 1), 3, f"bar {kind}", tip=probe.tip)
        picture.circle((left + right) / 2, y, 4, f"head {kind}", tip=probe.tip)


def _placed(probes: Sequence[Probe], scale: Scale) -> tuple[int, ...]:
    """Give each probe the first row in which it covers no other; the last row takes what is left."""
    taken = [float("-inf")] * _ROWS
    rows: list[int] = []
    for probe in probes:
        middle = (scale.at(probe.from_s) + scale.at(probe.until_s)) / 2
        left, right = min(scale.at(probe.from_s), middle - 5), max(scale.at(probe.until_s), middle + 5)
        row = next((row for row in range(_ROWS) if taken[row] <= left), _ROWS - 1)
        taken[row] = max(taken[row], right)
        rows.append(row)
    return tuple(rows)


def _rows(probes: Sequence[Probe], scale: Scale) -> int:
    return max(_placed(probes, scale), default=0) + 1
