"""Operations that overlap between two moments at which nothing is under way, where time leaves no doubt."""

from collections.abc import Sequence

from liverec.checker.automaton import NO_TIME, Course, Node
from liverec.checker.moves import KEPT, PASSED
from liverec.checker.ordering import Ordering
from liverec.checker.rule import AFTER_INTERVAL, rule_by_gap
from liverec.checker.terms import Explained, OutOfTime, Terms
from liverec.checker.tracks import NO_STOP, Track, Tracks, joined

_PATIENCE = 64  # clusters between two looks at the clock


class Clusters:
    """Passes clusters of operations by looking them up in the automaton."""

    def __init__(self, ordering: Ordering, terms: Terms, explained: Explained) -> None:
        self._ordering = ordering
        self._terms = terms
        self._limits = terms.limits
        self._passed = 0
        self._explained = explained

    def beyond(self, first: int) -> int:
        """Return the number of the operation after the cluster that begins with *first*."""
        invoked, completed = self._ordering.invoked, self._ordering.completed
        latest, number = completed[first], first + 1
        while number < len(invoked) and invoked[number] <= latest:
            latest = max(latest, completed[number])
            number += 1
        return number

    def passed(self, tracks: Tracks, first: int, beyond: int) -> Tracks | None:
        """Return the tracks after a cluster; None if it must be searched: its times matter, or it is too large.

        Raises:
            OutOfTime: the deadline passed.
        """
        self._passed += 1
        if not self._passed % _PATIENCE and self._terms.expired():
            raise OutOfTime
        ordering = self._ordering
        ends = sorted(range(first, beyond), key=ordering.completed.__getitem__)
        entered = self._entered(tracks, ordering.invoked[first], ordering.completed[ends[-1]])
        if entered is None or (ordering.tied(first, beyond) and any(number in ordering.before for number in ends)):
            return None
        node, begins, last_stops = entered
        return self._followed(node, begins, last_stops, ends)

    def _followed(self, node: Node | None, begins: list[int], stops: list[int], ends: Sequence[int]) -> Tracks | None:
        ordering, automaton = self._ordering, self._terms.automaton
        invoked, completed, kinds = ordering.invoked, ordering.completed, ordering.kinds
        number = min(ends)
        beyond, underway, rules = number + len(ends), list[int](), list[str]()
        for end in ends:
            ended = completed[end]
            while number < beyond and invoked[number] <= ended and node is not None:
                kind = kinds[number]
                node = node.following[kind] or automaton.begun(node, kind)
                begins.append(invoked[number])
                underway.append(number)
                number += 1
            if node is None:
                return None
            slot = underway.index(end)
            del underway[slot]
            step = node.steps.get(slot) or automaton.ended(node, slot)
            if step is None:
                return None
            node, begins_kept, ends_kept, rule = step
            stops.append(ended)
            if begins_kept is not None:
                begins = [begins[one] for one in begins_kept]
            if ends_kept is not None:
                stops = [stops[one] for one in ends_kept]
            if rule:
                rules.append(rule)
        for rule in rules:
            self._explained.decided[rule] += 1
        return _left(node, begins, stops) if node is not None else None

    def _entered(self, tracks: Tracks, begun: int, ended: int) -> tuple[Node | None, list[int], list[int]] | None:
        """Return the node before a cluster, and the times that it needs; None if they leave something in doubt."""
        if ended - begun >= self._limits.outside:
            return None
        sure: Tracks = {}
        for track, readings in tracks.items():
            state, stopped_from, stopped_until = track
            after: Track = track
            if state % 3 == KEPT:
                rule = rule_by_gap(begun - stopped_until, ended - stopped_from, self._limits)
                if rule is None:
                    return None
                if rule is AFTER_INTERVAL:
                    after = (state - KEPT + PASSED, *NO_STOP)
            sure[after] = sure.get(after, 0) | readings
        kept = [(stopped_from, stopped_until) for state, stopped_from, stopped_until in sure if state % 3 == KEPT]
        begins, ends = sorted({one for one, _ in kept}), sorted({one for _, one in kept})
        courses = sorted(
            Course(0, state, readings, begins.index(stopped_from), ends.index(stopped_until), NO_TIME)
            if state % 3 == KEPT
            else Course(0, state, readings, NO_TIME, NO_TIME, NO_TIME)
            for (state, stopped_from, stopped_until), readings in sure.items()
        )
        return self._terms.automaton.node((), (), len(begins), len(ends), tuple(courses)), begins, ends


def _left(node: Node, begins: Sequence[int], ends: Sequence[int]) -> Tracks:
    tracks: Tracks = {}
    for _, state, readings, stopped_from, stopped_until, _ in node.courses:
        kept = state % 3 == KEPT
        track = (state, begins[stopped_from], ends[stopped_until]) if kept else (state, *NO_STOP)
        tracks[track] = tracks.get(track, 0) | readings
    return joined(tracks)
