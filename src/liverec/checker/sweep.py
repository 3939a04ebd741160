"""The common case, judged all at once by array operations: nothing overlaps, and every gap decides itself.

An accepted START that overlaps nothing leaves its stream recording in every reading, whatever was before. So a stream
falls into stretches, each up to such a START, which are judged apart from one another; what is in doubt in one of them
is left to the search, and that stretch alone.
"""

from typing import NamedTuple

import numpy as np

from liverec.checker.chunk import Chunk, Flags, chunks, last_before
from liverec.checker.layout import Layout
from liverec.checker.moves import START_ACCEPTED, STOP_ACCEPTED
from liverec.checker.readings import ALL_DIALECTS, ENDED, FRESH, RECORDING, decided_by_phase, legal_in_phase
from liverec.checker.restarts import Restarts
from liverec.history import History
from liverec.history.columns import Int8, Int64


class Stretch(NamedTuple):
    """Operations of one stream (places in the layout) that are left to the search.

    ``resumed``: they follow an accepted START that overlapped nothing.
    """

    first: int
    beyond: int
    resumed: bool


class Swept:
    """What the sweep found, by stream number.

    ``dialects`` are those that no judged stretch rules out, ``common`` those of all streams; ``left`` are the
    stretches that were not judged; ``decided`` says, by place in the layout, which rule decided an answer (a number in
    ``RULE_NAMES``).
    """

    def __init__(self, layout: Layout) -> None:
        self.common = ALL_DIALECTS
        self.dialects = np.full(len(layout), ALL_DIALECTS, dtype=np.int32)
        self.left: dict[int, list[Stretch]] = {}
        self.decided = np.zeros(len(layout.kind), dtype=np.int8)


def sweep(layout: Layout, history: History) -> Swept:
    """Judge what decides itself; where recordings may end by themselves, that is nothing."""
    found = Swept(layout)
    for chunk in chunks(layout):
        if chunk.fits and not history.interruptions:
            _judge(chunk, history, found)
        else:
            everything = np.ones(len(chunk.first_places), dtype=bool)
            _leave(chunk, chunk.first_places, everything, ~everything, found)
    return found


def _judge(chunk: Chunk, history: History, found: Swept) -> None:
    in_doubt = _in_doubt(chunk)
    resets = ~in_doubt & ~chunk.lost & (chunk.kind == START_ACCEPTED)
    unknown = chunk.heads if history.initial == "unknown" else np.zeros(len(chunk.heads), dtype=bool)
    # A START that is accepted at once is legal in every reading: of a stream that was never used.
    in_doubt |= unknown & ~resets
    begins = chunk.heads.copy()
    begins[1:] |= resets[:-1]
    starts, stretch = np.flatnonzero(begins), np.cumsum(begins) - 1
    resumed = ~chunk.heads[starts]
    left = np.logical_or.reduceat(in_doubt, starts)

    phase = _phases(chunk, starts[stretch], resumed[stretch])
    legal = legal_in_phase()[chunk.kind, phase]
    legal[left[stretch] | chunk.lost] = ALL_DIALECTS
    decided = decided_by_phase()[chunk.kind, phase]
    restarts = Restarts(chunk, phase, starts[stretch], history)
    unsure = restarts.rule_out(legal, chunk.each(legal, np.bitwise_and))
    left |= np.logical_or.reduceat(unsure, starts)
    legal[left[stretch]] = ALL_DIALECTS
    restarts.decide(decided, legal, found.common)
    dialects = chunk.each(legal, np.bitwise_and)
    found.common &= int(np.bitwise_and.reduce(dialects))

    decided[left[stretch] | chunk.lost | unknown] = 0
    found.dialects[chunk.numbers] = dialects
    found.decided[chunk.places] = decided
    _leave(chunk, starts, left, resumed, found)


def _in_doubt(chunk: Chunk) -> Flags:
    """Return what overlaps anything, and the lost calls, but for those that came after all that was answered."""
    answered = chunk.each(np.where(chunk.lost, -1, chunk.ended), np.maximum)
    spare = chunk.lost & (chunk.begun > answered)
    ended = np.where(spare, chunk.begun, chunk.ended)
    before = np.maximum.accumulate(ended)
    in_doubt = chunk.lost & ~spare
    in_doubt[1:] |= before[:-1] >= chunk.begun[1:]
    in_doubt[:-1] |= ended[:-1] >= chunk.begun[1:]
    return in_doubt


def _phases(chunk: Chunk, starts: Int64, resumed: Flags) -> Int8:
    """Return the phase before each operation, where no START is accepted but at the end of a stretch."""
    stopped = last_before(~chunk.lost & (chunk.kind == STOP_ACCEPTED)) >= starts
    return np.where(resumed, np.where(stopped, ENDED, RECORDING), FRESH).astype(np.int8)


def _leave(chunk: Chunk, starts: Int64, left: Flags, resumed: Flags, found: Swept) -> None:
    ends = np.append(starts[1:], len(chunk.heads))
    columns = chunk.numbers[starts], starts + chunk.places.start, ends + chunk.places.start, resumed
    for number, first, beyond, after in zip(*(one[left].tolist() for one in columns), strict=True):
        found.left.setdefault(number, []).append(Stretch(first, beyond, after))
