"""``report.html`` of a load run, and the same as a section of the report that Locust writes itself."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from shlex import quote
from typing import Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

from liveload.gaps import gap_plots
from liveload.headline import headline
from liveload.load_report.load_report import LoadReport
from liveload.load_report.plots import gap_picture, latency_picture, milliseconds, rate_picture, violations_picture
from liveload.series import percentiles, points
from liveload.state import latency_rows
from liveload.style import stylesheet
from liverec.clock import NANOSECONDS
from liverec.report.atomic_file import write_whole
from liverec.report.evidence import stream_name
from liverec.report.sheet import findings_of, rows_of
from liverec.report.text import counted, legible, legible_result, seconds
from liverec.report.timelines import witness_picture
from liverec.verdict import Verdict

_TEXT_SHOWN = 4000  # characters of one text; all of it is in result.json
_VIOLATIONS_SHOWN = 100
_SIGNS: Mapping[str, str] = {
    Verdict.KEPT: "\N{CHECK MARK}",
    Verdict.BROKEN: "\N{MULTIPLICATION X}",
    Verdict.OBSERVED: "\N{WHITE CIRCLE}",
    Verdict.UNDECIDED: "?",
    Verdict.NOT_EXERCISED: "\N{EN DASH}",
    Verdict.ERROR: "!",
}
_MARK = '<div id="root">'


def as_html(report: LoadReport) -> str:
    """Return the report as one page without scripts and without anything to load."""
    return _render("load_report.html", report, style=stylesheet())


def as_section(report: LoadReport) -> str:
    """Return the report as a ``<section>`` that keeps its style to itself and takes none from the page around it."""
    return _render("load_section.html", report, style=stylesheet().replace(":root", ":host"))


def with_section(page: str, report: LoadReport) -> str:
    """Return the *page* that Locust's ``--html`` wrote with the report on top.

    Raises:
        ValueError: the page has no place for it: it is not Locust's.
    """
    before, mark, after = page.partition(_MARK)
    if not mark:
        raise ValueError(f"not a report of Locust's: it has no {_MARK}")
    return f"{before}{as_section(report)}\n{mark}{after}"


def write_html(report: LoadReport, path: Path) -> None:
    """Write ``report.html`` to *path*, as a whole or not at all.

    Raises:
        OSError: the file cannot be written.
    """
    write_whole(path, as_html(report))


def _render(template: str, report: LoadReport, *, style: str) -> str:
    state, result = report.state, legible_result(report.result)
    tally, stated_s = state.tally, state.interval_ns / NANOSECONDS
    plots = gap_plots(tally.probes, interval_ns=state.interval_ns, resolution_ns=state.resolution_ns)
    over_time = points(tally.per_second)
    rows = [row for row in rows_of(result) if not row.is_open]
    return (
        _environment(stated_s)
        .get_template(template)
        .render(
            style=style,
            report=report,
            state=state,
            result=result,
            tally=tally,
            stated_s=stated_s,
            told=headline(state.phase, state.exit_code, tally.broken),
            findings=findings_of(result),
            rows=rows,
            gap_pictures=[gap_picture(plot, stated_s) for plot in plots],
            rate=rate_picture(over_time) if over_time else None,
            latency=latency_picture(over_time) if over_time else None,
            timeline=violations_picture(state) if tally.violations else None,
            violations=tally.violations[:_VIOLATIONS_SHOWN],
            latency_rows=latency_rows(tally),
            lateness=percentiles(tally.lateness, (0.5, 0.99, 1.0)),
            arrivals=tally.lateness.buckets.total() + tally.dropped,
        )
    )


def _environment(stated_s: float) -> Environment:
    environment = Environment(
        loader=ChoiceLoader([PackageLoader("liveload.load_report"), PackageLoader("liverec.report")]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filters: dict[str, Any] = {
        "cut": _cut,
        "counted": counted,
        "legible": legible,
        "milliseconds": milliseconds,
        "quote": quote,
        "seconds": seconds,
        "sign": _SIGNS.__getitem__,
        "slug": _slug,
        "stream": stream_name,
        "witness": partial(witness_picture, interval_s=stated_s),
    }
    constants: dict[str, Any] = {"EVIDENCE_SHOWN": 3}
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
