"""Windows after the first: each is asked about on both sides of its end, and those before it are waited out."""

import pytest

from liverec.conformance.later_windows import later_windows
from liverec.conformance.schedule import Schedule, at
from liverec.history import Action

W = at(10)


def gaps(schedule: Schedule) -> list[float]:
    """Return how many intervals each START comes after the latest STOP."""
    stopped = 0
    found: list[float] = []
    for step in schedule.steps:
        if step.action is Action.STOP:
            stopped = step.at_ns
        else:
            found.append((step.at_ns - stopped) / W)
    return found


@pytest.mark.parametrize(("until_s", "windows"), [(0, 1), (21, 1), (31, 1), (31.8, 2), (42.4, 3), (420, 9)])
def test_the_second_is_always_asked_about_and_later_ones_if_there_is_time(until_s: float, windows: int) -> None:
    found = [one.title.partition(",")[0] for one in later_windows(W, until_ns=at(until_s))]

    assert len(set(found)) == windows
    assert found == ["the second window"] * 5 + [name for name in dict.fromkeys(found[5:]) for _ in range(2)]


def test_all_windows_are_waited_out_but_the_last_whose_end_is_between_two_starts() -> None:
    for one in later_windows(W, until_ns=at(420)):
        *before, within, after = gaps(one)

        assert all(1 < gap < 1.1 for gap in before)
        assert 0.9 < within < 1 < after < 1.1
        assert within + after == pytest.approx(2)
