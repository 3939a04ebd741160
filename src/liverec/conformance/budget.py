"""How long a run may take, and what that buys of each kind of search that could go on for ever."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """What a run may spend; ``seconds`` is about how long it takes on a server that answers at once.

    ``generated``: requests that are generated from the document. ``explored``: schedules that are drawn at random.
    ``raced``: streams that a crowd commands at one moment. ``volume``: commands about many streams whose answers are
    known beforehand.
    """

    name: str
    seconds: int
    generated: int
    explored: int
    raced: int
    volume: int


SHORT = Budget(name="short", seconds=30, generated=60, explored=8, raced=75, volume=1_200)
NORMAL = Budget(name="normal", seconds=60, generated=200, explored=32, raced=250, volume=3_500)
LONG = Budget(name="long", seconds=600, generated=2_000, explored=200, raced=2_000, volume=12_000)
BUDGETS = {budget.name: budget for budget in (SHORT, NORMAL, LONG)}
