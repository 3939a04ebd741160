"""The judge is judged: each fault is convicted by its requirement, and nothing that keeps the page is."""

from collections.abc import Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest

from judged_server import QUICK, judged
from liverec import model
from liverec.conformance.budget import Budget
from liverec.reference.dialect import AXES, read_dialect
from liverec.reference.faults import FAULTS, HAZARDS
from liverec.requirements import NORMATIVE
from liverec.verdict import Result, Verdict

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("default")]

READINGS = [
    "start_while_recording=refused",
    *(f"{axis}={value}" for axis, values in AXES.items() for value in values[1:]),
]


# Only for the axes of the model it matters what went before.
USED_BEFORE = [
    (reading, True)
    for reading in READINGS
    if reading.partition("=")[0] in {field.name for field in fields(model.Dialect)}
]
# How it is answered is chosen apart from what happens: all other answers can be given at once.
IN_OTHER_WORDS = [reading for reading in READINGS[1:] if reading not in dict(USED_BEFORE)]
# Sections that generated requests judge; for the others they would only take time.
GENERATED = ("query/", "body/", "http/no-server-error")
# What takes a crowd, or hundreds of commands.
FIRST = {fault.breaks: name for name, fault in reversed(FAULTS.items())}
BUDGETS = {
    "lost-update": replace(QUICK, raced=24),
    "lost-reply-seldom": replace(QUICK, volume=500),
    "answers-swapped": replace(QUICK, volume=500),
    "answers-shared": replace(QUICK, volume=500),
    "odd-one-out": replace(QUICK, probed=320),
    "later-windows-halved": replace(QUICK, seconds=60),
}


def each_fault() -> list[Any]:
    """Return each fault; those that break what an earlier one breaks, too, are for ``make long``."""
    return [
        pytest.param(name, marks=() if FIRST[fault.breaks] == name else pytest.mark.long)
        for name, fault in sorted(FAULTS.items())
    ]


def each_reading() -> list[Any]:
    """Return each reading that the model has, on an unused server; a used one is for ``make long``."""
    return [
        pytest.param(reading, used, marks=pytest.mark.long if used else ())
        for used in (False, True)
        for reading, _ in USED_BEFORE
    ]


@pytest.mark.parametrize("name", each_fault())
def test_fault_is_convicted_by_its_requirement(tmp_path: Path, name: str) -> None:
    judges = FAULTS[name].breaks.startswith(GENERATED)
    budget = BUDGETS.get(name, QUICK)
    result = judged(tmp_path, faults=(name,), generated="few" if judges else "none", budget=budget)

    told = [(one.id, one.why) for one in result.judgements if one.verdict in {Verdict.BROKEN, Verdict.ERROR}]
    expected = (FAULTS[name].breaks,)
    assert result.findings == expected or (FAULTS[name].needs and not result.findings), told


LONG_NAMES = {'names = "rehearsal-{n}"': 'names = "a-name-of-more-than-32-characters-{n}"'}


@pytest.mark.parametrize(
    ("name", "changes", "budget"),
    [
        ("names-cut", LONG_NAMES, QUICK),
        ("seconds-of-the-minute", None, replace(QUICK, seconds=120)),
    ],
)
def test_what_a_fault_needs_does_show_it(
    tmp_path: Path, name: str, changes: Mapping[str, str] | None, budget: Budget
) -> None:
    result = judged(tmp_path, faults=(name,), generated="none", changes=changes, budget=budget)

    assert result.findings == (FAULTS[name].breaks,)


REPLAYED_LONG = ("clock-per-app", "unprocessable", "request-id-missing-on-invalid", "get-acts", "third-stop-unchecked")


@pytest.mark.parametrize(
    "name",
    [
        "stops-whole-app",
        "crashes-on-odd-names",
        *(pytest.param(name, marks=pytest.mark.long) for name in REPLAYED_LONG),
    ],
)
def test_what_the_printed_command_judges_convicts_again(tmp_path: Path, name: str) -> None:
    (tmp_path / "first").mkdir()
    first = judged(tmp_path / "first", faults=(name,), generated="few")
    (broken,) = (one for one in first.judgements if one.id == FAULTS[name].breaks)
    _, *only = broken.replay.split(" --only ")
    second = judged(tmp_path, faults=(name,), generated="few", only=tuple(only))

    assert first.findings == second.findings == (FAULTS[name].breaks,)


@pytest.mark.long
@pytest.mark.parametrize("name", sorted(HAZARDS))
def test_what_the_page_leaves_open_convicts_nobody(tmp_path: Path, name: str) -> None:
    result = judged(tmp_path, faults=(name,), generated="few")

    assert (result.verdict, result.findings) == ("kept", ())
    once = "the target closes connections without saying so: each request had one of its own"
    assert (once in result.notes) == (name == "lost-reply-reused")


@pytest.mark.parametrize(("reading", "used"), each_reading())
def test_no_dialect_is_convicted(tmp_path: Path, reading: str, *, used: bool) -> None:
    axis, _, value = reading.partition("=")
    result = judged(tmp_path, dialect=read_dialect([reading]), generated="none", used=used)

    assert (result.verdict, troubled(result)) == ("kept", [])
    named = result.dialect.get(axis, value)
    # Whether a stream has ever recorded cannot be known of a server that was used before.
    assert value in named.split(" or ") if used else named == value


def test_no_other_way_to_answer_is_convicted(tmp_path: Path) -> None:
    result = judged(tmp_path, dialect=read_dialect(IN_OTHER_WORDS))

    assert len(IN_OTHER_WORDS) == len(AXES) - len(fields(model.Dialect))
    assert (result.verdict, troubled(result)) == ("kept", [])


TROUBLE = {Verdict.BROKEN, Verdict.ERROR, Verdict.UNDECIDED}


def troubled(result: Result) -> list[tuple[str, Verdict, str]]:
    return [(one.id, one.verdict, one.why) for one in result.judgements if one.verdict in TROUBLE]


def test_every_requirement_is_judged_on_the_reference_server(tmp_path: Path) -> None:
    result = judged(tmp_path)

    kept = {one.id for one in result.judgements if one.verdict is Verdict.KEPT}
    assert kept == {row.id for row in NORMATIVE}
    counted = [one.why for one in result.judgements if one.id in {"restart/too-soon", "restart/after-interval"}]
    assert ["could have broken it" in why for why in counted] == [True, True]


@pytest.mark.parametrize(
    ("line", "other"),
    [
        pytest.param("count = 1000", "count = 10", id="few streams"),
        pytest.param(
            "# max_requests_per_minute = 300", "max_requests_per_minute = 300", id="a quota", marks=pytest.mark.long
        ),
    ],
)
def test_little_is_enough_to_judge_every_requirement(tmp_path: Path, line: str, other: str) -> None:
    result = judged(tmp_path, changes={line: other})

    assert (result.verdict, troubled(result)) == ("kept", [])
    assert {one.id for one in result.judgements if one.verdict is Verdict.KEPT} == {row.id for row in NORMATIVE}
    assert result.counts["streams"] <= 60 or result.counts["requests"] <= 300
