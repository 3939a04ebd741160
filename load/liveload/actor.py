"""One user of a scenario, over gevent: waits, sends, and has everything that comes back judged and counted."""

from collections.abc import Sequence
from random import Random
from time import monotonic_ns
from typing import TYPE_CHECKING

from gevent import sleep

from liveload.answer import Answer, Ending
from liveload.plan import seed_of
from liveload.scenarios.scenario import RunEnds
from liverec.clock import NANOSECONDS
from liverec.history import Action, Stream

if TYPE_CHECKING:
    from liveload.commander import Commander
    from liveload.worker import Worker

_ANSWER = Ending.ANSWER
_FINE_NS = 2_000_000  # the last part of a wait, which only the end of the process may cut short


class LoadActor:
    """A logical client with a connection of its own (see ``scenarios.scenario.Actor``)."""

    def __init__(self, worker: "Worker", commander: "Commander", number: int, streams: Sequence[Stream]) -> None:
        self.number = number
        self.random = Random(seed_of(worker.plan, number))  # noqa: S311  # a load, not a secret
        self.interval_ns = worker.interval_ns
        self.resolution_ns = worker.resolution_ns
        self._worker = worker
        self._commander = commander
        self._streams = streams

    def now(self) -> int:
        """Return the monotonic time in nanoseconds."""
        return monotonic_ns()

    def sleep_until(self, moment: int) -> None:
        """Wait until *moment*; RunEnds if the run ends before."""
        if self._worker.ending.is_set():
            raise RunEnds
        coarse = moment - monotonic_ns() - _FINE_NS
        if coarse > 0 and self._worker.ending.wait(coarse / NANOSECONDS):
            raise RunEnds
        sleep(max(0, moment - monotonic_ns()) / NANOSECONDS)

    def streams(self) -> Sequence[Stream]:
        """Return the streams this user may command."""
        return self._streams

    def command(self, action: Action, stream: Stream, *, due: int | None = None, ending: Ending = _ANSWER) -> Answer:
        """Send a command and return what came of it; RunEnds, and nothing sent, if the run is ending."""
        worker = self._worker
        worker.enter()
        try:
            return worker.commanded(self._commander, action, stream, due=due, ending=ending)
        finally:
            worker.leave()

    def invalid(self, number: int, stream: Stream) -> Answer:
        """Send an invalid request."""
        self._worker.enter()
        try:
            return self._worker.asked(self._commander, number, stream)
        finally:
            self._worker.leave()

    def connect(self) -> None:
        """Connect now."""
        self._commander.connect()

    def count(self, event: str) -> None:
        """Count an event that a coverage condition asks for."""
        self._worker.tally.events[event] += 1

    def next_arrival(self) -> int:
        """Wait for the next arrival that no other user takes; return when it was due."""
        due = self._worker.next_arrival()
        self.sleep_until(due)
        self._worker.tally.lateness.add(max(0, monotonic_ns() - due))
        return due

    def meeting(self, number: int) -> int:
        """Return the moment of the *number*-th release."""
        return self._worker.meeting(number)

    def close(self) -> None:
        """Close the connection."""
        self._commander.close()
