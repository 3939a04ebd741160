"""What a run must have seen to mean anything: events by name, and conditions on how often they came."""

from collections.abc import Callable
from math import ceil

from liveload.scenarios.scenario import Condition
from liveload.tally import Tally

EARLY = "START refused inside the window"
RESTARTED = "START accepted after the window"
RESTARTS = "refused START that opened the window anew"
JUST_BELOW = "START probed just below the interval"
JUST_ABOVE = "START probed just above the interval"
ABOVE_ALONE = "START probed just above the interval, with none refused before it"
OVERLAP = "command beside another one about the same stream"
TOGETHER = "command released together with the others"
WON = "race won"
STORM = "retry of a refused START"
SURVIVED = "START accepted after a storm of retries"
LOST = "command without an answer"
NOISE_RECORDING = "invalid request beside a recording"
NOISE_WINDOW = "invalid request beside an open window"


def at_least(event: str, *, per_user: float, advice: str) -> Condition:
    """Ask for *event* so often for each user (rounded down, once at the least)."""
    return Condition(
        text=f"{event}: {per_user:g} for each user, or more; {advice}",
        met=lambda tally, users: tally.events[event] >= max(1, int(per_user * users)),
    )


def either(text: str, *ways: Callable[[Tally, int], bool]) -> Condition:
    """Ask for one of several *ways* to have seen enough."""
    return Condition(text=text, met=lambda tally, users: any(way(tally, users) for way in ways))


def nearly_all(tally: Tally, users: int, event: str) -> bool:
    """Whether *event* came for nine users out of ten; of a few users one may be missing."""
    return tally.events[event] >= max(1, min(ceil(0.9 * users), users - 1))
