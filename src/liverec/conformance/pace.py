"""Carrying schedules out: on the real clock by waiting, on a virtual one by advancing it."""

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import groupby

from liverec.clock import NANOSECONDS, VirtualClock
from liverec.conformance.control import ControlPlane
from liverec.conformance.schedule import Schedule, Step
from liverec.history import Stream

MOST_AT_ONCE = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Assigned:
    """A schedule and the stream that it is carried out on."""

    schedule: Schedule
    stream: Stream


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A step of the *number*-th schedule, and its stream."""

    number: int
    step: Step
    stream: Stream

    @property
    def lane(self) -> tuple[int, int]:
        """Whose steps follow one another."""
        return self.number, self.step.lane


Send = Callable[[Due], object]


class RealPace:
    """Waits for each step's moment; ends early when *abandoned* is set."""

    def __init__(self, abandoned: threading.Event) -> None:
        self._abandoned = abandoned

    def carry_out(self, assigned: Sequence[Assigned], send: Send) -> None:
        """Send every step at its moment, from several threads; a lane's steps in their order."""
        begun = time.monotonic_ns()
        before: dict[tuple[int, int], Future[object]] = {}
        with ThreadPoolExecutor(MOST_AT_ONCE, thread_name_prefix="schedule") as threads:
            for due in _in_order(assigned):
                if self._abandoned.wait(max(0.0, (begun + due.step.at_ns - time.monotonic_ns()) / NANOSECONDS)):
                    return
                before[due.lane] = threads.submit(_after, before.get(due.lane), send, due)
        for future in before.values():
            future.result()


class VirtualPace:
    """Advances the target's clock, and ours with it, from moment to moment; never waits."""

    def __init__(self, control: ControlPlane, clock: VirtualClock) -> None:
        self._control = control
        self._clock = clock

    def carry_out(self, assigned: Sequence[Assigned], send: Send) -> None:
        """Send every step of one moment at once, and go on when all are answered."""
        passed = 0
        with ThreadPoolExecutor(MOST_AT_ONCE, thread_name_prefix="schedule") as threads:
            for moment, together in groupby(_in_order(assigned), key=lambda due: due.step.at_ns):
                self.advance(moment - passed)
                passed = moment
                for future in [threads.submit(_after, None, send, due) for due in together]:
                    future.result()

    def now(self) -> int:
        """Return what both clocks say, but for where the target's began."""
        return self._clock.now()

    def advance(self, nanoseconds: int) -> None:
        """Move both clocks forward; nothing may be under way."""
        if nanoseconds > 0:
            self._control.advance(nanoseconds / NANOSECONDS)
            self._clock.advance(nanoseconds / NANOSECONDS)


def _in_order(assigned: Sequence[Assigned]) -> list[Due]:
    """Return all steps by their moments; those of one schedule at one moment as it lists them."""
    steps = [
        Due(number=number, step=step, stream=one.stream)
        for number, one in enumerate(assigned)
        for step in one.schedule.steps
    ]
    return sorted(steps, key=lambda due: due.step.at_ns)


def _after(before: Future[object] | None, send: Send, due: Due) -> object:
    if before is not None:
        before.result()
    return send(due)


def last_moment(schedules: Sequence[Schedule]) -> int:
    """Return how long the schedules take, in nanoseconds."""
    return max((step.at_ns for one in schedules for step in one.steps), default=0)
