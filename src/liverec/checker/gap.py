"""The time between two operations of a witness, as far as the client can know it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from liverec.history import Action, History, Operation, Outcome, Stream


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Why a START was answered wrongly: the effects of *opened* and *start* were so far apart at most, or at least.

    ``opened`` is what opened the restart window last; ``from_ns`` and ``until_ns`` are the moments of effect that are
    the most favourable to the service, by the run's clock.
    """

    opened: Operation
    start: Operation
    from_ns: int
    until_ns: int
    at_most: bool

    @property
    def length_ns(self) -> int:
        """Return the gap in nanoseconds."""
        return self.until_ns - self.from_ns


class Bounds:
    """Where effects lie by the run's clock: on streams that several files saw, wider than the files say."""

    def __init__(self, history: History, streams: Iterable[Stream]) -> None:
        self._bounds = history.clock_bounds
        self._shared = _shared(history, frozenset(streams)) if any(self._bounds.values()) else frozenset[Stream]()

    def begin(self, one: Operation) -> int:
        """Return the earliest moment of its effect in nanoseconds."""
        return one.invoked - self._slack(one)

    def end(self, one: Operation) -> int:
        """Return the latest moment of its effect in nanoseconds; it must have been answered."""
        if one.completed is None:
            raise ValueError("expected an operation with an answer")
        return one.completed + self._slack(one)

    def _slack(self, one: Operation) -> int:
        return self._bounds.get(one.file, 0) if one.stream in self._shared else 0


def _shared(history: History, streams: frozenset[Stream]) -> frozenset[Stream]:
    seen = {(one.stream, one.file) for one in history.operations if one.stream in streams}
    return frozenset(stream for stream in streams if sum(each == stream for each, _ in seen) > 1)


def decisive_gap(rule: str, witness: Sequence[Operation], history: History) -> Gap | None:
    """Return the gap that alone shows that *witness* breaks *rule*; None if there is more to it."""
    bounds = Bounds(history, {one.stream for one in witness})
    if rule == "restart/too-soon":
        return _too_short(witness, bounds, history.interval_ns - history.resolution_ns)
    if rule == "restart/after-interval":
        return _too_long(witness, bounds, history.interval_ns + history.resolution_ns)
    return None


def _too_short(witness: Sequence[Operation], bounds: Bounds, most_ns: int) -> Gap | None:
    found = (
        Gap(opened=stop, start=start, from_ns=bounds.begin(stop), until_ns=bounds.end(start), at_most=True)
        for start in witness
        if start.action is Action.START and start.outcome is Outcome.OK
        for stop in witness
        if stop.action is Action.STOP and stop.outcome is Outcome.OK and bounds.end(stop) <= bounds.begin(start)
    )
    return max((gap for gap in found if gap.length_ns <= most_ns), key=lambda gap: gap.from_ns, default=None)


def _too_long(witness: Sequence[Operation], bounds: Bounds, least_ns: int) -> Gap | None:
    *_, start = sorted(witness, key=bounds.begin)
    openers = [one for one in witness if one is not start and not _began(one)]
    if start.action is not Action.START or start.outcome is not Outcome.REFUSED or not openers:
        return None
    opened = max(openers, key=bounds.end)
    gap = Gap(opened=opened, start=start, from_ns=bounds.end(opened), until_ns=bounds.begin(start), at_most=False)
    return gap if gap.length_ns > least_ns else None


def _began(one: Operation) -> bool:
    return one.action is Action.START and one.outcome is Outcome.OK
