"""Many streams at a fixed arrival rate, which does not wait for the service."""

from liveload.scenarios import coverage
from liveload.scenarios.ring import Ring
from liveload.scenarios.scenario import Actor, Scenario, Sharing


def play(actor: Actor) -> None:
    """Take an arrival and command the next stream; for ever."""
    ring = Ring(actor)
    while True:
        ring.command(actor.next_arrival())


CONDITIONS = (
    coverage.at_least(coverage.EARLY, per_user=0.5, advice="run for longer, or at a higher rate"),
    coverage.at_least(coverage.RESTARTED, per_user=0.5, advice="run for 15 s or longer, or at a higher rate"),
)

SCENARIO = Scenario(
    name="many",
    summary="many streams at a fixed rate of arrivals",
    play=play,
    sharing=Sharing.OWN,
    conditions=CONDITIONS,
    users=50,
    spawn_rate=50,
    seconds=30,
    streams=16,
    rate=200,
)
