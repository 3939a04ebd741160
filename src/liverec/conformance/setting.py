"""What a run is told."""

from dataclasses import dataclass
from pathlib import Path

from liverec.conformance.budget import SHORT, Budget
from liverec.history import Initial
from liverec.target import Target


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What a run is told: where histories go, the seed of all choices, what may be spent, how long an answer may take.

    ``initial`` None: the streams are idle if a reference server says that it is unused, else nothing is known of them.
    ``rehearsed``: ``target`` is a stand-in for one whose clock is real.
    """

    target: Target
    folder: Path
    run: str
    seed: int
    budget: Budget = SHORT
    initial: Initial | None = None
    timeout_s: float = 10.0
    rehearsed: bool = False
