"""What the checker says about a history."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from liverec.history import Operation, Stream
from liverec.model import Dialect

BINS = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One way in which the history breaks the contract.

    ``page_alone`` is "broken" when no reading of the page explains it, even a changing one; "kept" when every answer
    could be excused but no single reading explains them all. ``witness`` holds the operations that stay unexplainable
    when every other one may have happened or not, with any answer.
    """

    requirement: str
    page_alone: Literal["broken", "kept"]
    streams: tuple[Stream, ...]
    witness: tuple[Operation, ...]
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """The measured restart interval in seconds: the service refuses up to, and accepts from.

    ``probes`` says how many commands decide it. All that were seen, also those that do not, are counted by the middle
    of their gaps: in ``BINS`` equal bins from 0 to twice the interval that is asked for, longer ones in the last.
    """

    refused_up_to: float | None = None
    accepted_from: float | None = None
    probes: int = 0
    refused_by_gap: tuple[int, ...] = ()
    accepted_by_gap: tuple[int, ...] = ()

    def as_json(self) -> dict[str, float | None]:
        """Return what was measured."""
        return {"refused_up_to": self.refused_up_to, "accepted_from": self.accepted_from, "probes": self.probes}


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """The judgement of a whole history (design section 5)."""

    verdict: Literal["kept", "broken", "undecided"]
    complete: bool
    operations: int
    streams: int
    exercised: Mapping[str, int] = field(default_factory=dict[str, int])
    dialects: tuple[Dialect, ...] = ()
    interval_s: Interval = field(default_factory=Interval)
    findings: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return the fixed JSON form of ``liverec check --json``."""
        return {
            "verdict": self.verdict,
            "complete": self.complete,
            "operations": self.operations,
            "streams": self.streams,
            "exercised": dict(self.exercised),
            "dialects": [asdict(dialect) for dialect in self.dialects],
            "interval_s": self.interval_s.as_json(),
            "findings": [
                {
                    "requirement": finding.requirement,
                    "page_alone": finding.page_alone,
                    "streams": [
                        [stream.project_id, stream.publish_domain, stream.app, stream.stream]
                        for stream in finding.streams
                    ],
                    "witness": [{"file": one.file, "index": one.index} for one in finding.witness],
                    "why": finding.why,
                }
                for finding in self.findings
            ],
            "notes": list(self.notes),
        }
