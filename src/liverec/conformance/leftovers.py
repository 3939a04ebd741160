"""Which streams may be recording because of us: what a run begins, it ends."""

import threading
from collections import defaultdict
from contextlib import AbstractContextManager
from itertools import count
from typing import Any

from liverec.history import Action, Outcome, Stream, outcome_of


class Leftovers:
    """Counts the STARTs that may have taken effect, by stream; safe to share between threads, if *lock* is one.

    A START counts from the moment it leaves, so that none is forgotten when the run is cut short. Only a plain STOP
    that left after a START was answered takes it back.
    """

    def __init__(self, lock: AbstractContextManager[Any] | None = None) -> None:
        self._answered: dict[Stream, dict[int, bool]] = defaultdict(dict)
        self._numbers = count()
        self._lock = lock or threading.Lock()

    def streams(self) -> list[Stream]:
        """Return the streams that may be recording."""
        with self._lock:
            return [stream for stream, starts in self._answered.items() if starts]

    def leaves(self, action: Action, stream: Stream) -> frozenset[int]:
        """Note that a command leaves; return the STARTs that its answer decides about."""
        with self._lock:
            starts = self._answered[stream]
            if action is Action.STOP:
                return frozenset(number for number, answered in starts.items() if answered)
            number = next(self._numbers)
            starts[number] = False
            return frozenset({number})

    def answered(self, action: Action, stream: Stream, status: int | None, starts: frozenset[int]) -> None:
        """Note the answer to a command, None if there was none; *starts* is what ``leaves`` returned."""
        outcome = outcome_of(status)
        over = {Outcome.OK, Outcome.REFUSED} if action is Action.STOP else {Outcome.REFUSED, Outcome.TURNED_AWAY}
        with self._lock:
            for number in starts:
                if outcome in over:
                    self._answered[stream].pop(number, None)
                elif action is Action.START:
                    self._answered[stream][number] = True
