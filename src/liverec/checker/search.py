"""Which readings of the page explain one stream's operations: every order of effects, exactly.

A way is one way in which the past may have gone. Ways that differ only in what another one allows as well are dropped,
and what can be done in any order is done in one.
"""

from liverec.checker.alone import Alone
from liverec.checker.moves import ENDED, FRESH, KEPT, NEVER, PASSED, RECORDING
from liverec.checker.ordering import Ordering
from liverec.checker.overlap import Overlap
from liverec.checker.terms import Explained, Terms
from liverec.checker.ways import Way, Ways, keep
from liverec.checker.zone import NO_END, Zone, without_stop


def explain(ordering: Ordering, terms: Terms) -> Explained:
    """Search one stream.

    Raises:
        OutOfTime: the deadline passed; nothing is known then.
    """
    explained = Explained(readings=terms.readings)
    alone, overlap = Alone(ordering, terms, explained), None
    ways = _beginning(terms)
    number = 0
    while explained.readings:
        ways, number = alone.passed(ways, number)
        if number == len(ordering.positions) or not explained.readings:
            break
        overlap = overlap or Overlap(ordering, terms, explained)
        ways, number = overlap.passed(ways, number)
    return explained


def _beginning(terms: Terms) -> Ways:
    ways: Ways = {}
    nothing = without_stop(-NO_END)
    if terms.resumed:
        keep(ways, (0, RECORDING + PASSED), Way(0, terms.readings, nothing))
        return ways
    keep(ways, (0, FRESH + NEVER), Way(0, terms.readings, nothing))
    if terms.initial == "unknown":
        stopped_before = Zone(-NO_END, 2 * terms.earliest, -NO_END, 0)
        keep(ways, (0, RECORDING + NEVER), Way(0, terms.readings, nothing))
        keep(ways, (0, ENDED + KEPT), Way(0, terms.readings, stopped_before))
    return ways
