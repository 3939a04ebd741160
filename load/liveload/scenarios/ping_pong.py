"""Ping-pong: each user starts and stops a stream of its own, and tries to restart it too soon and in time."""

from liveload.scenarios import coverage
from liveload.scenarios.course import Course
from liveload.scenarios.scenario import Actor, Scenario, Sharing
from liverec.history import Action


def play(actor: Actor) -> None:
    """Record for a while, stop, try too soon (every other time), restart in time; for ever."""
    course = Course(actor, actor.streams()[0])
    interval, draw = actor.interval_ns, actor.random
    too_soon = actor.number % 2 == 0
    while True:
        course.record()
        actor.sleep_until(actor.now() + int(draw.uniform(0.02, 0.3) * interval))
        course.command(Action.START)
        stopped = course.end()
        if stopped is not None and too_soon:
            actor.sleep_until(stopped.completed + int(draw.uniform(0.1, 0.99) * interval))
            course.command(Action.START)
        too_soon = not too_soon
        if course.recording is False:
            actor.sleep_until(course.ready_at + int(draw.uniform(0, 0.02) * interval))
            course.command(Action.START)


SCENARIO = Scenario(
    name="ping-pong",
    summary="each user records, stops, restarts too soon and in time",
    play=play,
    sharing=Sharing.OWN,
    conditions=(
        coverage.at_least(coverage.EARLY, per_user=0.4, advice="run for 15 s or longer"),
        coverage.at_least(coverage.RESTARTED, per_user=0.4, advice="run for 15 s or longer"),
    ),
    users=100,
    spawn_rate=50,
    seconds=40,
    streams=1,
)
