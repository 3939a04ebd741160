"""A quota is kept, and what must leave at its own moment is never kept waiting by the rest."""

import random

import pytest

from liverec.client.pacer import WINDOW, Pacer
from liverec.clock import NANOSECONDS, VirtualClock


class Desk:
    """A pacer on a virtual clock, and what left when."""

    def __init__(self, limit: int) -> None:
        self.clock = VirtualClock()
        self.pacer = Pacer(limit, clock=self.clock, sleep=self.sleep)
        self.left: list[int] = []

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.clock.advance(seconds)

    def ask(self) -> float:
        """Let one request leave, and return when it did, in seconds."""
        self.pacer.wait()
        self.left.append(self.clock.now())
        return self.clock.now() / NANOSECONDS

    def ask_together(self, count: int) -> float:
        """Let *count* requests leave at one moment, and return it."""
        self.pacer.wait(count)
        self.left += [self.clock.now()] * count
        return self.clock.now() / NANOSECONDS

    def book(self, *seconds: float) -> float:
        """Book, note what will leave, and return the moment from which the seconds count."""
        begin = self.pacer.book([round(one * NANOSECONDS) for one in seconds])
        self.left += [begin + round(one * NANOSECONDS) for one in seconds]
        return begin / NANOSECONDS


def test_what_is_booked_leaves_at_its_moment_and_the_rest_around_it() -> None:
    desk = Desk(limit=4)

    assert desk.book(5, 10, 10) == 0
    assert [desk.ask() for _ in range(3)] == [0, 61, 66]  # one at once, then as those before grow old


def test_a_booking_waits_for_what_has_left() -> None:
    desk = Desk(limit=4)
    for _ in range(3):
        desk.ask()

    assert desk.book(1, 2) == 59  # so that the second leaves a minute, and a second more, after the first three


def test_those_that_leave_together_wait_for_one_another() -> None:
    desk = Desk(limit=4)
    for _ in range(2):
        desk.ask()

    assert [desk.ask_together(3), desk.ask()] == [61, 61]


def test_more_than_the_quota_allows_is_never_booked() -> None:
    with pytest.raises(ValueError, match="3 requests within a minute are more than the 2"):
        Desk(limit=2).book(0, 1, 20)


@pytest.mark.parametrize("seed", range(20))
def test_no_minute_sees_more_than_the_quota_whatever_is_asked(seed: int) -> None:
    chance = random.Random(seed)
    limit = chance.randint(2, 9)
    desk = Desk(limit)
    for _ in range(60):
        if chance.random() < 0.2:
            desk.book(*(chance.uniform(0, 30) for _ in range(chance.randint(1, limit))))
        else:
            desk.ask()
        desk.clock.advance(chance.choice([0, 0, 0.1, 3, 20]))
    moments = sorted(desk.left)

    assert all(later - earlier >= WINDOW for earlier, later in zip(moments, moments[limit:], strict=False))
