"""The judgement of a whole history: one dialect must explain every stream."""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

import numpy as np

from liverec.checker.companion import LOOKS, OPERATIONS_A_LOOK, Companion
from liverec.checker.deadline import Deadline
from liverec.checker.findings import Findings, common_dialects
from liverec.checker.interval import measured
from liverec.checker.judge import Judge, Judged
from liverec.checker.layout import Layout
from liverec.checker.readings import RULE_NAMES
from liverec.checker.result import CheckResult
from liverec.checker.sweep import Swept, sweep
from liverec.checker.terms import OutOfTime
from liverec.history import History
from liverec.model import AXES, DIALECTS, Dialect

_MORE = 4  # times as many looks at the deadline in the next round
_MOST_NAMED = 3


def check(
    history: History,
    *,
    expired: Callable[[], bool] = lambda: False,
    progress: Callable[[int, int], None] = lambda _judged, _of: None,
    cores: int = 1,
) -> CheckResult:
    """Judge *history*; *expired* says when to stop looking (then what is left is undecided).

    *progress* is told, again and again, how many streams are judged, of how many. With two *cores* or more, a second
    process searches some of the streams if there is enough to search.
    """
    layout = Layout(history)
    swept = sweep(layout, history)
    deadline = Deadline(expired)
    judge = Judge(history, layout, deadline)
    found = Findings(history, judge)
    judged, late = _judged(swept, judge, found, deadline, progress, cores=cores)
    findings = found.all() if history.decidable else ()
    notes = [*history.notes, *judge.notes]
    if late:
        notes.append(_out_of_time(late, layout))
    answered = layout.answered
    if not answered:
        notes.append("no command was answered with 200, 400 or 404: nothing to judge")
    undecided = late or not answered or not history.decidable
    explaining = () if findings else _explaining(common_dialects(judged) & judge.allowed)
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


def _judged(
    swept: Swept,
    judge: Judge,
    findings: Findings,
    deadline: Deadline,
    progress: Callable[[int, int], None],
    *,
    cores: int,
) -> tuple[list[Judged], list[int]]:
    """Judge the streams until time runs out; return what was found, and the numbers of those that were not judged.

    First come those that leave little to search: what they rule out need not be searched in others. One that takes
    long waits until all others are judged, and then gets more time, round by round.
    """
    judged: list[Judged] = []
    likely = swept.common & judge.allowed or judge.allowed
    dialects = (swept.dialects & judge.allowed).tolist()
    left = [
        sum(stretch.beyond - stretch.first for stretch in swept.left.get(number, ())) for number in range(len(dialects))
    ]
    waiting, more = sorted(range(len(left)), key=left.__getitem__), 1
    given = waiting if cores > 1 else ()
    with Companion(judge.layout, swept, judge.terms, given, likely) as companion:
        while waiting and not deadline.over():
            late, before = list[int](), len(judged)
            for number in waiting:
                deadline.allow(more * LOOKS + left[number] / OPERATIONS_A_LOOK if len(waiting) > 1 else math.inf)
                try:
                    found = companion.found(number, likely)
                    one = judge.judged(number, swept.left.get(number, ()), dialects[number], likely, found)
                except OutOfTime:
                    late.append(number)
                    continue
                judged.append(one)
                likely = likely & one.dialects or likely
                progress(len(judged), len(left))
            deadline.allow()
            for one in judged[before:]:
                findings.add(one)
            waiting, more = late, _MORE * more
    return judged, waiting


def _out_of_time(late: Sequence[int], layout: Layout) -> str:
    named = ", ".join(str(layout.streams[number]) for number in late[:_MOST_NAMED])
    more = ", ..." if len(late) > _MOST_NAMED else ""
    return f"out of time: {len(late)} of {len(layout)} streams were not judged: {named}{more}"


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
