"""Retry storm: users who do not take no for an answer; a refused START must not be carried out, nor change anything."""

from collections.abc import Callable
from random import Random

from liveload.answer import Answer
from liveload.scenarios import coverage
from liveload.scenarios.course import Course
from liveload.scenarios.scenario import Actor, Scenario, Sharing
from liverec.clock import NANOSECONDS
from liverec.history import Action

_FIXED_NS = NANOSECONDS // 4
_FIRST_NS = NANOSECONDS // 20
_MOST_NS = 2 * NANOSECONDS
_GIVE_UP_NS = 3 * NANOSECONDS  # after the window


def _never(number: int, draw: Random) -> None:  # noqa: ARG001  # as the other policies
    return None


def _fixed(number: int, draw: Random) -> int:  # noqa: ARG001  # as the other policies
    return _FIXED_NS


def _exponential(number: int, draw: Random) -> int:
    return _FIRST_NS + int(draw.random() * min(_MOST_NS, _FIRST_NS << min(number, 10)))


_POLICIES: tuple[Callable[[int, Random], int | None], ...] = (_fixed, _exponential, _never)


def play(actor: Actor) -> None:
    """Stop, ask for a restart at once, and again as the policy says, until it is granted or the user gives up."""
    course = Course(actor, actor.streams()[0])
    policy = _POLICIES[actor.number % len(_POLICIES)]
    while True:
        course.record()
        actor.sleep_until(actor.now() + int(actor.random.uniform(0.02, 0.2) * actor.interval_ns))
        stopped = course.end()
        if stopped is not None:
            _storm(course, stopped, policy)


def _storm(course: Course, stopped: Answer, policy: Callable[[int, Random], int | None]) -> None:
    actor, retries = course.actor, 0
    # where a refused START opens the window anew a storm never ends: then wait in quiet (Course.record)
    give_up = stopped.completed + actor.interval_ns + actor.resolution_ns + _GIVE_UP_NS
    course.command(Action.START)
    while course.recording is False:
        pause = policy(retries, actor.random)
        if pause is None or actor.now() + pause > give_up:
            return
        actor.sleep_until(actor.now() + pause)
        course.command(Action.START)
        retries += 1
        actor.count(coverage.STORM)
    if retries:
        actor.count(coverage.SURVIVED)


def _storms(users: int) -> float:
    return (users + 2) // 3 + (users + 1) // 3


SCENARIO = Scenario(
    name="retry-storm",
    summary="refused STARTs are retried: at a fixed pace, with growing random pauses, or not at all",
    play=play,
    sharing=Sharing.OWN,
    conditions=(
        coverage.at_least(coverage.STORM, per_user=3, advice="run for 15 s or longer"),
        coverage.either(
            f"{coverage.SURVIVED}, or {coverage.RESTARTS}, for half of the users who retry; run for 15 s or longer",
            lambda tally, users: (
                tally.events[coverage.SURVIVED] + tally.events[coverage.RESTARTS] >= max(1, int(_storms(users) / 2))
            ),
        ),
    ),
    users=60,
    spawn_rate=30,
    seconds=30,
    streams=1,
)
