"""The judgement of a whole history: one dialect must explain every stream."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from liverec.checker.findings import Findings, common_dialects
from liverec.checker.interval import measured, probes
from liverec.checker.judge import ALL_DIALECTS, Judge, Judged
from liverec.checker.result import CheckResult
from liverec.checker.terms import OutOfTime
from liverec.history import History, Operation, Outcome, Stream
from liverec.model import AXES, DIALECTS, Dialect


def check(history: History, *, expired: Callable[[], bool] = lambda: False) -> CheckResult:
    """Judge *history*; *expired* says when to stop looking (then what is left is undecided)."""
    by_stream = _by_stream(history.operations)
    judge = Judge(history, expired)
    found = Findings(history, judge)
    judged = _judged(by_stream, judge, found)
    findings = found.all() if history.decidable else ()
    notes = [*history.notes, *judge.notes]
    if len(judged) < len(by_stream):
        notes.append(f"out of time: {len(by_stream) - len(judged)} streams were not judged")
    answered = any(one.outcome in {Outcome.OK, Outcome.REFUSED} for one in history.operations)
    if not answered:
        notes.append("no command was answered with 200, 400 or 404: nothing to judge")
    undecided = len(judged) < len(by_stream) or not answered or not history.decidable
    explaining = () if findings else _explaining(common_dialects(judged))
    decided: Counter[str] = sum((one.decided for one in judged), Counter[str]())
    probed = (probe for operations in by_stream.values() for probe in probes(operations, explaining))
    return CheckResult(
        verdict="broken" if findings else "undecided" if undecided else "kept",
        complete=history.complete,
        operations=len(history.operations),
        streams=len(by_stream),
        exercised=dict(sorted(decided.items())),
        dialects=_shown(explaining),
        interval_s=measured(probed, history.interval_ns),
        findings=findings,
        notes=tuple(notes),
    )


def _by_stream(operations: Iterable[Operation]) -> dict[Stream, list[Operation]]:
    by_object: dict[int, list[Operation]] = defaultdict(list)  # a reader uses one object for each stream
    for one in operations:
        by_object[id(one.stream)].append(one)
    by_stream: dict[Stream, list[Operation]] = defaultdict(list)
    for some in by_object.values():
        by_stream[some[0].stream] += some
    return by_stream


def _judged(by_stream: dict[Stream, list[Operation]], judge: Judge, findings: Findings) -> list[Judged]:
    """Judge the streams until time runs out, short ones first: what they rule out need not be searched in others."""
    judged: list[Judged] = []
    likely = ALL_DIALECTS
    for stream in sorted(by_stream, key=lambda stream: (len(by_stream[stream]), stream)):
        try:
            one = judge.judged(stream, by_stream[stream], likely)
        except OutOfTime:
            break
        judged.append(one)
        findings.add(one)
        likely = likely & one.dialects or likely
    return judged


def _explaining(common: int) -> tuple[Dialect, ...]:
    """Return the dialects of a bit set."""
    return tuple(one for number, one in enumerate(DIALECTS) if common >> number & 1)


def _shown(explaining: Sequence[Dialect]) -> tuple[Dialect, ...]:
    """Return each dialect once: an axis that cannot show takes its first value.

    It cannot show if each value of it explains as much as every other.
    """
    hidden = {
        axis: values[0]
        for axis, values in AXES.items()
        if all(_with(one, axis, value) in explaining for one in explaining for value in values)
    }
    return tuple(dict.fromkeys(replace(one, **hidden) for one in explaining))


def _with(dialect: Dialect, axis: str, value: str) -> Dialect:
    """Return *dialect* with another value on one axis; a refused STOP opens a window only where STOP is refused."""
    changed = replace(dialect, **{axis: value})
    return changed if changed.stop_while_idle == "refused" else replace(changed, refused_stop_restarts="no")
