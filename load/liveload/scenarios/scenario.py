"""What a scenario is: what each user does, and what a run must have seen to mean anything."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from random import Random
from typing import Protocol

from liveload.answer import Answer, Ending
from liveload.tally import Tally
from liverec.history import Action, Stream


class RunEnds(Exception):  # it says what happens
    """The run is ending: no more commands. Raised into a scenario, which lets it through."""


class Actor(Protocol):
    """One user: a logical client with one connection, at most one command under way."""

    number: int  # 0, 1, ... within its worker
    random: Random  # seeded by the run's seed, the worker and the number
    interval_ns: int  # the page's restart interval
    resolution_ns: int  # how coarse the service's clock may be

    def now(self) -> int:
        """Return the monotonic time in nanoseconds."""
        ...

    def sleep_until(self, moment: int) -> None:
        """Wait until *moment*; RunEnds if the run ends before."""
        ...

    def streams(self) -> Sequence[Stream]:
        """Return the streams this user may command: its own (Sharing.OWN), or all of its worker (Sharing.ALL)."""
        ...

    def command(
        self,
        action: Action,
        stream: Stream,
        *,
        due: int | None = None,
        ending: Ending = Ending.ANSWER,
    ) -> Answer:
        """Send a command and return what came of it; latency counts from *due* if that is given.

        Raises:
            RunEnds: the run is ending; nothing was sent.
        """
        ...

    def invalid(self, number: int, stream: Stream) -> Answer:
        """Send the invalid request *number* (see ``noise``) beside a stream; it must be refused and change nothing."""
        ...

    def connect(self) -> None:
        """Connect now, so that the next command need not."""
        ...

    def count(self, event: str) -> None:
        """Count an event that a coverage condition asks for."""
        ...

    def next_arrival(self) -> int:
        """Wait for the next arrival of an open scenario that no other user takes; return its intended moment."""
        ...

    def meeting(self, number: int) -> int:
        """Return the moment, the same for all users of all workers, of the *number*-th release (herd)."""
        ...


class Sharing(Enum):
    """Who commands which streams."""

    OWN = "each user has streams that nobody else commands"
    ALL = "all users of a worker command the same streams"
    EVERYBODY = "all users of all workers command the same streams"


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """What a run must have seen, or it is inconclusive (exit 12)."""

    text: str  # what must have happened, with the number asked for
    met: Callable[[Tally, int], bool]  # the whole run's tally, and how many users there were


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A way to load the service; ``play`` is one user's life and ends only by an exception (RunEnds).

    ``users``, ``spawn_rate`` (users a second), ``rate`` (arrivals a second of all workers together; None: not open) and
    ``seconds`` are what a run takes that does not say otherwise. ``streams`` is how many each user needs (Sharing.OWN),
    or how many all share. ``rate_at`` is the factor on the rate at a second of the run.
    """

    name: str
    summary: str
    play: Callable[[Actor], None]
    sharing: Sharing
    conditions: tuple[Condition, ...]
    users: int
    spawn_rate: float
    seconds: int
    streams: int
    rate: float | None = None
    rate_at: Callable[[float], float] = lambda _second: 1.0
