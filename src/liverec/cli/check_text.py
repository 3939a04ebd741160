"""What ``liverec check`` says to a person."""

import io
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from liverec.checker import CheckResult, Finding
from liverec.checker.result import BINS
from liverec.clock import NANOSECONDS
from liverec.conformance.judged import JudgedHistory
from liverec.history import History, Operation, Outcome, Stream
from liverec.model import AXES, Forgiven
from liverec.report.text import counted
from liverec.report.text_interval import text_interval
from liverec.report.text_timeline import KEY, text_timeline

_Name = TypeVar("_Name", bound=Hashable)

WIDTH = 120
_INDENT = 6  # of what is drawn, on both sides
_NARROWEST, _WIDEST = 60, 100
_BESIDE_BINS = 20  # names, and the end of the axis
_FEWEST_DRAWN = 2  # a single probe is said in the line above
_MOST_STREAMS = 5  # named in one finding; the JSON has all
_COLOURS = {"kept": "bold green", "broken": "bold red", "undecided": "bold yellow"}
_KINDS = {
    "broken": "no reading of the page explains this, not even one that changes",
    "kept": "the service answers the same situation in two ways",
}
_NEXT = {
    "kept": "Nothing to do. What was not exercised was not judged: a longer or different run may tell.",
    "broken": "Look the operations up by file and line; give their request ids to those who run the service.",
    "undecided": "Nothing was concluded: see the notes, then record again or give a longer --deadline.",
}


def result_text(
    result: CheckResult, history: History, again: Sequence[str], *, colour: bool, columns: int = WIDTH
) -> str:
    """Return the judgement as lines of text: verdict, findings with their operations, coverage, notes, what to do.

    *again* gives for each finding the command that finds it again. Pictures fit into so many *columns*.
    """
    console = Console(file=io.StringIO(), force_terminal=colour, width=WIDTH, highlight=False, markup=False)
    with console.capture() as captured:
        console.print(
            Text(result.verdict.upper(), style=_COLOURS[result.verdict]),
            Text(
                f"{counted(result.operations, 'operation')} on {counted(result.streams, 'stream')} "
                f"of run {printable(history.run)}{_terms(history)}"
            ),
        )
        for number, (finding, command) in enumerate(zip(result.findings, again, strict=True), 1):
            _print_finding(console, number, finding, history)
            _print_timeline(console, finding, result, history, columns)
            console.print(Text(f"   judge it again: {printable(command)}"), soft_wrap=True)
        for title, lines in _sections(result, history, columns):
            console.print(Text(f"\n{title}", style="bold"))
            for line in lines:
                console.print(Text(f"  {line}"), soft_wrap=True)
    return captured.get()


def _terms(history: History) -> str:
    """Name what the history is judged by besides the page."""
    pins = [f"{axis}={value}" for axis, value in history.pinned.items()]
    return f", read with {', '.join(pins)}" if pins else ""


def printable(text: str) -> str:
    """Return *text* with everything that would steer a terminal written as an escape."""
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode("ascii") for one in text)


def seconds(nanoseconds: int) -> str:
    """Return exact seconds, with at least three decimals: at the boundary the last nanosecond counts."""
    whole, part = divmod(abs(nanoseconds), NANOSECONDS)
    return f"{'-' if nanoseconds < 0 else ''}{whole}.{f'{part:09d}'.rstrip('0').ljust(3, '0')}"


def _print_finding(console: Console, number: int, finding: Finding, history: History) -> None:
    console.print(Text(f"\n{number}. {finding.requirement}:", style=_COLOURS["broken"]), _KINDS[finding.page_alone])
    console.print(Text(f"   {printable(finding.why)}"), soft_wrap=True)
    witness = sorted(finding.witness, key=lambda one: (one.invoked, one.file, one.index))
    streams = _numbered(one.stream for one in witness)
    files = _numbered(one.file for one in witness)
    elsewhere = [stream for stream in finding.streams if stream not in streams]
    names = [_named("stream", streams, stream) + f": {_full_name(stream)}" for stream in streams]
    names += [_named("file", files, file) + f": {printable(file)}" for file in files]
    names += [f"also on: {_full_name(stream)}" for stream in elsewhere[:_MOST_STREAMS]]
    names += [f"and on {len(elsewhere) - _MOST_STREAMS} more streams"] if len(elsewhere) > _MOST_STREAMS else []
    for name in names:
        console.print(Text(f"   {name}"), soft_wrap=True)
    console.print(_table(witness, streams, files, history))
    for one in witness:
        if one.request_id:
            place = f"file {files[one.file]}, line {_line(one)}" if len(files) > 1 else f"line {_line(one)}"
            console.print(Text(f"   {place}: X-request-id {printable(one.request_id)}"), soft_wrap=True)


def _print_timeline(console: Console, finding: Finding, result: CheckResult, history: History, columns: int) -> None:
    witness = JudgedHistory(history=history, result=result, probes=()).witness(finding)
    width = min(max(columns - _INDENT, _NARROWEST), _WIDEST)
    for line in text_timeline(witness, history.interval_ns / NANOSECONDS, width=width):
        console.print(Text(f"   {printable(line)}"), soft_wrap=True)
    console.print(Text(f"   {KEY}\n", style="dim"), soft_wrap=True)


def _numbered(names: Iterable[_Name]) -> dict[_Name, int]:
    return {name: number for number, name in enumerate(dict.fromkeys(names), 1)}


def _named(noun: str, numbers: Mapping[_Name, int], name: _Name) -> str:
    return noun if len(numbers) == 1 else f"{noun} {numbers[name]}"


def _table(
    witness: Sequence[Operation], streams: Mapping[Stream, int], files: Mapping[str, int], history: History
) -> Table:
    """Draw the operations in the order of their times, which count from the first in the whole history."""
    columns: list[tuple[str, list[str]]] = [
        ("line", [str(_line(one)) for one in witness]),
        ("sent (s)", [seconds(one.invoked - history.earliest) for one in witness]),
        (
            "answered (s)",
            ["" if one.completed is None else seconds(one.completed - history.earliest) for one in witness],
        ),
        ("process", [str(one.process) for one in witness]),
        ("command", [one.action.value for one in witness]),
        ("answer", [_answer(one) for one in witness]),
    ]
    if len(streams) > 1:
        columns.insert(4, ("stream", [str(streams[one.stream]) for one in witness]))
    if len(files) > 1:
        columns.insert(0, ("file", [str(files[one.file]) for one in witness]))
    table = Table(box=box.SIMPLE)
    for title, _cells in columns:
        words = title in {"command", "answer"}
        table.add_column(title, justify="left" if words else "right", overflow="fold")
    for row in zip(*(cells for _, cells in columns), strict=True):
        table.add_row(*(Text(cell) for cell in row))
    return table


def _full_name(stream: Stream) -> str:
    return printable(f"{stream.project_id}/{stream}")


def _line(operation: Operation) -> int:
    return operation.index + 2  # lines count from 1, and the header is the first


def _answer(operation: Operation) -> str:
    said = " ".join(str(one) for one in (operation.status, operation.error_code) if one is not None)
    if operation.outcome is Outcome.INFO:
        return printable(f"{said} unknown: {operation.error or 'no answer'}".strip())
    return printable(f"{said} {operation.outcome}")


def _sections(result: CheckResult, history: History, columns: int) -> Iterator[tuple[str, Iterable[str]]]:
    yield "Exercised (how many operations decided it)", _exercised(result)
    yield "Restart interval", _interval(result, history, columns)
    if result.verdict == "kept":
        yield "Readings that explain it (what cannot show in this history takes its first value)", _readings(result)
    if result.notes:
        yield "Notes", [printable(note) for note in result.notes]
    yield "What to do next", [_NEXT[result.verdict]]


def _exercised(result: CheckResult) -> Iterator[str]:
    counts = {rule.value: 0 for rule in Forgiven} | dict(result.exercised)
    for rule, count in counts.items():
        yield f"{rule:<28} {count or 'not exercised'}"


def _interval(result: CheckResult, history: History, columns: int) -> Iterator[str]:
    refused, accepted = result.interval_s.refused_up_to, result.interval_s.accepted_from
    by = f", by {counted(result.interval_s.probes, 'probe')}" if result.interval_s.probes else ""
    yield (
        f"{'no refusal measured' if refused is None else f'refused up to {refused:.6f} s'}, "
        f"{'no acceptance measured' if accepted is None else f'accepted from {accepted:.6f} s'}{by} "
        f"(the contract: accepted after more than {seconds(history.interval_ns)} s)"
    )
    step = 1 if columns >= BINS + _BESIDE_BINS else 2
    refusals, acceptances = (
        [sum(counts[place : place + step]) for place in range(0, len(counts), step)]
        for counts in (result.interval_s.refused_by_gap, result.interval_s.accepted_by_gap)
    )
    if sum(refusals) + sum(acceptances) >= _FEWEST_DRAWN:
        yield from text_interval(refusals, acceptances, interval_s=history.interval_ns / NANOSECONDS)


def _readings(result: CheckResult) -> Iterator[str]:
    for axis in AXES:
        values = dict.fromkeys(str(getattr(dialect, axis)) for dialect in result.dialects)
        yield f"{axis:<28} {' or '.join(values)}"
