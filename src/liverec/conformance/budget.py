"""How long a run may take, and what that buys of each kind of search that could go on for ever."""

from dataclasses import dataclass, replace
from typing import Self

SLOW_MS = 200  # that even the quickest of a target's first answers took: far more than a busy machine makes of one
_SPARED = 4  # of generated requests, a slow target gets one in so many


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """What a run may spend; ``seconds`` is about how long it takes on a server that answers at once.

    ``generated``: requests that are generated from the document. ``explored``: schedules that are drawn at random.
    ``probed``: streams that are started again close to the end of their window.
    ``raced``: streams that a crowd commands at one moment. ``volume``: commands about many streams whose answers are
    known beforehand. ``is_slow``: the target takes long for each answer.
    """

    name: str
    seconds: int
    generated: int
    explored: int
    probed: int
    raced: int
    volume: int
    is_slow: bool = False

    def slowed(self) -> Self:
        """Return what is spent on a slow target: what others stand for is sent less, and no requirement is given up."""
        return replace(self, is_slow=True, generated=self.generated // _SPARED)


SHORT = Budget(name="short", seconds=30, generated=60, explored=8, probed=160, raced=75, volume=1_200)
NORMAL = Budget(name="normal", seconds=60, generated=200, explored=32, probed=320, raced=250, volume=3_500)
LONG = Budget(name="long", seconds=600, generated=2_000, explored=200, probed=320, raced=2_000, volume=12_000)
BUDGETS = {budget.name: budget for budget in (SHORT, NORMAL, LONG)}


def left_out(budget: Budget, *, thin: bool) -> list[str]:
    """Return what was looked for less than could be, and what looks for more; *thin*: under a quota."""
    if thin:
        kinds = "commands at once, many commands over many streams, most generated requests"
        return [f"the quota left out: {kinds}; a profile without max_requests_per_minute has them all"]
    slow = f"each answer takes {SLOW_MS} ms and more: one in {_SPARED} generated requests was tried"
    told = [slow] if budget.is_slow else []
    longer = next((one for one in BUDGETS.values() if one.seconds > budget.seconds), None)
    if longer is None:
        return told
    longer = longer.slowed() if budget.is_slow else longer
    return [*told, f"--time {budget.name} tries {_searches(budget)}; --time {longer.name} tries {_searches(longer)}"]


def _searches(budget: Budget) -> str:
    return (
        f"{budget.generated} generated requests, {budget.explored} random schedules (--explore), {budget.probed} "
        f"boundary probes, {budget.raced} races and {budget.volume} commands over many streams at the most"
    )
