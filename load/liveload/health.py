"""Whether the target still answers: what tells a lost reply from a target that is gone."""

from dataclasses import dataclass, field

from liveload.overdue import OverdueReply
from liveload.tally import Violation
from liverec.clock import NANOSECONDS

_GONE_AFTER = 50  # commands in a row without an answer, and
_GONE_AFTER_NS = 3 * NANOSECONDS  # this long without one
_MOST_LOST = 1000

Lost = tuple[Violation, OverdueReply | None]


@dataclass(slots=True, kw_only=True)
class Health:
    """What one worker sees of it; times are nanoseconds of its clock."""

    last_answer: int = 0
    in_a_row: int = 0  # commands without an answer since the last one
    turned_away: int = 0  # answers 401 or 403 before any other
    heard: bool = False  # whether an answer was anything but 401 or 403
    lost: list[Lost] = field(default_factory=list[Lost])
    overdue: int = 0  # answers that came, but not in time

    def answered(self, status: int, completed: int) -> None:
        """Note an answer."""
        self.last_answer = completed
        self.in_a_row = 0
        if status in {401, 403}:
            self.turned_away += 1
        else:
            self.heard = True

    def unanswered(self) -> None:
        """Note that a command got no answer."""
        self.in_a_row += 1

    def lost_reply(self, violation: Violation, overdue: OverdueReply | None) -> None:
        """Note that no reply came; whether the target is to blame is known when it answers this, or again."""
        if len(self.lost) < _MOST_LOST:
            self.lost.append((violation, overdue))

    def complaint(self, now: int) -> str | None:
        """Say why going on makes no sense; None if it does."""
        if self.in_a_row >= _GONE_AFTER and now - self.last_answer > _GONE_AFTER_NS:
            return f"the target no longer answers: {self.in_a_row} commands in a row got no answer"
        if self.turned_away >= _GONE_AFTER and not self.heard:
            return "the target refuses the credentials: every command was answered 401 or 403"
        return None

    def replies_lost(self) -> list[Violation]:
        """Return the replies that were lost although the target was there: it answered afterwards.

        Those that may still come are awaited first, and counted as ``overdue`` if they do.
        """
        lost: list[Violation] = []
        for violation, overdue in self.lost:
            if overdue is not None and overdue.came():
                self.overdue += 1
            elif violation.time < self.last_answer:
                lost.append(violation)
        return lost
