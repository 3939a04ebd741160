"""Scenarios played in virtual time against the reference recorder: a load run without a network, a clock or Locust."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from heapq import heappop, heappush
from itertools import count
from random import Random

from liveload.answer import Answer, Ending
from liveload.oracle import Oracle
from liveload.pinning import SPARE_STREAMS, pin
from liveload.scenarios.noise import invalid
from liveload.scenarios.scenario import RunEnds, Scenario, Sharing
from liveload.tally import Tally
from liverec.clock import NANOSECONDS
from liverec.history import Action, History, Operation, Stream, outcome_of
from liverec.model import Dialect
from liverec.profile import Credentials, Profile, StreamSet
from liverec.reference.dialect import Dialect as Choices
from liverec.reference.faults import Fault
from liverec.reference.recorder import Decision, Recorder
from liverec.reference.streams import StreamName, StreamTable

INTERVAL_NS = 10 * NANOSECONDS
RESOLUTION_NS = 5_000_000
RACE_NS = 10_000_000  # between looking and acting, in a service that races
_BEGAN = 1_000 * NANOSECONDS
_STATUS = {Decision.IDLE: 404, Decision.UNKNOWN: 404}
_LOSES_RACE = {Action.START: Decision.RECORDING, Action.STOP: Decision.IDLE}
_RACES = {"double-start": Action.START, "double-stop": Action.STOP}


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """What a run left behind."""

    history: History
    tally: Tally
    unmet: tuple[str, ...]  # coverage conditions


class _Baton:
    """Threads that take turns in virtual time: only the one whose moment is next runs."""

    def __init__(self) -> None:
        self.moment = _BEGAN
        self._queue: list[tuple[int, int, threading.Lock | Callable[[], None]]] = []
        self._numbers = count()
        self._finished = threading.Lock()
        self._failure: BaseException | None = None

    def now(self) -> int:
        """Read the clock; no two readings are the same."""
        self.moment += 1
        return self.moment

    def later(self, moment: int, what: Callable[[], None]) -> None:
        heappush(self._queue, (moment, next(self._numbers), what))

    def wait_until(self, moment: int) -> None:
        mine = threading.Lock()
        mine.acquire()
        heappush(self._queue, (moment, next(self._numbers), mine))
        following = self._next()
        if following is not mine:
            following.release()
            mine.acquire()

    def run(self, players: Sequence[tuple[int, Callable[[], None]]]) -> None:
        """Let everybody play from a moment on, until all have ended."""
        threads: list[threading.Thread] = []
        for moment, play in players:
            mine = threading.Lock()
            mine.acquire()
            heappush(self._queue, (moment, next(self._numbers), mine))
            threads.append(threading.Thread(target=self._play, args=(mine, play), daemon=True))
        self._finished.acquire()
        for thread in threads:
            thread.start()
        self._next().release()
        self._finished.acquire()
        for thread in threads:
            thread.join()
        if self._failure is not None:
            raise self._failure

    def _play(self, mine: threading.Lock, play: Callable[[], None]) -> None:
        mine.acquire()
        try:
            play()
        except RunEnds:
            pass
        except BaseException as failure:  # noqa: BLE001  # it is raised again by run()
            self._failure = failure
        self._next().release()

    def _next(self) -> threading.Lock:
        while self._queue:
            moment, _, what = heappop(self._queue)
            self.moment = max(self.moment, moment)
            if not callable(what):
                return what
            what()
        return self._finished


@dataclass(kw_only=True)
class _World:
    """The service, the network in front of it, and everything that is written down."""

    scenario: Scenario
    baton: _Baton
    recorder: Recorder
    oracle: Oracle
    fault: Fault | None
    ends: int
    rate: float
    tally: Tally = field(default_factory=Tally)
    operations: list[Operation] = field(default_factory=list[Operation])
    processes: "count[int]" = field(default_factory=count)
    lines: "count[int]" = field(default_factory=count)
    acted: dict[tuple[Action, Stream], int] = field(default_factory=dict[tuple[Action, Stream], int])
    arrival: float = 0.0  # seconds of the run

    def look(self, action: Action) -> int | None:
        """Return when a racing service looked, after it has waited to act; None from one that does not race."""
        if self.fault is None or _RACES.get(self.fault.name) is not action:
            return None
        looked = self.baton.now()
        self.baton.wait_until(looked + RACE_NS)
        return looked

    def decide(self, action: Action, stream: Stream, looked: int | None) -> Decision:
        decision = self.recorder.command(action, StreamName(*_parts(stream)))
        if looked is not None:
            if decision is Decision.DONE:
                self.acted[action, stream] = self.baton.now()
            elif decision is _LOSES_RACE[action] and self.acted.get((action, stream), 0) > looked:
                return Decision.DONE
        return decision

    def take_effect(self, action: Action, stream: Stream) -> None:
        """Carry out a command whose client has gone."""
        self.decide(action, stream, None)

    def write(self, process: int, action: Action, stream: Stream, answer: Answer) -> None:
        self.operations.append(
            Operation(
                process=process,
                stream=stream,
                action=action,
                outcome=outcome_of(answer.status),
                invoked=answer.invoked,
                completed=None if answer.status is None else answer.completed,
                status=answer.status,
                file="w1.ndjson",
                index=2 * next(self.lines),
            )
        )


class _Player:
    """An actor of the simulation."""

    def __init__(self, world: _World, number: int, streams: Sequence[Stream], seed: int) -> None:
        self.number = number
        self.random = Random(f"{seed}/{number}")
        self.interval_ns = INTERVAL_NS
        self.resolution_ns = RESOLUTION_NS
        self._world = world
        self._streams = streams
        self._process = next(world.processes)
        self._chance = Random(f"network {seed}/{number}")

    def now(self) -> int:
        return self._world.baton.now()

    def sleep_until(self, moment: int) -> None:
        ends = self._world.ends
        if moment < ends:
            self._world.baton.wait_until(max(moment, self.now()) + int(self._chance.expovariate(1 / 100_000)))
            return
        self._world.baton.wait_until(ends)
        raise RunEnds

    def streams(self) -> Sequence[Stream]:
        return self._streams

    def command(
        self, action: Action, stream: Stream, *, due: int | None = None, ending: Ending = Ending.ANSWER
    ) -> Answer:
        world, baton = self._world, self._world.baton
        if self.now() >= world.ends:
            raise RunEnds
        under_way = world.oracle.invoked(action, stream)
        invoked = self.now()
        if ending in {Ending.ANSWER, Ending.HALF_CLOSED}:
            baton.wait_until(invoked + self._leg())
            decision = world.decide(action, stream, world.look(action))
            baton.wait_until(baton.moment + self._leg())
            answer = Answer(invoked, self.now(), 200 if decision.accepted else _STATUS.get(decision, 400))
        else:
            if self._chance.random() < 0.8:
                delay = self._leg() + (self._chance.random() < 0.2) * int(self._chance.random() * NANOSECONDS)
                baton.later(invoked + delay, partial(world.take_effect, action, stream))
            baton.wait_until(invoked + 50_000)
            answer = Answer(invoked, self.now(), None, error=ending)
        world.write(self._process, action, stream, answer)
        if answer.status is None:
            self._process = next(world.processes)
        seen = world.oracle.completed(under_way, answer)
        self._tally(action, answer, due)
        for violation in seen.violations:
            world.tally.violated(violation)
        if seen.probe is not None:
            world.tally.probed(seen.probe)
        world.tally.events.update(seen.events)
        return answer

    def invalid(self, number: int, stream: Stream) -> Answer:
        world = self._world
        if self.now() >= world.ends:
            raise RunEnds
        invoked = self.now()
        world.baton.wait_until(invoked + self._leg())
        lets_through = world.fault is not None and world.fault.reader is not None
        if lets_through and invalid(number).query not in {"action=START", "action=STOP"}:
            world.recorder.command("", StreamName(*_parts(stream)))
        world.baton.wait_until(world.baton.moment + self._leg())
        return Answer(invoked, self.now(), 400)

    def connect(self) -> None:
        pass

    def count(self, event: str) -> None:
        self._world.tally.events[event] += 1

    def next_arrival(self) -> int:
        world = self._world
        due = _BEGAN + int(world.arrival * NANOSECONDS)
        world.arrival += 1 / (world.rate * world.scenario.rate_at(world.arrival))
        self.sleep_until(due)
        return due

    def meeting(self, number: int) -> int:
        return _BEGAN + (number + 1) * NANOSECONDS

    def _leg(self) -> int:
        """Draw how long a request or its answer is on its way: mostly well below a millisecond."""
        usual = 150_000 + self._chance.expovariate(1 / 150_000)
        return int(usual + (self._chance.random() < 0.01) * self._chance.random() * 8_000_000)

    def _tally(self, action: Action, answer: Answer, due: int | None) -> None:
        second = (answer.completed - _BEGAN) // NANOSECONDS
        latency = answer.completed - (answer.invoked if due is None else due)
        self._world.tally.answered(f"{action} {answer.status}", [latency // 1000], second=second)


def _parts(stream: Stream) -> tuple[str, str, str, str]:
    return stream.project_id, stream.publish_domain, stream.app, stream.stream


def play(
    scenario: Scenario,
    *,
    users: int,
    seconds: float,
    dialect: Dialect | None = None,
    fault: Fault | None = None,
    seed: int = 1,
    recorder: type[Recorder] | None = None,
    rate: float | None = None,
) -> Played:
    """Play *scenario* with one more user who pins the dialect."""
    own = scenario.sharing is Sharing.OWN
    streams = _streams(scenario.streams * (users if own else 1) + SPARE_STREAMS)
    baton = _Baton()
    kind = fault.recorder if fault is not None else recorder
    world = _World(
        scenario=scenario,
        baton=baton,
        recorder=_recorder(baton, len(streams), dialect or Dialect(), kind),
        oracle=Oracle(interval_ns=INTERVAL_NS, resolution_ns=RESOLUTION_NS),
        fault=fault,
        ends=_BEGAN + int(seconds * NANOSECONDS),
        rate=rate or scenario.rate or 0,
    )
    spare, rest = streams[:SPARE_STREAMS], streams[SPARE_STREAMS:]
    pinning = _Player(world, users, spare, seed)
    players: list[tuple[int, Callable[[], None]]] = [(_BEGAN, partial(pin, pinning, spare))]
    for number in range(users):
        mine = rest[number * scenario.streams : (number + 1) * scenario.streams] if own else rest
        spawned = _BEGAN + int(number / scenario.spawn_rate * NANOSECONDS)
        players.append((spawned, partial(scenario.play, _Player(world, number, mine, seed))))
    baton.run(players)
    history = History(
        operations=tuple(world.operations),
        interval_ns=INTERVAL_NS,
        resolution_ns=RESOLUTION_NS,
        initial="unknown",
        earliest=min(one.invoked for one in world.operations),
    )
    unmet = tuple(one.text for one in scenario.conditions if not one.met(world.tally, users))
    return Played(history=history, tally=world.tally, unmet=unmet)


def _streams(number: int) -> list[Stream]:
    names = StreamSet(publish_domain="publish.example.com", app="live", names="rehearsal-{n}", count=number)
    return [
        Stream("0123456789abcdef0123456789abcdef", names.publish_domain, names.app, names.name(n))
        for n in range(1, number + 1)
    ]


def _recorder(clock: _Baton, streams: int, dialect: Dialect, kind: type[Recorder] | None) -> Recorder:
    profile = Profile(
        url="http://127.0.0.1:8080",
        project_id="0123456789abcdef0123456789abcdef",
        credentials=Credentials(token="made-up"),
        recordable=StreamSet(publish_domain="publish.example.com", app="live", names="rehearsal-{n}", count=streams),
    )
    return (kind or Recorder)(
        table=StreamTable(profile),
        clock=clock,
        interval_ns=INTERVAL_NS,
        threshold_s=3,
        dialect=Choices(**asdict(dialect)),
    )
