"""The page on which the matrix is written down: docs/kill-matrix.md."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from disturbed import DISTURBANCES
from matrix_cases import Case, cases

from liverec.reference.dialect import AXES
from liverec.reference.faults import FAULTS, HAZARDS
from liverec.requirements import sections

HEAD = """# Kill matrix

A judge that convicts nobody is worth nothing, and one that convicts the innocent is worth less.
The reference server can break each promise (`liverec serve --fault NAME`), and can read the page in every way that it
leaves open (`--dialect AXIS=VALUE`). This page says what `liverec verify` found of each.

It is written by `python benchmarks/matrix.py --write docs/kill-matrix.md`, which ends with exit code 1 if anything came
out otherwise than it must. On the virtual clock the suite and the server share a process; on the real one they are two
commands, as a user gives them.
"""
FAULTS_HEAD = """
## Faults

Every fault must be found as the requirement that it breaks, first of all findings.
What follows from it is listed under it in the report, and is no finding of its own.
"""
NEEDS_HEAD = """
## What a minute does not show

These are real breaches, which no run of a minute with the reference profile can see.

| fault | what is wrong | breaks | what would show it |
|---|---|---|---|
"""
HAZARDS_HEAD = """
## What nobody can be convicted of

| hazard | what it does | verdict | seconds |
|---|---|---|---|
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What came out of one case."""

    case: Case
    said: str
    seconds: float
    is_right: bool


def write(path: Path, rows: Sequence[Row], *, real: bool, budget: str) -> None:
    """Write what came out into the page at *path*; rows of cases that were not judged this time stay as they are."""
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    judged = {cells[0]: (cells[3], cells[4]) for cells in _cells(before) if len(cells) == 5}
    spared = {cells[0]: (cells[2], cells[3]) for cells in _cells(before) if len(cells) == 4 and cells[0] in HAZARDS}
    clock = "real" if real else "virtual"
    for row in rows:
        if row.case.group == "faults":
            cells = (f"{row.said}" if row.is_right else f"WRONG: {row.said}", f"{row.seconds:.0f}, {clock}")
            (judged if row.case.finding else spared)[row.case.name] = cells
    parts = [HEAD, FAULTS_HEAD, *_faults(judged), NEEDS_HEAD, *_needs(), HAZARDS_HEAD, *_spared(spared)]
    for group, title in (("readings", "Readings"), ("disturbed", "Worse lines")):
        mine = [row for row in rows if row.case.group == group]
        told = f"with `--time {budget}`, on the {'real' if group == 'disturbed' else clock} clock"
        whole = len(mine) == sum(case.group == group for case in cases())
        parts.append(_section(title, mine, told) if whole else _kept(before, title))
    path.write_text("".join(parts), encoding="utf-8")


def _cells(text: str) -> Iterator[list[str]]:
    for line in text.splitlines():
        if line.startswith("| `"):
            yield [cell.strip().replace("`", "") for cell in line.strip("|").split(" | ")]


def _faults(judged: dict[str, tuple[str, str]]) -> Iterator[str]:
    for section in sections():
        broken = [fault for fault in FAULTS.values() if fault.breaks.startswith(f"{section}/") and not fault.needs]
        if broken:
            yield f"\n### {section}\n\n| fault | what is wrong | must be found as | found first | seconds, clock |\n"
            yield "|---|---|---|---|---|\n"
        for fault in broken:
            said, seconds = judged.get(fault.name, ("not judged yet", ""))
            yield f"| `{fault.name}` | {fault.summary} | `{fault.breaks}` | `{said.split(', ')[0]}` | {seconds} |\n"


def _needs() -> Iterable[str]:
    for one in FAULTS.values():
        if one.needs:
            yield f"| `{one.name}` | {one.summary} | `{one.breaks}` | {one.needs} |\n"


def _spared(spared: dict[str, tuple[str, str]]) -> Iterable[str]:
    for one in HAZARDS.values():
        verdict, seconds = spared.get(one.name, ("not judged yet", ""))
        yield f"| `{one.name}` | {one.summary} | {verdict} | {seconds} |\n"


def _kept(before: str, title: str) -> str:
    found = re.search(rf"\n## {title}\n.*?(?=\n## |\Z)", before, re.DOTALL)
    return found.group(0) if found else f"\n## {title}\n\nNot judged yet.\n"


def _section(title: str, rows: Sequence[Row], told: str) -> str:
    """Return how many servers of each kind were acquitted."""
    lines = [
        f"\n## {title}\n",
        f"\n{len(rows)} servers that keep the page, judged {told}: {_count(rows)}.\n",
        "Every combination of the first four axes, each with three seeds; of the others, every pair of values.\n"
        if title == "Readings"
        else "Every combination of the first four axes over each line, each with three seeds.\n",
        "\n| with | servers | acquitted |\n|---|---|---|\n",
    ]
    kinds = {f"`{axis}={value}`": (axis, value) for axis, values in AXES.items() for value in values}
    for name, (axis, value) in kinds.items():
        lines += _line(name, [row for row in rows if row.case.dialect.get(axis) == value])
    for one in DISTURBANCES:
        lines += _line(one.name, [row for row in rows if row.case.disturbance == one])
    for row in rows:
        if not row.is_right:
            lines.append(f"\n- {row.case.name}: {row.said}\n")
    return "".join(lines)


def _line(name: str, rows: Sequence[Row]) -> list[str]:
    return [f"| {name} | {len(rows)} | {sum(row.is_right for row in rows)} |\n"] if rows else []


def _count(rows: Sequence[Row]) -> str:
    wrong = sum(not row.is_right for row in rows)
    return f"{len(rows) - wrong} acquitted" + (f", {wrong} not, which are named below" if wrong else "")
