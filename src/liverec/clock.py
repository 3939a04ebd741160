"""Time as a dependency: whoever needs a clock is given one."""

import threading
import time
from typing import Protocol

NANOSECONDS = 1_000_000_000


class Clock(Protocol):
    """A monotonic clock in nanoseconds; its zero means nothing."""

    def now(self) -> int:
        """Return the current time in nanoseconds."""
        ...


class MonotonicClock:
    """The machine's monotonic clock."""

    def now(self) -> int:
        """Return nanoseconds since some fixed moment."""
        return time.monotonic_ns()


class VirtualClock:
    """A clock that stands still until it is advanced; safe to share between threads."""

    def __init__(self, now: int = 0) -> None:
        self._now = now
        self._lock = threading.Lock()

    def now(self) -> int:
        """Return the nanoseconds advanced so far."""
        return self._now

    def advance(self, seconds: float) -> int:
        """Move forward by *seconds* (to the nanosecond) and return the new time.

        Raises:
            ValueError: *seconds* is negative; a monotonic clock never runs back.
        """
        if seconds < 0:
            message = f"a monotonic clock cannot go back: {seconds} s"
            raise ValueError(message)
        with self._lock:
            self._now += round(seconds * NANOSECONDS)
            return self._now
