"""What operations that overlap may come to where time leaves no doubt: found once, and then looked up.

In a short time the restart interval is over, or is not, for certain. Then what may have happened rests on nothing but
the order in which operations begin and end, so that the same few situations come back again and again. Each is a node
here, which says, for whatever begins or ends next, which node follows. The times are kept beside, by their rank.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import NamedTuple

from liverec.checker.moves import KEPT, PASSED, RECORDING, REFUSED, START_REFUSED, Move, table, united
from liverec.checker.rule import RULES, TOO_SOON
from liverec.model import EVERY, Guard

_MOST_OPEN = 8  # operations at once: more are searched one by one
_MOST_COURSES = 64
NO_TIME = -1


class Course(NamedTuple):
    """One way in which it may have gone; times are ranks, ``NO_TIME`` where none matters.

    ``done`` are the operations under way that have taken effect already (bits, in the order in which they began). The
    last STOP was between ``stopped_from`` (a rank among the begins) and ``stopped_until`` (a rank among the ends); what
    comes next is not before ``now_from`` (a begin).
    """

    done: int
    state: int
    readings: int
    stopped_from: int
    stopped_until: int
    now_from: int


class Node:
    """A situation: what is under way, when it began, and all courses.

    ``begun`` are ranks among so many ``begins`` that are still needed; likewise ``ends``. What comes next, as far as it
    is known, is in ``following``, by what begins, and in ``steps``, by which operation ends.
    """

    __slots__ = ("begins", "begun", "courses", "ends", "following", "kinds", "steps")

    def __init__(
        self, kinds: tuple[int, ...], begun: tuple[int, ...], begins: int, ends: int, courses: tuple[Course, ...]
    ) -> None:
        self.kinds, self.begun, self.begins, self.ends, self.courses = kinds, begun, begins, ends, courses
        self.following: list[Node | None] = [None] * (2 * REFUSED)
        self.steps: dict[int, Step] = {}


class Step(NamedTuple):
    """What the end of an operation leads to; it is decided by ``rule``, if by one.

    ``begins`` and ``ends`` say which times are still needed (the new end is the last one); None: all are.
    """

    node: Node
    begins: tuple[int, ...] | None
    ends: tuple[int, ...] | None
    rule: str | None


class Automaton:
    """The nodes that were met so far, no more than *most*."""

    def __init__(self, most: int = 20_000) -> None:
        self._nodes: dict[tuple[object, ...], Node] = {}
        self._most = most

    def node(
        self, kinds: tuple[int, ...], begun: tuple[int, ...], begins: int, ends: int, courses: tuple[Course, ...]
    ) -> Node | None:
        """Return the node of a situation; None if there are too many."""
        key = kinds, begun, begins, ends, courses
        found = self._nodes.get(key)
        if found is None and len(self._nodes) < self._most and len(kinds) <= _MOST_OPEN:
            found = self._nodes[key] = Node(*key)
        return found

    def begun(self, node: Node, kind: int) -> Node | None:
        """Return the node after an operation began."""
        begun = (*node.begun, node.begins)
        following = self.node((*node.kinds, kind), begun, node.begins + 1, node.ends, node.courses)
        node.following[kind] = following
        return following

    def ended(self, node: Node, slot: int) -> Step | None:
        """Return what the end of the operation under way with this number leads to; None if that is too much."""
        found, rule = _Ending(node, slot).courses()
        kinds = node.kinds[:slot] + node.kinds[slot + 1 :]
        begun = node.begun[:slot] + node.begun[slot + 1 :]
        courses = _without_spare([_settled(one, begun) for one in found], kinds)
        if len(courses) > _MOST_COURSES:
            return None
        begins = sorted({*begun, *(one[3] for one in courses), *(one[5] for one in courses)} - {NO_TIME})
        ends = sorted({one[4] for one in courses} - {NO_TIME})
        new_begin = {NO_TIME: NO_TIME} | {old: new for new, old in enumerate(begins)}
        new_end = {NO_TIME: NO_TIME} | {old: new for new, old in enumerate(ends)}
        courses = sorted(
            Course(done, state, readings, new_begin[stopped_from], new_end[stopped_until], new_begin[now_from])
            for done, state, readings, stopped_from, stopped_until, now_from in courses
        )
        renamed = tuple(new_begin[one] for one in begun)
        after = self.node(kinds, renamed, len(begins), len(ends), tuple(courses))
        if after is None:
            return None
        step = Step(
            after,
            None if len(begins) == node.begins else tuple(begins),
            None if len(ends) == node.ends + 1 else tuple(ends),
            rule,
        )
        node.steps[slot] = step
        return step


class _Ending:
    """The orders of effects that lead up to the end of one operation, as in ``Piece``, where time decides nothing."""

    def __init__(self, node: Node, slot: int) -> None:
        self._node = node
        self._slot = slot
        self._kind = node.kinds[slot]
        self._accepted = [
            sum(1 << number for number, kind in enumerate(node.kinds) if kind == accepted)
            for accepted in range(REFUSED)
        ]
        self._deciding: set[str | None] = set()

    def courses(self) -> tuple[set[Course], str | None]:
        """Return the courses in which it has taken effect, without it; and the rule that decides it, if one does."""
        bit = 1 << self._slot
        found, seen = set[Course](), set(self._node.courses)
        if any(one.done & bit for one in seen):
            self._deciding.add(None)
        pending = list(seen)
        while pending:
            course = pending.pop()
            if course.done & bit:
                later = course.done >> self._slot + 1 << self._slot
                found.add(course._replace(done=course.done & (bit - 1) | later))
                continue
            new = set(self._after(course)) - seen
            seen |= new
            pending.extend(new)
        return found, next(iter(self._deciding)) if len(self._deciding) == 1 else None

    def _after(self, course: Course) -> Iterator[Course]:
        """Yield the courses after one more effect.

        Where the phase cannot change before the end, the operation that ends may be taken at once.
        """
        recording, kept = course.state >= RECORDING, course.state % 3 == KEPT
        lasts = kept or (not self._accepted[recording] & ~course.done and (self._kind != START_REFUSED or recording))
        self._deciding.add(self._rule(course.state) if lasts else None)
        if lasts:
            yield from self._with(course, self._slot, at_once=True)
            return
        for number in range(len(self._node.kinds)):
            if not course.done >> number & 1:
                yield from self._with(course, number)

    def _rule(self, state: int) -> str | None:
        return RULES[self._kind % REFUSED][state] or TOO_SOON

    def _with(self, course: Course, number: int, *, at_once: bool = False) -> Iterator[Course]:
        """Yield the courses after this effect; *at_once*: what has no effect may have been at any moment."""
        node, done = self._node, course.done | 1 << number
        for move in _possible(node.kinds[number], course.state):
            readings = course.readings & move.readings
            if not readings:
                continue
            now_from = course.now_from
            if not (at_once and move.idle):
                now_from = max(now_from, node.begun[number])
            if move.stamps:
                yield Course(done, move.after, readings, now_from, node.ends, now_from)
            elif move.after >= RECORDING:
                yield Course(done, RECORDING + PASSED, readings, NO_TIME, NO_TIME, now_from)
            else:
                yield Course(done, course.state, readings, course.stopped_from, course.stopped_until, now_from)


def _settled(course: Course, begun: Sequence[int]) -> Course:
    """Return the course without a time that what is to come will not be before anyway."""
    done, state, readings, stopped_from, stopped_until, now_from = course
    if now_from == NO_TIME:
        return course
    for number, one in enumerate(begun):
        if one < now_from and not done >> number & 1:
            return course
    return Course(done, state, readings, stopped_from, stopped_until, NO_TIME)


def _without_spare(courses: Iterable[Course], kinds: Sequence[int]) -> list[Course]:
    """Return the courses, each in the readings in which no other one allows as much."""
    together: dict[tuple[int, int, int, int, int], int] = {}
    for done, state, readings, stopped_from, stopped_until, now_from in courses:
        alike = done, state, stopped_from, stopped_until, now_from
        together[alike] = together.get(alike, 0) | readings
    left: list[Course] = []
    for one, readings in together.items():
        done, state, stopped_from, stopped_until, now_from = one
        needed = readings
        for other, others in together.items():
            if (
                other[1] == state
                and not other[0] & ~done
                and needed & others
                and other is not one
                and other[2] <= stopped_from
                and other[3] >= stopped_until
                and other[4] <= now_from
            ):
                needed &= ~(others & _in_place(done & ~other[0], state, kinds))
        if needed:
            left.append(Course(done, state, needed, stopped_from, stopped_until, now_from))
    return left


def _in_place(done: int, state: int, kinds: Sequence[int]) -> int:
    """Return the readings in which all of these may happen in this state without any effect."""
    readings = EVERY
    for number, kind in enumerate(kinds):
        if done >> number & 1:
            readings &= _idle(kind, state)
    return readings


@cache
def _idle(kind: int, state: int) -> int:
    return united(move.readings for move in _possible(kind, state) if move.idle)


@cache
def _possible(kind: int, state: int) -> tuple[Move, ...]:
    """Return the moves of a state; where the moment of the STOP matters, the window is open."""
    return tuple(move for move in table(None)[kind][state] if move.guard is not Guard.OUTSIDE)
