"""The verdict of a whole run in a few words."""

from dataclasses import dataclass

from liverec.report.sheet import findings_of, rows_of, tally, undecided_of
from liverec.report.text import counted
from liverec.verdict import ExitCode, Result, Verdict

_MOST_NAMED = 3
_STATEMENTS = {
    "kept": "The contract is kept",
    "declared": "The contract is kept, but for what was declared",
    "stale": "The contract is kept, but a declared exception no longer occurs",
    "broken": "The contract is broken",
    "undecided": "Not decided",
    "error": "Not judged",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """What stands at the top of a page and at the end of a terminal's output."""

    title: str  # KEPT, BROKEN, UNDECIDED or ERROR
    statement: str  # the same, said in full
    sentence: str  # what that means here
    effort: str  # what was done to find out


def headline(result: Result) -> Headline:
    """Say what *result* amounts to; it never says more than the judgements do."""
    counts = tally(row for row in rows_of(result) if not row.is_open)
    judged = counts.get(Verdict.KEPT, 0) + counts.get(Verdict.BROKEN, 0)
    requests, operations = result.counts.get("requests", 0), result.counts.get("operations", 0)
    kind = result.verdict
    if result.exit_code is ExitCode.STALE:
        kind = "stale"
    elif kind == "kept" and _expected(result):
        kind = "declared"
    return Headline(
        title=result.verdict.upper(),
        statement=_STATEMENTS[kind],
        sentence=_sentence(result, judged) + _gap(counts.get(Verdict.NOT_EXERCISED, 0)),
        effort=f"{counted(requests, 'request')}, {counted(operations, 'operation')}, {result.seconds:.1f} s.",
    )


def _sentence(result: Result, judged: int) -> str:
    rows = rows_of(result)
    if result.verdict == "kept":
        stale = [row.id for row in rows if row.judgement.is_stale]
        gone = f"; declared, but no longer broken: {', '.join(stale)}" if stale else ""
        return f"{_kept(result, judged)}{gone}"
    if result.verdict == "broken":
        causes = [finding.row.id for finding in findings_of(result)]
        echoes = sum(row.verdict is Verdict.BROKEN and not row.judgement.is_expected for row in rows) - len(causes)
        follow = f" ({echoes} more {'follows' if echoes == 1 else 'follow'} from {_them(causes)})" if echoes else ""
        return f"{counted(len(causes), 'requirement')} broken, of {judged} judged: {', '.join(causes)}{follow}"
    if result.verdict == "undecided":
        return _undecided([row.id for row in undecided_of(result)], judged, _kept(result, judged))
    return "the harness failed or the target could not be reached; this says nothing about the contract"


def _expected(result: Result) -> int:
    return sum(row.verdict is Verdict.BROKEN and row.judgement.is_expected for row in rows_of(result))


def _kept(result: Result, judged: int) -> str:
    expected = _expected(result)
    broken = f"{expected} broken as declared, no other" if expected else "none broken"
    return f"{counted(judged, 'requirement')} judged, {broken}"


def _undecided(names: list[str], judged: int, kept: str) -> str:
    """Say what is not decided, and that the rest is; of many names only the first."""
    if not names and not judged:
        return "nothing was judged"
    if not names:
        return f"the run ended early; {kept}"
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    open_ones = f"the evidence cannot decide {', '.join(names[:_MOST_NAMED])}{more}"
    return f"{open_ones}; {kept}" if judged else open_ones


def _them(causes: list[str]) -> str:
    return "it" if len(causes) == 1 else "them"


def _gap(not_exercised: int) -> str:
    return f"; {not_exercised} could not be exercised." if not_exercised else "."
