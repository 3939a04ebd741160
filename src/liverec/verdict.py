"""What a judgement can say, and what a whole run says in the end."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import Any


class Verdict(StrEnum):
    """What was concluded about one requirement."""

    KEPT = "KEPT"  # judged, and holds
    BROKEN = "BROKEN"  # judged, and does not hold
    OBSERVED = "OBSERVED"  # the page leaves it open; this is what the target does
    UNDECIDED = "UNDECIDED"  # the evidence cannot decide
    NOT_EXERCISED = "NOT EXERCISED"  # the target offers nothing to judge it by
    ERROR = "ERROR"  # the harness itself failed


class ExitCode(IntEnum):
    """Exit codes of ``verify`` and ``check``."""

    KEPT = 0
    BROKEN = 1
    UNDECIDED = 2
    ERROR = 3  # harness error, or the target cannot be reached
    STALE = 4  # kept, but a declared exception no longer occurs
    REFUSED = 64  # usage, unsafe target


class Standing(StrEnum):
    """What became of a declared exception."""

    EXPECTED = "expected"  # the deviation occurs, as declared: no failure
    STALE = "stale"  # it no longer occurs
    EXPIRED = "expired"  # its last day has passed, and it was not seen to be gone
    NOT_SEEN = "not seen"  # this run cannot tell


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """A deviation that was declared before the run; ``until`` is its last day (ISO 8601), or None."""

    reason: str
    until: str | None
    standing: Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """The verdict on one requirement, with what it rests on.

    ``evidence`` is a tuple of JSON-ready mappings, each with a ``kind``: an ``exchange`` (one request and its answer),
    a ``witness`` (operations of a history), or a ``value`` (what was observed).
    ``alone``: its own tests show it, without the rest of the run.
    ``echo_of`` names the broken requirement that this result follows from. ``declared`` is the exception to it, or to
    what it follows from, if one was declared.
    """

    id: str
    verdict: Verdict
    why: str
    evidence: tuple[Mapping[str, Any], ...] = ()
    replay: str = ""
    alone: bool = True
    echo_of: str | None = None
    declared: Declared | None = None

    @property
    def is_expected(self) -> bool:
        """Whether it is broken as was declared, or follows from what is: no failure."""
        return self.declared is not None and self.declared.standing is Standing.EXPECTED

    @property
    def is_stale(self) -> bool:
        """Whether it is kept although an exception was declared."""
        return self.declared is not None and self.declared.standing is Standing.STALE


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """A whole run: every requirement judged, and what was seen on the way (design of ``result.json``)."""

    verdict: str  # kept, broken, undecided or error
    exit_code: ExitCode
    started: str  # UTC, ISO 8601, Z
    seconds: float
    seed: int
    target: Mapping[str, Any]  # redacted
    versions: Mapping[str, str]
    findings: tuple[str, ...]  # ids of BROKEN requirements that nobody declared, root cause first
    judgements: tuple[Judgement, ...]
    dialect: Mapping[str, str]
    interval_s: Mapping[str, float | None]  # refused_up_to, accepted_from
    counts: Mapping[str, int]  # requests, operations, streams
    histories: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    # what the report draws: one timeline per scheduled stream, JSON-ready (see report.timelines)
    timelines: tuple[Mapping[str, Any], ...] = field(default=())
    # every decided or undecided START after a STOP: gap_from_s, gap_until_s, accepted, certain
    probes: tuple[Mapping[str, Any], ...] = ()
    # commands that left at one moment: how many, how close together, on how many streams they raced
    bursts: Mapping[str, Any] = field(default_factory=dict[str, Any])
    volume: Mapping[str, Any] = field(default_factory=dict[str, Any])  # commands, latency_ms
