"""Operations with no order to look for, one by one or in clusters: most of a long history is judged in one go."""

from functools import cache

from liverec.checker.cluster import Clusters
from liverec.checker.moves import KEPT, PASSED, RECORDING, Move, table, united
from liverec.checker.ordering import Ordering
from liverec.checker.rule import AFTER_INTERVAL, RULES, rule_by_gap
from liverec.checker.terms import Explained, OutOfTime, Terms
from liverec.checker.tracks import NO_STOP, Track, Tracks, tracks_of, ways_of
from liverec.checker.ways import Ways
from liverec.checker.zone import NO_END, Limits
from liverec.model import Forgiven, Guard

_PATIENCE = 4096  # operations between two looks at the clock


class Alone:
    """Passes operations that overlap no other one, and clusters in which time leaves no doubt."""

    def __init__(self, ordering: Ordering, terms: Terms, explained: Explained) -> None:
        self._ordering = ordering
        self._terms = terms
        self._explained = explained
        self._clusters = Clusters(ordering, terms, explained)
        self._table = table(terms.forgiven)
        # A lost call may take effect between any two operations, and so may an interruption.
        begun = [call.invoked for calls in ordering.lost.values() for call in calls]
        self._until = -NO_END if terms.interruptions else min(begun, default=NO_END)

    def passed(self, ways: Ways, first: int) -> tuple[Ways, int]:
        """Return the ways after what can be passed from operation *first* on, and the number of the next one.

        Raises:
            OutOfTime: the deadline passed.
        """
        ordering, explained = self._ordering, self._explained
        number, tracks = first, Tracks()
        while number < len(ordering.invoked) and explained.readings:
            beyond = self._clusters.beyond(number)
            ended = min(ordering.completed[number:beyond])
            if max(ordering.completed[number:beyond]) >= self._until:
                break
            if number == first:
                tracks = tracks_of(ways, ended)
            if beyond == number + 1:
                tracks, number = self._one_by_one(tracks, number)
                continue
            after = self._clusters.passed(tracks, number, beyond) if not self._terms.forgiven else None
            if after is None:
                break
            tracks, number = after, beyond
            explained.left(united(tracks.values()), number)
        return (ways, first) if number == first else (ways_of(tracks, ordering.invoked[number - 1]), number)

    def _one_by_one(self, tracks: Tracks, first: int) -> tuple[Tracks, int]:
        """Return the tracks after the operations from *first* on that stand alone, and the number of the next one."""
        number, beyond = first, self._beyond(first)
        while number < beyond:
            if len(tracks) == 1:
                tracks, number = self._along(tracks, number, beyond)
                if number == beyond:
                    break
            tracks = self._after(tracks, number)
            number += 1
            if not self._explained.left(united(tracks.values()), number):
                break
        return tracks, number

    def _beyond(self, first: int) -> int:
        """Return the number of the first operation that does not stand alone."""
        invoked, completed, until = self._ordering.invoked, self._ordering.completed, self._until
        last = len(invoked) - 1
        number = first
        while number < last and completed[number] < invoked[number + 1] and completed[number] < until:
            number += 1
        return number + (number == last and completed[number] < until)

    def _along(self, tracks: Tracks, number: int, beyond: int) -> tuple[Tracks, int]:
        """Follow the only track as long as every answer is certain, and what it does too; return where that ends."""
        (((state, stopped_from, stopped_until), readings),) = tracks.items()
        ordering, decided, limits = self._ordering, self._explained.decided, self._terms.limits
        sure = _sure_moves(self._terms.forgiven, readings)
        while number < beyond:
            if not number % _PATIENCE and self._terms.expired():
                raise OutOfTime
            kind, begun, ended = ordering.kinds[number], ordering.invoked[number], ordering.completed[number]
            rule = RULES[kind & 1][state]
            if rule is None:
                rule = rule_by_gap(begun - stopped_until, ended - stopped_from, limits)
                if rule is None:
                    break
                if rule is AFTER_INTERVAL:
                    state, stopped_from, stopped_until = state - KEPT + PASSED, *NO_STOP
            move = sure[kind][state]
            if move is None or move.guard is Guard.OUTSIDE:
                break
            decided[rule] += 1
            if move.stamps:
                state, stopped_from, stopped_until = move.after, begun, ended
            elif not move.idle:
                state, stopped_from, stopped_until = RECORDING + PASSED, *NO_STOP
            number += 1
        return {(state, stopped_from, stopped_until): readings}, number

    def _after(self, tracks: Tracks, number: int) -> Tracks:
        """Return the tracks after one more operation, and count it if one rule decides it on every track."""
        ordering, limits = self._ordering, self._terms.limits
        kind, begun, ended = ordering.kinds[number], ordering.invoked[number], ordering.completed[number]
        rules, moves = RULES[kind & 1], self._table[kind]
        reached: Tracks = {}
        deciding: set[str | None] = set()
        for track, readings in tracks.items():
            state, stopped_from, stopped_until = track
            rule = rules[state]
            if rule is None:
                rule = rule_by_gap(begun - stopped_until, ended - stopped_from, limits)
                if rule is AFTER_INTERVAL:
                    track = state, stopped_from, stopped_until = state - KEPT + PASSED, *NO_STOP  # noqa: PLW2901  # no matter when
            deciding.add(rule)
            for move in moves[state]:
                if readings & move.readings:
                    after = (
                        track if move.idle and move.guard is Guard.ANY else _moved(track, move, begun, ended, limits)
                    )
                    if after:
                        reached[after] = reached.get(after, 0) | readings & move.readings
        if len(deciding) == 1:
            (rule,) = deciding
            if rule:
                self._explained.decided[rule] += 1
        return reached


@cache
def _sure_moves(forgiven: Forgiven | None, readings: int) -> tuple[tuple[Move | None, ...], ...]:
    """Return, by what was answered and by state, the move that is the only one and legal in all *readings*."""
    return tuple(
        tuple(_only([move for move in moves if move.readings & readings], readings) for moves in by_state)
        for by_state in table(forgiven)
    )


def _only(moves: list[Move], readings: int) -> Move | None:
    return moves[0] if len(moves) == 1 and not readings & ~moves[0].readings else None


def _moved(track: Track, move: Move, begun: int, ended: int, limits: Limits) -> Track | None:
    """Return the track after an effect within [begun, ended]; None if its guard does not allow it."""
    _, stopped_from, stopped_until = track
    latest = ended
    if move.guard is Guard.OUTSIDE:
        stopped_until = min(stopped_until, ended - limits.outside)
    elif move.guard is Guard.INSIDE:
        stopped_from = max(stopped_from, begun - limits.inside)
        latest = min(ended, stopped_until + limits.inside)
    if stopped_from > stopped_until:
        return None
    if move.stamps:
        return move.after, begun, latest
    # While it records, the last STOP does not matter: the next one will.
    return (RECORDING + PASSED, *NO_STOP) if move.after >= RECORDING else (move.after, stopped_from, stopped_until)
