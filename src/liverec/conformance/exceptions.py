"""The exceptions file: deviations that are known, why, and until when; what becomes of them in a run."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

from liverec.requirements import Strength, UnknownRequirementError, requirement
from liverec.toml_table import Table, read_table
from liverec.verdict import Declared, Judgement, Standing, Verdict

_LARGEST_FILE = 256 * 1024
_REASON = r"(?=.*\S)[^\x00-\x1f\x7f]{1,500}"
_A_DATE = "a date such as 2027-03-31"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deviation:
    """A known deviation; ``until`` is the last day on which it is expected, None for no end."""

    id: str
    reason: str
    until: date | None = None


def load_exceptions(path: Path) -> tuple[Deviation, ...]:
    """Read the exceptions file at *path*: a table for each requirement, with ``reason`` and perhaps ``until``.

    Raises:
        ProfileError: the file cannot be used; file, line and key are named.
    """
    table = read_table(path, limit=_LARGEST_FILE)
    return tuple(_deviation(table, identifier) for identifier in table.values)


def with_exceptions(
    judgements: Iterable[Judgement], deviations: Iterable[Deviation], *, today: date
) -> tuple[Judgement, ...]:
    """Return *judgements*, each with what became of the exception that was declared for it.

    What follows from an expected deviation is expected with it.
    """
    rows = tuple(judgements)
    known: Mapping[str, Deviation] = {one.id: one for one in deviations}
    declared = {one.id: _declared(one.verdict, known[one.id], today) for one in rows if one.id in known}
    expected = {name: one for name, one in declared.items() if one.standing is Standing.EXPECTED}
    return tuple(replace(one, declared=expected.get(one.echo_of or "", declared.get(one.id))) for one in rows)


def _declared(verdict: Verdict, deviation: Deviation, today: date) -> Declared:
    if verdict is Verdict.KEPT:
        standing = Standing.STALE
    elif deviation.until is not None and today > deviation.until:
        standing = Standing.EXPIRED
    else:
        standing = Standing.EXPECTED if verdict is Verdict.BROKEN else Standing.NOT_SEEN
    until = None if deviation.until is None else deviation.until.isoformat()
    return Declared(reason=deviation.reason, until=until, standing=standing)


def _deviation(table: Table, identifier: str) -> Deviation:
    try:
        row = requirement(identifier)
    except UnknownRequirementError as problem:
        raise table.error(identifier, expected="the id of a requirement", found=f"{problem}") from None
    if row.strength is Strength.OPEN:
        found = "a point that the page leaves open, which is never broken"
        raise table.error(identifier, expected="the id of a requirement", found=found)
    fields = table.table(identifier)
    fields.only("reason", "until")
    reason = fields.text("reason", _REASON, "one line that says why")
    return Deviation(id=identifier, reason=reason, until=_until(fields))


def _until(fields: Table) -> date | None:
    value = fields.values.get("until")
    if value is None or (isinstance(value, date) and not isinstance(value, datetime)):
        return value
    try:
        return date.fromisoformat(value if isinstance(value, str) else "")
    except ValueError:
        raise fields.error("until", expected=_A_DATE, found=repr(value)[:40]) from None
