"""The checker and its brute-force twin judge thousands of small histories alike."""

from collections import Counter
from collections.abc import Collection
from dataclasses import asdict, dataclass, replace
from functools import cache
from itertools import combinations

import pytest

from brute_force import (
    READINGS,
    Reading,
    by_stream,
    explaining_readings,
    is_or_becomes,
    unexplained_streams,
    verdict,
    weakened,
)
from liverec.checker import CheckResult, Finding, check
from liverec.history import History, Operation, Outcome, Stream
from random_histories import operations_of, random_history, script_of

HISTORIES = 400
CHUNKS = pytest.mark.parametrize("chunk", range(6))


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One history, judged twice; ``name`` says all that is needed to see it again."""

    name: str
    history: History
    verdict: str
    readings: frozenset[Reading]
    unexplained: frozenset[Stream]
    result: CheckResult

    @property
    def listed(self) -> set[Reading]:
        return {Reading(**asdict(dialect)) for dialect in self.result.dialects}


@cache
def judged(chunk: int) -> tuple[Judged, ...]:
    found: list[Judged] = []
    for seed in range(chunk * HISTORIES, (chunk + 1) * HISTORIES):
        history = random_history(seed)
        zero = min(one.invoked for one in history.operations)
        found.append(
            Judged(
                name=f"seed {seed}: {script_of(history.operations, zero=zero)}",
                history=history,
                verdict=verdict(history),
                readings=explaining_readings(history),
                unexplained=unexplained_streams(history),
                result=check(history, expired=lambda: False),
            )
        )
    return tuple(found)


def rules_all_out(history: History, finding: Finding, *, keep: Collection[Operation]) -> bool:
    """Tell whether *keep* alone, all else weakened, is unexplained in the way the finding claims."""
    concerned = [one for one in history.operations if one.stream in finding.streams]
    rest = replace(history, operations=tuple(weakened(concerned, keep=keep)))
    return bool(unexplained_streams(rest)) if finding.page_alone == "broken" else not explaining_readings(rest)


def fewest(history: History, finding: Finding) -> int:
    """Return how many answers are enough for the finding, at the least."""
    answers = [
        one
        for one in history.operations
        if one.stream in finding.streams and one.outcome in {Outcome.OK, Outcome.REFUSED}
    ]
    return next(
        size
        for size in range(1, len(answers) + 1)
        if any(rules_all_out(history, finding, keep=keep) for keep in combinations(answers, size))
    )


@CHUNKS
def test_both_reach_the_same_verdict(chunk: int) -> None:
    differing = [one.name for one in judged(chunk) if one.result.verdict != one.verdict]

    assert differing == []


@CHUNKS
def test_every_dialect_listed_explains_the_history(chunk: int) -> None:
    differing = [one.name for one in judged(chunk) if not one.listed <= one.readings]

    assert differing == []


@CHUNKS
def test_every_reading_that_explains_is_listed_in_its_normal_form(chunk: int) -> None:
    differing = [
        one.name
        for one in judged(chunk)
        if one.verdict != "undecided"
        and not all(any(is_or_becomes(listed, reading) for listed in one.listed) for reading in one.readings)
    ]

    assert differing == []


@CHUNKS
def test_no_dialect_is_listed_twice(chunk: int) -> None:
    differing = [one.name for one in judged(chunk) if len(one.listed) != len(one.result.dialects)]

    assert differing == []


@CHUNKS
def test_only_broken_histories_have_findings(chunk: int) -> None:
    differing = [one.name for one in judged(chunk) if bool(one.result.findings) is not (one.verdict == "broken")]

    assert differing == []


@CHUNKS
def test_what_no_changing_reading_explains_is_found_and_nothing_else(chunk: int) -> None:
    differing = [
        one.name
        for one in judged(chunk)
        if one.unexplained
        != frozenset(
            stream for found in one.result.findings if found.page_alone == "broken" for stream in found.streams
        )
    ]

    assert differing == []


@CHUNKS
def test_what_a_changing_reading_excuses_breaks_consistency_alone(chunk: int) -> None:
    differing = [
        one.name
        for one in judged(chunk)
        for found in one.result.findings
        if (found.page_alone == "kept") is not (found.requirement == "consistency/one-reading")
    ]

    assert differing == []


@CHUNKS
def test_a_witness_stays_unexplained_when_all_else_is_weakened(chunk: int) -> None:
    differing = [
        one.name
        for one in judged(chunk)
        for found in one.result.findings
        if not rules_all_out(one.history, found, keep=found.witness)
    ]

    assert differing == []


@CHUNKS
def test_no_operation_of_a_witness_can_be_spared(chunk: int) -> None:
    differing = [
        one.name
        for one in judged(chunk)
        for found in one.result.findings
        for keep in combinations(found.witness, len(found.witness) - 1)
        if rules_all_out(one.history, found, keep=keep)
    ]

    assert differing == []


@CHUNKS
def test_the_histories_are_of_every_kind(chunk: int) -> None:
    kinds = Counter[str]()
    for one in judged(chunk):
        kinds[one.verdict] += 1
        kinds["beyond the page"] += bool(one.unexplained)
        kinds["two readings"] += one.verdict == "broken" and not one.unexplained
        kinds["exactly the interval"] += exactly_the_interval(one.history)
    pinned = {reading for one in judged(chunk) if len(one.readings) <= 5 for reading in one.readings}

    assert kinds["kept"] >= HISTORIES / 4
    assert kinds["broken"] >= HISTORIES / 4
    assert kinds["beyond the page"] >= HISTORIES / 20
    assert kinds["two readings"] >= HISTORIES / 20
    assert kinds["exactly the interval"] >= HISTORIES / 4
    assert pinned == set(READINGS)


def exactly_the_interval(history: History) -> bool:
    """Tell whether two times of one stream lie exactly the interval apart."""
    streams = by_stream(history.operations).values()
    ends = [{end for one in stream for end in (one.invoked, one.completed or one.invoked)} for stream in streams]
    return any(end + history.interval_ns in all_of_one for all_of_one in ends for end in all_of_one)


@pytest.mark.parametrize(
    "script",
    [
        "STOP- 0, START- 11",
        "START+ 0, STOP+ 1, START+ 2, STOP- 3",
        "p START- 0 @b, p STOP+ 11, p START- 14 @b, p START- 26",
        "p START- 0, p START- 0..11, STOP- 10, p STOP- 11, p START+ 11",
        "p START+ 0, p STOP- 1..12, q START+ 6, p START+ 12..22, STOP- 18",
        "p START+ 0, p STOP- 12, p START+ 12, p STOP- 12..22, p START- 22",
        "p STOP+ 0, p START- 10, p STOP+ 13, p STOP- 17, p START+ 28",
    ],
)
def test_no_smaller_witness_exists(script: str) -> None:
    history = History(operations=operations_of(script), interval_ns=10)

    findings = check(history, expired=lambda: False).findings

    assert findings
    assert [len(found.witness) for found in findings] == [fewest(history, found) for found in findings]
