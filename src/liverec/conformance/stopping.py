"""Many streams stopped, several at once, as far as the target answers."""

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from liverec.client import Exchange
from liverec.conformance.contact import was_answered
from liverec.conformance.pace import MOST_AT_ONCE
from liverec.history import Outcome, Stream, outcome_of

_MOST_NAMED = 5
_PAUSE_S = 1.0
_FRUITLESS = 3  # rounds
_MOST_ROUNDS = 60


def not_stopped(
    streams: Sequence[Stream], stop: Callable[[Stream], Exchange], *, pause: Callable[[float], None] = time.sleep
) -> list[Stream]:
    """Have *stop* send a STOP to each of *streams*; return those of which none was accepted, or refused by the rules.

    After one without any answer no other is sent. Where one is turned away (429, say) or fails, the rest wait a second,
    and it comes last: again and again, as long as that helps, for a minute at most.
    """
    left, fruitless = list(streams), 0
    with ThreadPoolExecutor(MOST_AT_ONCE, thread_name_prefix="end") as threads:
        for _ in range(_MOST_ROUNDS):
            sent = _Round(stop)
            outcomes = list(threads.map(sent.stop, left))
            unsent = [stream for stream, outcome in zip(left, outcomes, strict=True) if outcome is None]
            failed = [stream for stream, outcome in zip(left, outcomes, strict=True) if outcome is False]
            fruitless = fruitless + 1 if len(unsent) + len(failed) == len(left) else 0
            left = unsent + failed
            if not left or sent.silent.is_set() or fruitless == _FRUITLESS:
                break
            pause(_PAUSE_S)
    return left


class _Round:
    """STOPs until one does not get through."""

    def __init__(self, stop: Callable[[Stream], Exchange]) -> None:
        self._stop = stop
        self._over = threading.Event()
        self.silent = threading.Event()

    def stop(self, stream: Stream) -> bool | None:
        """Return whether the STOP got through; None if it was not sent."""
        if self._over.is_set():
            return None
        exchange = self._stop(stream)
        if not was_answered(exchange):
            self.silent.set()
        through = outcome_of(exchange.status if exchange.error is None else None) in {Outcome.OK, Outcome.REFUSED}
        if not through:
            self._over.set()
        return through


def told_of(left: Sequence[Stream]) -> str:
    """Return what the operator is told of streams that were *left* as they may be recording."""
    more = f" and {len(left) - _MOST_NAMED} more" if len(left) > _MOST_NAMED else ""
    return (
        f"streams that may still be recording, since no STOP of theirs got through: {len(left)} "
        f"({', '.join(map(str, left[:_MOST_NAMED]))}{more}); stop them when the target answers again"
    )
