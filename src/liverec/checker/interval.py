"""The restart interval as the target keeps it, measured from probes that decide."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from liverec.checker.chunk import Chunk, Flags, chunks, last_before
from liverec.checker.layout import Layout
from liverec.checker.moves import REFUSED, START_ACCEPTED, STOP_ACCEPTED
from liverec.checker.result import BINS, Interval
from liverec.history import History
from liverec.history.columns import Int64
from liverec.model import Dialect

_NONE = -(1 << 62)


class Probe(NamedTuple):
    """A START after a STOP with nothing in between that could matter; gaps in nanoseconds."""

    gap_from: int
    gap_until: int
    accepted: bool


def probes(history: History, dialects: Sequence[Dialect]) -> tuple[Probe, ...]:
    """Return the probes of all streams: START after an accepted STOP of a recording, none of them overlapping.

    A START that was refused in between is passed over only if no dialect that explains the history lets it open the
    window anew. After a lost call nothing more is known.
    """
    found = [probed(chunk, dialects) for chunk in chunks(Layout(history)) if chunk.fits]
    return tuple(Probe(*one) for columns in found for one in zip(*(column.tolist() for column in columns), strict=True))


def measured(layout: Layout, dialects: Sequence[Dialect], interval_ns: int) -> Interval:
    """Return the bracket that all decided probes leave: those on one side of the interval for certain.

    A refused probe counts with the smallest gap it can have had, an accepted one with the largest, so that the
    target's own interval lies between the two figures.
    """
    refused, accepted, deciding = list[int](), list[int](), 0
    refused_by_gap, accepted_by_gap = np.zeros((2, BINS), dtype=np.int64)
    for gap_from, gap_until, was_accepted in (probed(chunk, dialects) for chunk in chunks(layout) if chunk.fits):
        decided = (gap_until <= interval_ns) | (gap_from > interval_ns)
        deciding += int(decided.sum())
        middle = gap_from // 2 + gap_until // 2
        refused_by_gap += _by_gap(middle[~was_accepted], interval_ns)
        accepted_by_gap += _by_gap(middle[was_accepted], interval_ns)
        refused.append(int(gap_from[decided & ~was_accepted].max(initial=_NONE)))
        accepted.append(int(gap_until[decided & was_accepted].min(initial=-_NONE)))
    most, least = max(refused, default=_NONE), min(accepted, default=-_NONE)
    return Interval(
        refused_up_to=None if most == _NONE else most / 1e9,
        accepted_from=None if least == -_NONE else least / 1e9,
        probes=deciding,
        refused_by_gap=tuple(refused_by_gap.tolist()),
        accepted_by_gap=tuple(accepted_by_gap.tolist()),
    )


def _by_gap(gaps: Int64, interval_ns: int) -> Int64:
    """Count *gaps* in equal bins from 0 to twice the interval."""
    place = np.clip(gaps / (2 * interval_ns) * BINS, 0, BINS - 1).astype(np.int64)
    return np.bincount(place, minlength=BINS).astype(np.int64)


def probed(chunk: Chunk, dialects: Sequence[Dialect]) -> tuple[Int64, Int64, Flags]:
    """Return the probes of some streams: their shortest and longest gaps, and whether they were accepted."""
    restarts = any(one.refused_start_restarts == "yes" for one in dialects) or not dialects
    overlapping = chunk.overlapping()
    start = chunk.kind % REFUSED == 0
    accepted = start & (chunk.kind == START_ACCEPTED)
    recording = _last_known(chunk, overlapping | ~start | accepted, accepted & ~overlapping)
    stopped = ~overlapping & (chunk.kind == STOP_ACCEPTED) & recording
    known = overlapping | ~start | accepted | restarts
    last = last_before(known)
    probe = np.flatnonzero(start & ~overlapping & ~chunk.lost & (last >= 0) & stopped[last])
    stop = last[probe]
    same = chunk.numbers[probe] == chunk.numbers[stop]
    probe, stop = probe[same], stop[same]
    return chunk.begun[probe] - chunk.ended[stop], chunk.ended[probe] - chunk.begun[stop], accepted[probe]


def _last_known(chunk: Chunk, known: Flags, flags: Flags) -> Flags:
    """Return whether *flags* is set at the last place before, in the same stream, that is *known*."""
    last = last_before(known)
    same: Flags = (last >= 0) & (chunk.numbers[last] == chunk.numbers)
    return same & flags[last]
