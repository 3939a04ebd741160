"""Who commands which stream: a stream of one worker is no other's, and too few are refused with advice."""

from itertools import combinations

import pytest

from liveload.plan import SPARE_STREAMS, Plan, TooFewStreams, plan_of, shares
from liveload.scenarios.scenario import Sharing
from liverec.profile import StreamSet


def streams(count: int) -> StreamSet:
    return StreamSet(publish_domain="publish.example.com", app="live", names="rehearsal-{n}", count=count)


def plan(scenario: str, *, users: int, worker: int = 0, workers: int = 1) -> Plan:
    return Plan(
        run="r",
        version="1",
        scenario=scenario,
        target="http://127.0.0.1:1",
        seed=0,
        rate=0,
        users=users,
        worker=worker,
        workers=workers,
        folder="runs/r",
        max_operations=1,
        seconds=1,
    )


def test_no_two_users_of_any_worker_share_a_stream_of_their_own() -> None:
    dealt = [shares(plan("boundary", users=30, worker=worker, workers=3), streams(100)) for worker in range(3)]

    sets = [set(one.of_user(user, Sharing.OWN)) for one in dealt for user in range(10)] + [set(dealt[0].spare)]

    assert all(sets)
    assert not any(mine & yours for mine, yours in combinations(sets, 2))


def test_everybody_means_the_same_streams_on_every_worker() -> None:
    dealt = [shares(plan("contention", users=30, worker=worker, workers=3), streams(100)) for worker in range(3)]

    assert len({one.of_user(5, Sharing.EVERYBODY) for one in dealt}) == 1
    assert not set(dealt[0].of_user(5, Sharing.EVERYBODY)) & set(dealt[0].spare)


def test_too_few_streams_are_refused_and_the_message_says_how_many_are_needed() -> None:
    with pytest.raises(TooFewStreams, match=rf"needs {60 + SPARE_STREAMS} .* names 50: .*count.*fewer users"):
        shares(plan("boundary", users=30), streams(50))


def test_a_plan_survives_its_way_to_a_worker() -> None:
    sent = plan("many", users=3)

    assert plan_of(sent.as_message()) == sent
