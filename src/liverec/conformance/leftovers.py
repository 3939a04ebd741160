"""Which streams may be recording because of us: what a run begins, it ends."""

import threading
from collections import defaultdict
from collections.abc import Sequence
from contextlib import AbstractContextManager
from itertools import count
from typing import Any

from liverec.history import Action, Stream
from liverec.history.operation import REFUSED, TURNED_AWAY

_START = Action.START  # a look-up in an enumeration takes longer than all the rest
# the statuses after which the STARTs that they decide about are over
_ENDING_START = REFUSED | TURNED_AWAY
_ENDING_STOP = REFUSED | {200}


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

    def leaves(self, action: Action, stream: Stream) -> Sequence[int]:
        """Note that a command leaves; return the STARTs that its answer decides about."""
        with self._lock:
            starts = self._answered[stream]
            if action is not _START:
                return [number for number, answered in starts.items() if answered]
            number = next(self._numbers)
            starts[number] = False
            return (number,)

    def answered(self, action: Action, stream: Stream, status: int | None, starts: Sequence[int]) -> None:
        """Note the answer to a command, None if there was none; *starts* is what ``leaves`` returned."""
        if not starts:
            return
        begins = action is _START
        over = status in (_ENDING_START if begins else _ENDING_STOP)
        with self._lock:
            of_stream = self._answered[stream]
            for number in starts:
                if over:
                    of_stream.pop(number, None)
                elif begins:
                    of_stream[number] = True
