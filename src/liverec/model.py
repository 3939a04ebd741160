"""What a service that keeps the page may answer: one stream's states and the legal rows (design section 5).

Where the page is silent a service must have one reading, its dialect. The model carries all readings at once: a row
says in which of them it is legal, as a bit set over ``DIALECTS`` and ``CHANGING``, the reading that changes at will.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache

from liverec.history import Action

AXES: dict[str, tuple[str, ...]] = {
    "start_while_recording": ("refused", "accepted"),
    "stop_while_idle": ("refused", "accepted", "accepted_restarts", "accepted_once_recorded"),
    "refused_start_restarts": ("no", "yes"),
    "refused_stop_restarts": ("no", "yes"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """One reading of what the page leaves open; the defaults are the reference server's picks."""

    start_while_recording: str = "refused"
    stop_while_idle: str = "refused"
    refused_start_restarts: str = "no"
    refused_stop_restarts: str = "no"


DIALECTS: tuple[Dialect, ...] = tuple(
    Dialect(
        start_while_recording=start,
        stop_while_idle=stop,
        refused_start_restarts=restarts,
        refused_stop_restarts=stop_restarts,
    )
    for start in AXES["start_while_recording"]
    for stop in AXES["stop_while_idle"]
    for restarts in AXES["refused_start_restarts"]
    for stop_restarts in AXES["refused_stop_restarts"]
    if stop == "refused" or stop_restarts == "no"
)
CHANGING = 1 << len(DIALECTS)  # the reading that changes at will
EVERY = CHANGING | (CHANGING - 1)


class Phase(Enum):
    """What a stream is doing."""

    FRESH = "idle, never recorded"
    ENDED = "idle, has recorded"
    RECORDING = "recording"


class Mark(Enum):
    """What is known of the last STOP that counts."""

    NEVER = "no STOP took effect"
    PASSED = "the interval since the STOP has certainly passed"
    KEPT = "the moment of the STOP matters"


class Guard(Enum):
    """What a row asks of the time since the STOP."""

    ANY = "anything"
    INSIDE = "at most the interval"
    OUTSIDE = "more than the interval"


class Forgiven(Enum):
    """A rule that is waived, to find out which one a history breaks; the value is its requirement."""

    TOO_SOON = "restart/too-soon"
    START = "recording/start"
    AFTER_INTERVAL = "restart/after-interval"
    STOP = "recording/stop"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One legal answer in one state.

    ``readings`` is the bit set of readings in which it is legal; ``stamps`` says that the window opens anew.
    """

    after: Phase
    guard: Guard = Guard.ANY
    stamps: bool = False
    readings: int = EVERY


def dialects_with(axes: Mapping[str, str]) -> int:
    """Return the bit set of the dialects that have these values."""
    return sum(
        1 << n for n, one in enumerate(DIALECTS) if all(getattr(one, axis) == value for axis, value in axes.items())
    )


def _reading(**axes: str) -> int:
    return dialects_with(axes) | CHANGING


@cache
def unmoved(action: Action, phase: Phase) -> int:
    """Return the readings in which a refusal of *action* is legal in *phase* whatever the time, and has no effect ever.

    Such a refusal only asks that the stream is in that phase at some moment of it.
    """
    if action is Action.START:
        readings = _reading(start_while_recording="refused", refused_start_restarts="no")
        return readings & ~CHANGING if phase is Phase.RECORDING else 0
    readings = _reading(stop_while_idle="refused", refused_stop_restarts="no")
    if phase is Phase.FRESH:
        readings |= _reading(stop_while_idle="accepted_once_recorded")
    return 0 if phase is Phase.RECORDING else readings & ~CHANGING


@cache
def rows(
    action: Action, *, refused: bool, phase: Phase, mark: Mark, forgiven: Forgiven | None = None
) -> tuple[Row, ...]:
    """Return every row under which *action* may be answered so (200, or 400/404 when *refused*); none: illegal."""
    if action is Action.START:
        return _start_refused(phase, mark, forgiven) if refused else _start_ok(phase, mark, forgiven)
    return _stop_refused(phase, forgiven) if refused else _stop_ok(phase)


def _start_ok(phase: Phase, mark: Mark, forgiven: Forgiven | None) -> tuple[Row, ...]:
    if phase is Phase.RECORDING:
        return (Row(after=phase, readings=_reading(start_while_recording="accepted")),)
    guard = Guard.OUTSIDE if mark is Mark.KEPT and forgiven is not Forgiven.TOO_SOON else Guard.ANY
    return (Row(after=Phase.RECORDING, guard=guard),)


def _start_refused(phase: Phase, mark: Mark, forgiven: Forgiven | None) -> tuple[Row, ...]:
    if phase is Phase.RECORDING:
        return (Row(after=phase, readings=_reading(start_while_recording="refused")),)
    excuse = Forgiven.START if mark is Mark.NEVER else Forgiven.AFTER_INTERVAL
    excused = (Row(after=phase),) if forgiven is excuse else ()
    if mark is not Mark.KEPT:
        return excused
    return (
        Row(
            after=phase,
            guard=Guard.INSIDE,
            readings=_reading(refused_start_restarts="no"),
        ),
        Row(
            after=phase,
            guard=Guard.INSIDE,
            stamps=True,
            readings=_reading(refused_start_restarts="yes"),
        ),
        *excused,
    )


def _stop_ok(phase: Phase) -> tuple[Row, ...]:
    if phase is Phase.RECORDING:
        return (Row(after=Phase.ENDED, stamps=True),)
    accepted = [
        Row(after=phase, readings=_reading(stop_while_idle="accepted")),
        Row(after=phase, stamps=True, readings=_reading(stop_while_idle="accepted_restarts")),
    ]
    if phase is Phase.ENDED:
        accepted.append(Row(after=phase, readings=_reading(stop_while_idle="accepted_once_recorded")))
    return tuple(accepted)


def _stop_refused(phase: Phase, forgiven: Forgiven | None) -> tuple[Row, ...]:
    if phase is Phase.RECORDING:
        return (Row(after=phase),) if forgiven is Forgiven.STOP else ()
    refused = [
        Row(
            after=phase,
            readings=_reading(stop_while_idle="refused", refused_stop_restarts="no"),
        ),
        Row(
            after=phase,
            stamps=True,
            readings=_reading(stop_while_idle="refused", refused_stop_restarts="yes"),
        ),
    ]
    if phase is Phase.FRESH:
        refused.append(Row(after=phase, readings=_reading(stop_while_idle="accepted_once_recorded")))
    return tuple(refused)
