"""Contact with the target: whether it still answers, and when to give up asking."""

import threading
from collections.abc import Callable

from liverec.client import Exchange

ATTEMPTS = 4  # one in seven may be lost, and others take turns with these
PAUSE_S = 1.0
MOST_TIMEOUTS = 10


class Contact:
    """Gives up a target that has fallen silent; safe to share between threads.

    Whenever a request gets no answer, *ask* sends a plain one, up to ``ATTEMPTS`` times, and returns whether any answer
    came: one request may be lost, and one kind of request may never be answered, while the target lives. A target that
    keeps us waiting in vain ``MOST_TIMEOUTS`` times in all is given up as well. *abandoned* is set then, and ends every
    wait; set by others, it ends the asking. Nothing is noted before ``watch``.
    """

    def __init__(self, ask: Callable[[], bool], abandoned: threading.Event) -> None:
        self.lost = ""  # why the target was given up
        self._ask = ask
        self._abandoned = abandoned
        self._timeouts = 0
        self._asking = threading.Lock()
        self._watching = False

    def watch(self) -> None:
        """Begin: the target is known to answer."""
        self._watching = True

    def note(self, exchange: Exchange) -> None:
        """Take notice of what came of a request; this may ask the target."""
        late = (exchange.error or "").startswith("timeout")
        if not self._watching or self._abandoned.is_set() or (was_answered(exchange) and not late):
            return
        if not self._asking.acquire(blocking=False):
            with self._asking:  # somebody asks already: their finding holds for this request, too
                return
        try:
            self._timeouts += late
            if not was_answered(exchange) and not self._still_answers():
                self._give_up(f"the target stopped answering ({exchange.error})")
            elif self._timeouts == MOST_TIMEOUTS:
                self._give_up(f"the target left {MOST_TIMEOUTS} requests unanswered ({exchange.error})")
        finally:
            self._asking.release()

    def _still_answers(self) -> bool:
        for _ in range(ATTEMPTS):
            if self._abandoned.is_set() or self._ask():
                return True
            self._abandoned.wait(PAUSE_S)
        return False

    def _give_up(self, why: str) -> None:
        self.lost = why
        self._abandoned.set()


def was_answered(exchange: Exchange) -> bool:
    """Whether anything came back at all; what is malformed or breaks off behind its head is an answer, too."""
    return exchange.status is not None or not (exchange.error or "").startswith(
        ("unreachable", "disconnected", "timeout")
    )
