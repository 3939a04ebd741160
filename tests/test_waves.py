"""Schedules under a quota: every one of them, in waves that fit into a minute each."""

import pytest

from liverec.conformance.schedule import schedules
from liverec.conformance.waves import in_waves, requests_of
from liverec.document import load_document


@pytest.mark.parametrize("limit", [10, 30, 300])
def test_each_wave_fits_into_a_minute(limit: int) -> None:
    plan = schedules(load_document().interval_ns, exact=False, thin=True)
    waves, too_long = in_waves(plan, limit)

    assert [schedule for wave in waves for schedule in wave] == list(plan)
    assert all(sum(map(requests_of, wave)) <= limit for wave in waves)
    assert not too_long


def test_what_needs_more_than_a_minute_allows_is_named() -> None:
    plan = schedules(load_document().interval_ns, exact=False, thin=True)
    waves, too_long = in_waves(plan, 4)

    assert all(requests_of(schedule) <= 4 for wave in waves for schedule in wave)
    assert len(too_long) + sum(map(len, waves)) == len(plan)
    assert "every STOP opens a window, not only the first" in too_long


def test_without_a_quota_all_go_at_once() -> None:
    plan = schedules(load_document().interval_ns, exact=False, thin=False)

    assert in_waves(plan, None) == ([list(plan)], [])
