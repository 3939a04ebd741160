"""The result sheet: each judgement beside its requirement, grouped as the reports show them."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from liverec.requirements import REQUIREMENTS, Requirement, Strength
from liverec.verdict import Declared, Judgement, Result, Standing, Verdict

SECTION_TITLES = {
    "constraints": "the COMMAND_RECORD rule",
    "uri": "path and project",
    "query": "the action",
    "authentication": "who may ask",
    "body": "which stream",
    "recording": "what START and STOP do",
    "restart": "the restart interval",
    "status": "status codes",
    "request-id": "X-request-id",
    "error-body": "what an error says",
    "http": "well-formed messages",
    "consistency": "one reading of the page",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One requirement and what was concluded about it."""

    requirement: Requirement
    judgement: Judgement

    @property
    def id(self) -> str:
        """The id of the requirement."""
        return self.requirement.id

    @property
    def verdict(self) -> Verdict:
        """What was concluded."""
        return self.judgement.verdict

    @property
    def is_open(self) -> bool:
        """Whether the page is silent here, so that this row describes and does not judge."""
        return self.requirement.strength is Strength.OPEN


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A broken requirement with the rows that only follow from it."""

    row: Row
    echoes: tuple[Row, ...]


def rows_of(result: Result) -> tuple[Row, ...]:
    """Return a row for every judgement, in the order of the requirement table.

    Raises:
        KeyError: a judgement names a requirement that the table does not have.
    """
    place = {name: number for number, name in enumerate(REQUIREMENTS)}
    ordered = sorted(result.judgements, key=lambda judgement: place[judgement.id])
    return tuple(Row(requirement=REQUIREMENTS[judgement.id], judgement=judgement) for judgement in ordered)


def by_section(rows: Iterable[Row]) -> Mapping[str, tuple[Row, ...]]:
    """Group *rows* by the section of their requirement; sections and rows keep their order."""
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(row.requirement.section, []).append(row)
    return {section: tuple(group) for section, group in groups.items()}


def findings_of(result: Result) -> tuple[Finding, ...]:
    """Return the root causes in the order of ``result.findings``, each with everything that echoes it.

    What is broken as declared is none of them.
    """
    rows = rows_of(result)
    place = {name: number for number, name in enumerate(result.findings)}
    broken = {row.id: row for row in rows if row.verdict is Verdict.BROKEN and not row.judgement.is_expected}
    roots = {row.id: _root(row, broken) for row in rows}
    causes = [row for row in broken.values() if roots[row.id] == row.id]
    causes.sort(key=lambda row: place.get(row.id, len(place)))
    return tuple(
        Finding(row=cause, echoes=tuple(row for row in rows if row.id != cause.id and roots[row.id] == cause.id))
        for cause in causes
    )


def _root(row: Row, broken: Mapping[str, Row]) -> str:
    """Follow ``echo_of`` as long as it leads to another broken requirement; whoever stands in a circle is a root."""
    first, seen = row.id, {row.id}
    while cause := broken.get(row.judgement.echo_of or ""):
        if cause.id in seen:
            return first
        seen.add(cause.id)
        row = cause
    return row.id


def tally(rows: Iterable[Row]) -> Mapping[Verdict, int]:
    """Count the verdicts, the gravest first; a verdict nobody got is left out."""
    gravity = (
        Verdict.BROKEN,
        Verdict.ERROR,
        Verdict.UNDECIDED,
        Verdict.KEPT,
        Verdict.OBSERVED,
        Verdict.NOT_EXERCISED,
    )
    counts = Counter(row.verdict for row in rows)
    return {verdict: counts[verdict] for verdict in gravity if counts[verdict]}


def exceptions_of(result: Result) -> tuple[tuple[Row, Declared, str], ...]:
    """Return each requirement with a declared exception, the exception, and what to make of it; no echoes."""
    advice = {
        Standing.EXPECTED: "broken, as declared",
        Standing.STALE: "no longer broken: take it out of the exceptions file",
        Standing.EXPIRED: "its last day has passed: have it mended, or decide anew",
        Standing.NOT_SEEN: "this run cannot tell",
    }
    rows = [row for row in rows_of(result) if not (row.judgement.is_expected and row.judgement.echo_of)]
    known = [(row, row.judgement.declared) for row in rows]
    return tuple((row, one, advice[one.standing]) for row, one in known if one is not None)


def undecided_of(result: Result) -> tuple[Row, ...]:
    """Return the rows that the evidence could not decide, without what follows from an expected deviation."""
    return tuple(row for row in rows_of(result) if row.verdict is Verdict.UNDECIDED and not row.judgement.is_expected)


def unjudged(result: Result) -> tuple[str, ...]:
    """Return the ids that this run said nothing about: left out by choice, or cut off."""
    judged = {judgement.id for judgement in result.judgements}
    return tuple(name for name in REQUIREMENTS if name not in judged)
