"""One run against one target: what every contract test is given."""

import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from liverec.client import Client, CredentialsRefused, Exchange
from liverec.clock import Clock, MonotonicClock, VirtualClock
from liverec.conformance.allocation import Allocation
from liverec.conformance.control import ControlPlane
from liverec.conformance.ledger import Kind, Ledger
from liverec.conformance.leftovers import Leftovers
from liverec.conformance.pace import MOST_AT_ONCE, Assigned, RealPace, VirtualPace
from liverec.conformance.schedule import Schedule, at, schedules
from liverec.conformance.verdicts import NotExercised, Undecided, answered, as_evidence
from liverec.document import Document, load_document
from liverec.history import Action, Initial, Outcome, Stream, outcome_of
from liverec.history.writer import HistoryWriter
from liverec.target import Target, describe

RESOLUTION_NS = 5_000_000
TRIES = 8
FIRST_LANE, FIRST_VARIANT = 10_000, 1_000_000  # process numbers apart from those that the client gives


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What a run is told: where histories go, and the seed of all choices.

    ``initial`` None: the streams are idle if a reference server says that it is unused, else nothing is known of them.
    """

    target: Target
    folder: Path
    run: str
    seed: int
    initial: Initial | None = None


class Trial:
    """Sends what the tests ask, keeps all of it, and leaves every stream stopped."""

    def __init__(self, setting: Setting) -> None:
        self.target = setting.target
        self.seed = setting.seed
        self.document: Document = load_document()
        self.streams = Allocation(setting.target.profile, seed=setting.seed)
        self.ledger = Ledger()
        self.observed: dict[str, tuple[str, tuple[Mapping[str, Any], ...]]] = {}
        self.notes: list[str] = []
        self.assigned: list[Assigned] = []
        self.control = ControlPlane.of(setting.target)
        self.initial: Initial = setting.initial or "unknown"
        if setting.initial is None and self.control is not None and self.control.unused():
            self.initial = "idle"
        self._abandoned = threading.Event()
        self._closed = False
        self._leftovers = Leftovers()
        self._variants = count(FIRST_VARIANT)
        virtual = VirtualClock() if self.control is not None and self.control.virtual else None
        clock: Clock = virtual or MonotonicClock()
        self.exact = virtual is not None
        self.history_path = setting.folder / "history.ndjson"
        self._history = HistoryWriter(
            self.history_path,
            run=setting.run,
            target=describe(setting.target)["url"],
            interval_ns=self.document.interval_ns,
            clock=clock,
            initial=self.initial,
            resolution_ns=0 if virtual else RESOLUTION_NS,
        )
        self.client = Client(setting.target, clock=clock, history=self._history)
        self.pace: RealPace | VirtualPace
        if self.control is not None and virtual is not None:
            self.pace = VirtualPace(self.control, virtual)
        else:
            self.pace = RealPace(self._abandoned)

    @property
    def thin(self) -> bool:
        """Whether the target has a quota, so that requests must be few."""
        return self.target.max_requests_per_minute is not None

    def command(self, action: Action, stream: Stream, *, process: int | None = None, **how: Any) -> Exchange:
        """Send a well-formed command, record it, and remember what may be left recording."""
        starts = self._leftovers.leaves(action, stream)
        exchange = self.client.command(action, stream, process=process, **how)
        self._leftovers.answered(action, stream, exchange, starts)
        return self.ledger.add(Kind.COMMAND, exchange)

    def send(self, kind: Kind, **parts: Any) -> Exchange:
        """Send a request that concerns no stream of the history."""
        return self.ledger.add(kind, self.client.send(**parts))

    def variant(self, kind: Kind, action: Action, stream: Stream, **parts: Any) -> Exchange:
        """Send a command about *stream* in another form than the plain one.

        What such a request does is for its own test to say; for the history it may have happened, with any answer.
        """
        plain: dict[str, Any] = {
            "query": f"action={action.value}",
            "content": self.client.body(stream),
            "project_id": stream.project_id,
        }
        process = next(self._variants)
        self._history.invoke(process, action, stream)
        starts = self._leftovers.leaves(action, stream)
        exchange = self.client.send(**{**plain, **parts})
        self._history.complete(process, None, error="sent in another form")
        if action is Action.START:
            self._leftovers.answered(action, stream, exchange, starts)
        return self.ledger.add(kind, exchange)

    def recording(self) -> Stream:
        """Return a stream of its own that is recording: a START was accepted.

        Raises:
            Undecided: the target accepted no START of several streams.
        """
        found = ""
        for _ in range(TRIES):
            stream = self.streams.recordable()
            exchange = self.command(Action.START, stream)
            if exchange.status == 200 and exchange.error is None:
                return stream
            found = answered(exchange)
        raise Undecided(f"no START of {TRIES} streams was accepted, the last one: {found}")

    def observe(self, identifier: str, value: str, *evidence: Exchange) -> None:
        """Keep what the target does where the page is silent; where no answer came, there is nothing to keep."""
        if any(one.error is not None for one in evidence):
            return
        self.observed[identifier] = (value, tuple(as_evidence(one) for one in evidence))

    def wait(self, seconds: float) -> None:
        """Let *seconds* pass, on the target's clock."""
        if isinstance(self.pace, VirtualPace):
            self.pace.advance(at(seconds))
        elif self._abandoned.wait(seconds):
            raise Undecided("the run was ended")

    def carry_out_schedules(self) -> None:
        """Assign a stream to every schedule, bring it into its first state, and send everything at its time."""
        plan = schedules(self.document.interval_ns, exact=self.exact, thin=self.thin)
        with ThreadPoolExecutor(MOST_AT_ONCE, thread_name_prefix="preparation") as threads:
            self.assigned = [one for one in threads.map(self._assigned, plan) if one is not None]
        self.pace.carry_out(self.assigned, self._send_scheduled)

    def _assigned(self, schedule: Schedule) -> Assigned | None:
        try:
            stream = self.recording() if schedule.prepared else self.streams.recordable()
        except (Undecided, NotExercised, CredentialsRefused) as problem:
            self.notes.append(f"schedule {schedule.title!r} was left out: {problem}")
            return None
        return Assigned(schedule=schedule, stream=stream)

    def _send_scheduled(self, action: Action, stream: Stream, lane: tuple[int, int]) -> Exchange:
        number, position = lane
        return self.command(action, stream, process=FIRST_LANE + 10 * number + position)

    def abandon(self) -> None:
        """Stop waiting: the operator wants to end."""
        self._abandoned.set()

    def stop_everything(self) -> None:
        """Stop whatever may still be recording, once; what cannot be stopped is noted."""
        for stream in self._leftovers.streams():
            exchange = self.command(Action.STOP, stream)
            if outcome_of(exchange.status) is Outcome.INFO:
                self.notes.append(f"{stream} may still be recording: its STOP got {answered(exchange)}")

    def close(self) -> None:
        """Leave the target as it was found, and close the history; closing twice does no harm."""
        if self._closed:
            return
        self._closed = True
        try:
            self.stop_everything()
        finally:
            self._history.close()
            self.client.close()
            if self.control is not None:
                self.control.close()
