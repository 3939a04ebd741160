"""The online oracle: clear violations while the load runs, in constant time a command.

It never calls broken what the exact checker, which sees everything afterwards, does not: whatever the dialect, whatever
the streams did before the run, with answers lost and commands overlapping. It judges only from certain facts, and what
is uncertain it leaves to the checker. Recordings must not end by themselves (no interruptions).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from liveload.answer import Answer
from liveload.scenarios import coverage
from liveload.tally import Probe, Violation
from liverec.history import Action, Outcome, Stream, outcome_of

ONE_READING = "consistency/one-reading"
_LONG_AGO = -(1 << 100)


class Weight(StrEnum):
    """What an answer was worth as evidence, for the oracle."""

    DECIDED = "decided"  # only one answer was right
    AMBIGUOUS = "ambiguous"  # the round trips straddle the interval
    UNKNOWN = "unknown"  # no answer, or the stream's state is not certain


# members by names of their own: a look-up in an enumeration takes longer than a judgement
_DECIDED, _AMBIGUOUS, _UNKNOWN = Weight.DECIDED, Weight.AMBIGUOUS, Weight.UNKNOWN
_START = Action.START
_OK, _TURNED_AWAY, _INFO = Outcome.OK, Outcome.TURNED_AWAY, Outcome.INFO
# what is to be counted, made once
_ALONE = {weight: (weight.value,) for weight in Weight}
_OVERLAPPED = {weight: (weight.value, coverage.OVERLAP) for weight in Weight}


# what one answer shows by itself: the violations, the probe that it is, what it is worth
_Found = tuple[list[Violation], Probe | None, Weight]


class Seen(NamedTuple):
    """What one answer showed; ``events`` are to be counted (Tally.events)."""

    violations: Sequence[Violation]
    probe: Probe | None
    weight: Weight
    events: tuple[str, ...]


@dataclass(slots=True, kw_only=True)
class _Facts:
    """What is certain of one stream; moments in nanoseconds, None or long ago if nothing is."""

    starts_open: int = 0  # under way now
    stops_open: int = 0
    starts: int = 0  # ever invoked
    stops: int = 0
    start_lost: bool = False  # it may take effect at any time from now on
    stop_lost: bool = False
    recorded: bool = False
    recording: int | None = None  # certainly recording since, until the next STOP is invoked
    idle: int | None = None  # certainly idle since, until the next START is invoked
    opened: tuple[int, int] | None = None  # the last STOP that certainly ended a recording
    stop_until: int = _LONG_AGO  # no STOP took effect later
    refused_until: int = _LONG_AGO  # no refused START was later
    inside: tuple[int, int] | None = None  # the last START that was certainly refused inside the window
    probed: bool = False  # a START since the STOP has blurred the gap


@dataclass(slots=True, eq=False)
class UnderWay:
    """One command between its invocation and its completion."""

    action: Action
    stream: Stream
    facts: _Facts = field(repr=False)
    alone: bool  # nothing else about the stream was under way
    without_starts: bool  # no START was under way
    without_stops: bool
    recording: bool  # certainly, at the invocation
    idle: bool
    starts: int  # how many there had been, with this one
    stops: int


class Oracle:
    """Judges what one worker sees; ``sees_all`` is false when other workers command the same streams.

    Streams may have been used before the run. The times of two commands must differ (the clock is read for each).
    """

    def __init__(self, *, interval_ns: int, resolution_ns: int, sees_all: bool = True) -> None:
        self._inside = interval_ns - resolution_ns  # accepted no sooner than this
        self._outside = interval_ns + resolution_ns  # refused no later than this
        self._begun = -_LONG_AGO  # until then, anything may have happened to a stream
        self._sees_all = sees_all
        self._streams: dict[Stream, _Facts] = {}
        self._readings: dict[str, str] = {}

    def invoked(self, action: Action, stream: Stream) -> UnderWay:
        """Note that a command is about to leave; call it before its time of invocation is taken."""
        facts = self._streams.get(stream)
        if facts is None:
            facts = self._streams[stream] = _Facts()
        starts_open, stops_open = facts.starts_open, facts.stops_open
        recording, idle = facts.recording is not None, facts.idle is not None
        if action is _START:
            facts.starts += 1
            facts.starts_open += 1
            facts.idle = None
        else:
            facts.stops += 1
            facts.stops_open += 1
            facts.recording = None
        return UnderWay(
            action,
            stream,
            facts,
            not starts_open and not stops_open,
            not starts_open and not facts.start_lost,
            not stops_open and not facts.stop_lost,
            recording,
            idle,
            facts.starts,
            facts.stops,
        )

    def completed(self, one: UnderWay, answer: Answer) -> Seen:
        """Judge what came of a command; call it after its time of completion was taken."""
        facts = one.facts
        if answer.invoked < self._begun:  # noqa: PLR1730  # a call takes longer
            self._begun = answer.invoked
        overlapped = not one.alone or one.starts != facts.starts or one.stops != facts.stops
        # what was certain at the invocation still is, if nobody could change it meanwhile
        if facts.start_lost or one.starts != facts.starts:
            one.without_starts = False
        if facts.stop_lost or one.stops != facts.stops:
            one.without_stops = False
        if not one.without_stops:
            one.recording = False
        if not one.without_starts:
            one.idle = False
        outcome = outcome_of(answer.status)
        if one.action is _START:
            facts.starts_open -= 1
            violations, probe, weight = self._start(one, answer, outcome)
        else:
            facts.stops_open -= 1
            violations, probe, weight = self._stop(one, answer, outcome)
        told = _OVERLAPPED if overlapped else _ALONE
        if not self._sees_all:
            return Seen((), None, _UNKNOWN, told[_UNKNOWN])
        return Seen(violations, probe, weight, told[weight])

    def _start(self, one: UnderWay, answer: Answer, outcome: Outcome) -> _Found:
        facts = one.facts
        if outcome is _INFO:
            facts.start_lost = True
            return [], None, _UNKNOWN
        if outcome is _TURNED_AWAY:
            facts.idle = answer.completed if one.idle else None
            return [], None, _UNKNOWN
        if outcome is _OK:
            return self._start_accepted(one, answer)
        return self._start_refused(one, answer)

    def _start_accepted(self, one: UnderWay, answer: Answer) -> _Found:
        facts = one.facts
        violations: list[Violation] = []
        probe, too_soon, weight = self._gap(one, answer, accepted=True)
        if too_soon:
            # since that STOP nothing can have started it again, whatever else was under way
            violations.append(_violation("restart/too-soon", one, answer, _too_soon(facts, answer)))
        elif (
            facts.inside is not None
            and facts.inside[1] < answer.invoked
            and answer.completed - facts.inside[0] <= self._inside
        ):
            self._read("refused_start_restarts", "no", one, answer, violations)
        if one.recording:
            weight = _DECIDED
            self._read("start_while_recording", "accepted", one, answer, violations)
        facts.recorded = True
        facts.probed = True
        if one.without_stops and facts.recording is None:
            facts.recording = answer.completed
        return violations, probe, weight

    def _start_refused(self, one: UnderWay, answer: Answer) -> _Found:
        facts = one.facts
        violations: list[Violation] = []
        probe, inside, weight = self._gap(one, answer, accepted=False)
        if inside:
            facts.inside = (answer.invoked, answer.completed)
        if one.recording:
            weight = _DECIDED
            self._read("start_while_recording", "refused", one, answer, violations)
        if one.idle:
            stop_until = max(facts.stop_until, self._begun)
            if one.without_stops and answer.invoked - stop_until > self._outside:
                weight = _DECIDED
                self._refused_too_late(one, answer, stop_until, violations)
            facts.idle = answer.completed
        facts.refused_until = answer.completed
        facts.probed |= self._readings.get("refused_start_restarts") != "no"
        return violations, probe, weight

    def _refused_too_late(self, one: UnderWay, answer: Answer, stop_until: int, violations: list[Violation]) -> None:
        facts = one.facts
        if answer.invoked - facts.refused_until <= self._outside:
            self._read("refused_start_restarts", "yes", one, answer, violations)
            return
        shortest = (answer.invoked - max(stop_until, facts.refused_until)) / 1e9
        rule = "recording/start" if facts.opened is None else "restart/after-interval"
        why = f"a START was refused although nothing was recorded, and nothing came in the last {shortest:.3f} s"
        violations.append(_violation(rule, one, answer, why))

    def _gap(self, one: UnderWay, answer: Answer, *, accepted: bool) -> tuple[Probe | None, bool, Weight]:
        """Return the probe that a START is, and whether it certainly was inside the window."""
        facts = one.facts
        if facts.opened is None or answer.invoked <= facts.opened[1]:
            return None, False, _UNKNOWN
        longest, shortest = answer.completed - facts.opened[0], answer.invoked - facts.opened[1]
        inside = longest <= self._inside
        weight = _UNKNOWN
        probe = None
        if not facts.probed and one.without_starts and one.without_stops:
            probe = Probe(shortest, longest, accepted)
            weight = _DECIDED if shortest > self._outside else _AMBIGUOUS
        return probe, inside, _DECIDED if inside else weight

    def _stop(self, one: UnderWay, answer: Answer, outcome: Outcome) -> _Found:
        facts = one.facts
        violations: list[Violation] = []
        if outcome is _INFO:
            facts.stop_lost = True
            return [], None, _UNKNOWN
        if outcome is _TURNED_AWAY:
            facts.recording = answer.completed if one.recording else None
            return [], None, _UNKNOWN
        if facts.stop_until < answer.completed:  # noqa: PLR1730  # as above
            facts.stop_until = answer.completed
        if one.recording:
            if outcome is _OK:
                facts.opened, facts.inside, facts.probed = (answer.invoked, answer.completed), None, False
            else:
                why = "a STOP was refused although its stream was being recorded"
                violations.append(_violation("recording/stop", one, answer, why))
        elif one.idle and facts.recorded:
            reading = "accepted" if outcome is _OK else "refused"
            self._read("stop_while_idle", reading, one, answer, violations)
        if one.without_starts:
            facts.idle = answer.completed
        facts.probed |= not one.recording
        certain = one.recording or one.idle
        return violations, None, _DECIDED if certain else _UNKNOWN

    def _read(self, axis: str, value: str, one: UnderWay, answer: Answer, violations: list[Violation]) -> None:
        """Note how the service reads an open point; it must read it in one way."""
        known = self._readings.setdefault(axis, value)
        if known != value:
            why = f"here the service's reading of {axis} is {value}, and it was {known} before"
            violations.append(_violation(ONE_READING, one, answer, why))


def _violation(requirement: str, one: UnderWay, answer: Answer, why: str) -> Violation:
    return Violation(
        requirement=requirement,
        stream=str(one.stream),
        time=answer.completed,
        why=why,
        request_id=answer.request_id,
    )


def _too_soon(facts: _Facts, answer: Answer) -> str:
    longest = 0 if facts.opened is None else answer.completed - facts.opened[0]
    return f"a START was accepted at most {longest / 1e9:.3f} s after the STOP of a recording"
