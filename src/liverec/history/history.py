"""A whole run's operations, with the terms under which they are judged."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from liverec.history.operation import Operation

Initial = Literal["idle", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """Operations of one run, merged from its files; times in nanoseconds.

    ``earliest`` is the smallest time in any file. ``clock_bounds`` gives, by file, the bound on the offset between its
    clock and the run's. ``complete`` is false when a file broke off; ``decidable`` is false when what is lost may be
    older than what is there, so that nothing can be concluded. ``pinned`` gives, by axis, the reading that is asked for
    where the page is silent.
    """

    operations: Sequence[Operation]
    interval_ns: int
    run: str = ""
    resolution_ns: int = 0
    initial: Initial = "idle"
    interruptions: bool = False
    earliest: int = 0
    clock_bounds: Mapping[str, int] = field(default_factory=dict[str, int])
    complete: bool = True
    decidable: bool = True
    pinned: Mapping[str, str] = field(default_factory=dict[str, str])
    notes: tuple[str, ...] = ()
