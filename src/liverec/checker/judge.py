"""One history's terms, applied to one stream after the other."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from liverec.checker.companion import Found
from liverec.checker.deadline import Deadline
from liverec.checker.evidence import Evidence
from liverec.checker.layout import Layout
from liverec.checker.ordering import Ordering
from liverec.checker.readings import ALL_DIALECTS
from liverec.checker.search import explain
from liverec.checker.sweep import Stretch
from liverec.checker.terms import Explained, OutOfTime, Terms
from liverec.checker.zone import Limits
from liverec.history import History
from liverec.model import CHANGING, Forgiven, dialects_with


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What is known of one stream, by its number in the layout.

    ``possible`` are the readings that are not ruled out, and ``asked`` the dialects that were asked about: of them, the
    possible ones explain the stream. ``decided`` counts the answers that the search found to be decided by a rule: of
    all of the stream if all was ``searched``. ``certain`` is false if time ran out before it was known whether the
    changing reading explains it. If no reading does, the first ``enough`` answers show it.
    """

    number: int
    possible: int
    asked: int
    decided: Counter[str]
    searched: bool = False
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
    """Asks which readings explain a stream, under the terms of one history; ``notes`` says what time did not allow.

    ``allowed`` are the dialects that are asked about at all.
    """

    def __init__(self, history: History, layout: Layout, deadline: Deadline) -> None:
        self.notes: list[str] = []
        self.layout = layout
        self._deadline = deadline
        self.allowed = dialects_with(history.pinned)
        self.terms = Terms(
            limits=Limits.of(history.interval_ns, history.resolution_ns),
            initial=history.initial,
            earliest=history.earliest,
            interruptions=history.interruptions,
            expired=deadline.passed,
        )
        self._terms = self.terms  # as they were asked last

    def explained(
        self,
        evidence: Evidence,
        readings: int,
        *,
        kept: Collection[int] | None = None,
        forgiven: Forgiven | None = None,
        resumed: bool = False,
    ) -> Explained:
        """Search which of *readings* explain *evidence*, or what of it is *kept* (see ``Ordering``).

        *resumed*: it follows an accepted START that overlapped nothing.

        Raises:
            OutOfTime: the deadline passed.
        """
        terms = self._terms
        if (terms.readings, terms.forgiven, terms.resumed) != (readings, forgiven, resumed):
            terms = self._terms = replace(self.terms, readings=readings, forgiven=forgiven, resumed=resumed)
        return explain(Ordering(evidence, terms.limits, kept), terms)

    def judged(
        self, number: int, stretches: Sequence[Stretch], dialects: int, likely: int, found: Found | None = None
    ) -> Judged:
        """Judge one stream: its *stretches*, or if they have no reading in common, all of it.

        *dialects* are those that explain the rest of it. Asked is first about the *likely* ones, and about the others
        only if none of those explains it. What was *found* about the stretches already is not searched again.

        Raises:
            OutOfTime: the deadline passed before the likely dialects were searched.
        """
        if self.terms.expired():
            raise OutOfTime
        if dialects and not stretches:
            found = Found(dialects, dialects, Counter())
        if found is None and dialects & likely:
            found = self._of_stretches(stretches, dialects & likely)
        if found is None or not found.left:
            return self._searched(number, likely)
        unasked = dialects & ~found.asked
        possible = CHANGING | unasked | found.left
        return Judged(number=number, possible=possible, asked=self.allowed & ~unasked, decided=found.decided)

    def _of_stretches(self, stretches: Sequence[Stretch], asked: int) -> Found:
        left, decided = asked, Counter[str]()
        for first, beyond, resumed in stretches:
            explained = self.explained(self.layout.evidence(first, beyond), left, resumed=resumed)
            left = explained.readings
            for rule, count in explained.decided.items():
                decided[rule] += count
            if not left:
                break
        return Found(asked, left, decided)

    def _searched(self, number: int, likely: int) -> Judged:
        found = self.explained(self.layout.of_stream(number), likely)
        known = Judged(
            number=number,
            possible=CHANGING | self.allowed & ~likely | found.readings,
            asked=likely,
            decided=found.decided,
            searched=True,
        )
        if found.readings:
            return known
        try:
            return self.completed(known)
        except OutOfTime:
            if not self._deadline.over():
                raise
            return self._out_of_time(known)

    def settled(self, known: Judged) -> Judged:
        """Ask whether the changing reading, which allows most, explains what no dialect does."""
        try:
            found = self.explained(self.layout.of_stream(known.number), CHANGING)
        except OutOfTime:
            return self._out_of_time(known)
        enough = 0 if found.readings else found.fallen[-1][1]
        return replace(known, possible=found.readings, enough=enough)

    def _out_of_time(self, known: Judged) -> Judged:
        asked = "no dialect explains" if known.asked == self.allowed else "no dialect explains, like the others,"
        self.notes.append(
            f"out of time: {asked} {self.layout.streams[known.number]}; whether a changing reading would is not known"
        )
        return replace(known, certain=False)

    def completed(self, known: Judged) -> Judged:
        """Ask about the dialects that have not been asked about yet.

        Raises:
            OutOfTime: the deadline passed.
        """
        left = self.allowed & ~known.asked
        if not left:
            return known
        found = self.explained(self.layout.of_stream(known.number), left)
        possible = known.possible & ~left | found.readings
        return replace(known, possible=possible, asked=self.allowed, decided=known.decided or found.decided)
