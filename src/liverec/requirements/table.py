"""All rows together, in the order of the report, and how one is found."""

from collections.abc import Mapping
from difflib import get_close_matches
from types import MappingProxyType

from liverec.requirements.answers import ANSWER_ROWS
from liverec.requirements.behaviour import BEHAVIOUR_ROWS
from liverec.requirements.open_points import OPEN_POINTS
from liverec.requirements.requests import REQUEST_ROWS
from liverec.requirements.requirement import SECTIONS, Requirement


class UnknownRequirementError(LookupError):
    """No row has this id."""


def sections() -> tuple[str, ...]:
    """Return the sections in the order in which they are reported."""
    return SECTIONS


def requirement(identifier: str) -> Requirement:
    """Return the row with this id.

    Raises:
        UnknownRequirementError: there is none; the message names the nearest ids.
    """
    if row := REQUIREMENTS.get(identifier):
        return row
    near = ", ".join(get_close_matches(identifier, REQUIREMENTS, n=3)) or "one such as restart/too-soon"
    raise UnknownRequirementError(f"no requirement {identifier[:80]!r}; perhaps {near}")


def foundations(identifier: str) -> tuple[str, ...]:
    """Return every id that the row rests on, directly or through others, the nearest first.

    Raises:
        UnknownRequirementError: no row has this id.
    """
    found: dict[str, None] = {}
    nearest = requirement(identifier).rests_on
    while nearest:
        found.update(dict.fromkeys(nearest))
        nearest = tuple(below for above in nearest for below in requirement(above).rests_on if below not in found)
    return tuple(found)


def _by_section(*rows: Requirement) -> tuple[Requirement, ...]:
    return tuple(sorted(rows, key=lambda row: SECTIONS.index(row.section)))


NORMATIVE = _by_section(*REQUEST_ROWS, *BEHAVIOUR_ROWS, *ANSWER_ROWS)
REQUIREMENTS: Mapping[str, Requirement] = MappingProxyType(
    {row.id: row for row in _by_section(*NORMATIVE, *OPEN_POINTS)}
)
