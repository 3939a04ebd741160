"""What a run sends: each test and each schedule with its requests, and the streams that they are about."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec

from liverec.client import Exchange
from liverec.clock import NANOSECONDS
from liverec.conformance.ledger import Ledger
from liverec.conformance.pace import Assigned
from liverec.conformance.scheduled import SCHEDULES
from liverec.history import Stream

_MOST_NAMED = 3
_WINDOW_S = 61  # in which a quota counts, with some to spare


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What one test or schedule sends: how many requests of each kind, about which streams.

    ``at_s`` has the moments of a schedule's steps, in seconds from its beginning; what prepares its stream comes
    before.
    """

    title: str
    requests: int
    actions: dict[str, int]
    streams: tuple[str, ...]
    at_s: tuple[float, ...] = ()

    def lines(self) -> list[str]:
        """Return it for people."""
        actions = ", ".join(f"{count} {action}" for action, count in self.actions.items())
        told = [f"{self.title}: {self.requests} requests ({actions})"]
        if self.at_s:
            told.append("    at " + ", ".join(f"{moment:g}" for moment in self.at_s) + " s")
        if self.streams:
            more = f" and {len(self.streams) - _MOST_NAMED} more" if len(self.streams) > _MOST_NAMED else ""
            told.append(f"    {', '.join(self.streams[:_MOST_NAMED])}{more}")
        return told


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """All parts of a run; ``limit`` is the quota, ``seconds`` is about what the run takes without one."""

    parts: tuple[Part, ...]
    limit: int | None
    seconds: int

    @property
    def requests(self) -> int:
        """How many there are in all."""
        return sum(part.requests for part in self.parts)

    @property
    def takes_s(self) -> int:
        """About how many seconds the run takes."""
        return self.seconds if self.limit is None else self.seconds + ceil(self.requests / self.limit - 1) * _WINDOW_S

    def __str__(self) -> str:
        """Return what it amounts to."""
        quota = "" if self.limit is None else f", at most {self.limit} a minute"
        streams = len({stream for part in self.parts for stream in part.streams})
        return f"{self.requests} requests about {streams} streams{quota}: about {self.takes_s} s"


def parts_of(ledger: Ledger, assigned: Sequence[Assigned]) -> tuple[Part, ...]:
    """Return what was sent, part by part, in the order in which each began."""
    scheduled = {one.stream: one for one in assigned}
    sent: dict[tuple[str, Stream | None], list[Exchange]] = {}
    for entry in ledger.entries():
        stream = stream_of(entry.exchange) if entry.during == SCHEDULES else None
        sent.setdefault((entry.during, stream), []).append(entry.exchange)
    return tuple(
        _part(title, each, scheduled.get(stream) if stream is not None else None)
        for (title, stream), each in sent.items()
    )


def _part(title: str, exchanges: Sequence[Exchange], one: Assigned | None) -> Part:
    streams = [str(stream) for exchange in exchanges if (stream := stream_of(exchange)) is not None]
    return Part(
        title=title if one is None else f"schedule: {one.schedule.title}",
        requests=len(exchanges),
        actions=dict(Counter(map(_action_of, exchanges))),
        streams=tuple(dict.fromkeys(streams)),
        at_s=() if one is None else tuple(step.at_ns / NANOSECONDS for step in one.schedule.steps),
    )


def _action_of(exchange: Exchange) -> str:
    asked = parse_qs(urlsplit(exchange.url).query).get("action", [])
    return asked[0] if exchange.method == "POST" and asked in (["START"], ["STOP"]) else "other"


def stream_of(exchange: Exchange) -> Stream | None:
    """Return the stream that the request names, None where it names none as the page asks for it."""
    try:
        body = msgspec.json.decode(exchange.request_body, type=dict[str, Any])
        project = urlsplit(exchange.url).path.split("/v1/", 1)[1].partition("/")[0]
        return Stream(project, *(str(body[name]) for name in ("publish_domain", "app", "stream")))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, KeyError, IndexError, ValueError):
        return None
