"""The model judged by trying everything: every order of effects, every legal row, every reading.

Written from the table of the design alone and never from the checker, whose twin it is: where both agree, two
independent readings of that table agree. It takes seconds for what the checker does at once, so histories stay small.

An order of effects asks the points in time for differences: in this order, inside their intervals, windows over or
not. Whether real numbers can satisfy them is decided exactly: by shortest paths, over whole numbers.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from functools import cache
from itertools import product

from liverec.history import Action, History, Operation, Outcome, Stream

AXES: Mapping[str, tuple[str, ...]] = {
    "start_while_recording": ("refused", "accepted"),
    "stop_while_idle": ("refused", "accepted", "accepted_restarts", "accepted_once_recorded"),
    "refused_start_restarts": ("no", "yes"),
    "refused_stop_restarts": ("no", "yes"),
}


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read the page where it is silent; a value of each axis."""

    start_while_recording: str
    stop_while_idle: str
    refused_start_restarts: str
    refused_stop_restarts: str


READINGS = tuple(
    reading
    for reading in (Reading(*values) for values in product(*AXES.values()))
    # a STOP is never refused while idle, or only before the first recording, in the other three
    if reading.stop_while_idle == "refused" or reading.refused_stop_restarts == "no"
)


def is_or_becomes(listed: Reading, reading: Reading) -> bool:
    """Tell whether *listed* is *reading*, but for axes that take their first value."""
    return all(getattr(listed, axis) in {getattr(reading, axis), values[0]} for axis, values in AXES.items())


class Window(Enum):
    """What a row asks of the time since the last STOP that counts."""

    NOT_ASKED = 0
    OVER = 1
    OPEN = 2


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the table: when it is legal, and its effect."""

    window: Window
    recording: bool  # afterwards
    opens_window: bool = False  # t_stop = t


def row(reading: Reading, action: Action, *, ok: bool, recording: bool, recorded: bool) -> Row | None:
    """Return what *reading* says of an answer in this state, None if it is never legal there."""
    if action is Action.START:
        return _start_row(reading, ok=ok, recording=recording)
    return _stop_row(reading, ok=ok, recording=recording, recorded=recorded)


def _start_row(reading: Reading, *, ok: bool, recording: bool) -> Row | None:
    if recording:
        return Row(Window.NOT_ASKED, recording=True) if ok is (reading.start_while_recording == "accepted") else None
    if ok:
        return Row(Window.OVER, recording=True)
    return Row(Window.OPEN, recording=False, opens_window=reading.refused_start_restarts == "yes")


def _stop_row(reading: Reading, *, ok: bool, recording: bool, recorded: bool) -> Row | None:
    if recording:
        return Row(Window.NOT_ASKED, recording=False, opens_window=True) if ok else None
    match reading.stop_while_idle:
        case "refused":
            legal, restarts = not ok, reading.refused_stop_restarts == "yes"
        case "accepted_once_recorded":
            legal, restarts = ok is recorded, False
        case accepted:
            legal, restarts = ok, accepted == "accepted_restarts"
    return Row(Window.NOT_ASKED, recording=False, opens_window=restarts) if legal else None


@cache
def rows(action: Action, *, ok: bool, recording: bool, recorded: bool) -> Mapping[Row, frozenset[Reading]]:
    """Return the different rows that there are for an answer in this state, each with the readings it belongs to."""
    found: dict[Row, frozenset[Reading]] = {}
    for reading in READINGS:
        legal = row(reading, action, ok=ok, recording=recording, recorded=recorded)
        if legal is not None:
            found[legal] = found.get(legal, frozenset()) | {reading}
    return found


# Times are counted in 1/FINE ns and "less than" means "at least one step less": with whole nanoseconds and fewer
# than FINE strict constraints, real numbers can satisfy them all if and only if these steps can.
FINE = 1 << 10
ORIGIN, FIRST_STOP, FIRST_OPERATION = 0, 1, 2

Constraint = tuple[int, int, int]  # (a, b, bound): time of a - time of b <= bound


def satisfiable(constraints: Collection[Constraint], points: int) -> bool:
    """Tell whether numbers for *points* points satisfy all differences: no cycle is negative (Bellman and Ford)."""
    distance = [0] * points
    for _ in range(points):
        changed = False
        for a, b, bound in constraints:
            if distance[b] + bound < distance[a]:
                distance[a] = distance[b] + bound
                changed = True
        if not changed:
            return True
    return False


@dataclass(frozen=True, slots=True)
class Walk:
    """One order of effects, as far as it is laid out."""

    left: frozenset[int]  # operations not placed, by position
    last: int | None  # the point placed last
    recording: bool
    recorded: bool
    last_stop: int | None  # the point that t_stop is
    readings: frozenset[Reading]  # in which every row so far is legal
    constraints: tuple[Constraint, ...]


class Explanations:
    """The search for explanations of one stream's operations.

    ``found`` are those of the *wanted* readings that explain them; ``explained`` says, if *changing*, whether some walk
    is legal with a reading of its own for each operation.
    """

    def __init__(
        self, operations: Iterable[Operation], *, terms: History, wanted: frozenset[Reading], changing: bool
    ) -> None:
        self.operations = [one for one in operations if one.outcome is not Outcome.TURNED_AWAY]
        self.terms = terms
        self.wanted = wanted
        self.changing = changing
        self.found: frozenset[Reading] = frozenset()
        self.explained = False
        self.answered = frozenset(n for n, one in enumerate(self.operations) if one.outcome is not Outcome.INFO)
        self.shared = len({one.file for one in self.operations}) > 1
        self.before = [{n for n in self.answered if self._precedes(n, m)} for m in range(len(self.operations))]
        for walk in self._beginnings():
            self._explore(walk)

    def _bound(self, operation: Operation) -> int:
        return self.terms.clock_bounds.get(operation.file, 0) if self.shared else 0

    def _precedes(self, n: int, m: int) -> bool:
        """Tell whether answered *n* is certain to take effect before *m*: by its process, its file, or time."""
        one, other = self.operations[n], self.operations[m]
        if n == m or one.completed is None:
            return False
        if one.file == other.file and one.process == other.process:
            return one.index < other.index
        if one.file == other.file:
            return one.completed < other.invoked
        return one.completed + self._bound(one) < other.invoked - self._bound(other)

    def _beginnings(self) -> Iterator[Walk]:
        never_used = Walk(frozenset(range(len(self.operations))), None, False, False, None, frozenset(READINGS), ())
        yield never_used
        if self.terms.initial == "unknown":
            yield replace(never_used, recording=True, recorded=True)
            at_or_before_all = (FIRST_STOP, ORIGIN, self.terms.earliest * FINE)
            yield replace(
                never_used, recorded=True, last=FIRST_STOP, last_stop=FIRST_STOP, constraints=(at_or_before_all,)
            )

    def _explore(self, walk: Walk) -> None:
        nothing_new = not (walk.readings & self.wanted) - self.found and (self.explained or not self.changing)
        if nothing_new or not satisfiable(walk.constraints, FIRST_OPERATION + len(self.operations)):
            return
        if not walk.left & self.answered:  # whatever is left did not happen
            self.found |= walk.readings & self.wanted
            self.explained = True
            return
        for n in walk.left:
            if not self.before[n] & walk.left:
                for following in self._place(walk, n):
                    self._explore(following)
                if walk.recording and self.terms.interruptions:
                    for following in self._place(replace(walk, recording=False), n):
                        self._explore(following)

    def _place(self, walk: Walk, n: int) -> Iterator[Walk]:
        """Yield the walks in which operation *n* is next."""
        action, outcome = self.operations[n].action, self.operations[n].outcome
        answers = (True, False) if outcome is Outcome.INFO else (outcome is Outcome.OK,)
        for ok in answers:
            for legal, readings in rows(action, ok=ok, recording=walk.recording, recorded=walk.recorded).items():
                without_effect = legal.recording is walk.recording and not legal.opens_window
                if outcome is Outcome.INFO and without_effect:
                    continue  # the same as not having happened
                if legal.window is Window.OPEN and walk.last_stop is None:
                    continue
                yield Walk(
                    left=walk.left - {n},
                    last=FIRST_OPERATION + n,
                    recording=legal.recording,
                    recorded=walk.recorded or legal.recording,
                    last_stop=FIRST_OPERATION + n if legal.opens_window else walk.last_stop,
                    readings=walk.readings & readings,
                    constraints=(*walk.constraints, *self._constraints(walk, n, legal.window)),
                )

    def _constraints(self, walk: Walk, n: int, window: Window) -> Iterator[Constraint]:
        operation, point = self.operations[n], FIRST_OPERATION + n
        yield ORIGIN, point, (self._bound(operation) - operation.invoked) * FINE
        if operation.completed is not None:
            yield point, ORIGIN, (operation.completed + self._bound(operation)) * FINE
        if walk.last is not None:
            yield walk.last, point, 0
        interval, resolution = self.terms.interval_ns, self.terms.resolution_ns
        if walk.last_stop is not None and window is Window.OVER:
            yield walk.last_stop, point, (resolution - interval) * FINE - 1
        if walk.last_stop is not None and window is Window.OPEN:
            yield point, walk.last_stop, (interval + resolution) * FINE


def explained(operations: Iterable[Operation], *, terms: History, reading: Reading | None) -> bool:
    """Tell whether *reading* explains one stream's operations; None is any reading, even a changing one.

    *terms* is the history whose interval, resolution, initial state, interruptions and clock bounds hold.
    """
    if reading is None:
        return Explanations(operations, terms=terms, wanted=frozenset(), changing=True).explained
    return bool(Explanations(operations, terms=terms, wanted=frozenset({reading}), changing=False).found)


def by_stream(operations: Iterable[Operation]) -> dict[Stream, list[Operation]]:
    """Sort operations by the stream they are about."""
    found: dict[Stream, list[Operation]] = {}
    for operation in operations:
        found.setdefault(operation.stream, []).append(operation)
    return found


def explaining_readings(history: History) -> frozenset[Reading]:
    """Return the readings of which each explains every stream of *history*."""
    readings = frozenset(READINGS)
    for operations in by_stream(history.operations).values():
        readings = Explanations(operations, terms=history, wanted=readings, changing=False).found
    return readings


def unexplained_streams(history: History) -> frozenset[Stream]:
    """Return the streams that not even a changing reading explains."""
    return frozenset(
        stream
        for stream, operations in by_stream(history.operations).items()
        if not explained(operations, terms=history, reading=None)
    )


def weakened(operations: Sequence[Operation], *, keep: Collection[Operation]) -> list[Operation]:
    """Return *operations* with all but *keep* weakened to: may have happened, with any answer."""
    return [
        one
        if one in keep or one.outcome is Outcome.TURNED_AWAY
        else replace(one, outcome=Outcome.INFO, completed=None, status=None)
        for one in operations
    ]


def verdict(history: History) -> str:
    """Return kept, broken, or undecided where there is no answer to judge."""
    if all(one.outcome in {Outcome.INFO, Outcome.TURNED_AWAY} for one in history.operations):
        return "undecided"
    return "kept" if explaining_readings(history) else "broken"
