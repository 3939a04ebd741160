"""Small histories in which nearly everything overlaps, and ends touch: where the order of effects is most in doubt."""

from collections.abc import Iterable, Iterator, Sequence
from random import Random

from contention import Call, Recording
from liverec.history import Action, History, Operation, Outcome
from liverec.model import DIALECTS
from random_histories import stream_named

STREAM = stream_named("rehearsal-1")


def dense_history(seed: int, *, most: int = 7) -> History:
    """Draw a history of at most so many operations of one stream, by up to seven clients.

    It is answered as by a service of one dialect; then, mostly, some answers are turned round, and some get lost.
    """
    draw = Random(seed)
    interval = draw.choice((3, 6, 10, 10, 30))
    files = draw.choice((("w1.ndjson",), ("w1.ndjson",), ("w1.ndjson",), ("w1.ndjson", "w2.ndjson")))
    calls = sorted(_calls(draw, interval, draw.randint(4, most)), key=lambda call: call.effect)
    turned = draw.choice((0.0, 0.2, 0.3, 0.5))
    dialect, service = draw.choice(DIALECTS), Recording(window=interval)
    answers = [service.answer(dialect, call.action, call.effect) ^ (draw.random() < turned) for call in calls]
    lost = set(draw.sample(range(len(calls)), k=draw.choice((0, 0, 0, 0, 1, 1, 2, 3))))
    told = sorted(enumerate(zip(calls, answers, strict=True)), key=lambda one: (one[1][0].invoked, one[1][0].completed))
    return History(
        operations=tuple(_operations([(call, ok, number in lost) for number, (call, ok) in told], files)),
        interval_ns=interval,
        resolution_ns=draw.choice((0, 0, 0, 1, 2, interval // 2)),
        initial=draw.choice(("idle", "idle", "unknown")),
        interruptions=draw.random() < 0.15,
        clock_bounds={file: draw.choice((0, 1, 2)) for file in files},
    )


def _calls(draw: Random, interval: int, number: int) -> Iterator[Call]:
    free = {client: draw.randint(0, 3) for client in range(draw.randint(2, 7))}
    for _ in range(number):
        client = draw.choice(list(free))
        invoked = free[client] + draw.choice((0, 0, 1, 1, 2, draw.randint(0, interval)))
        completed = invoked + draw.choice((0, 1, 2, 3, draw.randint(0, interval), draw.randint(0, 2 * interval)))
        free[client] = completed + draw.choice((0, 0, 1, 3, draw.randint(0, interval + 1)))
        yield Call(
            effect=draw.randint(invoked, completed),
            invoked=invoked,
            completed=completed,
            client=client,
            stream=STREAM,
            action=draw.choice((Action.START, Action.START, Action.START, Action.STOP, Action.STOP)),
        )


def _operations(told: Iterable[tuple[Call, bool, bool]], files: Sequence[str]) -> Iterator[Operation]:
    processes: dict[int, int] = {}
    for number, (call, accepted, lost) in enumerate(told):
        yield Operation(
            process=processes.get(call.client, call.client),
            stream=call.stream,
            action=call.action,
            outcome=Outcome.INFO if lost else Outcome.OK if accepted else Outcome.REFUSED,
            invoked=call.invoked,
            completed=None if lost else call.completed,
            status=None if lost else 200 if accepted else 400,
            file=files[call.client % len(files)],
            index=2 * number,
        )
        if lost:
            processes[call.client] = 100 + number  # a process whose answer was lost is retired
