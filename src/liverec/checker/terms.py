"""What a search is asked, and what it answers."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from liverec.checker.automaton import Automaton
from liverec.checker.zone import Limits
from liverec.history import Initial
from liverec.model import EVERY, Forgiven


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Under which terms a stream is judged; ``earliest`` is the smallest time of the run in nanoseconds.

    ``resumed`` says that what is judged follows an accepted START that overlapped nothing. ``readings`` are those that
    are asked about; ``expired`` says when to stop looking.
    """

    limits: Limits
    initial: Initial
    earliest: int
    interruptions: bool
    expired: Callable[[], bool]
    resumed: bool = False
    forgiven: Forgiven | None = None
    readings: int = EVERY
    automaton: Automaton = field(default_factory=Automaton)


@dataclass(slots=True, kw_only=True)
class Explained:
    """What the search found: the ``readings`` that explain the stream.

    ``fallen`` says which readings were lost on the way, each time with the number of answers (in the order of
    invocation) that are enough for that. ``decided`` counts, per requirement, the operations whose answer could only
    be one.
    """

    readings: int
    fallen: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])
    decided: Counter[str] = field(default_factory=Counter[str])

    def left(self, readings: int, enough: int) -> bool:
        """Note the readings that are left after *enough* answers; return whether there are any."""
        if readings != self.readings:
            self.fallen.append((self.readings & ~readings, enough))
            self.readings = readings
        return readings != 0


class OutOfTime(Exception):  # a deadline is not an error of anybody
    """The deadline passed before the search ended."""
