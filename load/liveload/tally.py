"""What a worker has counted, in a form that adds up: workers send what is new, the master adds it."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, cast

MOST_VIOLATIONS = 500
MOST_PROBES = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """A requirement seen broken while the load runs; ``time`` is nanoseconds of the run's clock."""

    requirement: str
    stream: str
    time: int
    why: str
    request_id: str | None = None


class Probe(NamedTuple):
    """A START after a STOP: the gap lies between ``shortest`` and ``longest`` (nanoseconds)."""

    shortest: int
    longest: int
    accepted: bool


def _bucket(microseconds: int, *, digits: int = 3) -> int:
    """Return the latency, cut to so many *digits*."""
    surplus = len(str(microseconds)) - digits
    return microseconds - microseconds % 10**surplus if surplus > 0 else microseconds


class Latencies:
    """A histogram of nanoseconds; buckets are exact to three significant digits of a microsecond."""

    def __init__(self, buckets: Mapping[int, int] | None = None) -> None:
        self.buckets: Counter[int] = Counter(buckets or {})

    def add(self, nanoseconds: int) -> None:
        """Count one latency."""
        self.buckets[_bucket(nanoseconds // 1000)] += 1

    def percentile(self, share: float) -> float | None:
        """Return the latency, in milliseconds, that *share* of those counted do not exceed; None without any."""
        left = share * self.buckets.total()
        for bucket in sorted(self.buckets):
            left -= self.buckets[bucket]
            if left <= 0:
                return bucket / 1000
        return None


@dataclass(slots=True, kw_only=True)
class Tally:
    """Counts of one worker since it last reported, or of the whole run.

    ``answers`` and ``latencies`` are by action and what came (``START 200``, ``STOP no answer``). ``lateness`` is how
    long after its intended moment an arrival left; ``dropped`` counts arrivals that never did. ``events`` counts what
    the scenarios' coverage conditions ask for. ``seconds`` counts answers and sums latencies (us) by second of the run.
    """

    answers: Counter[str] = field(default_factory=Counter[str])
    latencies: dict[str, Latencies] = field(default_factory=dict[str, Latencies])
    lateness: Latencies = field(default_factory=Latencies)
    dropped: int = 0
    events: Counter[str] = field(default_factory=Counter[str])
    broken: Counter[str] = field(default_factory=Counter[str])
    violations: list[Violation] = field(default_factory=list[Violation])
    probes: list[Probe] = field(default_factory=list[Probe])
    per_second: dict[int, Latencies] = field(default_factory=dict[int, Latencies])

    def answered(self, name: str, latencies_us: Iterable[int], *, second: int) -> None:
        """Count what came of commands, all alike, in a *second* of the run."""
        counts = Counter(latencies_us)
        self.answers[name] += counts.total()
        buckets = self.latencies.setdefault(name, Latencies()).buckets
        in_second = self.per_second.setdefault(second, Latencies()).buckets
        for microseconds, count in counts.items():
            buckets[_bucket(microseconds)] += count
            # two digits are enough for a curve, and there is one of these for each second of a run
            in_second[_bucket(microseconds, digits=2)] += count

    def everything(self) -> Latencies:
        """Return the latencies of all answers together, of those that did not come too."""
        together = Latencies()
        for latencies in self.latencies.values():
            together.buckets += latencies.buckets
        return together

    def answered_for(self, requirement: str) -> bool:
        """Whether an answer came that *requirement*, about single answers, says something of."""
        statuses = {name.rpartition(" ")[2] for name in self.answers} - {"answer", "unreachable"}
        if requirement.startswith("request-id/present-"):
            return requirement[-3:] in statuses
        if requirement.startswith("error-body/"):
            return bool(statuses & {"400", "404"})
        return bool(statuses)

    def violated(self, violation: Violation) -> None:
        """Count a violation; the first ones are kept as they are."""
        self.broken[violation.requirement] += 1
        if len(self.violations) < MOST_VIOLATIONS:
            self.violations.append(violation)

    def probed(self, probe: Probe) -> None:
        """Keep a probe of the restart interval, as long as there is room."""
        if len(self.probes) < MOST_PROBES:
            self.probes.append(probe)

    def add(self, other: "Tally") -> None:
        """Add what another one counted."""
        self.answers += other.answers
        self.lateness.buckets += other.lateness.buckets
        self.dropped += other.dropped
        self.events += other.events
        self.broken += other.broken
        self.violations += other.violations[: MOST_VIOLATIONS - len(self.violations)]
        self.probes += other.probes[: MOST_PROBES - len(self.probes)]
        for mine, theirs in ((self.latencies, other.latencies), (self.per_second, other.per_second)):
            _add_each(cast("dict[object, Latencies]", mine), cast("dict[object, Latencies]", theirs))

    def as_message(self) -> dict[str, Any]:
        """Return plain dicts, lists, strings and numbers, as Locust's messages carry them."""
        return {
            "answers": dict(self.answers),
            "latencies": {name: _pairs(latencies) for name, latencies in self.latencies.items()},
            "lateness": _pairs(self.lateness),
            "dropped": self.dropped,
            "events": dict(self.events),
            "broken": dict(self.broken),
            "violations": [[one.requirement, one.stream, one.time, one.why, one.request_id] for one in self.violations],
            "probes": [[one.shortest, one.longest, one.accepted] for one in self.probes],
            "per_second": [[second, _pairs(latencies)] for second, latencies in self.per_second.items()],
        }


def tally_of(message: Mapping[str, Any]) -> Tally:
    """Read what ``Tally.as_message`` made."""
    return Tally(
        answers=Counter(message["answers"]),
        latencies={name: _latencies(pairs) for name, pairs in message["latencies"].items()},
        lateness=_latencies(message["lateness"]),
        dropped=message["dropped"],
        events=Counter(message["events"]),
        broken=Counter(message["broken"]),
        violations=[
            Violation(requirement=requirement, stream=stream, time=time, why=why, request_id=request_id)
            for requirement, stream, time, why, request_id in message["violations"]
        ],
        probes=[
            Probe(shortest=shortest, longest=longest, accepted=accepted)
            for shortest, longest, accepted in message["probes"]
        ],
        per_second={second: _latencies(pairs) for second, pairs in message["per_second"]},
    )


def _pairs(latencies: Latencies) -> list[list[int]]:
    return [[bucket, count] for bucket, count in latencies.buckets.items()]


def _latencies(pairs: list[list[int]]) -> Latencies:
    return Latencies(dict((bucket, count) for bucket, count in pairs))  # noqa: C402  # typed


def _add_each(mine: dict[object, Latencies], theirs: dict[object, Latencies]) -> None:
    for key, latencies in theirs.items():
        mine.setdefault(key, Latencies()).buckets += latencies.buckets
