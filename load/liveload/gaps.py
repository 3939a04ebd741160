"""Probes of the restart interval, counted by how long the START came after the STOP."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from liveload.tally import Probe
from liverec.clock import NANOSECONDS

BINS = 100
_FURTHEST = 3.0  # times the interval; longer gaps stand at the edge
_NEAR = 0.1  # what counts as near, as a share of the interval
_REACHES = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, _NEAR)
_FEWEST_NEAR = 5
_SHARE_SHOWN = 0.95


class Standing(StrEnum):
    """What a probe says about the interval."""

    RIGHT = "right"  # whatever the true gap was, the answer is the page's
    UNSURE = "unsure"  # the gap's bounds lie on both sides
    WRONG = "wrong"  # whatever the true gap was, the answer is not


@dataclass(slots=True, kw_only=True)
class Bin:
    """Probes whose gaps' middle lies from ``from_s`` on, for one bin's width."""

    from_s: float
    accepted: dict[Standing, int]
    refused: dict[Standing, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class GapPlot:
    """Probes between ``low_s`` and ``high_s``, in bins of equal width; bins that hold nothing are left out."""

    low_s: float
    high_s: float
    bins: tuple[Bin, ...]

    @property
    def width_s(self) -> float:
        """The width of one bin."""
        return (self.high_s - self.low_s) / BINS


def standing_of(probe: Probe, interval_ns: int, resolution_ns: int) -> Standing:
    """Judge one probe by the page alone: accepted only beyond the interval, refused only up to it."""
    if probe.accepted:
        if probe.longest <= interval_ns - resolution_ns:
            return Standing.WRONG
        return Standing.RIGHT if probe.shortest > interval_ns else Standing.UNSURE
    if probe.shortest > interval_ns + resolution_ns:
        return Standing.WRONG
    return Standing.RIGHT if probe.longest <= interval_ns else Standing.UNSURE


def gap_plots(probes: Sequence[Probe], *, interval_ns: int, resolution_ns: int) -> tuple[GapPlot, ...]:
    """Return all probes, then those near the interval where that is a closer look; nothing without probes."""
    if not probes:
        return ()
    interval_s = interval_ns / NANOSECONDS
    middles = [_middle_s(probe) for probe in probes]
    high_s = min(max(1.5 * interval_s, max(middles) * 1.05), _FURTHEST * interval_s)
    placed = [
        (middle, probe.accepted, standing_of(probe, interval_ns, resolution_ns))
        for middle, probe in zip(middles, probes, strict=True)
    ]
    plots = [_plot(placed, 0.0, high_s)]
    distances = sorted(abs(middle - interval_s) for middle in middles)
    near = [distance for distance in distances if distance <= _NEAR * interval_s]
    if len(near) >= _FEWEST_NEAR:
        needed = near[int(len(near) * _SHARE_SHOWN) - 1]
        reach = next(share * interval_s for share in _REACHES if share * interval_s >= needed)
        inside = [one for one in placed if abs(one[0] - interval_s) <= reach]
        plots.append(_plot(inside, interval_s - reach, interval_s + reach))
    return tuple(plots)


def _plot(placed: Iterable[tuple[float, bool, Standing]], low_s: float, high_s: float) -> GapPlot:
    width = (high_s - low_s) / BINS
    bins: dict[int, Bin] = {}
    for middle, accepted, standing in placed:
        number = min(max(int((middle - low_s) / width), 0), BINS - 1)
        if number not in bins:
            bins[number] = Bin(from_s=low_s + number * width, accepted={}, refused={})
        counts = bins[number].accepted if accepted else bins[number].refused
        counts[standing] = counts.get(standing, 0) + 1
    return GapPlot(low_s=low_s, high_s=high_s, bins=tuple(bins[number] for number in sorted(bins)))


def _middle_s(probe: Probe) -> float:
    return (max(0, probe.shortest) + probe.longest) / 2 / NANOSECONDS
