"""Herd: users that are connected already are released in one instant to START, and in another to STOP."""

from liveload.scenarios import coverage
from liveload.scenarios.scenario import Actor, Scenario, Sharing
from liverec.clock import NANOSECONDS
from liverec.history import Action

_RECORDED_NS = NANOSECONDS
_SPARE_NS = NANOSECONDS  # beyond the interval, for those that are late
_CONNECT_NS = NANOSECONDS // 2  # before the release
_TOGETHER_NS = NANOSECONDS // 20


def play(actor: Actor) -> None:
    """Take part in every release that is still to come."""
    streams = actor.streams()
    stream = streams[actor.number % len(streams)]
    first = actor.meeting(0)
    period = _RECORDED_NS + actor.interval_ns + actor.resolution_ns + _SPARE_NS
    while True:
        missed = max(0, actor.now() + _CONNECT_NS - first)
        release = first + -(-missed // period) * period
        for action, moment in ((Action.START, release), (Action.STOP, release + _RECORDED_NS)):
            actor.sleep_until(moment - _CONNECT_NS)
            actor.connect()
            actor.sleep_until(moment)
            answer = actor.command(action, stream)
            if answer.invoked - moment <= _TOGETHER_NS:
                actor.count(coverage.TOGETHER)
            if answer.status == 200:
                actor.count(coverage.WON)


SCENARIO = Scenario(
    name="herd",
    summary="all users START in one instant, and STOP in another",
    play=play,
    sharing=Sharing.EVERYBODY,
    conditions=(
        coverage.at_least(
            coverage.TOGETHER, per_user=0.8, advice="run for 15 s or longer, or with fewer users in a process"
        ),
        coverage.either(
            f"{coverage.WON}: at least once; run for 15 s or longer",
            lambda tally, _users: tally.events[coverage.WON] > 0,
        ),
    ),
    users=100,
    spawn_rate=100,
    seconds=30,
    streams=10,
)
