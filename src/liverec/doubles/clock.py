"""The clock of a double: it stands still until the test, or the program under test, moves it forward."""

import asyncio
import math

from liverec.clock import NANOSECONDS, VirtualClock

__tracebackhide__ = True  # pytest shows the line of the test, not ours


class DoubleClock(VirtualClock):
    """A virtual clock with the two faces a program knows: something to sleep on, and something to look at."""

    def advance(self, seconds: float) -> int:
        """Move forward by *seconds*, to the nanosecond, and return the new time in nanoseconds.

        Raises:
            ValueError: *seconds* is negative or no number: the clock goes forward only.
        """
        if not math.isfinite(seconds) or seconds < 0:
            raise ValueError(f"the clock of a double goes forward only: advance it by 0 s or more, not by {seconds} s")
        return super().advance(seconds)

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
