"""Histories in which little overlaps: what most of a run looks like, with gaps of about the interval in their midst."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from brute_force import READINGS, Reading, Window, row
from liverec.history import Action, History, Initial, Operation, Outcome
from random_histories import STATUS, stream_named

_PER_STREAM = 1000  # processes: each operation has one of its own


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """What the operations of one history have in common; shares are between 0 and 1."""

    reading: Reading
    interval: int
    overlapping: float
    turned_round: float
    lost: float
    turned_away: float
    files: tuple[str, ...]


def sequential_history(seed: int, *, most: int = 7, streams: int = 2) -> History:
    """Draw a history of up to so many streams, each of at most so many operations."""
    draw = Random(seed)
    files = draw.choice((("w1.ndjson",), ("w1.ndjson",), ("w1.ndjson", "w2.ndjson")))
    service = Service(
        reading=draw.choice(READINGS),
        interval=draw.choice((3, 10, 30)),
        overlapping=draw.choice((0.0, 0.0, 0.1, 0.3)),
        turned_round=draw.choice((0.0, 0.0, 0.05, 0.2)),
        lost=draw.choice((0.0, 0.0, 0.0, 0.1)),
        turned_away=draw.choice((0.0, 0.1)),
        files=files,
    )
    initial: Initial = draw.choice(("idle", "idle", "unknown"))
    zero = draw.choice((0, -50, 10**6))
    operations = [
        operation
        for number in range(draw.randint(1, streams))
        for operation in _of_stream(draw, service, number, zero=zero, most=most, initial=initial)
    ]
    if draw.random() < 0.9:
        operations.sort(key=lambda one: one.invoked)
    return History(
        operations=tuple(operations),
        interval_ns=service.interval,
        resolution_ns=draw.choice((0, 0, 0, 1, 2)),
        initial=initial,
        clock_bounds={file: draw.choice((0, 0, 1, 2)) for file in files},
        earliest=zero,
    )


def _of_stream(
    draw: Random, service: Service, number: int, *, zero: int, most: int, initial: Initial
) -> Iterator[Operation]:
    width = service.interval
    never_used = False, False, None
    states = [never_used, never_used, (True, True, None), (False, True, zero - draw.choice((0, 1, width)))]
    recording, recorded, stopped = never_used if initial == "idle" else draw.choice(states)
    now = zero
    for turn in range(draw.randint(1, most)):
        back = draw.random() < service.overlapping
        gap = draw.choice((-1, 0) if back else (1, 1, 2, 3, width - 1, width, width + 1, width + 2, 2 * width))
        invoked = max(now + gap, zero)
        completed = max(invoked + draw.choice((0, 0, 1, 1, 2)), now)
        effect = draw.randint(max(invoked, now), completed)
        now = completed
        action = draw.choice((Action.START, Action.STOP, Action.STOP if recording else Action.START))
        ok = False
        for answer in draw.sample((True, False), 2):
            legal = row(service.reading, action, ok=answer, recording=recording, recorded=recorded)
            if legal and _agrees(legal.window, None if stopped is None else effect - stopped, width):
                ok, recording, recorded = answer, legal.recording, recorded or legal.recording
                stopped = effect if legal.opens_window else stopped
                break
        told = ok ^ (draw.random() < service.turned_round)
        outcome = _outcome(draw, service, Outcome.OK if told else Outcome.REFUSED)
        yield Operation(
            process=number * _PER_STREAM + turn,
            stream=stream_named(f"rehearsal-{number}"),
            action=action,
            outcome=outcome,
            invoked=invoked,
            completed=None if outcome is Outcome.INFO else completed,
            status=STATUS[outcome],
            file=draw.choice(service.files),
            index=2 * (number * _PER_STREAM + turn),
        )


def _agrees(window: Window, gap: int | None, width: int) -> bool:
    return (
        window is Window.NOT_ASKED
        or (window is Window.OVER and (gap is None or gap > width))
        or (window is Window.OPEN and gap is not None and gap <= width)
    )


def _outcome(draw: Random, service: Service, outcome: Outcome) -> Outcome:
    chance = draw.random()
    if chance < service.lost:
        return Outcome.INFO
    return Outcome.TURNED_AWAY if chance < service.lost + service.turned_away else outcome
