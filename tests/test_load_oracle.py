"""The online oracle raises only what the checker calls broken too, and finds clear violations by itself."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count
from random import Random

import pytest

from liveload.answer import Answer
from liveload.oracle import ONE_READING, Oracle, Seen, UnderWay, Weight
from liveload.scenarios.coverage import OVERLAP
from liveload.tally import Violation
from liverec.checker import CheckResult, check
from liverec.history import Action, History, Operation, outcome_of
from liverec.model import DIALECTS, Dialect
from random_histories import operations_of, script_of, stream_named

STREAM = stream_named("rehearsal-1")
FINE = 64  # every moment of a drawn history is made distinct below this
INTERVAL = 100 * FINE
CHUNKS = pytest.mark.parametrize("chunk", range(4))
SLICE = 200


@dataclass(kw_only=True)
class Service:
    """One stream of an atomic service with a coarse clock, perhaps with a fault; what it decides is drawn in order."""

    draw: Random
    dialect: Dialect
    resolution: int
    fault: str = ""
    recording: bool = False
    recorded: bool = False
    stopped: int | None = None

    def decide(self, action: Action, now: int) -> bool:
        """Say whether a command is carried out, at *now*."""
        if self.fault == "wavers":
            self.dialect = self.draw.choice(DIALECTS)
        accepted = self._start(now) if action is Action.START else self._stop(now)
        return not accepted if self.fault == "lies" and self.draw.random() < 0.15 else accepted

    def _start(self, now: int) -> bool:
        if self.recording:
            return self.dialect.start_while_recording == "accepted"
        wrong = {"short": -INTERVAL // 5, "long": INTERVAL // 5, "none": -2 * INTERVAL}.get(self.fault, 0)
        window = INTERVAL + wrong + self.draw.randint(-self.resolution, self.resolution)
        if self.stopped is not None and now - self.stopped <= window:
            if self.dialect.refused_start_restarts == "yes":
                self.stopped = now
            return False
        self.recording = self.fault != "forgets-start"
        self.recorded = True
        return True

    def _stop(self, now: int) -> bool:
        if self.recording:
            self.recording, self.stopped = self.fault == "forgets-stop", now
            return True
        reading = self.dialect.stop_while_idle
        if reading == "accepted_restarts" or self.dialect.refused_stop_restarts == "yes":
            self.stopped = now
        return reading.startswith("accepted") and (self.recorded or reading != "accepted_once_recorded")


@dataclass(frozen=True, kw_only=True)
class Command:
    """One command of a drawn history: when it leaves, acts and is answered."""

    process: int
    action: Action
    invoked: int
    effect: int | None
    completed: int
    lost: bool


def commands(draw: Random, resolution: int) -> list[Command]:
    """Draw what one to three clients send, gaps near the interval among them; all moments differ."""
    found: list[Command] = []
    processes = iter(range(100))
    clients = draw.choice((1, 1, 2, 3))
    coarse = resolution // FINE
    gaps = (1, 1, 2, 5, 30, 60, 85, 99 - coarse, 100, 101 + coarse, 104 + coarse, 110, 150)
    for client in range(clients):
        now, process, action = draw.randint(0, 40), next(processes), draw.choice(tuple(Action))
        for _ in range(draw.randint(2, 12 // clients)):
            invoked = now + draw.choice(gaps)
            completed = invoked + draw.choice((1, 1, 1, 2, 3, 20))
            lost = draw.random() < 0.06
            effect: int | None = draw.randint(invoked, completed)
            if lost:
                effect = draw.choice((effect, None, invoked + draw.randint(0, 250)))
            mark = 3 * len(found)
            found.append(
                Command(
                    process=process,
                    action=action,
                    invoked=invoked * FINE + mark,
                    # within the interval of the command, also when it takes effect at one of its ends
                    effect=None if effect is None else min(effect * FINE + mark + 1, _last(completed, mark, lost=lost)),
                    completed=completed * FINE + mark + 2,
                    lost=lost,
                )
            )
            now, process = completed, next(processes) if lost else process
            other = Action.STOP if action is Action.START else Action.START
            action = draw.choice((other, other, other, action)) if client == 0 else draw.choice(tuple(Action))
    return found


def _last(completed: int, mark: int, *, lost: bool) -> int:
    return completed * FINE + mark + (2 if not lost else 1000 * FINE)


def served(sent: Sequence[Command], service: Service) -> dict[Command, bool]:
    """Let the service decide each command at its moment."""
    acting = [one for one in sent if one.effect is not None]
    return {one: service.decide(one.action, one.effect or 0) for one in sorted(acting, key=lambda one: one.effect or 0)}


def judged_online(sent: Sequence[Command], accepted: dict[Command, bool], oracle: Oracle) -> Iterator[Seen]:
    """Show everything to the oracle in the order in which it happened."""
    under_way: dict[int, UnderWay] = {}
    moments = sorted(
        [(one.invoked, 0, n) for n, one in enumerate(sent)] + [(o.completed, 1, n) for n, o in enumerate(sent)]
    )
    for _, completes, n in moments:
        one = sent[n]
        if completes:
            status = None if one.lost else 200 if accepted[one] else 400
            yield oracle.completed(under_way.pop(n), Answer(one.invoked, one.completed, status))
        else:
            under_way[n] = oracle.invoked(one.action, STREAM)


def history_of(sent: Sequence[Command], accepted: dict[Command, bool], resolution: int) -> History:
    """Write down what the clients know."""
    operations: list[Operation] = []
    for one in sorted(sent, key=lambda one: one.invoked):
        status = None if one.lost else 200 if accepted[one] else 400
        operations.append(
            Operation(
                process=one.process,
                stream=STREAM,
                action=one.action,
                outcome=outcome_of(status),
                invoked=one.invoked,
                completed=None if one.lost else one.completed,
                status=status,
                index=2 * len(operations),
            )
        )
    return History(
        operations=tuple(operations),
        interval_ns=INTERVAL,
        resolution_ns=resolution,
        initial="unknown",
        earliest=operations[0].invoked,
    )


def played(seed: int, *, fault: str = "", dialect: Dialect | None = None) -> tuple[History, list[Violation]]:
    draw = Random(seed)
    resolution = draw.choice((0, 2, 8)) * FINE
    sent = commands(draw, resolution)
    first = min(one.invoked for one in sent)
    before = draw.choice(
        ((False, False, None), (True, True, None), (False, True, first - draw.choice((0, 50, 99)) * FINE))
    )
    recording, recorded, stopped = before
    service = Service(
        draw=draw,
        dialect=dialect or draw.choice(DIALECTS),
        resolution=resolution,
        fault=fault,
        recording=recording,
        recorded=recorded,
        stopped=stopped,
    )
    accepted = served(sent, service)
    oracle = Oracle(interval_ns=INTERVAL, resolution_ns=resolution)
    violations = [one for seen in judged_online(sent, accepted, oracle) for one in seen.violations]
    return history_of(sent, accepted, resolution), violations


def judged_shortly(history: History) -> CheckResult:
    """Judge a history without looking long for its smallest witness."""
    looks = count()
    return check(history, expired=lambda: next(looks) > 300)


FAULTS = ("short", "long", "none", "forgets-start", "forgets-stop", "lies", "wavers")


@CHUNKS
def test_what_the_oracle_raises_the_checker_calls_broken_too(chunk: int) -> None:
    alarms: list[str] = []
    raised = 0
    for seed in range(chunk * SLICE, (chunk + 1) * SLICE):
        history, violations = played(seed, fault=FAULTS[seed % len(FAULTS)])
        if violations:
            raised += 1
            result = judged_shortly(history)
            page = any(one.requirement != ONE_READING for one in violations)
            if result.verdict != "broken" or (page and not any(one.page_alone == "broken" for one in result.findings)):
                alarms.append(f"seed {seed}: {violations[0]}: {script_of(history.operations)}")

    assert alarms == []
    assert raised > SLICE // 20


@CHUNKS
def test_a_service_that_keeps_the_page_raises_nothing_in_any_dialect(chunk: int) -> None:
    alarms: list[str] = []
    for seed in range(chunk * SLICE, (chunk + 1) * SLICE):
        history, violations = played(seed, dialect=DIALECTS[seed % len(DIALECTS)])
        alarms += [f"seed {seed}: {one}: {script_of(history.operations)}" for one in violations]

    assert alarms == []


def seen_of(script: str, *, resolution: int = 0, sees_all: bool = True) -> list[Seen]:
    """Show a script (random_histories.operations_of), with an interval of 10, to an oracle."""
    oracle = Oracle(interval_ns=10, resolution_ns=resolution, sees_all=sees_all)
    operations = [
        replace(one, completed=one.completed if one.completed is not None else one.invoked + 1)
        for one in operations_of(script)
    ]
    under_way: dict[int, UnderWay] = {}
    seen: list[Seen] = []
    for moment, completes, n in sorted(
        [(one.invoked, 1, n) for n, one in enumerate(operations)]
        + [(one.completed or 0, 0 if one.completed != one.invoked else 2, n) for n, one in enumerate(operations)]
    ):
        one = operations[n]
        if completes == 1:
            under_way[n] = oracle.invoked(one.action, one.stream)
        else:
            seen.append(oracle.completed(under_way.pop(n), Answer(one.invoked, moment, one.status)))
    return seen


@pytest.mark.parametrize(
    ("script", "requirement"),
    [
        ("START+ 0, STOP+ 2, START+ 11", "restart/too-soon"),
        ("START+ 0, STOP+ 2, START- 13", "restart/after-interval"),
        ("STOP- 0, START- 13", "recording/start"),
        ("START+ 0, STOP- 2", "recording/stop"),
        ("START+ 0, START- 1, START+ 2", ONE_READING),
        ("START+ 0, STOP+ 2, STOP- 3, STOP+ 4", ONE_READING),
        ("START+ 0, STOP+ 2, START- 11, START+ 13, START+ 0 @b, STOP+ 2 @b, START- 11 @b, START- 14 @b", ONE_READING),
    ],
)
def test_a_clear_violation_is_named(script: str, requirement: str) -> None:
    violations = [one.requirement for seen in seen_of(script) for one in seen.violations]

    assert violations == [requirement]


@pytest.mark.parametrize(
    "script",
    [
        "START+ 0, STOP? 2, START+ 3",
        "START? 0, STOP+ 2, START- 13",
        "START+ 0, STOP+ 2, START? 4, START- 13",
        "START- 0, STOP+ 2, START+ 3",
        "START- 0",
        "STOP- 0, START- 10",
        "START+ 0, STOP+ 2, START- 11, START- 14",
        "START+ 0, STOP+ 2..5, START+ 13",
        "START+ 0, STOP! 2, START+ 3",
    ],
)
def test_what_some_reading_allows_is_not_raised(script: str) -> None:
    assert [one for seen in seen_of(script) for one in seen.violations] == []


def test_the_resolution_is_granted_on_both_sides() -> None:
    script = "START+ 0, STOP+ 2, START+ 12, START+ 0 @b, STOP+ 2 @b, START- 13 @b"

    assert [one for seen in seen_of(script, resolution=1) for one in seen.violations] == []


def test_each_answer_is_weighed() -> None:
    seen = seen_of("START+ 0, STOP+ 2, START- 8, START- 11..13, STOP? 20, START+ 40")

    weights = [one.weight for one in seen]
    assert weights == [Weight.UNKNOWN, Weight.DECIDED, Weight.DECIDED, Weight.UNKNOWN, Weight.UNKNOWN, Weight.UNKNOWN]


def test_a_start_after_a_stop_is_a_probe_and_one_that_straddles_is_ambiguous() -> None:
    *_, probing = seen_of("START+ 0, STOP+ 2..3, START+ 11..14")

    assert probing.probe is not None
    assert (probing.probe.shortest, probing.probe.longest, probing.probe.accepted) == (8, 12, True)
    assert probing.weight is Weight.AMBIGUOUS


def test_commands_beside_one_another_are_counted() -> None:
    events = Counter(event for seen in seen_of("START+ 0..3, START- 1..2, STOP+ 5") for event in seen.events)

    assert events[OVERLAP] == 2


def test_nothing_is_judged_where_other_workers_command_the_same_streams() -> None:
    seen = seen_of("START+ 0, STOP+ 2, START+ 3", sees_all=False)

    assert [(one.violations, one.probe, one.weight) for one in seen] == [((), None, Weight.UNKNOWN)] * 3
