"""The plan of a run: what the master tells each worker before the first user starts."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from liveload.options import Settings
from liveload.scenarios import SCENARIOS
from liveload.scenarios.scenario import Scenario, Sharing
from liverec.profile import Profile, StreamSet

SPARE_STREAMS = 8  # for the script that pins the dialect; nobody else commands them


class TooFewStreams(Exception):  # it says what happened
    """The profile names fewer streams than the scenario needs; the message says what to change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One worker's part in a run. ``worker`` counts from 0 to ``workers`` - 1."""

    run: str
    version: str
    scenario: str
    target: str
    seed: int
    rate: float  # arrivals a second of all workers together
    users: int  # of all workers together
    worker: int
    workers: int
    folder: str
    max_operations: int  # of this worker
    seconds: int  # how long the run may last
    clock_offset_ns: int = 0  # what makes this worker's times the run's,
    clock_bound_ns: int = 0  # and how far that may be off
    begins_in_s: float = 0.3  # from when a worker gets the plan to second 0 of the run

    def as_message(self) -> dict[str, Any]:
        """Return plain values, as Locust's messages carry them."""
        return asdict(self)


def plan_of(message: Mapping[str, Any]) -> Plan:
    """Read what ``Plan.as_message`` made."""
    return Plan(**message)


def plans(settings: Settings, *, run: str, version: str, folder: str, workers: int) -> tuple[Plan, ...]:
    """Return a plan for each worker."""
    scenario = SCENARIOS[settings.scenario]
    return tuple(
        Plan(
            run=run,
            version=version,
            scenario=scenario.name,
            target=settings.target,
            seed=settings.seed,
            rate=settings.rate or scenario.rate or 0.0,
            users=settings.users,
            worker=worker,
            workers=workers,
            folder=folder,
            max_operations=max(1, settings.max_operations // workers),
            seconds=settings.seconds or settings.max_seconds,
        )
        for worker in range(workers)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares:
    """Which of the profile's recordable streams (their numbers, from 1) a worker commands.

    A stream of ``own`` or ``shared`` is commanded by this worker alone, so that one clock judges it; ``everybody`` is
    the same for all workers; ``spare`` belongs to the first worker.
    """

    own: tuple[range, ...]  # by the number of the user
    shared: range
    everybody: range
    spare: range

    def of_user(self, number: int, sharing: Sharing) -> range:
        """Return the streams of user *number*; empty if there are none left for it."""
        if sharing is Sharing.OWN:
            return self.own[number] if number < len(self.own) else range(0)
        return self.shared if sharing is Sharing.ALL else self.everybody


def shares(plan: Plan, streams: StreamSet) -> Shares:
    """Deal the streams out.

    Raises:
        TooFewStreams: there are not enough for the users of the plan.
    """
    scenario = SCENARIOS[plan.scenario]
    first = SPARE_STREAMS + 1
    needed = _needed(plan, scenario)
    if streams.count < SPARE_STREAMS + needed:
        raise TooFewStreams(_complaint(plan, scenario, streams, SPARE_STREAMS + needed))
    each = (streams.count - SPARE_STREAMS) // plan.workers
    mine = range(first + plan.worker * each, first + (plan.worker + 1) * each)
    per_user = max(1, scenario.streams)
    if scenario.sharing is Sharing.OWN:
        own = tuple(mine[number : number + per_user] for number in range(0, len(mine) - per_user + 1, per_user))
    else:
        own = ()
    return Shares(
        own=own,
        shared=mine[: scenario.streams],
        everybody=range(first, first + scenario.streams),
        spare=range(1, first),
    )


def _needed(plan: Plan, scenario: Scenario) -> int:
    users = -(-plan.users // plan.workers)  # of one worker, rounded up
    if scenario.sharing is Sharing.OWN:
        return users * scenario.streams * plan.workers
    return scenario.streams * (plan.workers if scenario.sharing is Sharing.ALL else 1)


def _complaint(plan: Plan, scenario: Scenario, streams: StreamSet, needed: int) -> str:
    fewer = " or fewer users (-u)" if scenario.sharing is Sharing.OWN else ""
    return (
        f"scenario {scenario.name} with {plan.users} users needs {needed} recordable streams ({SPARE_STREAMS} of them "
        f"to learn how the service reads the page), and the profile names {streams.count}: "
        f"take a larger count in [streams.recordable]{fewer}"
    )


def seed_of(plan: Plan, number: int) -> str:
    """Return the seed of a user: the same for the same run, worker and number."""
    return f"{plan.seed}/{plan.worker}/{number}"


def recordable(profile: Profile, numbers: range) -> tuple[str, ...]:
    """Return the names of the streams with these *numbers*."""
    return tuple(profile.recordable.name(number) for number in numbers)
