"""The report's pictures of a load run; the live page draws the same ones in the browser."""

from collections.abc import Sequence
from itertools import groupby, pairwise
from math import ceil, floor, log10

from markupsafe import Markup

from liveload.gaps import GapPlot, Standing
from liveload.series import Point
from liveload.state import LiveState
from liverec.report.svg import Picture, Scale
from liverec.report.text import counted, seconds

WIDTH = 1000.0
_LEFT, _RIGHT = 64.0, WIDTH - 16
_HALF = 90.0  # height of the accepted, and of the refused
_HEIGHT = 180.0
_SEEN = 4.0  # a wrong probe is seen however many others there are
_CURVES = ("p50", "p95", "p99")
_ROW = 22.0
_NAMES = 210.0  # room for the names of requirements


def gap_picture(plot: GapPlot, stated_s: float) -> Markup:
    """Draw accepted probes upwards and refused ones downwards, by their gap."""
    top = 30.0
    middle, scale = top + _HALF, Scale(low=plot.low_s, high=plot.high_s, left=_LEFT, right=_RIGHT)
    sums = [sum(counts.values()) for one in plot.bins for counts in (one.accepted, one.refused)]
    most = max(sums, default=0) or 1
    label = f"{counted(sum(sums), 'probe')} between {plot.low_s:g} and {plot.high_s:g} s after the STOP"
    picture = Picture(width=WIDTH, label=label)
    picture.axis(scale, top, middle + _HALF)
    picture.text(_LEFT - 8, top + 10, str(most), "tick", anchor="end")
    picture.text(_LEFT - 8, middle + _HALF, str(most), "tick", anchor="end")
    width = max((_RIGHT - _LEFT) * plot.width_s / (plot.high_s - plot.low_s) - 1, 1)
    for one in plot.bins:
        span = f"{seconds(one.from_s)} to {seconds(one.from_s + plot.width_s)} after the STOP"
        for answer, counts in (("accepted", one.accepted), ("refused", one.refused)):
            reached = 0.0
            for standing in Standing:
                least = _SEEN if counts.get(standing) and standing is Standing.WRONG else 0.0
                height = max(counts.get(standing, 0) / most * _HALF, least)
                y = middle - reached - height if answer == "accepted" else middle + reached
                if height:
                    tip = f"{counts[standing]} {answer}, {span}"
                    picture.rect(scale.at(one.from_s), y, width, height, f"column {standing} {answer}", tip=tip)
                reached += height
    picture.line(_LEFT, middle, _RIGHT, middle, "rail")
    stated = scale.at(stated_s)
    picture.line(stated, top - 8, stated, middle + _HALF, "stated")
    picture.text(stated, top - 14, f"the page: more than {seconds(stated_s)}", "label stated", anchor="middle")
    return picture.markup(middle + _HALF + 22)


def rate_picture(points: Sequence[Point]) -> Markup:
    """Draw answers a second over the run; there is at least one point."""
    most = max(1.0, *(point.rate for point in points))
    picture = Picture(width=WIDTH, label=f"answers a second over the run, {most:.4g} at most")
    across, up = _across(points), Scale(low=0.0, high=most, left=8 + _HEIGHT, right=8.0)
    picture.axis(across, 8, 8 + _HEIGHT)
    for value in up.ticks(4):
        _level(picture, up.at(value), f"{value:,g}")
    places = [(across.at(point.second), up.at(point.rate)) for point in points]
    foot = up.at(0)
    picture.polygon(((places[0][0], foot), *places, (places[-1][0], foot)), "rise")
    _curve(picture, places, "rate")
    return picture.markup(_HEIGHT + 30)


def latency_picture(points: Sequence[Point]) -> Markup:
    """Draw the percentiles over the run, on a logarithmic scale; a stretch without answers parts the curves."""
    values = [value for point in points for value in point.latency_ms if value]
    low, high = floor(log10(min(values, default=1.0))), ceil(log10(max(values, default=1.0)))
    up = Scale(low=low, high=max(high, low + 1), left=8 + _HEIGHT, right=8.0)
    picture = Picture(
        width=WIDTH, label=f"latency percentiles over the run, {milliseconds(max(values, default=0))} at most"
    )
    across = _across(points)
    picture.axis(across, 8, 8 + _HEIGHT)
    for power in range(low, max(high, low + 1) + 1):
        _level(picture, up.at(power), milliseconds(10.0**power))
    for index, kind in enumerate(_CURVES):
        for there, stretch in groupby(points, key=lambda point: bool(point.latency_ms[index])):
            if there:
                _curve(
                    picture,
                    [(across.at(point.second), up.at(log10(point.latency_ms[index] or 1))) for point in stretch],
                    kind,
                )
    return picture.markup(_HEIGHT + 30)


def violations_picture(state: LiveState) -> Markup:
    """Draw when each requirement was seen broken, a row for each; there is at least one violation."""
    seen = state.tally.violations
    names = sorted({one.requirement for one in seen})
    scale = Scale(low=0.0, high=max(1.0, state.elapsed_s, *map(state.since_zero, seen)), left=_NAMES, right=_RIGHT)
    bottom = 8 + _ROW * len(names)
    picture = Picture(
        width=WIDTH, label=f"{counted(len(seen), 'violation')} of {counted(len(names), 'requirement')} over the run"
    )
    picture.axis(scale, 8, bottom)
    for row, name in enumerate(names):
        y = 8 + _ROW * (row + 0.5)
        picture.text(_NAMES - 12, y + 4, name, "lane", anchor="end")
        picture.line(_NAMES, y, _RIGHT, y, "rail")
        for one in (one for one in seen if one.requirement == name):
            when = state.since_zero(one)
            picture.circle(scale.at(when), y, 5, "seen", tip=f"{when:.3f} s, {one.stream}: {one.why}")
    return picture.markup(bottom + 22)


def milliseconds(value: float | None) -> str:
    """Return a latency as people read it."""
    if value is None:
        return "none"
    return f"{value / 1000:.3g} s" if value >= 1000 else f"{value:.3g} ms"


def _across(points: Sequence[Point]) -> Scale:
    low = points[0].second
    return Scale(low=low, high=max(points[-1].second, low + 1), left=_LEFT, right=_RIGHT)


def _level(picture: Picture, y: float, text: str) -> None:
    picture.line(_LEFT, y, _RIGHT, y, "grid")
    picture.text(_LEFT - 8, y + 4, text, "tick", anchor="end")


def _curve(picture: Picture, places: Sequence[tuple[float, float]], kind: str) -> None:
    if len(places) == 1:  # a lone second between two stalls
        picture.circle(*places[0], 1.5, f"dot {kind}")
    for (x1, y1), (x2, y2) in pairwise(places):
        picture.line(x1, y1, x2, y2, f"curve {kind}")
