"""What one row of the table is: a promise or an open question, its strength, and the place that it rests on."""

from dataclasses import dataclass
from enum import StrEnum

PAGE = "Submitting a Recording Command"
PAGE_DATE = "2024-08-09"

SECTIONS = (
    "constraints",
    "uri",
    "query",
    "authentication",
    "body",
    "recording",
    "restart",
    "status",
    "request-id",
    "error-body",
    "http",
    "consistency",
)


class Strength(StrEnum):
    """Who says so."""

    MUST = "MUST"  # the page, or the HTTP standard under it
    SHOULD = "SHOULD"  # another official page of the provider
    HARNESS = "HARNESS"  # nobody but us: our policy
    OPEN = "OPEN"  # the page is silent, or contradicts itself


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a row stands: a page, the place on it, and the page's date (ISO 8601; a day, a month, or empty).

    On the API page, ``place`` is a heading or a table, then a row and an option as far as they apply, parted by a
    comma and a blank: ``Table 2, action, START``; several places are parted by a semicolon and a blank.
    """

    page: str
    place: str
    date: str = ""

    def __str__(self) -> str:
        """Return page, date and place for people."""
        dated = f"{self.page} ({self.date})" if self.date else self.page
        return f"{dated}: {self.place}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """One row: what is asked, by whom, and where it is reported.

    ``rests_on`` names the rows whose breach either makes this row's own tests meaningless or shows the same root cause
    twice: when both are BROKEN, this one is an echo of that one. ``question`` and ``picks`` belong to OPEN rows: what
    the page does not answer, and what a server may do; the reference server does the first.
    """

    id: str
    section: str
    text: str
    strength: Strength
    source: Source
    rests_on: tuple[str, ...] = ()
    question: str = ""
    picks: tuple[str, ...] = ()


def on_page(place: str) -> Source:
    """Return a place on the API page."""
    return Source(page=PAGE, place=place, date=PAGE_DATE)


def must(identifier: str, text: str, source: Source, *rests_on: str) -> Requirement:
    """Return what the page, or the HTTP standard under it, asks."""
    return _row(Strength.MUST, identifier, text, source, rests_on)


def should(identifier: str, text: str, source: Source, *rests_on: str) -> Requirement:
    """Return what another official page asks; the text names that page."""
    return _row(Strength.SHOULD, identifier, text, source, rests_on)


def harness(identifier: str, text: str, source: Source, *rests_on: str) -> Requirement:
    """Return what only this harness asks."""
    return _row(Strength.HARNESS, identifier, text, source, rests_on)


def open_point(slug: str, section: str, place: str, text: str, question: str, *picks: str) -> Requirement:
    """Return a question that the page leaves open at *place*; *text* says in what way it is open."""
    return Requirement(
        id=f"open/{slug}",
        section=section,
        text=text,
        strength=Strength.OPEN,
        source=on_page(place),
        question=question,
        picks=picks,
    )


def _row(strength: Strength, identifier: str, text: str, source: Source, rests_on: tuple[str, ...]) -> Requirement:
    section = identifier.partition("/")[0]
    return Requirement(id=identifier, section=section, text=text, strength=strength, source=source, rests_on=rests_on)
