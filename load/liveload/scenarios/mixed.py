"""Mixed: what services see on a usual day, all at once."""

from collections.abc import Callable

from liveload.scenarios import coverage, lost_replies, many, ping_pong, retry_storm
from liveload.scenarios.scenario import Actor, Scenario, Sharing

# of ten users: six share the arrivals; the first four differ, so that a few users are a mixture too
_PARTS: tuple[Callable[[Actor], None], ...] = (
    retry_storm.play,
    ping_pong.play,
    many.play,
    lost_replies.play,
    many.play,
    many.play,
    ping_pong.play,
    many.play,
    many.play,
    many.play,
)


def play(actor: Actor) -> None:
    """Play the part that falls to this user."""
    _PARTS[actor.number % len(_PARTS)](actor)


SCENARIO = Scenario(
    name="mixed",
    summary="many streams at a fixed rate, ping-pong, retries and lost replies at once",
    play=play,
    sharing=Sharing.OWN,
    conditions=(
        coverage.at_least(coverage.EARLY, per_user=0.4, advice="run for 15 s or longer"),
        coverage.at_least(coverage.RESTARTED, per_user=0.4, advice="run for 15 s or longer"),
        coverage.at_least(coverage.STORM, per_user=0.1, advice="run for 15 s or longer"),
        coverage.at_least(coverage.LOST, per_user=0.1, advice="take 4 users or more, and run for 15 s or longer"),
    ),
    users=50,
    spawn_rate=25,
    seconds=30,
    streams=16,
    rate=100,
)
