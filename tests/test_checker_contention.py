"""Many clients on one stream: a service that keeps the page is never accused, and one that does not is found out."""

from dataclasses import asdict, replace
from itertools import count

import pytest

from contention import SECOND, WINDOW, Contention, all_at_once
from contention import named as stream_named
from liverec.checker import CheckResult, check
from liverec.history import Action, History, Outcome
from liverec.model import AXES, DIALECTS, Dialect

# long enough for a second recording, where the dialect grants one to clients that never leave the stream alone
LOAD = Contention(dialect=Dialect(), clients=12, seconds=12)


def named(dialect: Dialect) -> str:
    """Return the values of the axes."""
    return "/".join(asdict(dialect).values())


SOME_DIALECTS = (DIALECTS[0], DIALECTS[3], DIALECTS[5], DIALECTS[16])
EVERY_DIALECT = pytest.mark.parametrize(
    "dialect",
    [pytest.param(one, marks=() if one in SOME_DIALECTS else pytest.mark.long) for one in DIALECTS],
    ids=named,
)
REFUSING_DIALECTS = (DIALECTS[0], DIALECTS[3], DIALECTS[12])


def names(result: CheckResult, dialect: Dialect) -> bool:
    """Tell whether a dialect listed is that one, but for axes that cannot show."""
    return any(
        all(getattr(listed, axis) in {getattr(dialect, axis), values[0]} for axis, values in AXES.items())
        for listed in result.dialects
    )


@EVERY_DIALECT
def test_a_service_of_any_dialect_is_kept(dialect: Dialect) -> None:
    result = check(replace(LOAD, dialect=dialect).history())

    assert (result.verdict, result.notes) == ("kept", ())
    assert names(result, dialect)


@EVERY_DIALECT
def test_lost_answers_accuse_nobody(dialect: Dialect) -> None:
    history = replace(LOAD, dialect=dialect, lost=0.005).history()

    result = check(history)

    assert sum(one.outcome is Outcome.INFO for one in history.operations) >= 20
    assert (result.verdict, result.notes) == ("kept", ())
    assert names(result, dialect)


@pytest.mark.parametrize("dialect", SOME_DIALECTS, ids=named)
def test_one_start_accepted_in_the_window_is_found_among_thousands(dialect: Dialect) -> None:
    result = check(replace(LOAD, dialect=dialect, breaks_at=5).history())

    (finding,) = result.findings
    guilty = {(one.action, one.outcome) for one in finding.witness if one.invoked > 4.9 * SECOND}
    assert (finding.requirement, finding.page_alone) == ("restart/too-soon", "broken")
    assert len(finding.witness) <= 4
    assert (Action.START, Outcome.OK) in guilty


@pytest.mark.parametrize("dialect", REFUSING_DIALECTS, ids=named)
def test_a_service_that_reads_first_and_acts_later_has_no_single_reading(dialect: Dialect) -> None:
    result = check(replace(LOAD, dialect=dialect, races=True).history())

    (finding,) = result.findings
    assert (finding.requirement, finding.page_alone) == ("consistency/one-reading", "kept")
    assert len(finding.witness) <= 6


def test_what_time_did_not_allow_is_not_claimed() -> None:
    history = replace(LOAD, seconds=1, races=True).history()
    results = {looks: limited(history, looks) for looks in range(0, 105, 3)}

    out_of_time = [one for one in results.values() if any("out of time" in note for note in one.notes)]
    assert {one.verdict for one in results.values()} == {"undecided", "broken"}
    assert all(one in out_of_time for one in results.values() if one.verdict == "undecided")
    assert any(one.findings for one in out_of_time)
    assert all("is not known" in found.why for one in out_of_time for found in one.findings)


@EVERY_DIALECT
def test_twelve_commands_at_once_are_decided(dialect: Dialect) -> None:
    history = History(operations=tuple(all_at_once(12, dialect=dialect)), interval_ns=WINDOW)

    result = check(history)

    assert (result.verdict, result.notes) == ("kept", ())


def test_a_stream_that_takes_long_keeps_no_other_one_from_being_judged() -> None:
    hard = tuple(all_at_once(30, dialect=Dialect()))
    easy = [one for number in range(100, 3100, 100) for one in all_at_once(5, dialect=Dialect(), first=number)]
    broken = replace(easy[0], stream=stream_named(5000), action=Action.STOP, outcome=Outcome.OK)
    history = History(operations=(*hard, *easy), interval_ns=WINDOW)
    with_another = replace(history, operations=(*history.operations, broken, replace(broken, index=1)))

    assert limited(history, 1500).verdict == "undecided"
    assert limited(history, 1500).notes == (
        "out of time: 1 of 31 streams were not judged: publish.example.com/live/rehearsal-0",
    )
    assert limited(with_another, 1500).verdict == "broken"


def test_progress_is_told_stream_by_stream() -> None:
    told = list[tuple[int, int]]()
    history = replace(LOAD, seconds=1, streams=3).history()

    check(history, progress=lambda judged, of: told.append((judged, of)))

    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]


def limited(history: History, looks: int) -> CheckResult:
    """Judge with a clock that passes the deadline after so many looks at it."""
    clock = count()
    return check(history, expired=lambda: next(clock) >= looks)
