"""Keeping a target's quota."""

import threading
import time
from collections import deque
from collections.abc import Callable

from liverec.clock import NANOSECONDS, Clock

# A second more than the minute: requests may travel for different times, and the target counts arrivals.
_WINDOW = 61 * NANOSECONDS


class Pacer:
    """Lets at most *limit* requests leave in any minute (None: any number); safe to share between threads."""

    def __init__(self, limit: int | None, *, clock: Clock, sleep: Callable[[float], None] = time.sleep) -> None:
        self._clock = clock
        self._sleep = sleep
        self._departures: deque[int] | None = deque(maxlen=limit) if limit is not None else None
        self._lock = threading.Lock()

    def wait(self) -> None:
        """Return when a request may leave; who asks first leaves first."""
        if self._departures is None:
            return
        with self._lock:
            now = self._clock.now()
            full = len(self._departures) == self._departures.maxlen
            departure = max(now, self._departures[0] + _WINDOW) if full else now
            self._departures.append(departure)
        if departure > now:
            self._sleep((departure - now) / NANOSECONDS)
