"""The pinning script leaves one dialect in a history, as far as any history can."""

from dataclasses import replace

import pytest

from liveload.scenarios.scenario import Scenario, Sharing
from liverec.checker import check
from liverec.model import DIALECTS, Dialect
from load_simulation import play
from test_load_scenarios import named

NOTHING = Scenario(
    name="nothing",
    summary="only the dialect is pinned",
    play=lambda actor: actor.sleep_until(actor.now() + (1 << 60)),
    sharing=Sharing.EVERYBODY,
    conditions=(),
    users=1,
    spawn_rate=1,
    seconds=11,
    streams=1,
)


@pytest.mark.parametrize("dialect", DIALECTS, ids=named)
def test_eleven_seconds_pin_each_dialect_of_unused_streams(dialect: Dialect) -> None:
    played = play(NOTHING, users=1, seconds=11, dialect=dialect)

    result = check(replace(played.history, initial="idle"))

    assert result.verdict == "kept"
    assert result.dialects == (dialect,)


@pytest.mark.parametrize("dialect", DIALECTS, ids=named)
def test_on_used_streams_only_whether_they_have_recorded_stays_open(dialect: Dialect) -> None:
    played = play(NOTHING, users=1, seconds=11, dialect=dialect)

    result = check(played.history)

    alike = {replace(one, stop_while_idle="accepted") for one in result.dialects}
    assert dialect in result.dialects
    assert len(alike) == 1 or result.dialects == (dialect,)
