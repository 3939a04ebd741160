"""Spike: a quiet rate of arrivals, and ten times as many for five seconds."""

from statistics import median

from liveload.scenarios import coverage
from liveload.scenarios.many import CONDITIONS, play
from liveload.scenarios.scenario import Scenario, Sharing
from liveload.tally import Tally

_FACTOR = 10.0
_PEAK_FROM_S = 8
_PEAK_UNTIL_S = 13


def _rate_at(second: float) -> float:
    return _FACTOR if _PEAK_FROM_S <= second < _PEAK_UNTIL_S else 1.0


def _peaked(tally: Tally, users: int) -> bool:  # noqa: ARG001  # as every condition
    answers = [latencies.buckets.total() for latencies in tally.per_second.values()]
    return bool(answers) and max(answers) >= _FACTOR / 2 * median(answers)


SCENARIO = Scenario(
    name="spike",
    summary=f"a fixed rate of arrivals, {_FACTOR:g} times as high from second {_PEAK_FROM_S} to {_PEAK_UNTIL_S}",
    play=play,
    sharing=Sharing.OWN,
    conditions=(
        *CONDITIONS,
        coverage.either(
            f"a second with {_FACTOR / 2:g} times as many answers as the middle one; run for 20 s or longer, at a rate"
            " that the service can bear",
            _peaked,
        ),
    ),
    users=50,
    spawn_rate=50,
    seconds=30,
    streams=16,
    rate=40,
    rate_at=_rate_at,
)
