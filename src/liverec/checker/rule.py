"""Which rule of the page an answer was decided by."""

from liverec.checker.moves import KEPT, NEVER, RECORDING, STATES
from liverec.checker.zone import Limits

TOO_SOON, AFTER_INTERVAL = "restart/too-soon", "restart/after-interval"


def _without_times(stop: int, state: int) -> str | None:
    if state >= RECORDING:
        return "recording/stop" if stop else "open/start-while-recording"
    if stop:
        return "open/stop-while-idle"
    if state % 3 == KEPT:
        return None
    return "recording/start" if state % 3 == NEVER else AFTER_INTERVAL


# by action (0: START, 1: STOP) and state; None where it depends on the time since the STOP
RULES = tuple(tuple(_without_times(stop, state) for state in STATES) for stop in (0, 1))


def rule_by_gap(gap_from: int, gap_until: int, limits: Limits) -> str | None:
    """Name the rule that decides the answer to a START of an idle stream, by the bounds of its gap.

    None if time leaves both answers open.
    """
    if gap_from > limits.inside:
        return AFTER_INTERVAL
    return TOO_SOON if gap_until < limits.outside else None
