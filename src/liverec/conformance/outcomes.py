"""From what the tests said to one verdict a requirement, root causes apart from what follows from them."""

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from liverec.requirements import NORMATIVE, OPEN_POINTS, Requirement, foundations
from liverec.verdict import ExitCode, Judgement, Verdict

_WORST_FIRST = (
    Verdict.BROKEN,
    Verdict.ERROR,
    Verdict.UNDECIDED,
    Verdict.KEPT,
    Verdict.OBSERVED,
    Verdict.NOT_EXERCISED,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What one test said about one requirement; *alone*: it rests on nothing that other tests sent."""

    id: str
    verdict: Verdict
    why: str
    alone: bool
    evidence: tuple[Mapping[str, Any], ...] = ()


class Outcomes:
    """Collects what the tests say."""

    def __init__(self) -> None:
        self._said: list[Said] = []
        self._lock = threading.Lock()

    def add(self, said: Said) -> None:
        """Keep one more statement."""
        with self._lock:
            self._said.append(said)

    def of(self, identifier: str) -> tuple[Said, ...]:
        """Return what was said about a requirement, the statement that decides first.

        Of those that find it kept the history's is first: it says by how many commands.
        """
        about = [one for one in self._said if one.id == identifier]
        return tuple(
            sorted(
                about,
                key=lambda one: (_WORST_FIRST.index(one.verdict), one.verdict is Verdict.KEPT and one.alone),
            )
        )


def judgements(
    outcomes: Outcomes,
    observed: Mapping[str, tuple[str, tuple[Mapping[str, Any], ...]]],
    *,
    only: frozenset[str],
    ended_early: bool,
) -> tuple[Judgement, ...]:
    """Return one judgement a requirement, in the order of the table; *only* names those that were asked for, if any.

    *ended_early*: tests were left out, and what they judge is undecided. A broken requirement that rests on a broken
    one is its echo: undecided, and listed under its root.
    """
    rows = [row for row in (*NORMATIVE, *OPEN_POINTS) if not only or row.id in only]
    judged = [_judgement(row, outcomes.of(row.id), observed.get(row.id), ended_early=ended_early) for row in rows]
    broken = {one.id for one in judged if one.verdict is Verdict.BROKEN}
    return tuple(_rooted(one, broken) for one in judged)


def findings(judged: Iterable[Judgement]) -> tuple[str, ...]:
    """Return the ids of what is broken; echoes and declared exceptions are not among them."""
    return tuple(one.id for one in judged if one.verdict is Verdict.BROKEN and not one.is_expected)


def overall(judged: Iterable[Judgement], *, ended_early: bool = False) -> tuple[str, ExitCode]:
    """Return the verdict of the whole run, and its exit code; nothing judged is undecided.

    What is broken as declared does not count, nor does what follows from it.
    """
    counted = [one for one in judged if not one.id.startswith("open/")]
    expected = any(one.is_expected for one in counted)
    verdicts = {one.verdict for one in counted if not one.is_expected}
    if Verdict.BROKEN in verdicts:
        return "broken", ExitCode.BROKEN
    if Verdict.ERROR in verdicts:
        return "error", ExitCode.ERROR
    if ended_early or Verdict.UNDECIDED in verdicts or not (expected or Verdict.KEPT in verdicts):
        return "undecided", ExitCode.UNDECIDED
    if any(one.is_stale for one in counted):
        return "kept", ExitCode.STALE
    return "kept", ExitCode.KEPT


def _judgement(
    row: Requirement,
    said: tuple[Said, ...],
    seen: tuple[str, tuple[Mapping[str, Any], ...]] | None,
    *,
    ended_early: bool,
) -> Judgement:
    if seen is not None:
        value, evidence = seen
        return Judgement(id=row.id, verdict=Verdict.OBSERVED, why=value, evidence=evidence)
    if not said and ended_early and not row.question:
        return Judgement(id=row.id, verdict=Verdict.UNDECIDED, why="the run ended before this was judged")
    if not said:
        why = "nothing in this run showed it" if row.question else "no test judged it"
        return Judgement(id=row.id, verdict=Verdict.NOT_EXERCISED, why=why)
    first = said[0]
    alike = [one for one in said if one.verdict is first.verdict]
    evidence = tuple(item for one in alike for item in one.evidence)
    alone = any(one.alone for one in alike)
    return Judgement(id=row.id, verdict=first.verdict, why=first.why, evidence=evidence[:4], alone=alone)


def _rooted(one: Judgement, broken: set[str]) -> Judgement:
    if one.verdict is not Verdict.BROKEN:
        return one
    below = [identifier for identifier in foundations(one.id) if identifier in broken]
    roots = [identifier for identifier in below if not broken.intersection(foundations(identifier))]
    if not roots:
        return one
    return replace(one, verdict=Verdict.UNDECIDED, why=f"follows from {roots[0]}: {one.why}", echo_of=roots[0])
