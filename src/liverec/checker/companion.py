"""A second process, on another core, that searches streams from the end of the queue; this one begins at its head."""

import os
import pickle
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from threading import Thread
from typing import IO, NamedTuple, Self

import numpy as np

from liverec.checker.automaton import Automaton
from liverec.checker.deadline import Deadline
from liverec.checker.layout import Excerpt, Layout
from liverec.checker.ordering import Ordering
from liverec.checker.search import explain
from liverec.checker.sweep import Swept
from liverec.checker.terms import OutOfTime, Terms

WORTH_IT = 100_000  # operations that are left to the search: it takes some tenths of a second to begin
LOOKS = 256.0  # at the deadline, before a stream has to wait: about half a second
OPERATIONS_A_LOOK = 32  # what even an easy search needs
AT_ONCE = 10_000  # operations to be searched there before it is asked again
_COMMAND = "import sys; sys.path[:] = sys.argv[1:]; from liverec.checker.companion import work; work()"


class Found(NamedTuple):
    """What explains the stretches of a stream: of the readings that were *asked* about those that are *left*."""

    asked: int
    left: int
    decided: Counter[str]


class _Task(NamedTuple):
    """A stream: its number, the readings that explain what is not searched, and its stretches (places, resumed)."""

    number: int
    dialects: int
    stretches: Sequence[tuple[int, int, bool]]


class _Share(NamedTuple):
    """Some streams, and the readings to ask about."""

    operations: Excerpt
    tasks: Sequence[_Task]
    likely: int


def usable_cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Companion:
    """Has streams searched meanwhile; a context manager, which leaves no process behind.

    Nobody waits for it: what it has not found out when that is asked for, for whatever reason, is left to whoever asks.
    """

    def __init__(self, layout: Layout, swept: Swept, terms: Terms, numbers: Sequence[int], likely: int) -> None:
        self._layout, self._swept = layout, swept
        self._terms = replace(terms, expired=_never, automaton=Automaton())  # what can be sent
        self._waiting = [number for number in numbers if number in swept.left]
        self._taken = set[int]()
        self._likely = likely
        self._found: dict[int, Found] = {}
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        """Begin, if there is enough to search."""
        left = sum(beyond - first for number in self._waiting for first, beyond, _ in self._swept.left[number])
        if self._waiting and left >= WORTH_IT and sys.executable:
            with suppress(OSError):  # then there is none
                self._process = subprocess.Popen(  # noqa: S603  # our own interpreter and module
                    [sys.executable, "-c", _COMMAND, *sys.path],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                )
        if self._process is not None:
            self._thread = Thread(target=self._converse, args=(self._process.stdin, self._process.stdout), daemon=True)
            self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """End it."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._thread.join()

    def found(self, number: int, likely: int) -> Found | None:
        """Return what it has found about a stream; if that is nothing, it will not search it.

        From now on it asks about the *likely* readings.
        """
        self._likely = likely
        if number not in self._found:
            self._taken.add(number)
        return self._found.get(number)

    def _converse(self, told: IO[bytes], answers: IO[bytes]) -> None:
        with suppress(Exception), answers, told:  # whatever it is, it has died or was ended
            pickle.dump(self._terms, told, protocol=pickle.HIGHEST_PROTOCOL)
            for share in self._shares():
                pickle.dump(share, told, protocol=pickle.HIGHEST_PROTOCOL)
                told.flush()
                self._found.update(pickle.load(answers))  # noqa: S301  # from the process begun above

    def _shares(self) -> Iterator[_Share]:
        while True:
            tasks, places, length = list[_Task](), list[range](), 0
            while length < AT_ONCE and self._waiting and self._waiting[-1] not in self._taken:
                number, stretches = self._waiting.pop(), list[tuple[int, int, bool]]()
                for first, beyond, resumed in self._swept.left[number]:
                    places.append(range(first, beyond))
                    stretches.append((length, length + beyond - first, resumed))
                    length += beyond - first
                tasks.append(_Task(number, int(self._swept.dialects[number]), stretches))
            if not tasks:
                return
            yield _Share(self._layout.excerpt(np.concatenate(places)), tasks, self._likely)


def work() -> None:
    """Do what ``Companion`` asks of another process; who interrupts both means the other one, which ends this."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    deadline = Deadline(_never)
    terms: Terms = replace(pickle.load(sys.stdin.buffer), expired=deadline.passed)  # noqa: S301  # from the process that began this one
    with suppress(EOFError):  # all is asked
        while True:
            share: _Share = pickle.load(sys.stdin.buffer)  # noqa: S301  # as above
            pickle.dump(_searched(share, terms, deadline), sys.stdout.buffer, protocol=pickle.HIGHEST_PROTOCOL)
            sys.stdout.flush()


def _searched(share: _Share, terms: Terms, deadline: Deadline) -> dict[int, Found]:
    """Search each stream as long as it is not too hard."""
    found: dict[int, Found] = {}
    likely = share.likely
    for number, dialects, stretches in share.tasks:
        deadline.allow(LOOKS + sum(beyond - first for first, beyond, _ in stretches) / OPERATIONS_A_LOOK)
        left, decided = dialects & likely, Counter[str]()
        try:
            for first, beyond, resumed in stretches if left else ():
                evidence = share.operations.evidence(slice(first, beyond))
                explained = explain(Ordering(evidence, terms.limits), replace(terms, readings=left, resumed=resumed))
                left, decided = explained.readings, decided + explained.decided
                if not left:
                    break
        except OutOfTime:
            continue
        if left:
            found[number] = Found(likely, left, decided)
            likely = left & likely
    return found


def _never() -> bool:
    return False
