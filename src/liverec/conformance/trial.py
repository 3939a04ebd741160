"""One run against one target: what every contract test is given."""

import threading
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from itertools import count
from typing import Any

from liverec.client import Burst, Client, Connection, Exchange, Line, RawExchange
from liverec.clock import NANOSECONDS, Clock, MonotonicClock, VirtualClock
from liverec.conformance.allocation import Allocation
from liverec.conformance.contact import Contact, was_answered
from liverec.conformance.control import ControlPlane
from liverec.conformance.ledger import Kind, Ledger
from liverec.conformance.leftovers import Leftovers
from liverec.conformance.pace import Assigned, RealPace, VirtualPace
from liverec.conformance.schedule import at
from liverec.conformance.setting import Setting
from liverec.conformance.stopping import not_stopped, told_of
from liverec.conformance.verdicts import Undecided, answered, as_evidence
from liverec.document import Document, load_document
from liverec.history import Action, Initial, Stream
from liverec.history.writer import HistoryWriter
from liverec.target import describe

RESOLUTION_NS = 5_000_000
TRIES = 8
MOST_RESTS = 10
CLOSED_SILENTLY = "the target closes connections without saying so"
FIRST_VARIANT = 1_000_000  # process numbers apart from those that the client gives


class Trial:
    """Sends what the tests ask, keeps all of it, and leaves every stream stopped."""

    def __init__(self, setting: Setting) -> None:
        self.target = setting.target
        self.seed = setting.seed
        self.budget = setting.budget
        self.document: Document = load_document()
        self.streams = Allocation(setting.target.profile, seed=setting.seed, replenish=self._rested)
        self.ledger = Ledger()
        self.observed: dict[str, tuple[str, tuple[Mapping[str, Any], ...]]] = {}
        self.notes: list[str] = []
        self.assigned: list[Assigned] = []
        self.raced: list[Stream] = []  # several commanded these at once
        self.control = ControlPlane.of(setting.target)
        self.initial: Initial = setting.initial or "unknown"
        with suppress(Undecided):
            if setting.initial is None and self.control is not None and self.control.unused():
                self.initial = "idle"
        self._abandoned = threading.Event()
        self.contact = Contact(self._ask, self._abandoned)
        self._nobody: Stream | None = None
        self.at_rest = threading.Event()  # set while no schedule is under way
        self.at_rest.set()
        self._touched: set[Stream] = set()  # something may have been done on these
        self._rests_left = MOST_RESTS
        self._closed = False
        self._reuses = False
        self._leftovers = Leftovers()
        self._variants = count(FIRST_VARIANT)
        self._asks_as_stranger = False
        virtual = VirtualClock() if self.control is not None and self.control.virtual else None
        clock: Clock = virtual or MonotonicClock()
        self.exact = virtual is not None
        self.probes_exactly = self.exact and not setting.rehearsed
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
        self.client = Client(setting.target, clock=clock, history=self._history, timeout_s=setting.timeout_s)
        self.pace: RealPace | VirtualPace = RealPace(self._abandoned)
        if self.control is not None and virtual is not None:
            self.pace = VirtualPace(self.control, virtual)

    @property
    def thin(self) -> bool:
        """Whether the target has a quota, so that requests must be few."""
        return self.target.max_requests_per_minute is not None

    def command(self, action: Action, stream: Stream, *, process: int | None = None, **how: Any) -> Exchange:
        """Send a well-formed command, record it, and remember what may be left recording.

        This, like everything else that sends, raises Undecided once the target was given up.
        """
        self._expect_answers()
        exchange = self._command(action, stream, process=process, **how)
        self.contact.note(exchange)
        return exchange

    def _command(self, action: Action, stream: Stream, *, process: int | None = None, **how: Any) -> Exchange:
        starts = self._leftovers.leaves(action, stream)
        exchange = self.client.command(action, stream, process=process, **how)
        self._leftovers.answered(action, stream, exchange.status if exchange.error is None else None, starts)
        self._touch(stream, exchange)
        return self.ledger.add(Kind.COMMAND, exchange)

    def burst(
        self,
        commands: Sequence[tuple[Action, Stream]],
        *,
        connections: list[Connection] | None = None,
        strangers: Collection[Stream] = (),
    ) -> Burst:
        """Send well-formed commands at one moment, as ``Client.burst`` does; for the rest, like ``command``."""
        self._expect_answers()
        starts = [self._leftovers.leaves(*command) for command in commands]
        burst = self.client.burst(commands, connections=connections, strangers=strangers)
        for exchange, (action, stream), decided in zip(burst.exchanges, commands, starts, strict=False):
            self._leftovers.answered(action, stream, exchange.status if exchange.error is None else None, decided)
            self._touch(stream, exchange)
            self.ledger.add(Kind.OPEN if stream in strangers else Kind.COMMAND, exchange)
        for (action, stream), decided in list(zip(commands, starts, strict=True))[len(burst.exchanges) :]:
            if action is Action.START:  # it never left
                self._leftovers.answered(action, stream, 400, decided)
        for exchange in burst.exchanges:
            if not was_answered(exchange):
                self.contact.note(exchange)  # one of them stands for all
                break
        return burst

    def send(self, kind: Kind, **parts: Any) -> Exchange:
        """Send a request that concerns no stream of the history."""
        self._expect_answers()
        exchange = self.ledger.add(kind, self.client.send(**parts))
        self.contact.note(exchange)
        return exchange

    def line(self) -> Line:
        """Return a connection of its own; what was heard on it is the run's evidence once it is ``noted``."""
        self._expect_answers()
        return self.client.line()

    def noted(self, kind: Kind, exchange: Exchange) -> Exchange:
        """Keep what came of a request that was sent on a line."""
        self.contact.note(self.ledger.add(kind, exchange))
        return exchange

    def raw(self, kind: Kind, data: bytes) -> RawExchange:
        """Send *data* over a connection of its own; it concerns no stream of the history."""
        self._expect_answers()
        found = self.client.raw(data)
        self.contact.note(self.ledger.add(kind, found.exchange))
        return found

    def variant(self, kind: Kind, action: Action, stream: Stream, **parts: Any) -> Exchange:
        """Send a command about *stream* in another form than the plain one.

        What such a request does is for its own test to say; for the history it may have happened, with any answer.
        """
        self._expect_answers()
        exchange = self._variant(kind, action, stream, **parts)
        self.contact.note(exchange)
        return exchange

    def may_happen(self, action: Action, stream: Stream) -> None:
        """Note for the history that a command may be carried out from now on, with any answer."""
        process = next(self._variants)
        self._history.invoke(process, action, stream)
        self._history.complete(process, None, error="sent in another form")

    def _variant(self, kind: Kind, action: Action, stream: Stream, **parts: Any) -> Exchange:
        self.may_happen(action, stream)
        starts = self._leftovers.leaves(action, stream)
        exchange = self.client.send(**{**self._plain(action, stream), **parts})
        self._touch(stream, exchange)
        if action is Action.START or not parts:
            self._leftovers.answered(action, stream, exchange.status if exchange.error is None else None, starts)
        return self.ledger.add(kind, exchange)

    def _plain(self, action: Action, stream: Stream) -> dict[str, Any]:
        return {
            "query": f"action={action.value}",
            "content": self.client.body(stream),
            "project_id": stream.project_id,
        }

    def _touch(self, stream: Stream, exchange: Exchange) -> None:
        if exchange.error is not None or exchange.status is None or not 400 <= exchange.status < 500:
            self._touched.add(stream)

    def _ask(self) -> bool:
        """Ask for what nobody has, so that nothing changes; return whether any answer came.

        Who says nothing of an unknown stream may still turn strangers away: what was answered last is asked again.
        """
        self._nobody = self._nobody or self.streams.made_up()
        plain = self._plain(Action.STOP, self._nobody)
        if self._asks_as_stranger:
            exchange = self.ledger.add(Kind.STRANGER, self.client.send(**plain, credentials="none"))
        else:
            exchange = self.ledger.add(Kind.OPEN, self.client.send(**plain))
        if not was_answered(exchange):
            self._asks_as_stranger = not self._asks_as_stranger
        return was_answered(exchange)

    def _expect_answers(self) -> None:
        if self.contact.lost:
            raise Undecided(f"{self.contact.lost}, and was asked no more")
        if self._abandoned.is_set():
            raise Undecided("the run was ended")

    def recording(self, *, fresh: bool = False, first: Stream | None = None, spare: int = 0) -> Stream:
        """Return a stream of its own that is recording: a START was accepted. *fresh*: this run never used it before.

        *first* is tried before any other; no other is, if only *spare* ones are free.

        Raises:
            Undecided: the target accepted no START of several streams.
        """
        found = ""
        for number in range(TRIES):
            if number and self.streams.free < spare:
                break
            stream = first if first is not None and number == 0 else self.streams.recordable(fresh=fresh)
            exchange = self.command(Action.START, stream)
            if exchange.status == 200 and exchange.error is None:
                return stream
            found = answered(exchange)
        raise Undecided(f"no START of up to {TRIES} streams was accepted, the last one: {found}")

    def observe(self, identifier: str, value: str, *evidence: Exchange | Mapping[str, Any]) -> None:
        """Keep what the target does where the page is silent; where no answer came, there is nothing to keep."""
        if any(isinstance(one, Exchange) and one.error is not None for one in evidence):
            return
        self.observed[identifier] = (value, tuple(as_evidence(one) for one in evidence))

    def wait(self, seconds: float) -> None:
        """Let *seconds* pass, on the target's clock."""
        if isinstance(self.pace, VirtualPace):
            self.pace.advance(at(seconds))
        else:
            self._abandoned.wait(seconds)
        self._expect_answers()

    def _rested(self, streams: Collection[Stream]) -> Collection[Stream]:
        """Return those of *streams* that are idle: untouched ones, or else all, once their windows have passed."""
        self.at_rest.wait()
        untouched = [stream for stream in streams if stream not in self._touched]
        if untouched or not streams or not self._rests_left:
            return untouched
        if self.control is not None:
            self.control.resume_all()
        for stream in set(self._leftovers.streams()).intersection(streams):
            self._expect_answers()
            self.contact.note(self._stop(stream))
        idle = [stream for stream in streams if stream not in self._leftovers.streams()]
        self._rests_left = self._rests_left - 1 if idle else self._rests_left // 2  # who answers no STOP may never do
        self.wait(self.document.interval_ns / NANOSECONDS + 0.5 if idle else 0.0)
        return idle

    def abandon(self) -> None:
        """Stop waiting: the operator wants to end."""
        self._abandoned.set()

    def reuse_connections(self) -> None:
        """Use connections again from now on; the target closes none while it is in use."""
        self._reuses = True
        self.client.reuse()

    def stop_everything(self) -> None:
        """Stop whatever may still be recording, once; what cannot be stopped is noted."""
        self.ledger.during = "stopping what may be recording"
        # the sentinel last: it tells the next run how long ago this one ended
        streams = sorted(self._leftovers.streams(), key=lambda stream: stream == self.streams.sentinel)
        left = not_stopped(streams, self._stop)
        if left:
            self.notes.append(told_of(left))

    def _stop(self, stream: Stream) -> Exchange:
        """Send a STOP; where an interruption may have ended the recording, the history says nothing of the answer."""
        if self.control is not None and stream in self.control.disturbed:
            return self._variant(Kind.COMMAND, Action.STOP, stream)
        return self._command(Action.STOP, stream)

    def close(self) -> None:
        """Leave the target as it was found, and close the history; closing twice does no harm."""
        if self._closed:
            return
        self._closed = True
        try:
            self.stop_everything()
            if self._reuses and not self.client.reuses and not self.contact.lost:
                self.notes.append(f"{CLOSED_SILENTLY}: from then on each request had one of its own")
            if self.ledger.too_many:
                self.notes.append(
                    f"{self.ledger.too_many} exchanges, too many to keep, were judged by their own tests only"
                )
        finally:
            self._history.close()
            self.client.close()
