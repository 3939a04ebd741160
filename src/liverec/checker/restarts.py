"""STARTs of idle streams, which the time since the last STOP decides: for all streams at once, dialect by dialect."""

from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

import numpy as np

from liverec.checker.chunk import Chunk, Flags, last_before
from liverec.checker.moves import START_ACCEPTED, START_REFUSED
from liverec.checker.readings import RECORDING, RULE_NAMES, Pattern, patterns
from liverec.checker.rule import AFTER_INTERVAL, TOO_SOON
from liverec.history import History
from liverec.history.columns import Int8, Int32, Int64
from liverec.model import DIALECTS

_FIRST, _AFTER, _SOON = (RULE_NAMES.index(one) for one in ("recording/start", AFTER_INTERVAL, TOO_SOON))


class _Gaps(NamedTuple):
    """Which STARTs come, for certain, inside the window or after it; and which come after any STOP at all."""

    stopped: Flags
    inside: Flags
    outside: Flags


class Restarts:
    """The STARTs of idle streams, if nothing overlaps; ``starts`` is where the stretch of each operation begins."""

    def __init__(self, chunk: Chunk, phase: Int8, starts: Int64, history: History) -> None:
        start = ~chunk.lost & ((chunk.kind == START_ACCEPTED) | (chunk.kind == START_REFUSED))
        self._places = np.flatnonzero(start & (phase != RECORDING))
        self._accepted = chunk.kind[self._places] == START_ACCEPTED
        self._chunk, self._phase, self._starts = chunk, phase, starts
        self._surely_inside = history.interval_ns - history.resolution_ns
        self._perhaps_inside = history.interval_ns + history.resolution_ns

    def rule_out(self, legal: Int32, dialects: Int32) -> Flags:
        """Take from *legal* the dialects that forbid a START; return the operations that time leaves in doubt.

        *dialects* are those that are still in question for the operation's stream.
        """
        unsure = np.zeros(len(legal), dtype=bool)
        in_question = dialects[self._places]
        for pattern, gaps in self._gaps:
            doubtful = gaps.stopped & ~gaps.inside & ~gaps.outside & ((in_question & pattern.dialects) != 0)
            unsure[self._places[doubtful]] = True
            refused_wrongly = ~self._accepted & (~gaps.stopped | gaps.outside)
            wrong = self._places[(self._accepted & gaps.inside) | refused_wrongly]
            legal[wrong] &= ~pattern.dialects
        return unsure

    def decide(self, decided: Int8, legal: Int32, likely: int) -> None:
        """Write the rule that decides each START in every dialect that may be the service's; 0 if they differ.

        Those are the *likely* ones that other streams do not rule out, nor what came before it in its own.
        """
        rules = [
            (pattern.dialects, np.where(gaps.stopped, np.where(gaps.inside, _SOON, _AFTER), _FIRST).astype(np.int8))
            for pattern, gaps in self._gaps
        ]
        agreed = rules[0][1].copy()
        disputed = np.flatnonzero(np.logical_or.reduce([rule != agreed for _, rule in rules]))
        if len(disputed):
            alive = self._alive(self._places[disputed], legal, likely)
            found = np.full(len(disputed), -1, dtype=np.int8)
            for dialects, rule in rules:
                same = (found < 0) | (found == rule[disputed])
                found = np.where(alive & dialects, np.where(same, rule[disputed], np.int8(0)), found)
            agreed[disputed] = np.maximum(found, 0)
        decided[self._places] = agreed

    def _alive(self, places: Int64, legal: Int32, likely: int) -> Int64:
        firsts, ends = self._chunk.ends_of_stream(places)
        alive = np.full(len(places), likely)
        for number in (number for number in range(len(DIALECTS)) if likely >> number & 1):
            against = np.flatnonzero(legal & (1 << number) == 0)
            first, here, end = (np.searchsorted(against, one) for one in (firsts, places, ends))
            alive[(here > first) | (len(against) > end - first)] &= ~(1 << number)
        return alive

    @cached_property
    def _gaps(self) -> Sequence[tuple[Pattern, _Gaps]]:
        """How long after the STOP that counts each START comes, by pattern."""
        known, found = list[tuple[Flags, _Gaps]](), list[tuple[Pattern, _Gaps]]()
        for pattern in patterns():
            stamps = pattern.stamps[self._chunk.kind, self._phase]
            gaps = next((gaps for same, gaps in known if np.array_equal(same, stamps)), None)
            if gaps is None:
                gaps = self._measured(stamps)
                known.append((stamps, gaps))
            found.append((pattern, gaps))
        return found

    def _measured(self, stamps: Flags) -> _Gaps:
        last = last_before(stamps)[self._places]
        stopped = last >= self._starts[self._places]
        longest = self._chunk.ended[self._places] - self._chunk.begun[last]
        shortest = self._chunk.begun[self._places] - self._chunk.ended[last]
        return _Gaps(
            stopped=stopped,
            inside=stopped & (longest <= self._surely_inside),
            outside=stopped & (shortest > self._perhaps_inside),
        )
