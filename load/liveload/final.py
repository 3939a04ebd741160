"""A worker's last word in a run."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Final:
    """Where a worker's history lies, how many records it has, and what did not go as it should."""

    worker: int
    file: str
    size: int  # of the file, bytes
    records: int
    drained: bool  # every command under way was awaited
    busy: bool = False  # the processor was so busy that the load may be late
    apart: str = ""  # how its clock ran away from the run's, in words
    left_recording: str = ""  # what could not be stopped, in words
    problem: str = ""  # a failure of the worker itself

    def as_message(self) -> dict[str, Any]:
        """Return plain values, as Locust's messages carry them."""
        return asdict(self)


def final_of(message: Mapping[str, Any]) -> Final:
    """Read what ``Final.as_message`` made."""
    return Final(**message)
