"""Variants of what was asked of a stream: as it was, and with less, to find the least that still shows a violation."""

from collections.abc import Collection, Sequence
from itertools import pairwise

from liverec.conformance.schedule import Schedule, Step, at
from liverec.history import Action, Operation, Outcome

AS_IT_WAS = "as it was"
A_PART = "a part of it"
_TIMES = 4
_MOST_PARTS = 14
_APART = at(0.02)  # so that no variant waits for another
_FIRST = at(0.2)
_SOON = at(0.3)


def as_it_was(story: Sequence[Operation], witness: Collection[Operation]) -> tuple[Schedule, ...]:
    """Return schedules for streams that nobody used that ask what *story* did until the *witness* was seen."""
    return tuple(_schedule(AS_IT_WAS, _steps(_until(story, witness)), number) for number in range(_TIMES))


def parts(story: Sequence[Operation], witness: Collection[Operation]) -> tuple[Schedule, ...]:
    """Return schedules that ask less than *story* did, the smallest first.

    One command is left out, or all before a START, or all but a START and the *witness*. Gaps stay what they were, but
    for the time between such a START and the witness, which may have been long.
    """
    whole, shown = _until(story, witness), tuple(sorted(witness, key=lambda one: one.invoked))
    found: dict[tuple[Step, ...], None] = {}
    for place, one in enumerate(whole):
        found[_steps(whole[:place] + whole[place + 1 :])] = None
        if one.action is Action.START and one.outcome is Outcome.OK and one.invoked <= shown[0].invoked:
            found[_steps(whole[place:])] = None
            found[_steps(shown if one in shown else (one, *shown), soon=one not in shown)] = None
    found.pop(_steps(whole), None)
    smallest = sorted(filter(None, found), key=lambda steps: (len(steps), steps[-1].at_ns))
    return tuple(_schedule(A_PART, steps, number) for number, steps in enumerate(smallest[:_MOST_PARTS], _TIMES))


def _until(story: Sequence[Operation], witness: Collection[Operation]) -> tuple[Operation, ...]:
    last = max(one.invoked for one in witness)
    return tuple(sorted((one for one in story if one.invoked <= last), key=lambda one: one.invoked))


def _steps(operations: Sequence[Operation], *, soon: bool = False) -> tuple[Step, ...]:
    """Return the commands that make the same operations; a process is a lane. *soon*: the second follows at once."""
    lanes: dict[int, int] = {}
    moment, steps = _FIRST, list[Step]()
    gaps = [0, *(after.invoked - before.invoked for before, after in pairwise(operations))]
    for place, (one, gap) in enumerate(zip(operations, gaps, strict=bool(operations))):
        moment += min(gap, _SOON) if soon and place == 1 else gap
        steps.append(Step(at_ns=moment, action=one.action, lane=lanes.setdefault(one.process, len(lanes))))
    return tuple(steps)


def _schedule(title: str, steps: Sequence[Step], number: int) -> Schedule:
    return Schedule(
        title=title,
        steps=tuple(Step(at_ns=one.at_ns + number * _APART, action=one.action, lane=one.lane) for one in steps),
        prepared=False,
        drawn=False,
    )
