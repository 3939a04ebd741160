"""The ways to load the service, one module a scenario."""

from collections.abc import Mapping

from liveload.scenarios import (
    boundary,
    contention,
    herd,
    lost_replies,
    many,
    mixed,
    noise,
    ping_pong,
    retry_storm,
    soak,
    spike,
)
from liveload.scenarios.scenario import Scenario

__all__ = ["SCENARIOS"]

SCENARIOS: Mapping[str, Scenario] = {
    one.SCENARIO.name: one.SCENARIO
    for one in (
        ping_pong,
        boundary,
        contention,
        many,
        herd,
        retry_storm,
        lost_replies,
        spike,
        soak,
        mixed,
        noise,
    )
}
