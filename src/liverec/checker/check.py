"""The judgement of a whole history: one dialect must explain every stream."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

import numpy as np

from liverec.checker.findings import Findings, common_dialects
from liverec.checker.interval import measured
from liverec.checker.judge import Judge, Judged
from liverec.checker.layout import Layout
from liverec.checker.readings import ALL_DIALECTS, RULE_NAMES
from liverec.checker.result import CheckResult
from liverec.checker.sweep import Swept, sweep
from liverec.checker.terms import OutOfTime
from liverec.history import History
from liverec.model import AXES, DIALECTS, Dialect


def check(history: History, *, expired: Callable[[], bool] = lambda: False) -> CheckResult:
    """Judge *history*; *expired* says when to stop looking (then what is left is undecided)."""
    layout = Layout(history)
    swept = sweep(layout, history)
    judge = Judge(history, layout, expired)
    found = Findings(history, judge)
    judged = _judged(swept, judge, found)
    findings = found.all() if history.decidable else ()
    notes = [*history.notes, *judge.notes]
    if len(judged) < len(layout):
        notes.append(f"out of time: {len(layout) - len(judged)} streams were not judged")
    answered = layout.answered
    if not answered:
        notes.append("no command was answered with 200, 400 or 404: nothing to judge")
    undecided = len(judged) < len(layout) or not answered or not history.decidable
    explaining = () if findings else _explaining(common_dialects(judged))
    return CheckResult(
        verdict="broken" if findings else "undecided" if undecided else "kept",
        complete=history.complete,
        operations=len(history.operations),
        streams=len(layout),
        exercised=_exercised(layout, swept, judged),
        dialects=_shown(explaining),
        interval_s=measured(layout, explaining, history.interval_ns),
        findings=findings,
        notes=tuple(notes),
    )


def _judged(swept: Swept, judge: Judge, findings: Findings) -> list[Judged]:
    """Judge the streams until time runs out, those first that leave little to search.

    What they rule out need not be searched in others.
    """
    judged: list[Judged] = []
    likely = swept.common or ALL_DIALECTS
    left = [
        sum(stretch.beyond - stretch.first for stretch in swept.left.get(number, ()))
        for number in range(len(swept.dialects))
    ]
    dialects = swept.dialects.tolist()
    for number in sorted(range(len(left)), key=left.__getitem__):
        try:
            one = judge.judged(number, swept.left.get(number, ()), dialects[number], likely)
        except OutOfTime:
            break
        judged.append(one)
        findings.add(one)
        likely = likely & one.dialects or likely
    return judged


def _exercised(layout: Layout, swept: Swept, judged: Iterable[Judged]) -> dict[str, int]:
    """Count the answers that were decided by each rule."""
    found = Counter[str]()
    for one in judged:
        found += one.decided
        if one.searched:
            swept.decided[layout.heads[one.number] : layout.heads[one.number + 1]] = 0
    for rule, count in zip(RULE_NAMES, np.bincount(swept.decided, minlength=len(RULE_NAMES)).tolist(), strict=True):
        if rule and count:
            found[rule] += count
    return dict(sorted(found.items()))


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
