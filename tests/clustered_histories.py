"""Histories of clusters: operations overlap for a moment, and then nothing happens, about as long as the interval."""

from random import Random

from contention import Call, Recording
from liverec.history import Action, History, Operation, Outcome
from liverec.model import DIALECTS
from random_histories import STATUS, stream_named

INTERVAL = 1000
STREAM = stream_named("rehearsal-1")


def clustered_history(seed: int, *, most: int = 7) -> History:
    """Draw a history of one stream of at most so many operations, answered as by a service of one dialect.

    Then, mostly, some answers are turned round, and now and then one gets lost.
    """
    draw = Random(seed)
    calls, now = list[Call](), 0
    for number in range(draw.randint(3, most)):
        overlaps = number > 0 and draw.random() < 0.7
        if not overlaps:
            now = max([now, *(call.completed for call in calls)]) + draw.choice((1, 20, 500, 940, 1000, 1001, 1100))
        invoked = now = now + draw.choice((0, 1, 1, 2, 5))
        completed = invoked + draw.choice((1, 2, 3, 5, 9))
        action = draw.choice(tuple(Action))
        calls.append(
            Call(
                effect=draw.randint(invoked, completed),
                invoked=invoked,
                completed=completed,
                client=number,
                stream=STREAM,
                action=action,
            )
        )
    turned, lost = draw.choice((0.0, 0.0, 0.1, 0.2, 0.4)), draw.choice((0.0, 0.0, 0.0, 0.1))
    dialect, service = draw.choice(DIALECTS), Recording(window=INTERVAL)
    operations = list[Operation]()
    for number, call in enumerate(sorted(calls, key=lambda call: call.effect)):
        ok = service.answer(dialect, call.action, call.effect) ^ (draw.random() < turned)
        outcome = Outcome.INFO if draw.random() < lost else Outcome.OK if ok else Outcome.REFUSED
        operations.append(
            Operation(
                process=number,
                stream=STREAM,
                action=call.action,
                outcome=outcome,
                invoked=call.invoked,
                completed=None if outcome is Outcome.INFO else call.completed,
                status=STATUS[outcome],
                index=2 * number,
            )
        )
    return History(
        operations=tuple(sorted(operations, key=lambda one: one.invoked)),
        interval_ns=INTERVAL,
        resolution_ns=draw.choice((0, 0, 3)),
        initial=draw.choice(("idle", "idle", "unknown")),
    )
