"""``report.html``: one page that needs nothing else, for whoever has to act on a result or to believe it."""

from functools import partial
from pathlib import Path
from shlex import quote
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from liverec.clock import NANOSECONDS
from liverec.document import load_document
from liverec.report.atomic_file import write_whole
from liverec.report.evidence import stream_name
from liverec.report.headline import headline
from liverec.report.interval_picture import interval_picture
from liverec.report.sheet import (
    SECTION_TITLES,
    by_section,
    exceptions_of,
    findings_of,
    rows_of,
    tally,
    undecided_of,
    unjudged,
)
from liverec.report.text import counted, legible_result, seconds
from liverec.report.timelines import overview_picture, timeline_picture, witness_picture
from liverec.verdict import Result, Verdict

_TEXT_SHOWN = 4000  # characters of one body; all of it is in result.json
_EVIDENCE_SHOWN = 3  # the rest of a finding's evidence is folded away
_SIGNS = {
    Verdict.KEPT: "\N{CHECK MARK}",
    Verdict.BROKEN: "\N{MULTIPLICATION X}",
    Verdict.OBSERVED: "\N{WHITE CIRCLE}",
    Verdict.UNDECIDED: "?",
    Verdict.NOT_EXERCISED: "\N{EN DASH}",
    Verdict.ERROR: "!",
}


def as_html(result: Result, *, stated_s: float) -> str:
    """Return *result* as one HTML page without scripts and without anything to load.

    *stated_s* is the restart interval that the page states, in seconds.
    """
    result = legible_result(result)
    rows = rows_of(result)
    normative = [row for row in rows if not row.is_open]
    return (
        _environment(stated_s)
        .get_template("report.html")
        .render(
            result=result,
            headline=headline(result),
            tally=tally(normative),
            normative=by_section(normative),
            findings=findings_of(result),
            exceptions=exceptions_of(result),
            unsettled=[*undecided_of(result), *(row for row in rows if row.verdict is Verdict.ERROR)],
            observed=[row for row in rows if row.is_open and row.verdict is Verdict.OBSERVED],
            not_exercised=[row for row in rows if row.verdict is Verdict.NOT_EXERCISED],
            unjudged=unjudged(result),
            interval_pictures=interval_picture(result.probes, result.interval_s, stated_s),
            stated_s=stated_s,
        )
    )


def write_html(result: Result, path: Path) -> None:
    """Write ``report.html`` to *path*, as a whole or not at all.

    Raises:
        OSError: the file cannot be written.
        DocumentError: the document, which states the interval, is broken.
    """
    write_whole(path, as_html(result, stated_s=load_document().interval_ns / NANOSECONDS))


def _environment(stated_s: float) -> Environment:
    environment = Environment(
        loader=PackageLoader("liverec.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filters: dict[str, Any] = {
        "cut": _cut,
        "counted": counted,
        "seconds": seconds,
        "quote": quote,
        "stream": stream_name,
        "slug": _slug,
        "sign": _SIGNS.__getitem__,
        "timeline": timeline_picture,
        "overview": overview_picture,
        "witness": partial(witness_picture, interval_s=stated_s),
    }
    constants: dict[str, Any] = {"SECTION_TITLES": SECTION_TITLES, "EVIDENCE_SHOWN": _EVIDENCE_SHOWN}
    environment.filters.update(filters)
    environment.globals.update(constants)
    return environment


def _slug(text: str) -> str:
    """Return *text* as a CSS class."""
    return text.lower().replace(" ", "-")


def _cut(value: Any) -> str:
    """Return a value as text, not longer than a page bears."""
    text = str(value)
    more = len(text) - _TEXT_SHOWN
    return text if more <= 0 else f"{text[:_TEXT_SHOWN]}\n... ({more} more characters in result.json)"
