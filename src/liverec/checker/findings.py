"""What a history breaks, each with its witness."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from liverec.checker.evidence import Evidence
from liverec.checker.judge import Judge, Judged
from liverec.checker.moves import REFUSED
from liverec.checker.readings import ALL_DIALECTS
from liverec.checker.result import Finding
from liverec.checker.terms import OutOfTime
from liverec.checker.witness import Place, enough_of, smallest, without_spare
from liverec.checker.wording import Step, reason, reason_for_one_reading
from liverec.history import History, Operation
from liverec.model import CHANGING, Forgiven

ONE_READING = "consistency/one-reading"
_MOST_COMPLETED = 50_000  # operations searched again to find the fewest streams that contradict each other
_STOP = 1
_MOST_WAIVED = 2_000  # answers searched again to name the rule; where there are more, the witness alone


class Findings:
    """Turns what is known of the streams, the short ones first, into findings.

    What is found is traced to its witness at once: later there may be no time for it.
    """

    def __init__(self, history: History, judge: Judge) -> None:
        self._history = history
        self._judge = judge
        self._layout = judge.layout
        self._whole: list[Judged] = []
        self._broken: dict[Forgiven, list[Judged]] = defaultdict(list)
        self._witnesses: dict[Forgiven, list[Operation]] = {}
        self._contradiction: list[Step] = []  # the first one that is found within one stream

    def add(self, known: Judged) -> None:
        """Take one more stream."""
        if not known.dialects and known.certain:
            if self._length(known) > _MOST_WAIVED:
                self._contradict(known)
            known = self._judge.settled(known)
        if not known.whole:
            self._break(known)
            return
        self._whole.append(known)
        if not known.dialects:
            self._contradict(known)

    def all(self) -> tuple[Finding, ...]:
        """Return the findings: first the broken rules, then what no single dialect explains."""
        self._attribute()
        findings = [self._page_alone(rule) for rule in Forgiven if rule in self._broken]
        if self._broken:
            self._ask_further()
        if self._whole and not common_dialects(self._whole):
            findings.append(self._one_reading())
        return tuple(findings)

    def _ask_further(self) -> None:
        """Ask about what only a broken stream had ruled out: it says nothing about the others."""
        common = common_dialects(self._whole)
        try:
            for number, one in enumerate(self._whole):
                if common & ~one.asked:
                    self._whole[number] = self._judge.completed(one)
                    common &= self._whole[number].dialects
        except OutOfTime:
            pass

    # A rule of the page: not even a changing reading explains the stream.

    def _break(self, broken: Judged) -> None:
        evidence, enough = self._shown(broken)
        rule, kept = self._broken_rule(evidence, enough)
        self._broken[rule].append(broken)
        if rule not in self._witnesses:
            self._witnesses[rule] = [
                self._layout.operation(evidence.rows[position]) for position in self._witness(evidence, kept)
            ]

    def _attribute(self) -> None:
        """One cause explains what it can: a rule is no finding if another that is broken explains all its streams."""
        for rule in [rule for rule in Forgiven if rule in self._broken]:
            streams = self._broken.pop(rule)
            causes = [other for other in Forgiven if other in self._broken]
            cause = next((other for other in causes if self._explains(other, streams)), rule)
            self._broken[cause] += streams

    def _explains(self, rule: Forgiven, streams: Sequence[Judged]) -> bool:
        try:
            return all(one.enough <= _MOST_WAIVED and self._waives(rule, *self._shown(one)) for one in streams)
        except OutOfTime:
            return False

    def _shown(self, broken: Judged) -> tuple[Evidence, Sequence[int]]:
        """Return what is known of a stream, and the answers that are enough to show it broken."""
        evidence = self._layout.of_stream(broken.number)
        return evidence, evidence.answered()[: broken.enough]

    def _page_alone(self, rule: Forgiven) -> Finding:
        witness = self._witnesses[rule]
        return Finding(
            requirement=rule.value,
            page_alone="broken",
            streams=tuple(sorted(self._layout.streams[one.number] for one in self._broken[rule])),
            witness=tuple(witness),
            why=reason(rule.value, witness, self._history),
        )

    def _broken_rule(self, evidence: Evidence, kept: Sequence[int]) -> tuple[Forgiven, Sequence[int]]:
        """Name the rule whose waiving explains the stream as far as it goes, or else its witness; and which of them."""
        if len(kept) <= _MOST_WAIVED:
            rule = self._waived(evidence, kept)
            if rule is not None:
                return rule, kept
        witness = self._witness(evidence, kept)
        last = max(witness, key=lambda position: evidence.completed[position])
        return self._waived(evidence, witness) or _rule_against(evidence.kinds[last]), witness

    def _waived(self, evidence: Evidence, kept: Sequence[int]) -> Forgiven | None:
        try:
            return next((rule for rule in Forgiven if self._waives(rule, evidence, kept)), None)
        except OutOfTime:
            return None

    def _waives(self, rule: Forgiven, evidence: Evidence, kept: Sequence[int]) -> bool:
        """Whether the answers *kept* are explained but for this rule."""
        return bool(self._judge.explained(evidence, CHANGING, kept=kept, forgiven=rule).readings)

    def _witness(self, evidence: Evidence, kept: Sequence[int]) -> list[int]:
        def unexplained(chosen: frozenset[Place]) -> bool:
            positions = [position for _, position in chosen]
            return not self._judge.explained(evidence, CHANGING, kept=positions).readings

        places = [(0, position) for position in kept]
        enough = enough_of(places, [evidence.kinds[position] for position in kept], unexplained)
        return [position for _, position in smallest(places, enough, unexplained)]

    # One reading: each stream may be explained by some reading, but no dialect explains them all.

    def _one_reading(self) -> Finding:
        steps = self._contradiction or self._against(self._covering(self._completed()))
        witness = [step.operation for step in steps]
        return Finding(
            requirement=ONE_READING,
            page_alone="kept",
            streams=tuple(dict.fromkeys(one.stream for one in witness)),
            witness=tuple(witness),
            why=reason_for_one_reading(steps, self._history, excused=all(one.certain for one in self._whole)),
        )

    def _contradict(self, known: Judged) -> None:
        if not self._contradiction:
            self._contradiction = self._against([known])

    def _against(self, chosen: Sequence[Judged]) -> list[Step]:
        """Return the fewest operations of the streams *chosen* that rule out every dialect, step by step."""
        evidence = [self._layout.of_stream(one.number) for one in chosen]

        def unexplained(kept: frozenset[Place]) -> bool:
            common = self._judge.allowed
            for number, each in enumerate(evidence):
                positions = [position for which, position in kept if which == number]
                if positions and common:
                    common = self._judge.explained(each, common, kept=positions).readings
            return not common

        answered = [(number, position) for number, each in enumerate(evidence) for position in each.answered()]
        try:
            enough = self._against_each(chosen, evidence)
        except OutOfTime:
            enough = answered
        witness = smallest(answered, enough, unexplained)
        return [self._step(evidence[number], number, position, witness) for number, position in witness]

    def _step(self, evidence: Evidence, number: int, position: int, witness: Sequence[Place]) -> Step:
        """Say what the stream's operations in the witness, up to this one, leave of the readings."""
        kept = [earlier for which, earlier in witness if which == number and earlier <= position]
        try:
            readings = self._judge.explained(evidence, self._judge.allowed, kept=kept).readings
        except OutOfTime:
            readings = None
        return Step(self._layout.operation(evidence.rows[position]), readings)

    def _completed(self) -> list[Judged]:
        """Ask about all dialects where that is no great work: the more is known, the fewer streams are needed."""
        known: list[Judged] = []
        work = 0
        for one in self._whole:
            work += self._length(one)
            try:
                known.append(self._judge.completed(one) if work <= _MOST_COMPLETED else one)
            except OutOfTime:
                known.append(one)
        return known

    def _against_each(self, chosen: Sequence[Judged], evidence: Sequence[Evidence]) -> list[Place]:
        """Return operations that together rule out every dialect: of each, as few as are easily found.

        Raises:
            OutOfTime: the deadline passed.
        """
        against: set[Place] = set()
        left = self._judge.allowed
        for number, (known, each) in enumerate(zip(chosen, evidence, strict=True)):
            answered = each.answered()
            for readings, enough in self._judge.explained(each, left & ~known.dialects).fallen:

                def unexplained(kept: frozenset[Place], each: Evidence = each, readings: int = readings) -> bool:
                    positions = [position for _, position in kept]
                    return not self._judge.explained(each, readings, kept=positions).readings

                places = [(number, position) for position in answered[:enough]]
                kinds = [each.kinds[position] for _, position in places]
                against.update(without_spare(enough_of(places, kinds, unexplained), unexplained))
            left &= known.dialects
        return sorted(against)

    def _covering(self, whole: Sequence[Judged]) -> list[Judged]:
        """Choose few streams that together rule out every dialect: one if possible, two, or greedily more."""
        by_dialects: dict[int, Judged] = {}
        for one in sorted(whole, key=self._length):
            by_dialects.setdefault(one.dialects, one)
        if 0 in by_dialects:
            return [by_dialects[0]]
        pairs = [
            (one, other)
            for number, one in enumerate(by_dialects.values())
            for other in list(by_dialects.values())[number + 1 :]
            if not one.dialects & other.dialects
        ]
        if pairs:
            return list(min(pairs, key=lambda pair: sum(map(self._length, pair))))
        chosen: list[Judged] = []
        left = self._judge.allowed
        while left:
            best = min(by_dialects, key=lambda dialects: (left & dialects).bit_count())
            chosen.append(by_dialects[best])
            left &= best
        return chosen

    def _length(self, known: Judged) -> int:
        return self._layout.length(known.number)


def common_dialects(judged: Iterable[Judged]) -> int:
    """Return the dialects that none of the streams rules out."""
    common = ALL_DIALECTS
    for one in judged:
        common &= one.dialects
    return common


def _rule_against(kind: int) -> Forgiven:
    """Name the rule that an answer which nothing explains is most likely against."""
    if kind % REFUSED == _STOP:
        return Forgiven.STOP
    return Forgiven.TOO_SOON if kind < REFUSED else Forgiven.AFTER_INTERVAL
