"""The judgement of a whole history: one dialect must explain every stream."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from liverec.checker.interval import measured, probes
from liverec.checker.ordering import order
from liverec.checker.result import CheckResult, Finding
from liverec.checker.search import Explained, OutOfTime, Terms, explain
from liverec.checker.witness import smallest, weakened
from liverec.checker.wording import reason, reason_for_one_reading
from liverec.checker.zone import Limits
from liverec.history import History, Operation, Outcome, Stream
from liverec.model import AXES, CHANGING, DIALECTS, Dialect, Forgiven

ONE_READING = "consistency/one-reading"
_ALL_DIALECTS = CHANGING - 1


def check(history: History, *, expired: Callable[[], bool] = lambda: False) -> CheckResult:
    """Judge *history*; *expired* says when to stop looking (then what is left is undecided)."""
    return _Check(history, expired).result()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judged:
    stream: Stream
    operations: tuple[Operation, ...]
    explained: Explained


class _Check:
    """One judgement: the streams of a history, and the terms they share."""

    def __init__(self, history: History, expired: Callable[[], bool]) -> None:
        self._history = history
        self._expired = expired
        self._notes = list(history.notes)
        self._terms = Terms(
            limits=Limits.of(history.interval_ns, history.resolution_ns),
            initial=history.initial,
            earliest=history.earliest,
            interruptions=history.interruptions,
        )
        by_stream: dict[Stream, list[Operation]] = defaultdict(list)
        for one in history.operations:
            by_stream[one.stream].append(one)
        self._by_stream = dict(sorted(by_stream.items()))

    def result(self) -> CheckResult:
        notes = self._notes
        judged: list[_Judged] = []
        for stream, operations in self._by_stream.items():
            try:
                explained = self._explain(operations)
            except OutOfTime:
                notes.append(f"out of time: {len(self._by_stream) - len(judged)} streams were not judged")
                break
            judged.append(_Judged(stream=stream, operations=tuple(operations), explained=explained))
        findings = self._findings(judged) if self._history.decidable else ()
        answered = any(one.outcome in {Outcome.OK, Outcome.REFUSED} for one in self._history.operations)
        if not answered:
            notes.append("no command was answered with 200, 400 or 404: nothing to judge")
        undecided = len(judged) < len(self._by_stream) or not answered or not self._history.decidable
        explaining = () if findings else _explaining(one.explained for one in judged)
        decided: Counter[str] = sum((one.explained.decided for one in judged), Counter[str]())
        found = [probe for one in self._by_stream.values() for probe in probes(one, explaining)]
        return CheckResult(
            verdict="broken" if findings else "undecided" if undecided else "kept",
            complete=self._history.complete,
            operations=len(self._history.operations),
            streams=len(self._by_stream),
            exercised=dict(sorted(decided.items())),
            dialects=_shown(explaining),
            interval_s=measured(found, self._history.interval_ns),
            findings=findings,
            notes=tuple(notes),
        )

    def _explain(self, operations: Sequence[Operation]) -> Explained:
        """Search the dialects; the changing reading, which allows most, only where none of them explains anything."""
        ordering = order(operations, self._history.clock_bounds)
        explained = explain(ordering, replace(self._terms, readings=_ALL_DIALECTS), self._expired)
        if explained.readings:
            return replace(explained, readings=explained.readings | CHANGING)
        try:
            return explain(ordering, replace(self._terms, readings=CHANGING), self._expired)
        except OutOfTime:
            self._notes.append(
                "out of time: no dialect explains a stream, a changing reading was not searched to the end"
            )
            return replace(explained, readings=CHANGING)

    def _readings(self, operations: Sequence[Operation], asked: int, forgiven: Forgiven | None = None) -> int:
        """Return which of the readings *asked* about explain *operations*."""
        terms = replace(self._terms, forgiven=forgiven, readings=asked)
        return explain(order(operations, self._history.clock_bounds), terms, self._expired).readings

    def _findings(self, judged: Sequence[_Judged]) -> tuple[Finding, ...]:
        broken = [one for one in judged if not one.explained.readings & CHANGING]
        by_rule: dict[str, list[_Judged]] = defaultdict(list)
        for one in broken:
            by_rule[self._broken_rule(one.operations)].append(one)
        findings = [self._page_alone(rule, by_rule[rule]) for rule in sorted(by_rule, key=_rule_order)]
        whole = [one for one in judged if one.explained.readings & CHANGING]
        if whole and not _common(one.explained for one in whole):
            findings.append(self._one_reading(whole))
        return tuple(findings)

    def _broken_rule(self, operations: Sequence[Operation]) -> str:
        """Name the rule whose waiving explains the stream as far as it goes, or else its witness."""
        evidence = self._until_failure(operations)
        try:
            rule = self._waived(evidence) or self._waived(weakened(evidence, frozenset(self._witness(evidence))))
        except OutOfTime:
            rule = None
        return (rule or next(iter(Forgiven))).value

    def _waived(self, evidence: Sequence[Operation]) -> Forgiven | None:
        return next((rule for rule in Forgiven if self._readings(evidence, CHANGING, rule)), None)

    def _witness(self, evidence: Sequence[Operation]) -> tuple[Operation, ...]:
        return smallest(
            [one for one in evidence if one.completed is not None],
            lambda kept: not self._readings(weakened(evidence, kept), CHANGING),
        )

    def _until_failure(self, operations: Sequence[Operation]) -> list[Operation]:
        """Take away the answers that came after the first cluster that no reading explains."""
        ordering = order(operations, self._history.clock_bounds)
        try:
            failed_at = explain(ordering, replace(self._terms, readings=CHANGING), self._expired).failed_at
        except OutOfTime:
            failed_at = None
        kept = [call.operation for call in ordering.answered[: None if failed_at is None else failed_at + 1]]
        return weakened(operations, frozenset(kept))

    def _page_alone(self, rule: str, broken: Sequence[_Judged]) -> Finding:
        shortest = min(broken, key=lambda one: len(one.operations))
        witness = self._witness(self._until_failure(shortest.operations))
        return Finding(
            requirement=rule,
            page_alone="broken",
            streams=tuple(one.stream for one in broken),
            witness=witness,
            why=reason(rule, witness, self._history),
        )

    def _one_reading(self, whole: Sequence[_Judged]) -> Finding:
        chosen = _covering(whole)
        answered = [one for each in chosen for one in self._answered_in_order(each.operations)]

        def unexplained(kept: frozenset[Operation]) -> bool:
            common = _ALL_DIALECTS
            for each in chosen:
                common = self._readings(weakened(each.operations, kept), common) if common else 0
            return not common

        witness = smallest(answered, unexplained)
        return Finding(
            requirement=ONE_READING,
            page_alone="kept",
            streams=tuple(dict.fromkeys(one.stream for one in witness)),
            witness=witness,
            why=reason_for_one_reading(witness, self._history),
        )

    def _answered_in_order(self, operations: Sequence[Operation]) -> list[Operation]:
        return [call.operation for call in order(operations, self._history.clock_bounds).answered]


def _rule_order(rule: str) -> int:
    return [one.value for one in Forgiven].index(rule)


def _common(explained: Iterable[Explained]) -> int:
    common = _ALL_DIALECTS
    for one in explained:
        common &= one.readings
    return common


def _covering(whole: Sequence[_Judged]) -> list[_Judged]:
    """Choose few streams that together rule out every dialect: one if possible, two, or greedily more."""
    by_readings: dict[int, _Judged] = {}
    for one in sorted(whole, key=lambda one: len(one.operations)):
        by_readings.setdefault(one.explained.readings & _ALL_DIALECTS, one)
    if 0 in by_readings:
        return [by_readings[0]]
    pairs = [
        (len(one.operations) + len(other.operations), number)
        for number, (one, other) in enumerate(_pairs(list(by_readings.values())))
        if not one.explained.readings & other.explained.readings & _ALL_DIALECTS
    ]
    if pairs:
        return list(_pairs(list(by_readings.values()))[min(pairs)[1]])
    chosen: list[_Judged] = []
    left = _ALL_DIALECTS
    while left:
        best = min(by_readings, key=lambda readings: (left & readings).bit_count())
        chosen.append(by_readings[best])
        left &= best
    return chosen


def _pairs(judged: Sequence[_Judged]) -> list[tuple[_Judged, _Judged]]:
    return [(one, other) for position, one in enumerate(judged) for other in judged[position + 1 :]]


def _explaining(explained: Iterable[Explained]) -> tuple[Dialect, ...]:
    """Return each dialect that explains every stream."""
    common = _common(explained)
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
