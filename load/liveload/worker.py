"""A worker's part in a run: its streams, its history, its users, and the orderly end of all of it."""

from collections.abc import Callable, Sequence
from pathlib import Path
from time import monotonic_ns, process_time
from typing import Any

import gevent
from gevent.event import Event
from gevent.lock import RLock
from gevent.monkey import get_original

from liveload.actor import LoadActor
from liveload.answer import Answer, Ending
from liveload.arrivals import Arrivals
from liveload.commander import Commander, Wire
from liveload.final import Final
from liveload.observer import Observer
from liveload.oracle import Oracle
from liveload.pinning import SPARE_STREAMS, pin
from liveload.plan import Plan, shares
from liveload.recording import Unrecorded, WorkerHistory
from liveload.scenarios import SCENARIOS
from liveload.scenarios.scenario import RunEnds, Sharing
from liveload.tally import Tally
from liverec.client.pacer import Pacer
from liverec.clock import NANOSECONDS, MonotonicClock
from liverec.conformance.leftovers import Leftovers
from liverec.document import Document
from liverec.history import Action, Stream
from liverec.target import Target

RESOLUTION_NS = 5_000_000
DRAIN_S = 15.0  # a little more than an answer may take
_PIN_ACTOR = -1  # the number of an actor that is no user
_TIDIERS = 8  # connections that end what is recording
_MOST_USERS = 100_000
_AT_THE_END_NS = NANOSECONDS  # what was due so shortly before the end is no drop
_ANSWER = Ending.ANSWER
_BUSY = 0.9  # of a processor: from here on, what is late may be our own fault


class Worker:
    """One worker in one run; made when the plan arrives, of no use after ``drain``."""

    def __init__(
        self,
        plan: Plan,
        target: Target,
        document: Document,
        *,
        fire: Callable[[str, float, Exception | None], None],
        abort: Callable[[str], None],
    ) -> None:
        self.plan = plan
        self.interval_ns = document.interval_ns
        self.resolution_ns = RESOLUTION_NS
        self.ending = Event()
        self._scenario = SCENARIOS[plan.scenario]
        self._shares = shares(plan, target.profile.recordable)
        self._project_id = target.profile.project_id
        self._streams = target.profile.recordable
        self._abort = abort
        self._under_way = 0
        self._quiet = Event()  # the run ends, and nothing is under way any more
        self._free = list(range(_MOST_USERS, -1, -1))
        self._sent = 0
        # greenlets change places only where they wait, so that none ever waits for this lock
        self._leftovers = Leftovers(get_original("_thread", "allocate_lock")())
        self._draining = RLock()
        self._final: Final | None = None
        self._problem = ""  # of ours, not of the target's
        limit = target.max_requests_per_minute
        self._paced = bool(limit)
        self._pacer = Pacer(
            max(1, limit // plan.workers) if limit else None, clock=MonotonicClock(), sleep=self._paced_sleep
        )
        folder = Path(plan.folder)
        folder.mkdir(parents=True, exist_ok=True)
        self._history = WorkerHistory(
            folder / f"worker-{plan.worker}.ndjson",
            run=plan.run,
            target=target.url,
            interval_ns=self.interval_ns,
            resolution_ns=RESOLUTION_NS,
            initial="unknown",
            worker=plan.worker,
            clock_offset_ns=plan.clock_offset_ns,
            clock_bound_ns=plan.clock_bound_ns or None,
        )
        self._wire = Wire(target=target, document=document)
        self._processor_s = process_time()
        self.begins = monotonic_ns() + round(plan.begins_in_s * NANOSECONDS)
        self._observer = Observer(
            Oracle(
                interval_ns=self.interval_ns,
                resolution_ns=RESOLUTION_NS,
                sees_all=self._scenario.sharing is not Sharing.EVERYBODY or plan.workers == 1,
            ),
            begins=self.begins,
            fire=fire,
            pause=self.ending.wait,
        )
        rate = plan.rate / plan.workers
        self._arrivals = Arrivals(begins=self.begins, rate=rate, factor=self._scenario.rate_at) if rate else None
        self._helpers: list[Any] = []

    def begin(self) -> None:
        """Connect once, to know that the target is there, and let the first worker pin the dialect.

        Raises:
            OSError: the target cannot be reached.
        """
        probe = self._commander()
        try:
            probe.connect()
        finally:
            probe.close()
        if self.plan.worker == 0:
            self._helpers = [gevent.spawn(self._pin)]

    def user(self) -> LoadActor | None:
        """Return the actor of a further user; None if there are no streams left for one."""
        number = self._free[-1]
        streams = self._named(self._shares.of_user(number, self._scenario.sharing))
        if not streams:
            return None
        self._free.pop()
        return LoadActor(self, self._commander(), number, streams)

    def user_left(self, actor: LoadActor) -> None:
        """Take back what a user that was stopped had."""
        actor.close()
        self._free.append(actor.number)

    def enter(self) -> None:
        """Note that a command begins; RunEnds if the run is ending or its ceiling is reached."""
        if self.ending.is_set():
            raise RunEnds
        if self._sent >= self.plan.max_operations:
            self._abort(f"the ceiling of {self.plan.max_operations} commands a worker is reached (--max-operations)")
            raise RunEnds
        self._sent += 1
        self._under_way += 1

    def leave(self) -> None:
        """Note that a command is over."""
        self._under_way -= 1
        if not self._under_way and self.ending.is_set():
            self._quiet.set()

    def commanded(
        self, commander: Commander, action: Action, stream: Stream, *, due: int | None = None, ending: Ending
    ) -> Answer:
        """Send a command; judge and count what comes of it."""
        if self._paced:
            self._pacer.wait()
        leftovers, observer = self._leftovers, self._observer
        starts = leftovers.leaves(action, stream)
        under_way = observer.oracle.invoked(action, stream)
        answer = commander.command(action, stream, ending=ending)
        leftovers.answered(action, stream, answer.status, starts)
        observer.commanded(under_way, answer, due=due, deliberate=ending is not _ANSWER and ending.cuts_off)
        return answer

    def asked(self, commander: Commander, number: int, stream: Stream) -> Answer:
        """Send an invalid request; judge and count what comes of it."""
        self._pacer.wait()
        answer = commander.invalid(number, stream)
        self._observer.asked(stream, answer)
        return answer

    def next_arrival(self) -> int:
        """Return when the next arrival of the open schedule is due."""
        assert self._arrivals is not None, f"scenario {self.plan.scenario} has no rate"
        arrival = self._arrivals.take(monotonic_ns())
        self.tally.dropped += arrival.dropped
        return arrival.due

    def meeting(self, number: int) -> int:
        """Return when all users are released for the *number*-th time: the restart interval apart, and a little."""
        return self.begins + NANOSECONDS + number * (self.interval_ns + 2 * NANOSECONDS)

    @property
    def tally(self) -> Tally:
        """What was counted since the last report."""
        return self._observer.tally

    def take_report(self) -> dict[str, Any]:
        """Return what was counted since the last report."""
        if complaint := self._observer.health.complaint(monotonic_ns()):
            self._abort(complaint)
        return self._observer.take().as_message()

    def failed(self, problem: str) -> None:
        """Note that this worker itself failed; the run ends, and says so."""
        if not self._problem:
            self._problem = problem
            self._abort(problem)

    def drain(self) -> Final:
        """Let nothing new leave, wait for what is under way, stop what is recording, and close the history.

        Several may call it, since several signals and messages may end a run: the first does it, the others wait.
        """
        with self._draining:
            if self._final is None:
                self._final = self._drained()
            return self._final

    def _drained(self) -> Final:
        self.ending.set()
        ended = monotonic_ns()
        drained = not self._under_way or self._quiet.wait(DRAIN_S) or False
        gevent.killall(self._helpers)
        left_recording = self._tidied()
        if self._arrivals is not None:
            self.tally.dropped += self._arrivals.overdue(ended - _AT_THE_END_NS)
        self._history.close()
        self._observer.settle()
        return Final(
            worker=self.plan.worker,
            file=str(self._history.path),
            size=self._history.path.stat().st_size,
            records=self._history.records,
            drained=drained,
            busy=self._is_busy(ended),
            left_recording=left_recording,
            problem=self._problem,
        )

    def _is_busy(self, ended: int) -> bool:
        return process_time() - self._processor_s > _BUSY * (ended - self.begins) / NANOSECONDS

    def _commander(self) -> Commander:
        return Commander(self._wire, self._history)

    def _paced_sleep(self, seconds: float) -> None:
        """Wait for the quota's sake, also to stop what is recording; a user woken by the end of the run gives up."""
        if self.ending.is_set():
            gevent.sleep(seconds)
        elif self.ending.wait(seconds):
            raise RunEnds

    def _pin(self) -> None:
        commander = self._commander()
        spare = self._named(self._shares.spare)[:SPARE_STREAMS]
        try:
            pin(LoadActor(self, commander, _PIN_ACTOR, spare), spare)
        except RunEnds:
            pass
        finally:
            commander.close()

    def _tidied(self) -> str:
        """Stop what may be recording; return what could not be stopped, in words."""
        left = self._leftovers.streams()
        if left and not self._observer.health.complaint(monotonic_ns()):
            tidying: list[Any] = [gevent.spawn(self._stop_recordings, left[n::_TIDIERS]) for n in range(_TIDIERS)]
            gevent.joinall(tidying)
        left = self._leftovers.streams()
        return f"these may still be recording: {', '.join(map(str, left[:20]))}" if left else ""

    def _stop_recordings(self, streams: Sequence[Stream]) -> None:
        recorded, unrecorded = self._commander(), Commander(self._wire, Unrecorded())
        for stream in streams:
            self._pacer.wait()
            starts = self._leftovers.leaves(Action.STOP, stream)
            try:
                answer = recorded.command(Action.STOP, stream)
            except OSError:  # the disk is full; after the last line of a history anything may happen
                answer = unrecorded.command(Action.STOP, stream)
            self._leftovers.answered(Action.STOP, stream, answer.status, starts)
        recorded.close()
        unrecorded.close()

    def _named(self, numbers: range) -> tuple[Stream, ...]:
        one = self._streams
        return tuple(Stream(self._project_id, one.publish_domain, one.app, one.name(n)) for n in numbers)
