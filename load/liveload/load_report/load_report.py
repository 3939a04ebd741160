"""Everything that the report of a load run tells, in one value."""

from dataclasses import dataclass

from liveload.state import LiveState
from liverec.verdict import Result


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """One worker at its end: ``records`` is how many its history holds, ``complete`` whether that is all of them."""

    name: str
    records: int
    history: str  # empty: none arrived
    complete: bool
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadReport:
    """A run that has ended.

    ``state`` has the phase ENDED and an exit code; ``result`` is what ``result.json`` holds. ``conditions`` are the
    scenario's: what had to be seen, and whether it was.
    """

    state: LiveState
    result: Result
    conditions: tuple[tuple[str, bool], ...] = ()
    workers: tuple[Worker, ...] = ()
