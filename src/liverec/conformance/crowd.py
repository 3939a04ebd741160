"""A crowd: many callers command a stream at one moment, and again once its window has passed."""

import time
from collections.abc import Sequence
from itertools import count, islice

from liverec.clock import NANOSECONDS
from liverec.conformance.contact import was_answered
from liverec.conformance.races import AGAIN, MOST_CALLERS, Race, Reach, Round, Tally, races
from liverec.conformance.trial import Trial
from liverec.conformance.verdicts import NotExercised
from liverec.history import Stream

_SHARE = 3  # of the free streams, one in so many
_TICK_S = 0.001
_ALONE = 3  # the first races, with more callers each


class Crowd:
    """Sends races, and remembers their streams. What they show is in the history, for the checker to judge."""

    def __init__(self, trial: Trial) -> None:
        self.tally = Tally()
        self._trial = trial
        self._reach = Reach()
        self._raced: list[tuple[Race, Stream]] = []
        self._ended = 0.0

    def race(self, most: int, *, seconds: float) -> None:
        """Send up to *most* races, each on a stream of its own, for about *seconds*.

        Raises:
            NotExercised: there are too few streams, or the target takes one connection at a time.
            Undecided: the target was given up.
        """
        planned = races(min(most, self._trial.streams.free // _SHARE))
        if not planned:
            raise NotExercised("no stream is left for commands at once: raise streams.recordable.count")
        fresh = [(race, self._trial.streams.recordable(fresh=True)) for race in planned]
        self._raced = self._send(fresh, None, seconds)
        self._ended = time.monotonic()
        self._expect_overlap()

    def race_again(self, *, seconds: float) -> None:
        """Send one more START and STOP to each stream that has been raced for, once its window has passed.

        Raises:
            NotExercised, Undecided: as for ``race``.
        """
        interval = self._trial.document.interval_ns / NANOSECONDS + 0.1
        passed = 0.0 if self._trial.exact else time.monotonic() - self._ended
        if self._raced and passed < interval:
            self._trial.wait(interval - passed)
        self._send(self._raced, AGAIN, seconds)
        self._expect_overlap()

    def _expect_overlap(self) -> None:
        if not sum(self.tally.overlapped.values()):
            raise NotExercised("no two commands were under way at once, so that races showed nothing")

    def _send(
        self, left: Sequence[tuple[Race, Stream]], rounds: Sequence[Round] | None, seconds: float
    ) -> list[tuple[Race, Stream]]:
        """Send *rounds*, or each race's own, in groups; return the races that were sent."""
        ends = time.monotonic() + seconds
        todo, sent = list(left), list[tuple[Race, Stream]]()
        for turn in count():
            if not todo or time.monotonic() > ends or self._reach.callers < 2:
                break
            group = _group(todo, self._reach.callers if self._reach.is_slow and turn >= _ALONE else 1)
            self._play(group, rounds or group[0][0].rounds)
            sent += group
            todo = [one for one in todo if one not in group]
        return sent

    def _play(self, group: Sequence[tuple[Race, Stream]], rounds: Sequence[Round]) -> None:
        for actions in rounds:
            callers = min(group[0][0].callers, self._reach.callers)
            if callers < 2:
                return
            if self._trial.exact:
                self._trial.wait(_TICK_S)  # what answered a round is over before the next one
            commands = [(actions[number % len(actions)], stream) for _, stream in group for number in range(callers)]
            burst = self._trial.burst(commands)
            self._trial.raced += [stream for _, stream in group]
            self._reach.note(
                wanted=len(commands),
                sent=len(burst.exchanges),
                answered=sum(was_answered(one) for one in burst.exchanges),
                took_ns=burst.took_ns,
            )
            self.tally.note(callers, sent=len(burst.exchanges), overlapping=burst.overlapping, skew_ns=burst.skew_ns)


def _group(todo: Sequence[tuple[Race, Stream]], callers: int) -> list[tuple[Race, Stream]]:
    """Return the next race, and those after it that are like it, for as many callers in all."""
    first = todo[0][0]
    alike = (one for one in todo if one[0] == first)
    return list(islice(alike, max(1, min(callers, MOST_CALLERS) // first.callers)))
