"""How a load run ends, as a number."""

from collections.abc import Iterable
from enum import IntEnum


class LoadExit(IntEnum):
    """Exit codes of a load run (design section 9); 2 is Locust's own for a wrong option or a failed listener."""

    KEPT = 0
    FAILURES = 1  # Locust's own failures only
    BROKEN = 10
    INCOMPLETE = 11  # a worker was lost, or not drained
    INCONCLUSIVE = 12  # the scenario did not exercise what it is for
    NOT_DELIVERED = 13
    THRESHOLD = 14
    REFUSED = 64
    ERROR = 70
    OPERATOR = 130  # ended by the operator


_GRAVEST_FIRST = (
    LoadExit.ERROR,
    LoadExit.BROKEN,
    LoadExit.INCOMPLETE,
    LoadExit.REFUSED,
    LoadExit.THRESHOLD,
    LoadExit.NOT_DELIVERED,
    LoadExit.OPERATOR,  # whoever ends a run early need not hear that it was short
    LoadExit.INCONCLUSIVE,
    LoadExit.FAILURES,
)


def gravest(codes: Iterable[LoadExit]) -> LoadExit:
    """Return the one that counts; KEPT if there is none."""
    given = set(codes)
    return next((code for code in _GRAVEST_FIRST if code in given), LoadExit.KEPT)
