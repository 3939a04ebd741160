"""What came of trying a violation again."""

from dataclasses import dataclass

from liverec.checker import Finding
from liverec.history import History


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A finding, and the history of the one stream that shows it by itself."""

    finding: Finding
    history: History

    @property
    def size(self) -> tuple[int, int]:
        """How many commands it takes, and how long in nanoseconds."""
        moments = [one.invoked for one in self.history.operations]
        return len(moments), max(moments) - min(moments)


@dataclass(slots=True, kw_only=True)
class Repetition:
    """How often a violation was *tried* again as it was, and *recurred*.

    ``least`` is the smallest history that shows it, of these and of parts; None if none does. ``left_out`` says why it
    was not tried.
    """

    tried: int = 0
    recurred: int = 0
    least: Shown | None = None
    left_out: str = ""

    def note(self, shown: Shown | None, *, whole: bool) -> None:
        """Count one repetition, of the *whole* or of a part; *shown* is what it showed."""
        self.tried += whole
        if shown is not None:
            self.recurred += whole
            self.least = shown if self.least is None else min(self.least, shown, key=lambda one: one.size)

    def words(self) -> str:
        """Say it in a few words."""
        if self.least is not None:
            commands = len(self.least.history.operations)
            return f"happened again in {self.recurred} of {self.tried} repetitions; {commands} commands show it"
        if self.tried:
            return f"seen once; did not recur in {self.tried} repetitions on other streams"
        return f"not tried again, since {self.left_out or 'it takes too long'}"
