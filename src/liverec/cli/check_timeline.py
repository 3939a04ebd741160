"""What ``liverec check`` draws: each finding's witness, the measured interval, or what a kept history did."""

from collections.abc import Mapping, Sequence
from typing import Any

from liverec.checker import CheckResult, probes
from liverec.clock import NANOSECONDS
from liverec.conformance.judged import JudgedHistory, probes_as_evidence
from liverec.history import History, Operation, Outcome, Stream
from liverec.report.interval_picture import interval_picture
from liverec.report.text import counted
from liverec.report.timeline_svg import Part, as_svg
from liverec.report.timelines import witness_picture

_MOST_STREAMS = 12
_MOST_OPERATIONS = 60  # of a stream
_MOST_PROBES = 400
_KEY = (
    "Triangle: START, square: STOP; blue: accepted, orange: refused, grey: outcome unknown; a bar reaches from request "
    "to answer. Shaded: after a STOP, where a START must be refused; lighter: where it may be."
)
_GAP_KEY = " Dotted: the moments of effect that favour the service the most."


def timeline_svg(result: CheckResult, history: History) -> str:
    """Return the timelines of *result* as an SVG document."""
    judged = JudgedHistory(history=history, result=result, probes=())
    label = f"{result.verdict.upper()}: run {history.run}"
    words = f"{counted(result.operations, 'operation')} on {counted(result.streams, 'stream')}"
    parts = [Part(title=label, sentences=[words, *result.notes], kind=result.verdict)]
    parts += [
        _witness(judged.witness(finding), finding.requirement, history, number)
        for number, finding in enumerate(result.findings, 1)
    ]
    parts += _interval(result, history)
    if not result.findings:
        parts += _streams(judged)
    return as_svg(parts, label=label)


def _witness(witness: Mapping[str, Any], requirement: str, history: History, number: int) -> Part:
    return Part(
        title=f"{number}. {requirement}",
        sentences=[f"stream {witness['stream']}", str(witness["why"])],
        pictures=[witness_picture(witness, history.interval_ns / NANOSECONDS)],
        below=_KEY + (_GAP_KEY if witness["gap"] else ""),
        kind="broken",
    )


def _interval(result: CheckResult, history: History) -> list[Part]:
    found = sorted(
        probes(history, result.dialects),
        key=lambda probe: abs(probe.gap_from + probe.gap_until - 2 * history.interval_ns),
    )
    if not found:
        return []
    shown = found[:_MOST_PROBES]
    near = f"; drawn are the {_MOST_PROBES} nearest to the interval" if len(shown) < len(found) else ""
    measured = result.interval_s
    bounds = {"refused_up_to": measured.refused_up_to, "accepted_from": measured.accepted_from}
    return [
        Part(
            title="The restart interval, measured",
            sentences=[f"{counted(measured.probes, 'probe')} of {len(found)} decide it{near}"],
            pictures=interval_picture(
                probes_as_evidence(shown, history.interval_ns),
                bounds,
                history.interval_ns / NANOSECONDS,
                by="accepted after",
            ),
            below="Each START that followed a STOP, at the time between the two; hollow: cannot decide.",
        )
    ]


def _streams(judged: JudgedHistory) -> list[Part]:
    """Return the first streams, each with its first operations."""
    evidence = [one for one in judged.history.operations if one.outcome is not Outcome.TURNED_AWAY]
    streams = sorted({one.stream for one in evidence})
    shown: dict[Stream, list[Operation]] = {stream: [] for stream in streams[:_MOST_STREAMS]}
    for one in evidence:
        if one.stream in shown:
            shown[one.stream].append(one)
    parts = [Part(title="What was done when", sentences=[_KEY])] if shown else []
    parts += [
        _stream(str(stream), sorted(operations, key=lambda one: one.invoked), judged)
        for stream, operations in shown.items()
    ]
    if len(streams) > len(shown):
        parts.append(Part(title=f"and {counted(len(streams) - len(shown), 'more stream')}"))
    return parts


def _stream(name: str, operations: Sequence[Operation], judged: JudgedHistory) -> Part:
    shown = operations[:_MOST_OPERATIONS]
    drawn = judged.evidence("", *shown)
    cut = [f"the first {len(shown)} of {len(operations)} operations"] if len(shown) < len(operations) else []
    picture = witness_picture(drawn, judged.history.interval_ns / NANOSECONDS)
    return Part(title=name, sentences=cut, pictures=[picture])
