"""The open schedule: due moments that do not depend on the service, and nothing lost without a word."""

import pytest

from liveload.arrivals import PATIENCE_NS, Arrivals
from liverec.clock import NANOSECONDS

BEGINS = 7 * NANOSECONDS


def steady(_second: float) -> float:
    return 1.0


def test_arrivals_are_due_at_the_rate_whoever_is_late() -> None:
    arrivals = Arrivals(begins=BEGINS, rate=50, factor=steady)

    taken = [arrivals.take(BEGINS + NANOSECONDS) for _ in range(5)]

    assert [arrival.due - BEGINS for arrival in taken] == [n * NANOSECONDS // 50 for n in range(5)]
    assert not any(arrival.dropped for arrival in taken)


def test_arrivals_that_nobody_took_in_time_are_counted_as_dropped() -> None:
    arrivals = Arrivals(begins=BEGINS, rate=10, factor=steady)
    now = BEGINS + PATIENCE_NS + NANOSECONDS + 1

    arrival = arrivals.take(now)

    assert (arrival.dropped, arrival.due) == (11, BEGINS + 11 * NANOSECONDS // 10)


def test_the_rate_follows_its_factor_and_pauses_where_that_is_nothing() -> None:
    arrivals = Arrivals(begins=BEGINS, rate=10, factor=lambda second: 0.0 if second < 2 else 5.0)

    first, second = arrivals.take(BEGINS), arrivals.take(BEGINS)

    assert first.due - BEGINS == pytest.approx(2 * NANOSECONDS, abs=NANOSECONDS // 20)
    assert second.due - first.due == NANOSECONDS // 50


def test_what_was_due_at_the_end_and_never_taken_is_counted() -> None:
    arrivals = Arrivals(begins=BEGINS, rate=10, factor=steady)
    arrivals.take(BEGINS)

    assert arrivals.overdue(BEGINS + NANOSECONDS // 2) == 5
