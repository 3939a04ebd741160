"""Trying again what schedules showed, on streams that nobody used: does it recur, and what is the least to show it?"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial

from liverec.checker import Finding, check
from liverec.checker.excerpt import excerpt
from liverec.conformance.budget import LONG
from liverec.conformance.judged import JudgedHistory, operations_by_stream
from liverec.conformance.pace import Assigned, last_moment
from liverec.conformance.repetition import Repetition, Shown
from liverec.conformance.schedule import Schedule
from liverec.conformance.scheduled import send_due
from liverec.conformance.trial import Trial
from liverec.conformance.variants import AS_IT_WAS, as_it_was, parts
from liverec.conformance.verdicts import Undecided
from liverec.history import History, Operation
from liverec.history.copy import as_file

MOST_FINDINGS = 3
_FIRST_LANE = 100_000  # process numbers apart from those of the schedules
_LONGEST = 2.6  # restart intervals that a repetition may take
_ROUNDS = 5  # where time allows: each begins with the least of the one before it


def try_again(trial: Trial, judged: JudgedHistory, read: Callable[[], History]) -> Mapping[str, Repetition]:
    """Try the first findings that schedules showed again, all in one window; return what came of it, by requirement.

    *read* reads the history anew. Where time allows, the least that shows a finding is made smaller, several times.
    """
    found = dict(_repeatable(trial, judged))
    repetitions = {identifier: Repetition() for identifier in found}
    rounds = _ROUNDS if trial.exact or trial.budget.name == LONG.name else 1
    with suppress(Undecided):
        for number in range(rounds):
            plans = {identifier: _plan(one, whole=number == 0) for identifier, one in found.items()}
            sent = list(_assigned(trial, plans, repetitions))
            if not sent:
                break
            assigned = [one for _, one in sent]
            trial.assigned += assigned
            trial.pace.carry_out(assigned, partial(send_due, trial, first_lane=_FIRST_LANE * (number + 1)))
            history = read()
            by_stream = operations_by_stream(history)
            for identifier, one in sent:
                shown = _shown(identifier, _alone(history, by_stream[one.stream]))
                repetitions[identifier].note(shown, whole=one.schedule.title == AS_IT_WAS)
            found = _smaller(found, repetitions)
    trial.notes += [f"{identifier}: {one.words()}" for identifier, one in repetitions.items()]
    return repetitions


def violations(judged: JudgedHistory, seconds: float) -> Iterator[bytes]:
    """Yield a history file for each broken requirement, the least that shows it by itself, for about *seconds*."""
    deadline = time.monotonic() + seconds
    first = dict[str, Finding]()
    for finding in judged.result.findings:
        first.setdefault(finding.requirement, finding)
    for finding in first.values():
        repetition = judged.repeated.get(finding.requirement)
        least = repetition.least if repetition is not None else None
        expired = partial(_passed, deadline)
        part = least.history if least is not None else excerpt(judged.history, finding, expired=expired)
        if part is not None:
            yield as_file(part, part.operations[0].file)


def _passed(deadline: float) -> bool:
    return time.monotonic() > deadline


def _repeatable(trial: Trial, judged: JudgedHistory) -> Iterator[tuple[str, Shown]]:
    """Yield the findings that one stream shows, if it was a schedule's, each with that stream's operations."""
    scheduled = {one.stream for one in trial.assigned if not one.schedule.keyed}
    by_stream = judged.by_stream
    seen = set[str]()
    for finding in judged.result.findings:
        streams = {one.stream for one in finding.witness}
        if len(streams) == 1 and streams <= scheduled and finding.requirement not in seen and len(seen) < MOST_FINDINGS:
            seen.add(finding.requirement)
            yield finding.requirement, Shown(finding=finding, history=_alone(judged.history, by_stream[streams.pop()]))


def _plan(shown: Shown, *, whole: bool) -> tuple[Schedule, ...]:
    """Return parts of what showed a finding, and all of it, too, if *whole*."""
    story, witness = shown.history.operations, shown.finding.witness
    return (*(as_it_was(story, witness) if whole else ()), *parts(story, witness))


def _assigned(
    trial: Trial, plans: Mapping[str, Sequence[Schedule]], repetitions: Mapping[str, Repetition]
) -> Iterator[tuple[str, Assigned]]:
    """Yield each schedule with a stream, or say why there is none."""
    for identifier, plan in plans.items():
        short = [one for one in plan if last_moment([one]) <= _LONGEST * trial.document.interval_ns]
        if trial.thin or trial.streams.free < len(short):
            repetitions[identifier].left_out = "the target has a quota" if trial.thin else "there are too few streams"
            continue
        for schedule in short:
            yield identifier, Assigned(schedule=schedule, stream=trial.streams.recordable(fresh=True))


def _smaller(found: Mapping[str, Shown], repetitions: Mapping[str, Repetition]) -> dict[str, Shown]:
    """Return what shows a finding with less than before."""
    least = {identifier: repetitions[identifier].least for identifier in found}
    return {identifier: one for identifier, one in least.items() if one is not None and one is not found[identifier]}


def _alone(history: History, operations: Sequence[Operation]) -> History:
    """Return one stream's operations as a history of its own."""
    earliest = min((one.invoked for one in operations), default=0)
    return replace(history, operations=tuple(operations), earliest=earliest, complete=True, decidable=True, notes=())


def _shown(identifier: str, history: History) -> Shown | None:
    """Return the finding about this requirement, if the history shows it by itself."""
    findings = check(history).findings
    return next((Shown(finding=one, history=history) for one in findings if one.requirement == identifier), None)
