"""Histories as a load run makes them: many clients on few streams, against a simulated service of one dialect.

Virtual time, so that a minute of load takes no minute. The service is told from the design's table alone.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from random import Random

from liverec.history import Action, History, Operation, Outcome, Stream
from liverec.model import Dialect

SECOND = 1_000_000_000
MILLISECOND = 1_000_000
WINDOW = 10 * SECOND


@dataclass(slots=True)
class Recording:
    """What the service remembers of one stream."""

    active: bool = False
    recorded: bool = False
    stopped: int | None = None  # when the window opened
    window: int = WINDOW

    def answer(self, dialect: Dialect, action: Action, moment: int) -> bool:
        """Carry out a command at *moment*, or refuse it."""
        return self._start(dialect, moment) if action is Action.START else self._stop(dialect, moment)

    def _start(self, dialect: Dialect, moment: int) -> bool:
        if self.active:
            return dialect.start_while_recording == "accepted"
        if self.stopped is not None and moment - self.stopped <= self.window:
            if dialect.refused_start_restarts == "yes":
                self.stopped = moment
            return False
        self.active = self.recorded = True
        return True

    def _stop(self, dialect: Dialect, moment: int) -> bool:
        if self.active:
            self.active, self.stopped = False, moment
            return True
        restarts = dialect.stop_while_idle == "accepted_restarts" or dialect.refused_stop_restarts == "yes"
        if restarts:
            self.stopped = moment
        if dialect.stop_while_idle == "accepted_once_recorded":
            return self.recorded
        return dialect.stop_while_idle != "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A command to come; nanoseconds."""

    effect: int
    invoked: int
    completed: int
    client: int
    stream: Stream
    action: Action


@dataclass(frozen=True, slots=True, kw_only=True)
class Contention:
    """Clients that send START or STOP to any of a few streams, answered in 1 to ``slowest_ms``, 0 to as much apart.

    Beside them, one client takes a stream of its own through all that pins the dialect. ``lost`` is the share of
    answers that never arrive. Faults: ``races`` lets the service decide by what it read up to 5 ms before it acts;
    ``breaks_at`` (seconds) accepts the first START from then on, whatever it should be.
    """

    dialect: Dialect
    clients: int
    seconds: int
    streams: int = 1
    seed: int = 1
    slowest_ms: int = 20
    lost: float = 0.0
    races: bool = False
    breaks_at: int | None = None

    def history(self) -> History:
        """Return what the clients saw."""
        draw = Random(self.seed)
        calls = [*self._pinning(), *(call for client in range(self.clients) for call in self._calls(client, draw))]
        calls.sort(key=lambda call: call.effect)
        told = list(zip(calls, self._answers(calls, draw), strict=True))
        told.sort(key=lambda one: (one[0].invoked, one[0].client))
        return History(operations=tuple(self._operations(told, draw)), interval_ns=WINDOW)

    def _pinning(self) -> Iterator[Call]:
        script = (
            "STOP 0.1, START 0.2, START 0.3, STOP 0.4, STOP 5, START 7, START 10.41, STOP 10.5, STOP 15.1, START 17.2"
        )
        for words in f"{script}, START 20.61, START 25.11, STOP 27.3".split(", "):
            action, seconds = words.split()
            moment = int(float(seconds) * SECOND)
            yield Call(
                effect=moment + MILLISECOND,
                invoked=moment,
                completed=moment + 2 * MILLISECOND,
                client=self.clients,
                stream=named(0),
                action=Action(action),
            )

    def _calls(self, client: int, draw: Random) -> Iterator[Call]:
        slowest = self.slowest_ms * MILLISECOND
        now = draw.randrange(slowest)
        while now < self.seconds * SECOND:
            completed = now + draw.randrange(MILLISECOND, slowest)
            yield Call(
                effect=draw.randint(now, completed),
                invoked=now,
                completed=completed,
                client=client,
                stream=named(draw.randint(1, self.streams)),
                action=draw.choice((Action.START, Action.STOP)),
            )
            now = completed + draw.randrange(slowest)

    def _answers(self, calls: Sequence[Call], draw: Random) -> Iterator[bool]:
        past: dict[Stream, list[tuple[int, Recording]]] = defaultdict(lambda: [(0, Recording())])
        breaks_at = None if self.breaks_at is None else self.breaks_at * SECOND
        for call in calls:
            line = past[call.stream]
            seen = call.effect - (draw.randrange(5 * MILLISECOND) if self.races and call.client < self.clients else 0)
            read = next(state for moment, state in reversed(line) if moment <= max(seen, 0))
            view = replace(read)
            accepted = view.answer(self.dialect, call.action, call.effect)
            state = replace(line[-1][1])
            for name in ("active", "recorded", "stopped"):
                if getattr(view, name) != getattr(read, name):
                    setattr(state, name, getattr(view, name))
            if state != line[-1][1]:
                line.append((call.effect, state))
            if breaks_at is not None and call.effect > breaks_at and call.action is Action.START and not accepted:
                accepted, breaks_at = True, None
            yield accepted

    def _operations(self, told: Iterable[tuple[Call, bool]], draw: Random) -> Iterator[Operation]:
        processes: dict[int, int] = {}
        for number, (call, accepted) in enumerate(told):
            lost = draw.random() < self.lost
            yield Operation(
                process=processes.get(call.client, call.client),
                stream=call.stream,
                action=call.action,
                outcome=Outcome.INFO if lost else Outcome.OK if accepted else Outcome.REFUSED,
                invoked=call.invoked,
                completed=None if lost else call.completed,
                status=None if lost else 200 if accepted else 400,
                index=2 * number,
            )
            if lost:
                processes[call.client] = self.clients + 1 + number  # a process whose answer was lost is retired


def named(number: int) -> Stream:
    """Return one of the streams; 0 is that which pins the dialect."""
    return Stream("0123456789abcdef0123456789abcdef", "publish.example.com", "live", f"rehearsal-{number}")


def all_at_once(clients: int, *, dialect: Dialect, seed: int = 1, first: int = 0) -> Iterator[Operation]:
    """Yield a command of each client about one stream, answered half a minute later: any order is possible.

    *first* is the number of the first client, and of the stream.
    """
    draw = Random(seed)
    service = Recording()
    for client, effect in enumerate(sorted(draw.randrange(SECOND, 30 * SECOND) for _ in range(clients)), start=first):
        action = draw.choice((Action.START, Action.STOP))
        accepted = service.answer(dialect, action, effect)
        yield Operation(
            process=client,
            stream=named(first),
            action=action,
            outcome=Outcome.OK if accepted else Outcome.REFUSED,
            invoked=draw.randrange(SECOND),
            completed=draw.randrange(30 * SECOND, 31 * SECOND),
            status=200 if accepted else 400,
            index=2 * client,
        )
