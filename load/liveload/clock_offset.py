"""How far a worker's clock is off the run's (the master's), and how sure that is."""

from collections.abc import Iterable
from dataclasses import dataclass

_DRIFT = 200e-6  # two clocks may run apart by so much a second: each is slewed by 100 ppm at the most, in practice
_NANOSECONDS = 1_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Echo:
    """A question to a worker and its answer, nanoseconds: ``told`` by its clock, the others by the master's."""

    sent: int
    told: int
    received: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Offset:
    """What is to be added to a worker's times to make them the run's; off by ``bound`` at the most."""

    nanoseconds: int
    bound: int


def measured(echoes: Iterable[Echo]) -> Offset:
    """Return the offset by the fastest echo: its question was answered at some moment between sent and received."""
    fastest = min(echoes, key=lambda echo: echo.received - echo.sent)
    return Offset(
        nanoseconds=(fastest.sent + fastest.received) // 2 - fastest.told,
        bound=(fastest.received - fastest.sent + 1) // 2 + 1,
    )


def for_run(begun: Offset, *, same_machine: bool, seconds: float) -> Offset:
    """Return the offset that a run of *seconds* may rely on: none on one machine, unless that cannot be."""
    if same_machine and abs(begun.nanoseconds) <= begun.bound:
        return Offset(nanoseconds=0, bound=0)
    return Offset(nanoseconds=begun.nanoseconds, bound=begun.bound + round(seconds * _DRIFT * _NANOSECONDS))


def complaint(relied_on: Offset, ended: Offset) -> str:
    """Say so if the clocks were further apart at the end than the run relied on; empty if not."""
    if abs(ended.nanoseconds - relied_on.nanoseconds) <= relied_on.bound + ended.bound:
        return ""
    apart = abs(ended.nanoseconds - relied_on.nanoseconds) / 1e6
    return (
        f"its clock ran {apart:.1f} ms away from the master's, more than the {relied_on.bound / 1e6:.1f} ms relied on"
    )
