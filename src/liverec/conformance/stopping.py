"""Many streams stopped, several at once, as far as the target answers."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from liverec.client import Exchange
from liverec.conformance.contact import was_answered
from liverec.conformance.pace import MOST_AT_ONCE
from liverec.history import Outcome, Stream, outcome_of

_MOST_NAMED = 5


def not_stopped(streams: Sequence[Stream], stop: Callable[[Stream], Exchange]) -> list[Stream]:
    """Have *stop* send a STOP to each of *streams*; return those to which none was answered.

    After one without any answer no other is sent.
    """
    silent = threading.Event()

    def stopped(stream: Stream) -> bool:
        if silent.is_set():
            return False
        exchange = stop(stream)
        if not was_answered(exchange):
            silent.set()
        return outcome_of(exchange.status if exchange.error is None else None) is not Outcome.INFO

    with ThreadPoolExecutor(MOST_AT_ONCE, thread_name_prefix="end") as threads:
        return [stream for stream, done in zip(streams, threads.map(stopped, streams), strict=True) if not done]


def told_of(left: Sequence[Stream]) -> str:
    """Return what the operator is told of streams that were *left* as they may be recording."""
    more = f" and {len(left) - _MOST_NAMED} more" if len(left) > _MOST_NAMED else ""
    return (
        f"streams that may still be recording, since their STOP was not answered: {len(left)} "
        f"({', '.join(map(str, left[:_MOST_NAMED]))}{more}); stop them when the target answers again"
    )
