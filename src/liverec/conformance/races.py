"""Races: what is asked of streams at one moment, by how many callers, and how close together it left."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import cycle, islice
from statistics import median
from typing import Any

from liverec.clock import NANOSECONDS
from liverec.history import Action

MOST_CALLERS = 32
MILLISECOND = NANOSECONDS / 1000
# Most races are of eight: few bugs need more callers than that, and those of two are seen by eight as well.
_CALLERS = (2, 8, 32, 8, 8, 8, 8, 32, 8, 8, 2, 8, 8, 32, 8)
_GROWS = 4
_QUICK_S = 0.75  # four times as many callers will be answered well within the time that an answer may take
_AT_ONCE_S = 0.05
_SLOW_S = 3.0
_MOST = 0.75
_START, _STOP, _BOTH = (Action.START,), (Action.STOP,), (Action.START, Action.STOP)

Round = tuple[Action, ...]  # what the callers send, in turns


@dataclass(frozen=True, slots=True, kw_only=True)
class Race:
    """Rounds on one stream that this run has not used yet, each sent by so many callers at one moment."""

    callers: int
    rounds: tuple[Round, ...]


def races(count: int) -> tuple[Race, ...]:
    """Return *count* races, the most telling first."""
    plain: tuple[Round, ...] = (_START, _STOP)
    # What is refused all round shows who forgets the state under pressure; with both actions there are so many orders
    # that more than eight callers would take too long to judge.
    kinds: tuple[tuple[Round, ...], ...] = (
        plain,
        (_START, _STOP, _START),
        (_BOTH, _STOP, _BOTH),
        (_START, _START, _STOP),
    )
    return tuple(
        Race(callers=callers, rounds=plain if callers == MOST_CALLERS else kinds[number % len(kinds)])
        for number, callers in enumerate(islice(cycle(_CALLERS), count))
    )


AGAIN: tuple[Round, ...] = (_START, _STOP)  # once the window has passed


class Reach:
    """How many callers at once the target can be asked to answer: more only while it answers quickly."""

    def __init__(self) -> None:
        self.callers = 2
        self.is_slow = False  # so that time is better spent on several races at once
        self._settled = False

    def note(self, *, wanted: int, sent: int, answered: int, took_ns: int) -> None:
        """Take notice of how a burst went."""
        self.is_slow = took_ns > _AT_ONCE_S * NANOSECONDS
        if answered < sent * _MOST or took_ns > _SLOW_S * NANOSECONDS:
            self.callers, self._settled = max(2, sent // _GROWS), True
        elif sent < wanted:
            self.callers, self._settled = sent, True
        elif not self._settled and took_ns < _QUICK_S * NANOSECONDS:
            self.callers = max(self.callers, min(MOST_CALLERS, sent * _GROWS))


@dataclass(kw_only=True)
class Tally:
    """What was achieved: bursts, commands, races by their number of callers, and those that did overlap."""

    bursts: int = 0
    commands: int = 0
    raced: dict[int, int] = field(default_factory=dict[int, int])
    overlapped: dict[int, int] = field(default_factory=dict[int, int])
    skews_ns: list[int] = field(default_factory=list[int])

    def note(self, callers: int, *, sent: int, overlapping: int, skew_ns: int) -> None:
        """Add a burst of one race or several, one after another, of so many callers each."""
        self.bursts += 1
        self.commands += sent
        self.skews_ns.append(skew_ns)
        for first in range(0, sent - callers + 1, callers):
            self.raced[callers] = self.raced.get(callers, 0) + 1
            self.overlapped[callers] = self.overlapped.get(callers, 0) + (overlapping - first >= 2)

    def as_json(self) -> Mapping[str, Any]:
        """Return it for ``result.json``."""
        return {
            "bursts": self.bursts,
            "commands": self.commands,
            "skew_ms": {"median": _ms(self.skews_ns, median), "most": _ms(self.skews_ns, max)},
            "races": {
                str(callers): {"sent": sent, "overlapping": self.overlapped[callers]}
                for callers, sent in sorted(self.raced.items())
            },
        }

    def notes(self) -> list[str]:
        """Return it for people."""
        if not self.raced:
            return []
        sizes = ", ".join(f"{self.overlapped[callers]} of {callers}" for callers in sorted(self.raced))
        skew = self.as_json()["skew_ms"]
        told = f"{sum(self.overlapped.values())} of {sum(self.raced.values())} races overlapped (by callers: {sizes})"
        return [
            f"commands at once: {told}; they left within {skew['median']:g} ms (median), {skew['most']:g} ms (most)"
        ]


def _ms(values: Sequence[int], chosen: Any) -> float:
    return round(chosen(values) / MILLISECOND, 3) if values else 0.0
