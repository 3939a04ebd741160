"""Process numbers and the pace of requests."""

import pytest

from liverec.client.pacer import Pacer
from liverec.client.processes import Processes
from liverec.clock import NANOSECONDS, VirtualClock


def test_open_commands_never_share_a_number() -> None:
    processes = Processes()

    assert [processes.acquire() for _ in range(3)] == [0, 1, 2]


def test_a_number_is_used_again_after_its_command() -> None:
    processes = Processes()
    number = processes.acquire()
    processes.release(number, retired=False)

    assert processes.acquire() == number


def test_a_retired_number_is_never_used_again() -> None:
    processes = Processes()
    number = processes.acquire()
    processes.release(number, retired=True)

    assert number not in [processes.acquire() for _ in range(5)]


def test_a_lane_keeps_its_number_until_that_is_retired() -> None:
    processes = Processes()
    numbers: list[int] = []
    for retired in (False, True, False, False):
        numbers.append(processes.acquire(7))
        processes.release(numbers[-1], lane=7, retired=retired)

    assert numbers == [7, 7, 0, 0]


def test_a_lane_and_others_never_share_a_number() -> None:
    processes = Processes()
    lane = processes.acquire(0)
    processes.release(lane, lane=0, retired=False)
    others = [processes.acquire() for _ in range(3)]

    assert [*others, processes.acquire(1)] == [1, 2, 3, 4]
    assert lane == 0


def test_a_lane_is_sequential() -> None:
    processes = Processes()
    processes.acquire(3)

    with pytest.raises(ValueError, match="process 3: its command before is still open"):
        processes.acquire(3)


def departures(limit: int | None, count: int, *, every_s: float = 0) -> list[float]:
    clock = VirtualClock()
    pacer = Pacer(limit, clock=clock, sleep=lambda seconds: void(clock.advance(seconds)))
    times: list[float] = []
    for _ in range(count):
        pacer.wait()
        times.append(clock.now() / NANOSECONDS)
        clock.advance(every_s)
    return times


def void(_: object) -> None:
    return None


def test_no_minute_sees_more_than_the_quota() -> None:
    times = departures(5, 23, every_s=0.7)

    assert all(later - earlier > 60 for earlier, later in zip(times, times[5:], strict=False))


def test_within_the_quota_nothing_waits() -> None:
    assert departures(5, 5) == [0] * 5
    assert departures(5, 12, every_s=20) == [20.0 * n for n in range(12)]


def test_without_a_quota_nothing_waits() -> None:
    assert departures(None, 1000) == [0] * 1000
