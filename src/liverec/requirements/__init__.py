"""The requirement table: what the page asks and what it leaves open, row by row."""

from liverec.requirements.open_points import OPEN_POINTS
from liverec.requirements.requirement import Requirement, Source, Strength
from liverec.requirements.table import (
    NORMATIVE,
    REQUIREMENTS,
    UnknownRequirementError,
    foundations,
    requirement,
    sections,
)

__all__ = [
    "NORMATIVE",
    "OPEN_POINTS",
    "REQUIREMENTS",
    "Requirement",
    "Source",
    "Strength",
    "UnknownRequirementError",
    "foundations",
    "requirement",
    "sections",
]
