"""The clock of a double: it stands still until the test, or the program under test, moves it forward or lets it run."""

import asyncio
import math
import time

from liverec.clock import NANOSECONDS, VirtualClock

__tracebackhide__ = True  # pytest shows the line of the test, not ours


class DoubleClock(VirtualClock):
    """A virtual clock with the two faces a program knows: something to sleep on, and something to look at."""

    def __init__(self) -> None:
        super().__init__()
        self._running_since: int | None = None  # on the machine's clock

    def now(self) -> int:
        """Return the nanoseconds since the test began."""
        since = self._running_since
        return super().now() + (0 if since is None else time.monotonic_ns() - since)

    def run_in_real_time(self) -> None:
        """Let time pass by itself from now on, for a program that really waits; it can still be advanced."""
        if self._running_since is None:
            self._running_since = time.monotonic_ns()

    def advance(self, seconds: float) -> int:
        """Move forward by *seconds*, to the nanosecond, and return the new time in nanoseconds.

        Raises:
            ValueError: *seconds* is negative or no number: the clock goes forward only.
        """
        if not math.isfinite(seconds) or seconds < 0:
            raise ValueError(f"the clock of a double goes forward only: advance it by 0 s or more, not by {seconds} s")
        super().advance(seconds)
        return self.now()

    def sleep(self, seconds: float) -> None:
        """Take the place of ``time.sleep``: move forward by *seconds* and return at once."""
        self.advance(seconds)

    async def sleep_async(self, seconds: float) -> None:
        """Take the place of ``asyncio.sleep``: move forward by *seconds*, and let other tasks have their turn."""
        self.advance(seconds)
        await _TURN(0)

    def monotonic(self) -> float:
        """Take the place of ``time.monotonic``: return the seconds since the test began."""
        return self.now() / NANOSECONDS


_TURN = asyncio.sleep  # kept here, since a test may well put sleep_async in its place
