"""One deadline for all that a request takes, however little at a time it comes."""

import time


class Deadline:
    """Ends *seconds* of the machine's time from now: a virtual clock stands still while a target keeps us waiting."""

    def __init__(self, seconds: float) -> None:
        self._until = time.monotonic() + seconds

    def left_s(self, *, at_least: float = 0.0) -> float:
        """Return the seconds that are left, never none; *at_least* so many, for what may be ready by now.

        Raises:
            TimeoutError: none are.
        """
        left = max(self._until - time.monotonic(), at_least)
        if left <= 0:
            raise TimeoutError("timed out")
        return left
