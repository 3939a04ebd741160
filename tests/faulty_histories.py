"""Small histories with one fault, or none by a nanosecond: every rule of the page is broken often, and nearly so."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from random import Random

from liverec.history import Action, History, Initial, Operation, Outcome
from random_histories import STATUS, stream_named

START, STOP = Action.START, Action.STOP
OK, REFUSED = Outcome.OK, Outcome.REFUSED
RULES = ("restart/too-soon", "restart/after-interval", "recording/start", "recording/stop")


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One command with its answer, in nanoseconds."""

    action: Action
    outcome: Outcome
    invoked: int
    completed: int


def faulty_history(seed: int, *, most: int = 7) -> History:
    """Draw a history of one or two streams; the last answers on each are against a rule, or within a hair of it."""
    draw = Random(seed)
    interval = draw.choice((3, 10, 10, 30, 10_000_000_000))
    resolution = draw.choice((0, 0, 0, 1, 2, interval))
    files = draw.choice((("w1.ndjson",), ("w1.ndjson",), ("w1.ndjson",), ("w1.ndjson", "w2.ndjson")))
    initial: Initial = draw.choice(("idle", "idle", "unknown"))
    zero = draw.choice((0, -50, 2**53 + 1))
    lines = Counter[str]()
    operations = list[Operation]()
    for number in range(draw.choice((1, 1, 1, 2))):
        steps = list(_story(draw, interval, resolution, zero, initial))
        steps += [_noise(draw, steps, interval) for _ in range(draw.choice((0, 0, 0, 1, 1, 2)))]
        steps = sorted(steps[: most if not number else 3], key=lambda step: (step.invoked, step.completed))
        one_process = draw.random() < 0.3 and all(
            one.completed <= other.invoked and one.outcome is not Outcome.INFO for one, other in pairwise(steps)
        )
        for turn, step in enumerate(steps):
            file = draw.choice(files)
            operations.append(
                Operation(
                    process=100 * number + (0 if one_process else turn),
                    stream=stream_named(f"rehearsal-{number}"),
                    action=step.action,
                    outcome=step.outcome,
                    invoked=step.invoked,
                    completed=None if step.outcome is Outcome.INFO else step.completed,
                    status=STATUS[step.outcome],
                    file=file,
                    index=lines[file],
                )
            )
            lines[file] += 2
    return History(
        operations=tuple(operations),
        interval_ns=interval,
        resolution_ns=resolution,
        initial=initial,
        interruptions=draw.random() < 0.1,
        earliest=min(one.invoked for one in operations) - draw.choice((0, 0, 1, interval)),
        clock_bounds={file: draw.choice((0, 0, 1, interval // 2)) for file in files},
    )


def _story(draw: Random, interval: int, resolution: int, zero: int, initial: Initial) -> Iterator[Step]:
    """Yield steps of one client, the last of which is the fault."""
    rule = draw.choice(RULES)
    now = zero
    if rule != "recording/start" and draw.random() < 0.3:  # an earlier recording, long over
        yield Step(action=START, outcome=OK, invoked=now, completed=now + 1)
        yield Step(action=STOP, outcome=OK, invoked=now + 1, completed=now + 2)
        now += 2 + interval + resolution + draw.choice((1, 1, 2, interval))
    if rule == "recording/start":
        if initial == "unknown":
            now += interval + draw.choice((0, 1, resolution, resolution + 1))
        yield Step(action=START, outcome=REFUSED, invoked=now, completed=now + draw.choice((0, 1, interval)))
        return
    begun = now + draw.choice((0, 1, 2))
    yield Step(action=START, outcome=OK, invoked=now, completed=begun)
    stopped_from = begun + draw.choice((0, 1, 3))
    stopped_until = stopped_from + draw.choice((0, 0, 1, 2))
    if rule == "recording/stop":
        yield Step(action=STOP, outcome=REFUSED, invoked=stopped_from, completed=stopped_until)
        return
    yield Step(action=STOP, outcome=OK, invoked=stopped_from, completed=stopped_until)
    length = draw.choice((0, 0, 1, 2))
    if rule == "restart/too-soon":
        latest = stopped_from + interval - resolution + draw.choice((-1, 0, 0, 1))
        latest = max(latest, stopped_until)
        yield Step(action=START, outcome=OK, invoked=max(latest - length, stopped_until), completed=latest)
        return
    earliest = stopped_until + interval + resolution + draw.choice((0, 1, 1, 2))
    yield Step(action=START, outcome=REFUSED, invoked=earliest, completed=earliest + length)


def _noise(draw: Random, steps: list[Step], interval: int) -> Step:
    """Return one more command, somewhere among the others."""
    near = draw.choice(steps)
    invoked = draw.choice((near.invoked, near.completed, near.completed + 1, near.invoked - 1))
    return Step(
        action=draw.choice((START, STOP)),
        outcome=draw.choice((OK, REFUSED, REFUSED, Outcome.INFO, Outcome.TURNED_AWAY)),
        invoked=invoked,
        completed=invoked + draw.choice((0, 1, 2, interval - 1, interval, interval + 1)),
    )
