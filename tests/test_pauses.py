"""Long pauses: how long they are, what is asked after them, and that only those that fit are begun."""

from itertools import pairwise

import pytest

from liverec.conformance.pauses import pauses
from liverec.conformance.schedule import Schedule, at
from liverec.history import Action

W = at(10)


def silence(schedule: Schedule) -> int:
    """Return for how long nobody asks about its stream, which is recording when the schedules begin."""
    moments = [0, *(step.at_ns for step in schedule.steps)]
    return max(after - before for before, after in pairwise(moments))


@pytest.mark.parametrize(("until_s", "silent_s"), [(21, []), (42, [30, 40]), (84, [30, 40, 65])])
def test_there_are_those_that_the_time_allows(until_s: float, silent_s: list[float]) -> None:
    schedules = pauses(W, until_ns=at(until_s))

    assert [silence(one) for one in schedules] == [at(pause) for pause in silent_s for _ in range(2)]
    assert all(one.steps[-1].at_ns <= at(until_s) for one in schedules)


def test_each_ends_with_a_stop_and_a_start_too_soon_after_it() -> None:
    for one in pauses(W, until_ns=at(500)):
        stop, start = one.steps[-2:]

        assert (stop.action, start.action) == (Action.STOP, Action.START)
        assert 0 < start.at_ns - stop.at_ns < W


def test_half_of_them_are_silent_while_idle_and_half_while_recording() -> None:
    first = [one.steps[0].at_ns < W for one in pauses(W, until_ns=at(500))]

    assert first == [True, False] * (len(first) // 2)
