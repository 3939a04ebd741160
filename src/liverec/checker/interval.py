"""The restart interval as the target keeps it, measured from probes that decide."""

from collections.abc import Iterable, Iterator, Sequence
from operator import attrgetter
from typing import NamedTuple

from liverec.checker.result import Interval
from liverec.history import Action, Operation, Outcome
from liverec.model import Dialect


class Probe(NamedTuple):
    """A START after a STOP with nothing in between that could matter; gaps in nanoseconds."""

    gap_from: int
    gap_until: int
    accepted: bool


def probes(operations: Sequence[Operation], dialects: Sequence[Dialect]) -> Iterator[Probe]:
    """Yield the probes of one stream: START after an accepted STOP of a recording, none of them overlapping.

    A START that was refused in between is passed over only if no dialect that explains the history lets it open the
    window anew. After a lost call nothing more is known.
    """
    restarts = any(one.refused_start_restarts == "yes" for one in dialects) or not dialects
    recording, stopped, open_until = False, None, -(1 << 100)
    ok, turned_away, start = Outcome.OK, Outcome.TURNED_AWAY, Action.START
    for one in sorted(operations, key=attrgetter("invoked", "index")):
        if one.outcome is turned_away:
            continue
        if one.completed is None:
            return
        if one.invoked < open_until:  # overlapping: start afresh
            recording, stopped = False, None
        elif one.action is start:
            accepted = one.outcome is ok
            if stopped is not None and stopped.completed is not None:
                yield Probe(one.invoked - stopped.completed, one.completed - stopped.invoked, accepted)
            stopped = None if accepted or restarts else stopped
            recording = recording or accepted  # a refused START leaves a recording as it is
        else:
            stopped = one if recording and one.outcome is ok else None
            recording = False
        open_until = max(open_until, one.completed)


def measured(found: Iterable[Probe], interval_ns: int) -> Interval:
    """Return the bracket that all decided probes leave: those on one side of the interval for certain.

    A refused probe counts with the smallest gap it can have had, an accepted one with the largest, so that the
    target's own interval lies between the two figures.
    """
    decided = [one for one in found if one.gap_until <= interval_ns or one.gap_from > interval_ns]
    refused = [one.gap_from for one in decided if not one.accepted]
    accepted = [one.gap_until for one in decided if one.accepted]
    return Interval(
        refused_up_to=max(refused) / 1e9 if refused else None,
        accepted_from=min(accepted) / 1e9 if accepted else None,
    )
