"""What came of one command, and how the client let the exchange end."""

from enum import StrEnum
from typing import NamedTuple

from liveload.overdue import OverdueReply


class Ending(StrEnum):
    """What the client does once the last byte of its request has left."""

    ANSWER = "answer"  # waits for the answer
    HALF_CLOSED = "half-closed"  # says that it sends nothing more, and waits for the answer
    CLOSED = "closed"  # closes the connection at once
    RESET = "reset"  # resets the connection at once
    IMPATIENT = "impatient"  # waits for a millisecond, then closes

    @property
    def cuts_off(self) -> bool:
        """Whether the client itself makes the answer unlikely to be seen."""
        return self in _CUTTING_OFF


_CUTTING_OFF = frozenset({Ending.CLOSED, Ending.RESET, Ending.IMPATIENT})


class Answer(NamedTuple):
    """One answer, or none; times are nanoseconds of the worker's monotonic clock, as in its history."""

    invoked: int
    completed: int
    status: int | None  # None: no answer
    request_id: str | None = None
    error_code: str | None = None
    error: str | None = None  # why there is no answer
    breaks: tuple[str, ...] = ()  # requirements that this answer breaks by itself, whatever went before
    overdue: OverdueReply | None = None  # none came in time, and it may still come: what it then breaks is not known
