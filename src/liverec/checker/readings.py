"""The model's rows as arrays: what is legal, what opens a window, and which rule decides, by answer and by phase."""

from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from liverec.checker.moves import KEPT, Move, table, united
from liverec.checker.rule import RULES
from liverec.history.columns import Int8, Int32
from liverec.model import CHANGING, DIALECTS

ALL_DIALECTS = CHANGING - 1
FRESH, ENDED, RECORDING = _PHASES = range(3)
_KINDS = range(4)
RULE_NAMES = (None, *dict.fromkeys(rule for rules in RULES for rule in rules if rule), "restart/too-soon")


class Pattern(NamedTuple):
    """Dialects in which the same answers open a window: by what was answered, and by phase."""

    dialects: int
    stamps: npt.NDArray[np.bool_]


@cache
def patterns() -> tuple[Pattern, ...]:
    """Return the different patterns, of which each dialect has one."""
    grouped: dict[tuple[bool, ...], int] = {}
    for number in range(len(DIALECTS)):
        stamps = tuple(
            any(move.stamps and move.readings >> number & 1 for move in _moves(kind, phase))
            for kind in _KINDS
            for phase in _PHASES
        )
        grouped[stamps] = grouped.get(stamps, 0) | 1 << number
    shape = len(_KINDS), len(_PHASES)
    return tuple(Pattern(dialects, np.array(stamps).reshape(shape)) for stamps, dialects in grouped.items())


@cache
def legal_in_phase() -> Int32:
    """Return the dialects in which an answer is legal, if the time since the last STOP is as it must be."""
    legal = [[united(move.readings for move in _moves(kind, phase)) for phase in _PHASES] for kind in _KINDS]
    return (np.array(legal) & ALL_DIALECTS).astype(np.int32)


@cache
def decided_by_phase() -> Int8:
    """Return the rule that decides an answer, as a number in ``RULE_NAMES``; 0 if the time since the STOP does."""
    numbers = [[RULE_NAMES.index(RULES[kind & 1][3 * phase + KEPT]) for phase in _PHASES] for kind in _KINDS]
    return np.array(numbers, dtype=np.int8)


def _moves(kind: int, phase: int) -> tuple[Move, ...]:
    return table(None)[kind][3 * phase + KEPT]
