"""Clocks of several machines: the true offset always lies within the bound, and running apart is said."""

from hypothesis import given
from hypothesis import strategies as st

from liveload.clock_offset import Echo, Offset, complaint, for_run, measured
from liverec.clock import NANOSECONDS

MOMENTS = st.integers(0, 10**15)
TRAVELS = st.lists(st.tuples(st.integers(0, 10**7), st.integers(0, 10**7)), min_size=1, max_size=20)


@given(begun=MOMENTS, truth=st.integers(-(10**15), 10**15), travels=TRAVELS)
def test_the_true_offset_lies_within_the_bound(begun: int, truth: int, travels: list[tuple[int, int]]) -> None:
    echoes = [Echo(sent=begun, told=begun + out - truth, received=begun + out + back) for out, back in travels]

    found = measured(echoes)

    assert abs(found.nanoseconds - truth) <= found.bound


def test_one_machine_has_one_clock_unless_that_cannot_be() -> None:
    near, far = Offset(nanoseconds=40_000, bound=60_000), Offset(nanoseconds=NANOSECONDS, bound=60_000)

    assert for_run(near, same_machine=True, seconds=60) == Offset(nanoseconds=0, bound=0)
    assert for_run(far, same_machine=True, seconds=60).nanoseconds == NANOSECONDS
    assert for_run(near, same_machine=False, seconds=60).bound > near.bound


def test_clocks_that_ran_apart_further_than_was_relied_on_are_told() -> None:
    relied_on = Offset(nanoseconds=5_000_000, bound=1_000_000)

    assert complaint(relied_on, Offset(nanoseconds=6_000_000, bound=100_000)) == ""
    assert "ran 3.0 ms away" in complaint(relied_on, Offset(nanoseconds=8_000_000, bound=100_000))
