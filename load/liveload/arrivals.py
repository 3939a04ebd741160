"""Open arrivals: commands are due at moments that do not depend on how fast the service answers."""

from collections.abc import Callable
from dataclasses import dataclass

from liverec.clock import NANOSECONDS

PATIENCE_NS = 5 * NANOSECONDS  # an arrival that no user was free for until then is dropped
_PAUSE_NS = NANOSECONDS // 20  # how far to look ahead while nothing arrives


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """One arrival: when it is due, and how many before it were dropped because nobody was free."""

    due: int
    dropped: int


class Arrivals:
    """The schedule of one worker, taken by whichever user is free; times are nanoseconds of its monotonic clock.

    *rate* is arrivals a second, *factor* what it is multiplied with at a second of the run, *begins* second 0.
    """

    def __init__(self, *, begins: int, rate: float, factor: Callable[[float], float]) -> None:
        self._begins = begins
        self._rate = rate
        self._factor = factor
        self._next = begins

    def take(self, now: int) -> Arrival:
        """Return the next arrival that is not hopelessly late at *now*; it may be due in the future."""
        dropped = 0
        while (due := self._advance()) < now - PATIENCE_NS:
            dropped += 1
        return Arrival(due=due, dropped=dropped)

    def overdue(self, now: int) -> int:
        """Return how many arrivals were due by *now* and taken by nobody: at the end of a run they are dropped."""
        count = 0
        while self._next <= now and self._advance() <= now:
            count += 1
        return count

    def _advance(self) -> int:
        due = self._next
        while (rate := self._rate * self._factor((due - self._begins) / NANOSECONDS)) <= 0:
            due += _PAUSE_NS
        self._next = due + round(NANOSECONDS / rate)
        return due
