"""Operations that overlap no other one: with no order to look for, most of a long history is judged in one go."""

from liverec.checker.moves import KEPT, PASSED, RECORDING, Move, table, united
from liverec.checker.ordering import Ordering
from liverec.checker.rule import AFTER_INTERVAL, RULES, rule_by_gap
from liverec.checker.terms import Explained, OutOfTime, Terms
from liverec.checker.ways import Way, Ways, each, keep
from liverec.checker.zone import NO_END, Limits, Zone, at_some_moment, without_stop
from liverec.model import Guard

_PATIENCE = 4096  # operations between two looks at the clock

# What matters of a way where all that comes begins later than all that was has ended: the state, and the bounds of the
# last STOP's moment, with the readings in which it is so.
_Track = tuple[int, int, int]
_NO_STOP = (-NO_END, NO_END)


class Alone:
    """Passes operations one by one, as long as each begins after the one before it has ended."""

    def __init__(self, ordering: Ordering, terms: Terms, explained: Explained) -> None:
        self._ordering = ordering
        self._terms = terms
        self._explained = explained
        self._table = table(terms.forgiven)
        self._sure: dict[int, list[list[Move | None]]] = {}
        # A lost call may take effect between any two operations, and so may an interruption.
        begun = [call.invoked for calls in ordering.lost.values() for call in calls]
        self._until = -NO_END if terms.interruptions else min(begun, default=NO_END)

    def passed(self, ways: Ways, first: int) -> tuple[Ways, int]:
        """Return the ways after the operations from *first* on that stand alone, and the number of the next one.

        Raises:
            OutOfTime: the deadline passed.
        """
        beyond = self._beyond(first)
        if beyond == first:
            return ways, first
        ordering, explained = self._ordering, self._explained
        tracks = _tracks(ways, ordering.completed[first])
        number = first
        while number < beyond:
            if len(tracks) == 1:
                tracks, number = self._along(tracks, number, beyond)
                if number == beyond:
                    break
            tracks = self._after(tracks, number)
            number += 1
            if not explained.left(united(tracks.values()), number):
                break
        return _ways(tracks, ordering.invoked[number - 1]), number

    def _beyond(self, first: int) -> int:
        """Return the number of the first operation that does not stand alone."""
        invoked, completed, until = self._ordering.invoked, self._ordering.completed, self._until
        last = len(invoked) - 1
        number = first
        while number < last and completed[number] < invoked[number + 1] and completed[number] < until:
            number += 1
        return number + (number == last and completed[number] < until)

    def _along(self, tracks: dict[_Track, int], number: int, beyond: int) -> tuple[dict[_Track, int], int]:
        """Follow the only track as long as every answer is certain, and what it does too; return where that ends."""
        (((state, stopped_from, stopped_until), readings),) = tracks.items()
        ordering, decided, limits = self._ordering, self._explained.decided, self._terms.limits
        sure = self._sure_moves(readings)
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
                    state, stopped_from, stopped_until = state - KEPT + PASSED, *_NO_STOP
            move = sure[kind][state]
            if move is None or move.guard is Guard.OUTSIDE:
                break
            decided[rule] += 1
            if move.stamps:
                state, stopped_from, stopped_until = move.after, begun, ended
            elif not move.idle:
                state, stopped_from, stopped_until = RECORDING + PASSED, *_NO_STOP
            number += 1
        return {(state, stopped_from, stopped_until): readings}, number

    def _sure_moves(self, readings: int) -> list[list[Move | None]]:
        """Return, by what was answered and by state, the move that is the only one and legal in all *readings*."""
        if readings not in self._sure:
            self._sure[readings] = [
                [_only([move for move in moves if move.readings & readings], readings) for moves in by_state]
                for by_state in self._table
            ]
        return self._sure[readings]

    def _after(self, tracks: dict[_Track, int], number: int) -> dict[_Track, int]:
        """Return the tracks after one more operation, and count it if one rule decides it on every track."""
        ordering, limits = self._ordering, self._terms.limits
        kind, begun, ended = ordering.kinds[number], ordering.invoked[number], ordering.completed[number]
        rules, moves = RULES[kind & 1], self._table[kind]
        reached: dict[_Track, int] = {}
        deciding: set[str | None] = set()
        for track, readings in tracks.items():
            state, stopped_from, stopped_until = track
            rule = rules[state]
            if rule is None:
                rule = rule_by_gap(begun - stopped_until, ended - stopped_from, limits)
                if rule is AFTER_INTERVAL:
                    track = state, stopped_from, stopped_until = state - KEPT + PASSED, *_NO_STOP  # noqa: PLW2901  # no matter when
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


def _only(moves: list[Move], readings: int) -> Move | None:
    return moves[0] if len(moves) == 1 and not readings & ~moves[0].readings else None


def _moved(track: _Track, move: Move, begun: int, ended: int, limits: Limits) -> _Track | None:
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
    return (RECORDING + PASSED, *_NO_STOP) if move.after >= RECORDING else (move.after, stopped_from, stopped_until)


def _tracks(ways: Ways, ended: int) -> dict[_Track, int]:
    """Return the tracks before an operation that ended then; the last STOP came before it."""
    tracks: dict[_Track, int] = {}
    for (_, state), way in each(ways):
        zone = at_some_moment(way.zone, completed=ended)
        if zone is not None:
            track = (state, zone.stopped_from, zone.stopped_until if state % 3 == KEPT else NO_END)
            tracks[track] = tracks.get(track, 0) | way.readings
    return tracks


def _ways(tracks: dict[_Track, int], now_from: int) -> Ways:
    ways: Ways = {}
    for (state, stopped_from, stopped_until), readings in tracks.items():
        zone = Zone(stopped_from, stopped_until, now_from, 0) if state % 3 == KEPT else without_stop(now_from)
        keep(ways, (0, state), Way(0, readings, zone))
    return ways
