"""Keeping a target's quota."""

import threading
import time
from bisect import bisect, insort
from collections.abc import Callable, Sequence

from liverec.clock import NANOSECONDS, Clock

# A second more than the minute: requests may travel for different times, and the target counts arrivals.
WINDOW = 61 * NANOSECONDS
_STEP = NANOSECONDS // 4


class Pacer:
    """Lets at most *limit* requests leave in any minute (None: any number); safe to share between threads.

    What must leave at its own moment is booked: whoever asks without a booking is let go only where that leaves the
    booked ones their room.
    """

    def __init__(self, limit: int | None, *, clock: Clock, sleep: Callable[[float], None] = time.sleep) -> None:
        self._limit = limit
        self._clock = clock
        self._sleep = sleep
        self._departures: list[int] = []  # of the last minute, and those to come; sorted
        self._lock = threading.Lock()

    def wait(self, count: int = 1) -> None:
        """Return when *count* requests may leave together; who asks first leaves first, as far as bookings let him.

        Raises:
            ValueError: the quota never allows so many within a minute.
        """
        if self._limit is None:
            return
        with self._lock:
            now = self._clock.now()
            self._forget(now)
            departure = earliest(self._departures, now, self._limit, count=count)
            for _ in range(count):
                insort(self._departures, departure)
        if departure > now:
            self._sleep((departure - now) / NANOSECONDS)

    def book(self, offsets: Sequence[int]) -> int:
        """Return a moment, now or later, so that one request may leave at each of *offsets* after it, without asking.

        Raises:
            ValueError: the quota never allows so many within a minute.
        """
        if self._limit is None:
            return self._clock.now()
        with self._lock:
            now = self._clock.now()
            self._forget(now)
            begin = earliest_together(self._departures, now, offsets, self._limit)
            for offset in offsets:
                insort(self._departures, begin + offset)
        return begin

    def _forget(self, now: int) -> None:
        del self._departures[: bisect(self._departures, now - WINDOW)]


def earliest(departures: Sequence[int], now: int, limit: int, *, count: int = 1) -> int:
    """Return the first moment, from *now* on, at which *count* more may leave; *departures* are sorted.

    Raises:
        ValueError: there is none.
    """
    _expect_room(count, limit)
    moments = [now, *(one + WINDOW for one in departures if one + WINDOW > now)]
    return next(moment for moment in moments if _fits(departures, (moment,) * count, limit))


def earliest_together(departures: Sequence[int], now: int, offsets: Sequence[int], limit: int) -> int:
    """Return the first moment, from *now* on, in steps of a quarter second, so that all *offsets* after it are free.

    Raises:
        ValueError: they never are.
    """
    if not _fits((), offsets, limit):
        _expect_room(len(offsets), limit)
    begin = now
    while not _fits(departures, [begin + offset for offset in offsets], limit):
        begin += _STEP
    return begin


def _expect_room(count: int, limit: int) -> None:
    if count > limit:
        raise ValueError(f"{count} requests within a minute are more than the {limit} that the quota allows")


def _fits(departures: Sequence[int], more: Sequence[int], limit: int) -> bool:
    moments = sorted([*departures, *more])
    return all(later - earlier >= WINDOW for earlier, later in zip(moments, moments[limit:], strict=False))
