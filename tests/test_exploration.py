"""Explored schedules: what is drawn, how it lies in time, and that the seed decides all of it."""

from itertools import pairwise

import pytest

from liverec.conformance.exploration import explored
from liverec.conformance.schedule import Schedule, at
from liverec.history import Action

W = at(10)
UNTIL = 2 * W + at(1.5)


def drawn(count: int = 200, *, seed: int = 0, until_ns: int = UNTIL, exact: bool = False) -> tuple[Schedule, ...]:
    return explored(W, count=count, until_ns=until_ns, seed=seed, exact=exact)


def gaps(schedules: tuple[Schedule, ...]) -> list[int]:
    """Return the gaps between a STOP and a later START of the same schedule, from the interval."""
    return [
        start.at_ns - stop.at_ns - W
        for one in schedules
        for stop in one.steps
        for start in one.steps
        if (stop.action, start.action) == (Action.STOP, Action.START)
    ]


@pytest.mark.parametrize(("count", "until_ns"), [(0, UNTIL), (1, UNTIL), (40, UNTIL), (40, 5 * W)])
def test_there_are_as_many_as_were_asked_for_and_all_end_in_time(count: int, until_ns: int) -> None:
    schedules = drawn(count, until_ns=until_ns)

    assert len(schedules) == count
    assert all(at(0) <= step.at_ns <= until_ns + at(1) for one in schedules for step in one.steps)


def test_they_begin_all_along_the_time_that_there_is() -> None:
    begins = [one.steps[0].at_ns for one in drawn(40, until_ns=10 * W)]

    assert max(after - before for before, after in pairwise(begins)) <= at(3)
    assert begins[-1] > 7 * W


def test_many_gaps_are_close_to_the_interval_on_both_sides_and_others_are_not() -> None:
    found = gaps(drawn())

    assert sum(-at(0.3) < gap < 0 for gap in found) > 50
    assert sum(0 < gap < at(0.3) for gap in found) > 50
    assert sum(gap < -W // 2 for gap in found) > 50


def test_on_a_clock_that_can_be_set_gaps_meet_the_interval_to_the_nanosecond() -> None:
    assert {-1, 0, 1} <= set(gaps(drawn(exact=True)))
    assert not {-1, 0, 1} & set(gaps(drawn()))


def test_some_have_two_lanes_and_commands_at_one_moment() -> None:
    lanes = [{step.lane for step in one.steps} for one in drawn(60)]

    assert 10 < sum(each == {0, 1} for each in lanes) < 50


def test_the_same_seed_draws_the_same_and_another_one_others() -> None:
    assert drawn(20, seed=1) == drawn(20, seed=1)
    assert drawn(20, seed=1) != drawn(20, seed=2)
    assert drawn(40, seed=1)[:1] == drawn(20, seed=1)[:1]
