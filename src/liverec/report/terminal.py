"""The result on the terminal: a table by section, then what to act on, and the verdict as the last line."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from shlex import quote
from textwrap import wrap
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from liverec.clock import NANOSECONDS
from liverec.document import load_document
from liverec.report.evidence import evidence_lines
from liverec.report.headline import headline
from liverec.report.sheet import (
    SECTION_TITLES,
    Finding,
    Row,
    by_section,
    exceptions_of,
    findings_of,
    rows_of,
    undecided_of,
    unjudged,
)
from liverec.report.text import counted, legible, legible_result, measured_interval
from liverec.report.text_timeline import KEY, text_timeline
from liverec.verdict import Result, Standing, Verdict

STYLES = {
    Verdict.KEPT: "green",
    Verdict.BROKEN: "bold red",
    Verdict.OBSERVED: "cyan",
    Verdict.UNDECIDED: "bold yellow",
    Verdict.NOT_EXERCISED: "blue",
    Verdict.ERROR: "bold magenta",
}
_VERDICT_WIDTH = max(len(verdict) for verdict in Verdict)
_STRENGTH_WIDTH = len("HARNESS")
_NARROWEST_REASON = 40  # columns; with fewer, a reason stands below its row
_NARROWEST_TEXT = 20
_DEEP = " " * 6
_INDENT = " " * 4
_NARROWEST_PICTURE = 50
_WIDEST_PICTURE = 110
_EVIDENCE_SHOWN = 2


def print_result(result: Result, console: Console, *, files: Sequence[Path] = ()) -> None:
    """Print *result*; *files* are the reports that were written, named near the end.

    Ids, commands and paths are never cut, whatever the width; without colour the words say everything.
    """
    result = legible_result(result)
    rows = rows_of(result)
    _print_table([row for row in rows if not row.is_open], console)
    for finding in findings_of(result):
        _print_finding(finding, console)
    _print_exceptions(result, console)
    _print_reasons("Not decided", undecided_of(result), console)
    _print_reasons("The harness itself failed", [row for row in rows if row.verdict is Verdict.ERROR], console)
    _print_dialect(result.dialect, [row for row in rows if row.is_open], console)
    _print_interval(result.interval_s, console)
    _print_reasons("Not exercised", [row for row in rows if row.verdict is Verdict.NOT_EXERCISED], console)
    _print_remarks(result, console, files)
    _print_verdict(result, console)


def _heading(text: str, console: Console) -> None:
    console.print()
    console.print(Text(text, style="bold"), soft_wrap=True)


def _line(console: Console, *parts: str | tuple[str, str]) -> None:
    """Print one line that the terminal may fold but nothing cuts."""
    console.print(Text.assemble(*parts), soft_wrap=True)


def _paragraph(text: str, console: Console, lead: str, style: str = "") -> None:
    """Print *text* after *lead*, wrapped between words only, further lines as far in as the first."""
    room = max(console.width - len(lead), _NARROWEST_TEXT)
    lines = [
        piece
        for line in text.splitlines() or [""]
        for piece in wrap(line, room, break_long_words=False, break_on_hyphens=False) or [""]
    ]
    for number, line in enumerate(lines):
        _line(console, lead if number == 0 else " " * len(lead), (line, style))


def _print_table(rows: Iterable[Row], console: Console) -> None:
    """Print every judged requirement: section by section, the reason beside the id where there is room."""
    groups = by_section(rows)
    id_width = max((len(row.id) for group in groups.values() for row in group), default=0)
    head = len("  ") * 4 + _VERDICT_WIDTH + _STRENGTH_WIDTH + id_width
    for section, group in groups.items():
        _heading(f"{section}: {SECTION_TITLES[section]}" if section in SECTION_TITLES else section, console)
        if console.width - head >= _NARROWEST_REASON:
            console.print(_wide(group, id_width))
        else:
            for row in group:
                _print_narrow(row, console)


def _wide(group: Iterable[Row], id_width: int) -> Table:
    table = Table.grid(padding=(0, 2, 0, 0), pad_edge=True, expand=True)
    table.add_column(width=0)
    table.add_column(width=_VERDICT_WIDTH, no_wrap=True)
    table.add_column(width=_STRENGTH_WIDTH, no_wrap=True)
    table.add_column(width=id_width, no_wrap=True)
    table.add_column(ratio=1, overflow="fold")
    for row in group:
        verdict = Text(row.verdict, style=STYLES[row.verdict])
        table.add_row("", verdict, str(row.requirement.strength), Text(row.id), Text(_short_reason(row)))
    return table


def _print_narrow(row: Row, console: Console) -> None:
    verdict = (f"{row.verdict:<{_VERDICT_WIDTH}}", STYLES[row.verdict])
    _line(console, "  ", verdict, f"  {row.requirement.strength:<{_STRENGTH_WIDTH}}  ", row.id)
    if reason := _short_reason(row):
        _paragraph(reason, console, _DEEP, "dim")


def _short_reason(row: Row) -> str:
    """Return the reason, or nothing where the row comes again below with all of it."""
    if row.judgement.echo_of is not None:
        return f"follows from {row.judgement.echo_of}"
    if row.judgement.is_expected and row.judgement.declared is not None:
        return f"expected: {row.judgement.declared.reason}"
    return row.judgement.why if row.verdict in {Verdict.KEPT, Verdict.OBSERVED} else ""


def _print_finding(finding: Finding, console: Console) -> None:
    requirement, judgement = finding.row.requirement, finding.row.judgement
    console.print()
    _line(console, ("BROKEN", STYLES[Verdict.BROKEN]), " ", (finding.row.id, "bold"), f"  ({requirement.strength})")
    _paragraph(requirement.text, console, "  asks: ")
    _paragraph(str(requirement.source), console, "source: ")
    _paragraph(judgement.why, console, "   why: ")
    for item in judgement.evidence[:_EVIDENCE_SHOWN]:
        console.print()
        for line in evidence_lines(item):
            _line(console, "    ", line)
        if item.get("kind") == "witness":
            _print_timeline(item, console)
    if more := len(judgement.evidence[_EVIDENCE_SHOWN:]):
        _line(console, f"    ({more} more in the report)")
    if judgement.replay:
        console.print()
        _line(console, "replay: ", (judgement.replay, "bold"))
    for echo in finding.echoes:
        _line(console, f"  echo: {echo.id} ", (echo.verdict, STYLES[echo.verdict]), " follows from it")


def _print_timeline(witness: Mapping[str, Any], console: Console) -> None:
    width = min(max(console.width - len(_INDENT), _NARROWEST_PICTURE), _WIDEST_PICTURE)
    console.print()
    for line in text_timeline(witness, load_document().interval_ns / NANOSECONDS, width=width):
        _line(console, _INDENT, line)
    _line(console, _INDENT, (KEY, "dim"))


def _print_exceptions(result: Result, console: Console) -> None:
    for number, (row, declared, advice) in enumerate(exceptions_of(result)):
        if number == 0:
            _heading("Declared exceptions", console)
        until = f" (until {declared.until})" if declared.until else ""
        _line(console, f"  {declared.standing.upper():<{_VERDICT_WIDTH}}  ", row.id, until)
        _paragraph(f"{declared.reason}; {advice}", console, _DEEP)
        if declared.standing is Standing.EXPECTED:
            _paragraph(row.judgement.why, console, _DEEP, "dim")
            if row.judgement.replay:
                _line(console, f"{_DEEP}replay: ", row.judgement.replay)


def _print_reasons(title: str, rows: Sequence[Row], console: Console) -> None:
    if not rows:
        return
    _heading(title, console)
    reasons: dict[str, list[str]] = {}
    for row in rows:
        reasons.setdefault(row.judgement.why, []).append(row.id)
    for why, names in reasons.items():
        _paragraph(", ".join(names), console, "  ")
        _paragraph(why, console, _DEEP)


def _print_dialect(dialect: Mapping[str, str], rows: Iterable[Row], console: Console) -> None:
    seen = [row for row in rows if row.verdict is Verdict.OBSERVED]
    if not dialect and not seen:
        return
    _heading("What this target does where the page is silent", console)
    for axis, value in dialect.items():
        _line(console, f"  {axis} = ", (value, STYLES[Verdict.OBSERVED]))
    for row in seen:
        _line(console, "  ", row.id)
        _paragraph(row.judgement.why, console, _DEEP, STYLES[Verdict.OBSERVED])


def _print_interval(interval_s: Mapping[str, float | None], console: Console) -> None:
    measured = measured_interval(interval_s)
    if measured:
        _heading("Measured restart interval", console)
        _line(console, "  ", measured)


def _print_remarks(result: Result, console: Console, files: Sequence[Path]) -> None:
    if left_out := unjudged(result):
        _heading("Left out of this run", console)
        _paragraph(f"{counted(len(left_out), 'requirement')}: {', '.join(left_out)}", console, "  ")
    if result.notes:
        _heading("Notes", console)
        for note in result.notes:
            _paragraph(note, console, "  - ")
    if files or result.histories:
        console.print()
    for file in files:
        _line(console, "report:   ", legible(str(file)))
    for history in result.histories:
        _line(console, "re-judge: ", f"liverec check {quote(history)}")


def _print_verdict(result: Result, console: Console) -> None:
    told = headline(result)
    style = f"reverse {STYLES[Verdict(told.title)]}"
    console.print()
    _line(console, (told.title, style), f": {told.sentence} {told.effort} Exit code {int(result.exit_code)}.")
