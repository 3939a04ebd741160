"""Process numbers: the sequential clients of a history."""

import heapq
import itertools
import threading


class Processes:
    """Hands out process numbers, each for one command at a time; safe to share between threads.

    A caller may name a *lane*: its commands follow one another under one number, until that number is retired
    because nobody knows what became of its last command; the lane then goes on under a fresh one.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._numbers = itertools.count()
        self._used: set[int] = set()
        self._busy: set[int] = set()
        self._free: list[int] = []
        self._lanes: dict[int, int] = {}

    def acquire(self, lane: int | None = None) -> int:
        """Return a number without an open command.

        Raises:
            ValueError: the command before in this *lane* is still open.
        """
        with self._lock:
            number = self._next_free() if lane is None else self._next_in(lane)
            self._busy.add(number)
            return number

    def release(self, number: int, *, lane: int | None = None, retired: bool) -> None:
        """Give *number* back after its command; *retired*: nobody knows what became of the command."""
        with self._lock:
            self._busy.discard(number)
            if lane is None and not retired:
                heapq.heappush(self._free, number)
            elif lane is not None and retired:
                del self._lanes[lane]

    def _next_free(self) -> int:
        return heapq.heappop(self._free) if self._free else self._fresh()

    def _next_in(self, lane: int) -> int:
        number = self._lanes.get(lane)
        if number is None:
            number = lane if lane not in self._used else self._fresh()
            self._lanes[lane] = number
            self._used.add(number)
        if number in self._busy:
            raise ValueError(f"process {lane}: its command before is still open")
        return number

    def _fresh(self) -> int:
        number = next(number for number in self._numbers if number not in self._used)
        self._used.add(number)
        return number
