"""Boundary probes: where they lie, and which intervals they tell apart."""

from itertools import pairwise

import pytest

from liverec.conformance.boundary import boundary, exact_boundary
from liverec.conformance.schedule import at
from liverec.history import Action

W = at(10)
UNTIL = 2 * W + at(1.5)


def gaps(count: int = 160, seed: int = 0) -> list[float]:
    """Return each probe's gap between STOP and START, in seconds from the interval."""
    probes = boundary(W, count=count, until_ns=UNTIL, seed=seed)
    return sorted((one.steps[1].at_ns - one.steps[0].at_ns - W) / 1e9 for one in probes)


def test_most_lie_within_a_fifth_of_a_second_and_all_around_the_interval() -> None:
    near = [gap for gap in gaps() if abs(gap) <= 0.2]

    assert len(near) > 100
    assert gaps()[0] < -0.9
    assert gaps()[-1] > 1.3


@pytest.mark.parametrize("seed", range(5))
def test_no_probe_is_so_close_that_nothing_can_tell_and_none_is_missed_nearby(seed: int) -> None:
    near = [gap for gap in gaps(seed=seed) if abs(gap) < 0.02]

    assert min(map(abs, near)) >= 0.003
    assert sum(gap < 0 for gap in near) >= 10
    assert sum(gap > 0 for gap in near) >= 5


@pytest.mark.parametrize("count", [0, 1, 3, 40, 200])
def test_there_are_as_many_as_were_asked_for_and_all_end_in_time(count: int) -> None:
    probes = boundary(W, count=count, until_ns=UNTIL, seed=0)

    assert abs(len(probes) - count) <= 2
    assert all(at(0) <= step.at_ns <= UNTIL for one in probes for step in one.steps)


def test_the_stops_are_spread_over_the_time_that_there_is() -> None:
    stops = sorted(one.steps[0].at_ns for one in boundary(W, count=160, until_ns=UNTIL, seed=0))

    assert max(after - before for before, after in pairwise(stops)) < at(0.1)
    assert stops[-1] - stops[0] > at(8)


def test_a_probe_that_should_be_refused_shows_the_other_side_too() -> None:
    for one in boundary(W, count=100, until_ns=UNTIL, seed=0):
        stop, *starts = one.steps
        offsets = [start.at_ns - stop.at_ns - W for start in starts]
        assert stop.action is Action.STOP
        assert len(offsets) == (2 if offsets[0] < 0 else 1)
        assert offsets[-1] > 0


def test_the_same_seed_gives_the_same_probes_and_another_one_others() -> None:
    assert boundary(W, count=50, until_ns=UNTIL, seed=1) == boundary(W, count=50, until_ns=UNTIL, seed=1)
    assert gaps(seed=1) != gaps(seed=2)


def test_on_a_clock_that_can_be_set_the_boundary_is_met_to_the_nanosecond() -> None:
    probes = exact_boundary(W, count=48)

    assert {-1, 0, 1} <= {one.steps[1].at_ns - one.steps[0].at_ns - W for one in probes}
    assert len({step.at_ns for one in probes for step in one.steps}) <= 12
