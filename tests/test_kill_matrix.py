"""The judge is judged: each fault is convicted by its requirement, and nothing that keeps the page is."""

from dataclasses import fields
from pathlib import Path

import pytest

from judged_server import judged
from liverec import model
from liverec.reference.dialect import AXES, read_dialect
from liverec.reference.faults import FAULTS
from liverec.requirements import NORMATIVE
from liverec.verdict import Verdict

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
# Sections that generated requests judge; for the others they would only take time.
GENERATED_AXES = {"extra_fields", "action_case"}
GENERATED = ("query/", "body/", "http/no-server-error")


@pytest.mark.parametrize("name", sorted(FAULTS))
def test_fault_is_convicted_by_its_requirement(tmp_path: Path, name: str) -> None:
    result = judged(tmp_path, faults=(name,), generated=FAULTS[name].breaks.startswith(GENERATED))

    assert result.findings == (FAULTS[name].breaks,), [
        (one.id, one.why) for one in result.judgements if one.verdict in {Verdict.BROKEN, Verdict.ERROR}
    ]


@pytest.mark.parametrize(("reading", "used"), [*((reading, False) for reading in READINGS), *USED_BEFORE])
def test_no_dialect_is_convicted(tmp_path: Path, reading: str, *, used: bool) -> None:
    axis, _, value = reading.partition("=")
    result = judged(tmp_path, dialect=read_dialect([reading]), generated=axis in GENERATED_AXES, used=used)

    troubled = [(one.id, one.verdict, one.why) for one in result.judgements if one.verdict in TROUBLE]
    assert (result.verdict, troubled) == ("kept", [])
    named = result.dialect.get(axis, value)
    # Whether a stream has ever recorded cannot be known of a server that was used before.
    assert value in named.split(" or ") if used else named == value


TROUBLE = {Verdict.BROKEN, Verdict.ERROR, Verdict.UNDECIDED}


def test_every_requirement_is_judged_on_the_reference_server(tmp_path: Path) -> None:
    result = judged(tmp_path)

    kept = {one.id for one in result.judgements if one.verdict is Verdict.KEPT}
    assert kept == {row.id for row in NORMATIVE}
