"""The model's rows as a table of small numbers, which a search can look up a million times."""

from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

from liverec.history import Action
from liverec.model import EVERY, Forgiven, Guard, Mark, Phase, rows

# what was answered to what: the row of the table
START_ACCEPTED, STOP_ACCEPTED, START_REFUSED, STOP_REFUSED = range(4)
REFUSED = 2  # START and STOP are 0 and 1

# the state: a phase and a mark, 3 * phase + mark
FRESH, ENDED, RECORDING = 0, 3, 6
NEVER, PASSED, KEPT = range(3)
STATES = range(9)
_PHASES = (Phase.FRESH, Phase.ENDED, Phase.RECORDING)
_MARKS = (Mark.NEVER, Mark.PASSED, Mark.KEPT)


class Move(NamedTuple):
    """One legal answer in one state: in which readings, under which guard, and the state after it.

    ``idle`` says that it has no effect: the state stays, and no window opens.
    """

    readings: int
    guard: Guard
    stamps: bool
    after: int
    idle: bool


Table = tuple[tuple[tuple[Move, ...], ...], ...]  # by what was answered, by state


@cache
def table(forgiven: Forgiven | None) -> Table:
    """Return every move, by what was answered and by state."""
    return tuple(
        tuple(_moves(action, state, refused=refused, forgiven=forgiven) for state in STATES)
        for refused in (False, True)
        for action in Action
    )


def _moves(action: Action, state: int, *, refused: bool, forgiven: Forgiven | None) -> tuple[Move, ...]:
    phase, mark = _PHASES[state // 3], _MARKS[state % 3]
    return tuple(
        Move(
            readings=row.readings,
            guard=row.guard,
            stamps=row.stamps,
            after=3 * _PHASES.index(row.after) + (KEPT if row.stamps else state % 3),
            idle=row.after is phase and not row.stamps,
        )
        for row in rows(action, refused=refused, phase=phase, mark=mark, forgiven=forgiven)
    )


def united(readings: Iterable[int]) -> int:
    """Return the union of bit sets."""
    union = 0
    for one in readings:
        union |= one
    return union


@cache
def never_effective(answered: int) -> int:
    """Return the readings in which this answer has no effect, whatever the state."""
    return EVERY & ~united(move.readings for moves in table(None)[answered] for move in moves if not move.idle)
