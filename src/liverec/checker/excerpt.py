"""A finding cut out of its history: the witness, and of all else what could explain it most likely."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import replace

from liverec.checker.check import check
from liverec.checker.result import Finding
from liverec.history import Action, History, Operation, Outcome, Stream

_BETWEEN = 3  # lost effects of an action that are kept for each answer: enough for STOP, START, STOP in between


def excerpt(history: History, finding: Finding, *, expired: Callable[[], bool] = lambda: False) -> History | None:
    """Return a small part of *history* that shows *finding* by itself; None if there is none, or no time to tell.

    It holds the witness as it is. All other operations of its streams have lost their answers: they may have happened,
    with any answer. Of those only some are kept, the earliest, which may have happened at most moments: all of them
    could not explain the witness either. If that does not show the finding (with them goes what a process did first,
    where times are equal), it holds the streams as they are.
    """
    streams = {one.stream for one in finding.witness}
    everything = tuple(
        one for one in history.operations if one.stream in streams and one.outcome is not Outcome.TURNED_AWAY
    )
    for operations in (_weakened(everything, finding.witness), everything):
        if history.initial == "unknown":  # what was before rests on when the run began
            first = min(history.operations, key=lambda one: one.invoked)
            operations = (*operations, _without_answer(first)) if first not in operations else operations  # noqa: PLW2901
        part = _part(history, operations)
        if any(one.requirement == finding.requirement for one in check(part, expired=expired).findings):
            return part
    return None


def _weakened(everything: Iterable[Operation], witness: tuple[Operation, ...]) -> tuple[Operation, ...]:
    last = max(one.invoked if one.completed is None else one.completed for one in witness)
    most = _BETWEEN * (len(witness) + 1)
    others: dict[tuple[Stream, Action], list[Operation]] = defaultdict(list)
    for one in sorted(set(everything) - set(witness), key=lambda one: one.invoked):
        kept = others[one.stream, one.action]
        if len(kept) < most and one.invoked <= last:
            kept.append(_without_answer(one))
    return (*witness, *(one for kept in others.values() for one in kept))


def _without_answer(one: Operation) -> Operation:
    return replace(one, outcome=Outcome.INFO, completed=None, status=None, error_code=None, request_id=None)


def _part(history: History, operations: Iterable[Operation]) -> History:
    """Return *history* with these operations alone, numbered anew: a process ends with an operation without answer."""
    one_file = not any(history.clock_bounds.values())
    ordered = sorted(operations, key=lambda one: (one.invoked, one.file, one.index))
    last = {(one.file, one.process): number for number, one in enumerate(ordered)}
    processes: dict[tuple[str, int, int | None], int] = {}
    numbered: list[Operation] = []
    for number, one in enumerate(ordered):
        retired = one.completed is None and last[one.file, one.process] != number
        process = processes.setdefault((one.file, one.process, number if retired else None), len(processes))
        numbered.append(replace(one, process=process, file="" if one_file else one.file))
    bounds = {one.file: history.clock_bounds.get(one.file, 0) for one in numbered}
    return replace(
        history,
        operations=tuple(numbered),
        earliest=min(one.invoked for one in numbered),
        clock_bounds=bounds,
        complete=True,
        decidable=True,
        notes=(),
    )
