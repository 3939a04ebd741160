"""The smallest evidence is found, and with few searches: each may take long."""

from liverec.checker.terms import OutOfTime
from liverec.checker.witness import Place, smallest

ANSWERED: list[Place] = [(0, position) for position in range(250)]


class Searches:
    """What is unexplained: whatever holds one of some sets; counted, until time runs out."""

    def __init__(self, *sets: set[int], most: int) -> None:
        self.sets = sets
        self.left = most

    def __call__(self, kept: frozenset[Place]) -> bool:
        if not self.left:
            raise OutOfTime
        self.left -= 1
        positions = {position for _, position in kept}
        return any(positions >= one for one in self.sets)


def test_what_nothing_can_do_without_is_told_from_a_few_searches() -> None:
    unexplained = Searches({200, 230, 249}, most=60)

    found = smallest(ANSWERED, ANSWERED[-60:], unexplained)

    assert found == [(0, 200), (0, 230), (0, 249)]
    assert unexplained.left > 0


def test_a_smaller_set_is_found_outside_of_what_is_enough() -> None:
    unexplained = Searches({220, 230, 240, 249}, {210, 249}, most=10_000)

    found = smallest(ANSWERED, ANSWERED[-39:], unexplained)

    assert found == [(0, 210), (0, 249)]


def test_when_time_runs_out_what_was_found_so_far_is_enough() -> None:
    for most in range(40):
        found = smallest(ANSWERED, ANSWERED[-60:], Searches({200, 230, 249}, most=most))

        assert {200, 230, 249} <= {position for _, position in found}
        assert len(found) <= 60
