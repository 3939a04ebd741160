"""Volume: a thousand commands and more over many streams, each with the one answer that its stream must get."""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from statistics import median
from typing import Any

from liverec.client import Connection, Exchange
from liverec.client.exchange import SHOWN_BODY
from liverec.clock import NANOSECONDS
from liverec.conformance.trial import Trial
from liverec.conformance.verdicts import NotExercised
from liverec.history import Action, Stream

AT_ONCE = 8  # commands; no more, so that each must be answered
_STRANGERS = 4  # of them, about streams that nobody knows
_BASE = 4 + 2 * _STRANGERS / (AT_ONCE - _STRANGERS)  # commands a stream needs: each of the four rounds once
_KEPT = 4  # every so many-th burst goes over connections that are kept
_SHARE = 3  # of the free streams, one in so many
_QUARTER = 4
_ALONE = 4  # streams, and as many strangers, are asked about one after the other beforehand


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A command whose answer is known beforehand: *accepted* or refused; *turn* counts the bursts."""

    turn: int
    accepted: bool
    exchange: Exchange

    @property
    def is_other(self) -> bool:
        """Whether it was answered, and not as expected."""
        return self.exchange.error is None and self.exchange.status in ({400, 404} if self.accepted else {200})


@dataclass(kw_only=True)
class Volume:
    """What came of it: commands whose answers are known beforehand, and how long the answers took."""

    commands: int = 0
    alone: list[Asked] = field(default_factory=list[Asked])  # one after the other
    asked: list[Asked] = field(default_factory=list[Asked])  # several at once
    took_ns: list[int] = field(default_factory=list[int])  # a whole burst, in the order of their leaving

    def swapped(self) -> tuple[Exchange, Exchange] | None:
        """Return two commands sent at once, or one right after the other, of which each got an answer like the other's.

        One answer out of place may be a fault of the rules. Two that fit if they are exchanged are not the answers to
        their own requests, provided that most such commands get the right answers when they come alone.
        """
        for kind in (True, False):
            alone = [one.is_other for one in self.alone if one.accepted is kind]
            if 2 * sum(alone) > len(alone):
                return None
        wrong = [one for one in self.asked if one.is_other]
        for refused in wrong:
            for accepted in wrong:
                if refused.accepted and not accepted.accepted and abs(refused.turn - accepted.turn) <= 1:
                    return refused.exchange, accepted.exchange
        return None

    def strangers_accepted(self) -> Iterator[Exchange]:
        """Yield each START of a stream that nobody knows that was accepted."""
        return (one.exchange for one in self.asked if one.is_other and not one.accepted)

    def as_json(self) -> Mapping[str, Any]:
        """Return it for ``result.json``."""
        first, last = self._quarters()
        return {"commands": self.commands, "latency_ms": {"first_quarter": first, "last_quarter": last}}

    def notes(self) -> list[str]:
        """Return it for people."""
        if not self.commands:
            return []
        first, last = self._quarters()
        told = f"{self.commands} commands over many streams, {AT_ONCE} at a time"
        return [f"{told}: answered within {first:g} ms at first, {last:g} ms at last (medians of a quarter)"]

    def _quarters(self) -> tuple[float, float]:
        quarter = len(self.took_ns) // _QUARTER
        if not quarter:
            return 0.0, 0.0
        return _ms(self.took_ns[:quarter]), _ms(self.took_ns[-quarter:])


def carry_out_volume(trial: Trial, volume: Volume, *, most: int, seconds: float) -> None:
    """Send about *most* commands, for *seconds* at the longest; some bursts on connections that are kept.

    A few commands one after the other, then four rounds over all streams: START, START while recording, STOP, START too
    soon. Whoever forgets a stream, or a window, when there are many, gives another answer then.

    Raises:
        NotExercised: there are no streams for it.
        Undecided: the target was given up.
    """
    count = min(round(most / _BASE), trial.streams.free // _SHARE)
    if count < AT_ONCE:
        raise NotExercised("too few streams are left for many commands: raise streams.recordable.count")
    streams = [trial.streams.recordable(fresh=True) for _ in range(count)]
    again = max(1, round((most / count - _BASE) / 2) + 1)
    sender = _Sender(trial, volume, time.monotonic() + seconds)
    try:
        started = sender.alone(streams[:_ALONE]) + sender.round(Action.START, streams[_ALONE:], strangers=True)
        for _ in range(again):
            sender.round(Action.START, started)
        stopped = sender.round(Action.STOP, started, strangers=True)
        for _ in range(again):
            sender.round(Action.START, stopped)
    finally:
        sender.close()


class _Sender:
    """Sends rounds, until time is out."""

    def __init__(self, trial: Trial, volume: Volume, ends: float) -> None:
        self._trial = trial
        self._volume = volume
        self._ends = ends
        self._turn = 0
        self._kept: list[Connection] = []

    def close(self) -> None:
        for connection in self._kept:
            connection.close()

    def alone(self, streams: Sequence[Stream]) -> list[Stream]:
        """Send a START to each stream, one after the other, and to strangers; return the streams that accepted it."""
        strangers = [self._trial.streams.made_up() for _ in streams]
        for stream in (*streams, *strangers):
            (exchange,) = self._burst([(Action.START, stream)], strangers)
            self._volume.alone.append(Asked(turn=self._turn, accepted=stream not in strangers, exchange=exchange))
        return [stream for stream, one in zip(streams, self._volume.alone, strict=False) if _accepted(one.exchange)]

    def round(self, action: Action, streams: Sequence[Stream], *, strangers: bool = False) -> list[Stream]:
        """Send *action* to each stream, some *strangers* among them; return the streams where it was accepted."""
        if self._trial.exact:
            self._trial.wait(1 / NANOSECONDS)
        accepted: list[Stream] = []
        for known in _parts(streams, AT_ONCE - _STRANGERS if strangers else AT_ONCE):
            if time.monotonic() > self._ends:
                break
            unknown = [self._trial.streams.made_up() for _ in range(_STRANGERS if strangers else 0)]
            commands = [(action, stream) for stream in known] + [(Action.START, stream) for stream in unknown]
            # Strangers stand between the others, so that neighbours should be answered differently.
            commands = [one for place in range(len(known)) for one in commands[place :: len(known)]]
            if self._turn % 2:  # now one, now the other comes last, whose answer all might get
                commands.reverse()
            exchanges = self._burst(commands, unknown)
            for (_, stream), exchange in zip(commands, exchanges, strict=False):
                if strangers:
                    kept = replace(exchange, body=exchange.body[:SHOWN_BODY])  # hundreds of them: no more than is shown
                    asked = Asked(turn=self._turn, accepted=stream not in unknown, exchange=kept)
                    self._volume.asked.append(asked)
                if stream not in unknown and _accepted(exchange):
                    accepted.append(stream)
        return accepted

    def _burst(self, commands: Sequence[tuple[Action, Stream]], unknown: Sequence[Stream]) -> tuple[Exchange, ...]:
        self._turn += 1
        keeps = self._trial.client.reuses and self._turn % _KEPT == 0
        burst = self._trial.burst(commands, connections=self._kept if keeps else None, strangers=unknown)
        self._volume.commands += len(burst.exchanges)
        self._volume.took_ns.append(burst.took_ns)
        return burst.exchanges


def _accepted(exchange: Exchange) -> bool:
    return exchange.error is None and exchange.status == 200


def _parts(streams: Sequence[Stream], size: int) -> Iterable[Sequence[Stream]]:
    return (streams[first : first + size] for first in range(0, len(streams), size))


def _ms(values: Sequence[int]) -> float:
    return round(median(values) / NANOSECONDS * 1000, 3)
