"""Soak: many streams at a modest rate, for long."""

from liveload.scenarios.many import CONDITIONS, play
from liveload.scenarios.scenario import Scenario, Sharing

SCENARIO = Scenario(
    name="soak",
    summary="many streams at a modest rate, for ten minutes or as long as is asked for",
    play=play,
    sharing=Sharing.OWN,
    conditions=CONDITIONS,
    users=50,
    spawn_rate=50,
    seconds=600,
    streams=16,
    rate=100,
)
