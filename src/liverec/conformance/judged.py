"""The run's history, judged: findings as violations, and what the probes measured."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from math import inf
from typing import Any

from liverec.checker import CheckResult, Finding, Probe, decisive_gap, gap_words
from liverec.conformance.repetition import Repetition
from liverec.conformance.trial import Trial
from liverec.conformance.verdicts import Undecided, Violation
from liverec.history import Action, History, Operation, Outcome, Stream

SECOND = 1e9
MOST_PROBES = 200  # in a report: of a START right after a STOP there may be thousands
# By which of the checker's rules a requirement is decided: a START long after a STOP is one of an idle stream, too.
_DECIDED_BY = {
    "recording/start": ("recording/start", "restart/after-interval"),
    "recording/stop": ("recording/stop",),
    "restart/too-soon": ("restart/too-soon",),
    "restart/after-interval": ("restart/after-interval",),
}


@dataclass(frozen=True, kw_only=True)
class JudgedHistory:
    """A history with the checker's result; ``repeated`` says by requirement what came of trying it again."""

    history: History
    result: CheckResult
    probes: tuple[Probe, ...]
    repeated: Mapping[str, Repetition] = field(default_factory=dict[str, Repetition])

    def expect(self, identifier: str) -> None:
        """Judge one requirement by the whole history.

        Raises:
            Violation: the checker found it broken; the witness is the evidence.
            Undecided: time ran out, or no operation could have broken it: lost, or too near the interval.
        """
        for finding in self.result.findings:
            if finding.requirement == identifier:
                raise self._violation(finding)
        if self.result.verdict == "undecided":
            raise Undecided("; ".join(self.result.notes) or "the history could not be judged")
        rules = _DECIDED_BY.get(identifier)
        if rules is not None and not any(self.result.exercised.get(rule) for rule in rules):
            raise Undecided("no command of this run was decided by this rule alone")

    def _violation(self, finding: Finding) -> Violation:
        """Return what is to be raised; the witness is the least that showed it."""
        repeated = self.repeated.get(finding.requirement)
        note = {} if repeated is None else {"note": repeated.words()}
        if repeated is None or repeated.least is None:
            return Violation(finding.requirement, finding.why, {**self.witness(finding), **note})
        least = repeated.least  # its times count from its own beginning, as in its file
        shown = replace(self, history=least.history).witness(least.finding)
        return Violation(finding.requirement, least.finding.why, {**shown, "streams": len(finding.streams), **note})

    def witness(self, finding: Finding) -> Mapping[str, Any]:
        """Return the finding's witness as evidence."""
        witness = sorted(finding.witness, key=lambda one: (one.invoked, one.file, one.index))
        gap = decisive_gap(finding.requirement, witness, self.history)
        return {
            **self.evidence(finding.why, *witness),
            "streams": len(finding.streams),
            "gap": None
            if gap is None
            else {
                "opened": witness.index(gap.opened),
                "start": witness.index(gap.start),
                "from_s": (gap.from_ns - self.history.earliest) / SECOND,
                "until_s": (gap.until_ns - self.history.earliest) / SECOND,
                "words": gap_words(gap, self.history),
            },
        }

    def evidence(self, why: str, *operations: Operation) -> Mapping[str, Any]:
        """Return operations as evidence, with times in seconds from the first record."""
        return {
            "kind": "witness",
            "stream": ", ".join(dict.fromkeys(str(one.stream) for one in operations)),
            "why": why,
            "operations": [self.operation(one) for one in operations],
        }

    def restarts_refused_after(self, gap_ns: int) -> Iterator[tuple[Operation, Operation]]:
        """Yield each START refused at least *gap_ns* after an accepted STOP, with no other answer in between."""
        stopped: dict[Stream, Operation] = {}
        starts_end: dict[Stream, float] = defaultdict(lambda: -inf)  # what raced a START may have been undone by it
        refused: dict[Stream, tuple[Operation, Operation]] = {}  # with the STOP; others may still have been under way
        for one in sorted(self.history.operations, key=lambda one: one.invoked):
            before = stopped.get(one.stream)
            if one.outcome in {Outcome.OK, Outcome.INFO}:
                found = refused.pop(one.stream, None)
                if found is not None and one.invoked > (found[1].completed or one.invoked):
                    yield found
                stopped.pop(one.stream, None)
                if one.action is Action.START:
                    ended = one.completed if one.outcome is Outcome.OK else None
                    starts_end[one.stream] = max(starts_end[one.stream], inf if ended is None else ended)
                elif one.outcome is Outcome.OK and starts_end[one.stream] < one.invoked:
                    stopped[one.stream] = one
            elif before is not None and _refused_after(before, one, gap_ns):
                refused.setdefault(one.stream, (before, one))
            elif one.outcome is Outcome.REFUSED:  # it may have opened a window, or be carried out later
                stopped.pop(one.stream, None)
                if one.action is Action.START:
                    starts_end[one.stream] = max(starts_end[one.stream], one.completed or inf)
        yield from refused.values()

    def following(self, one: Operation) -> Operation | None:
        """Return what was asked of the same stream next, after *one* was answered."""
        answered = one.completed or one.invoked
        return next((other for other in self.by_stream[one.stream] if other.invoked > answered), None)

    def operation(self, one: Operation) -> Mapping[str, Any]:
        """Return one operation as evidence."""
        return {
            "process": one.process,
            "stream": str(one.stream),
            "action": one.action.value,
            "invoked_s": (one.invoked - self.history.earliest) / SECOND,
            "completed_s": None if one.completed is None else (one.completed - self.history.earliest) / SECOND,
            "outcome": one.outcome.value,
            "status": one.status,
            "error_code": one.error_code,
            "request_id": one.request_id,
            "index": one.index,
        }

    def dialect(self) -> dict[str, str]:
        """Return each axis with the value that every explaining dialect has, or the values it may have."""
        read = [asdict(one) for one in self.result.dialects]
        return {axis: " or ".join(dict.fromkeys(one[axis] for one in read)) for axis in (read[0] if read else {})}

    @cached_property
    def by_stream(self) -> dict[Stream, list[Operation]]:
        """Return the operations about each stream, in the order of their invocation."""
        return operations_by_stream(self.history)


def operations_by_stream(history: History) -> dict[Stream, list[Operation]]:
    """Return the operations about each stream, in the order of their invocation."""
    found: dict[Stream, list[Operation]] = defaultdict(list)
    for one in sorted(history.operations, key=lambda one: one.invoked):
        found[one.stream].append(one)
    return found


def _refused_after(stopped: Operation, one: Operation, gap_ns: int) -> bool:
    refused = one.action is Action.START and one.outcome is Outcome.REFUSED
    return refused and one.invoked - (stopped.completed or stopped.invoked) >= gap_ns


def timelines(trial: Trial, judged: JudgedHistory) -> tuple[Mapping[str, Any], ...]:
    """Return what the report draws: one timeline for each named schedule, times in seconds from the first record."""
    drawn: list[Mapping[str, Any]] = []
    by_stream = judged.by_stream
    for one in (one for one in trial.assigned if one.schedule.drawn):
        operations = [judged.operation(operation) for operation in by_stream[one.stream]]
        stops = [each for each in operations if each["action"] == "STOP" and each["outcome"] == Outcome.OK.value]
        window = None
        if stops and stops[0]["completed_s"] is not None:
            opened = stops[0]["completed_s"]
            window = {"from_s": opened, "until_s": opened + judged.history.interval_ns / SECOND}
        drawn.append(
            {
                "title": one.schedule.title,
                "requirement": "",
                "stream": str(one.stream),
                "wait_window": window,
                "operations": operations,
            }
        )
    return tuple(drawn)


def probes_as_evidence(probes: Iterable[Probe], interval_ns: int) -> list[dict[str, Any]]:
    """Return the *probes* nearest to the interval, ready for JSON; those are certain that lie on one side of it."""
    nearest = sorted(
        probes, key=lambda probe: min(abs(probe.gap_from - interval_ns), abs(probe.gap_until - interval_ns))
    )
    return [
        {
            "gap_from_s": probe.gap_from / SECOND,
            "gap_until_s": probe.gap_until / SECOND,
            "accepted": probe.accepted,
            "certain": probe.gap_until <= interval_ns or probe.gap_from > interval_ns,
        }
        for probe in nearest[:MOST_PROBES]
    ]
