"""Some streams' operations as arrays, fit to be handled all at once."""

from collections.abc import Iterator
from functools import cached_property
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from liverec.checker.layout import Layout
from liverec.history.columns import NO_ANSWER, Int32, Int64

Flags = npt.NDArray[np.bool_]
_Number = TypeVar("_Number", np.int32, np.int64)
_ROWS = 1 << 17  # what fits a processor's cache
_STREAMS = 1 << 12  # leaves enough bits for times
_MOST_BITS = 62


class Chunk:
    """The operations at some ``places`` of a layout: all of the streams that have any there.

    ``numbers`` are their streams, and ``heads`` says where one begins. Times carry the stream in front, so that each
    comes after all of the streams before; ``ended`` of a ``lost`` call is the last of its stream. ``fits`` is false if
    there are not enough bits for that; then there are no times.
    """

    def __init__(self, layout: Layout, first: int, beyond: int) -> None:
        self.places = slice(int(layout.heads[first]), int(layout.heads[beyond]))
        self.kind = layout.kind[self.places]
        self._layout = layout
        self.numbers: Int32 = np.repeat(
            np.arange(first, beyond, dtype=np.int32), np.diff(layout.heads[first : beyond + 1])
        )
        self.heads = np.ones(len(self.numbers), dtype=bool)
        self.heads[1:] = self.numbers[1:] != self.numbers[:-1]
        begun, ended = layout.begun[self.places], layout.ended[self.places]
        self.lost: Flags = ended == NO_ANSWER
        earliest = int(begun.min())
        latest = max(int(begun.max()), int(np.where(self.lost, begun, ended).max()))
        bits = (latest - earliest + 1).bit_length()
        self.fits = bits + (beyond - first).bit_length() <= _MOST_BITS
        if self.fits:
            zero = (self.numbers.astype(np.int64) - first << bits) - earliest
            self.begun: Int64 = begun + zero
            self.ended: Int64 = np.where(self.lost, zero + (earliest - 1 + (1 << bits)), ended + zero)

    @cached_property
    def first_places(self) -> Int64:
        """Where each stream begins."""
        return np.flatnonzero(self.heads)

    def overlapping(self) -> Flags:
        """Return which operations may have happened in another order than that in which they began.

        They overlap another one, or touch one that is not the one before of their own process. After a lost call, all.
        """
        begun, ended = self.begun[1:], np.maximum.accumulate(self.ended)
        before = np.append(self.begun[0] - 1, ended[:-2])  # all but the one before
        follows = self._layout.one_process(self.places)[1:] & (before < begun)
        overlapping = np.zeros(len(self.begun), dtype=bool)
        overlapping[1:] = (begun < ended[:-1]) | ((begun == ended[:-1]) & ~follows)
        overlapping[:-1] |= (begun < self.ended[:-1]) | ((begun == self.ended[:-1]) & ~follows)
        overlapping[:-2] |= begun[1:] <= self.ended[:-2]  # the one after the next, too, where three touch
        return overlapping

    def each(self, values: npt.NDArray[_Number], united: np.ufunc) -> npt.NDArray[_Number]:
        """Return what the *values* of its stream *united* are, by operation."""
        by_stream: npt.NDArray[_Number] = united.reduceat(values, self.first_places)
        everywhere: npt.NDArray[_Number] = by_stream[np.cumsum(self.heads) - 1]
        return everywhere

    def ends_of_stream(self, places: Int64) -> tuple[Int64, Int64]:
        """Return where the streams of the operations at these places begin and end."""
        which = np.searchsorted(self.first_places, places, side="right") - 1
        return self.first_places[which], np.append(self.first_places[1:], len(self.heads))[which]


def chunks(layout: Layout) -> Iterator[Chunk]:
    """Yield all streams that have operations, some at a time."""
    first, heads = 0, layout.heads
    while first < len(layout):
        beyond = int(np.searchsorted(heads, int(heads[first]) + _ROWS))
        beyond = min(max(beyond, first + 1), first + _STREAMS, len(layout))
        if heads[first] < heads[beyond]:
            yield Chunk(layout, first, beyond)
        first = beyond


def last_before(flags: Flags) -> Int32:
    """Return the last place before each place where *flags* is set; -1 if there is none."""
    places = np.where(flags, np.arange(len(flags), dtype=np.int32), np.int32(-1))
    last = np.full(len(flags), -1, dtype=np.int32)
    np.maximum.accumulate(places[:-1], out=last[1:])
    return last
