"""What one client knows of the restart interval."""

import pytest

from liverec.recording_client.window import Windows
from scripted_server import STREAM

W = 10


@pytest.mark.parametrize(("now", "left"), [(5, 11), (14, 2), (15, 1), (16, 0), (99, 0)])
def test_what_is_left_ends_one_nanosecond_after_the_interval(now: int, left: int) -> None:
    windows = Windows(W)
    windows.opened(STREAM, 5)

    assert windows.left_ns(STREAM, now) == left


def test_without_a_stop_nothing_is_left() -> None:
    assert Windows(W).left_ns(STREAM, 5) == 0


def test_the_latest_stop_counts_whichever_is_noted_last() -> None:
    windows = Windows(W)
    for moment in (5, 9, 7):
        windows.opened(STREAM, moment)

    assert windows.left_ns(STREAM, 9) == W + 1


def test_what_is_over_is_forgotten_and_nothing_else() -> None:
    windows = Windows(W)
    for n in range(1000):
        windows.opened(STREAM._replace(stream=f"s{n}"), n)

    assert len(windows) == W + 1
    assert windows.left_ns(STREAM._replace(stream="s989"), 999) == 1
