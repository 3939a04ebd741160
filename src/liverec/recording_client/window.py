"""The restart interval, as far as the STOPs of one client tell (Table 2, action)."""

import threading

from liverec.history import Stream


class Windows:
    """When the last STOP of each stream was answered, or given up; safe to share between threads.

    The page counts from the delivery of a STOP, which precedes both; a START comes too soon until more than
    *interval_ns* has passed.
    """

    def __init__(self, interval_ns: int) -> None:
        self._interval_ns = interval_ns
        self._stopped: dict[Stream, int] = {}
        self._lock = threading.Lock()

    def __len__(self) -> int:
        """Return how many streams are remembered: those whose interval was not over when one was added."""
        return len(self._stopped)

    def opened(self, stream: Stream, now: int) -> None:
        """Note a STOP that was delivered, or may have been, no later than *now*."""
        with self._lock:
            since = max(now, self._stopped.get(stream, now))
            over = [one for one, at in self._stopped.items() if now - at > self._interval_ns]
            for one in over:
                del self._stopped[one]
            self._stopped[stream] = since

    def left_ns(self, stream: Stream, now: int) -> int:
        """Return the nanoseconds from *now* to the first moment that keeps the interval; 0 if that is now."""
        stopped = self._stopped.get(stream)
        return 0 if stopped is None else max(0, stopped + self._interval_ns + 1 - now)
