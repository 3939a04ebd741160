"""One history's terms, applied to one stream after the other."""

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

from liverec.checker.evidence import Evidence
from liverec.checker.ordering import Ordering
from liverec.checker.search import explain
from liverec.checker.terms import Explained, OutOfTime, Terms
from liverec.checker.zone import Limits
from liverec.history import History, Operation, Stream
from liverec.model import CHANGING, Forgiven

ALL_DIALECTS = CHANGING - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What is known of one stream.

    ``possible`` are the readings that are not ruled out, and ``asked`` the dialects that were asked about: of them, the
    possible ones explain the stream. ``certain`` is false if time ran out before it was known whether the changing
    reading does. If no reading does, the first ``enough`` answers show it.
    """

    stream: Stream
    operations: Sequence[Operation]
    possible: int
    asked: int
    decided: Counter[str]
    certain: bool = True
    enough: int = 0

    @property
    def whole(self) -> bool:
        """Whether it is not known to break the page in every reading, even the changing one."""
        return self.possible != 0

    @property
    def dialects(self) -> int:
        """Return the dialects that are not ruled out."""
        return self.possible & ALL_DIALECTS


class Judge:
    """Asks which readings explain a stream, under the terms of one history; ``notes`` says what time did not allow."""

    def __init__(self, history: History, expired: Callable[[], bool]) -> None:
        self.notes: list[str] = []
        self._clock_bounds = history.clock_bounds
        self._terms = Terms(
            limits=Limits.of(history.interval_ns, history.resolution_ns),
            initial=history.initial,
            earliest=history.earliest,
            interruptions=history.interruptions,
            expired=expired,
        )

    def evidence(self, operations: Sequence[Operation]) -> Evidence:
        """Return the operations of one stream as columns; made when needed, since all of them would fill the memory."""
        return Evidence(operations, self._clock_bounds)

    def explained(
        self,
        evidence: Evidence,
        readings: int,
        *,
        kept: Collection[int] | None = None,
        forgiven: Forgiven | None = None,
    ) -> Explained:
        """Search which of *readings* explain *evidence*, or what of it is *kept* (see ``Ordering``).

        Raises:
            OutOfTime: the deadline passed.
        """
        terms = replace(self._terms, readings=readings, forgiven=forgiven)
        return explain(Ordering(evidence, terms.limits, kept), terms)

    def judged(self, stream: Stream, operations: Sequence[Operation], likely: int) -> Judged:
        """Judge one stream: first in the *likely* dialects, in the others only if none of them explains it.

        Raises:
            OutOfTime: the deadline passed before the likely dialects were searched.
        """
        found = self.explained(self.evidence(operations), likely)
        known = Judged(
            stream=stream,
            operations=operations,
            possible=CHANGING | ALL_DIALECTS & ~likely | found.readings,
            asked=likely,
            decided=found.decided,
        )
        if found.readings:
            return known
        try:
            return self.completed(known)
        except OutOfTime:
            return self._out_of_time(known)

    def settled(self, known: Judged) -> Judged:
        """Ask whether the changing reading, which allows most, explains what no dialect does."""
        try:
            found = self.explained(self.evidence(known.operations), CHANGING)
        except OutOfTime:
            return self._out_of_time(known)
        enough = 0 if found.readings else found.fallen[-1][1]
        return replace(known, possible=found.readings, enough=enough)

    def _out_of_time(self, known: Judged) -> Judged:
        asked = "no dialect explains" if known.asked == ALL_DIALECTS else "no dialect explains, like the others,"
        self.notes.append(f"out of time: {asked} {known.stream}; whether a changing reading would is not known")
        return replace(known, certain=False)

    def completed(self, known: Judged) -> Judged:
        """Ask about the dialects that have not been asked about yet.

        Raises:
            OutOfTime: the deadline passed.
        """
        left = ALL_DIALECTS & ~known.asked
        if not left:
            return known
        found = self.explained(self.evidence(known.operations), left)
        possible = known.possible & ~left | found.readings
        return replace(known, possible=possible, asked=ALL_DIALECTS, decided=known.decided or found.decided)
