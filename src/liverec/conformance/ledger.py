"""Every exchange of a run, with what kind of request it was: what all answers must have in common is judged on it."""

import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum

from liverec.client import Exchange

MOST_EXCHANGES = 50_000
MOST_BYTES = 64 * 1024 * 1024
MOST_TOGETHER = 8  # a server may turn away a crowd of callers by hanging up; not so few
GATEWAY_CODES = "APIGW."
_CONTROLS = re.compile(r"%(?:[01][0-9A-F]|7F)", re.IGNORECASE)  # characters that print nothing


class Kind(Enum):
    """What a request was meant to be; it decides which statuses the page allows."""

    COMMAND = "a well-formed command about a declared stream"
    INVALID = "a request that the page does not allow"
    STRANGER = "a request whose credentials are missing or wrong"
    OPEN = "a request whose success the page leaves open"
    OUTSIDE = "a request that is not this operation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One exchange, its kind, and what the run was doing.

    ``by_gateway``: its error code is one of the gateway's, or it has no id, and its URI is one that proxies refuse.
    """

    kind: Kind
    exchange: Exchange
    during: str
    by_gateway: bool


def came_late(exchange: Exchange) -> bool:
    """Whether a whole answer came, only not in time; this waits for it."""
    return exchange.overdue is not None and exchange.overdue.came()


def _is_own(exchange: Exchange) -> bool:
    """Whether its connection was its own and not one of a crowd, so that it must not be cut without an answer."""
    return not exchange.reused and not exchange.is_raw and exchange.together <= MOST_TOGETHER


class Ledger:
    """Keeps the exchanges of a run; safe to share between threads, bounded."""

    def __init__(self) -> None:
        self._entries: list[Entry] = []
        self._lock = threading.Lock()
        self._bytes = 0
        self.during = "before the tests"
        self.requests = 0
        self.too_many = 0  # exchanges that were not kept

    def add(self, kind: Kind, exchange: Exchange) -> Exchange:
        """Keep *exchange* and return it."""
        by_gateway = (exchange.error_code or "").startswith(GATEWAY_CODES) or (
            exchange.request_id is None and _CONTROLS.search(exchange.url) is not None
        )
        with self._lock:
            self.requests += 1
            self._bytes += exchange.size
            if len(self._entries) < MOST_EXCHANGES and self._bytes <= MOST_BYTES:
                entry = Entry(kind=kind, exchange=exchange, during=self.during, by_gateway=by_gateway)
                self._entries.append(entry)
            else:
                self._bytes -= exchange.size
                self.too_many += 1
        return exchange

    def entries(self, *kinds: Kind) -> tuple[Entry, ...]:
        """Return what was kept so far, of these *kinds* (all if none is named)."""
        with self._lock:
            return tuple(entry for entry in self._entries if not kinds or entry.kind in kinds)

    def answers(self, *statuses: int) -> tuple[Exchange, ...]:
        """Return the whole answers of the service with one of these *statuses*.

        The gateway before it speaks for itself: to strangers, about other operations, and with codes of its own.
        """
        return tuple(
            entry.exchange
            for entry in self.entries(Kind.COMMAND, Kind.INVALID, Kind.OPEN)
            if entry.exchange.error is None and entry.exchange.status in statuses and not entry.by_gateway
        )

    def quickest_ns(self) -> int:
        """Return how long the service took for its quickest answer; 0 if it gave none."""
        return min((one.completed_ns - one.invoked_ns for one in self.answers(200, 400, 404)), default=0)

    def first(self, wrong: Callable[[Exchange], str | None], *statuses: int) -> Iterator[tuple[str, Exchange]]:
        """Yield each answer with one of these *statuses* about which *wrong* says something, with what it says."""
        for exchange in self.answers(*statuses):
            found = wrong(exchange)
            if found is not None:
                yield found, exchange

    def lost_replies(self, *, died: bool) -> Iterator[Exchange]:
        """Yield each request that reached the target on a connection of its own, and got no answer, or one without end.

        What did not come in time may still come; this waits for it, as long as is reasonable, before it yields one.
        *died*: it answers no more. Somebody may have ended it, and its last connections with it: no breach as such.
        """
        exchanges = [entry.exchange for entry in self.entries()]
        alive = max((one.invoked_ns for one in exchanges if one.status is not None), default=0)
        for one in exchanges:
            error = one.error or ""
            broke_off = error.startswith("disconnected") and (one.completed_ns < alive or not died)
            if (broke_off or error.startswith(("timeout", "too large"))) and _is_own(one) and not came_late(one):
                yield one

    def malformed(self, *, died: bool) -> Iterator[Exchange]:
        """Yield each answer that is no HTTP; *died*: one that broke off at the end was cut off by whoever ended it."""
        exchanges = [entry.exchange for entry in self.entries()]
        alive = max((one.invoked_ns for one in exchanges if one.error is None), default=0)
        for one in exchanges:
            excused = died and one.completed_ns >= alive and (one.error or "").endswith("broke off")
            if (one.error or "").startswith("malformed") and not excused:
                yield one

    def refusals(self) -> list[Exchange]:
        """Return the answered requests whose connections were refused at first."""
        return [entry.exchange for entry in self.entries() if entry.exchange.refusals and entry.exchange.error is None]
