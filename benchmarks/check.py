"""How fast the checker judges: ``python benchmarks/check.py``.

Each line is the median of three runs in this process. Sequential histories have one operation open at a time on each
stream; in contention, all clients send START, then STOP, about one stream at the same moment, round after round.
One round of it is judged by the tests' brute force too, side by side, as long as that can keep up.
"""

import statistics
import sys
import time
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from liverec.checker import check
from liverec.history import Action, History, Operation, Outcome, Stream

SECOND = 1_000_000_000
WINDOW = 10 * SECOND
DEADLINE_S = 20.0


def operation(process: int, stream: Stream, action: Action, invoked: int, completed: int, *, ok: bool) -> Operation:
    """Return an operation that was accepted, or refused with 400."""
    return Operation(
        process=process,
        stream=stream,
        action=action,
        outcome=Outcome.OK if ok else Outcome.REFUSED,
        invoked=invoked,
        completed=completed,
        status=200 if ok else 400,
    )


def history(operations: Iterator[Operation]) -> History:
    """Return a history of the page's interval, on streams that nobody used before."""
    return History(operations=tuple(operations), interval_ns=WINDOW)


def named(number: int) -> Stream:
    """Return one of the streams."""
    return Stream("0123456789abcdef0123456789abcdef", "publish.example.com", "live", f"rehearsal-{number}")


def sequential(operations: int, *, streams: int = 100) -> Iterator[Operation]:
    """Each stream: START, STOP, a START that comes too soon, a pause, and again."""
    for number in range(operations):
        stream, step = number % streams, number // streams
        round_, turn = divmod(step, 3)
        action = (Action.START, Action.STOP, Action.START)[turn]
        invoked = round_ * 20 * SECOND + turn * SECOND + stream * 1000
        yield operation(stream, named(stream), action, invoked, invoked + 2_000_000, ok=turn != 2)


def contention(clients: int, *, rounds: int = 3) -> Iterator[Operation]:
    """All clients at once: exactly one START and one STOP of a round succeed."""
    for round_ in range(rounds):
        for half, action in enumerate(Action):
            begun = round_ * 30 * SECOND + half * SECOND
            for client in range(clients):
                late = client * 1000
                winner = client == clients // 2
                yield operation(client, named(0), action, begun + late, begun + 50_000_000 + late, ok=winner)


def median_seconds(judge: Callable[[], str]) -> tuple[float, str]:
    """Time *judge* three times (once, if it is slow)."""
    seconds: list[float] = []
    said = ""
    while len(seconds) < 3 and sum(seconds) < DEADLINE_S:
        begun = time.perf_counter()
        said = judge()
        seconds.append(time.perf_counter() - begun)
    return statistics.median(seconds), said


def verdict(subject: History) -> str:
    """Judge within the deadline."""
    ends = time.monotonic() + DEADLINE_S
    return check(subject, expired=lambda: time.monotonic() > ends).verdict


def line(name: str, subject: History) -> None:
    """Print how long judging took, and what came out."""
    seconds, said = median_seconds(lambda: verdict(subject))
    count = len(subject.operations)
    print(f"{name:<28}{count:>10}{seconds:>12.3f}{count / seconds:>14,.0f}  {said}", flush=True)


def side_by_side(clients: int, brute_force: Callable[[History], str]) -> None:
    """Judge one round of contention both ways."""
    subject = history(contention(clients, rounds=1))
    ours, said = median_seconds(lambda: verdict(subject))
    theirs, agreed = median_seconds(lambda: brute_force(subject))
    same = "same verdict" if said == agreed else f"{said}, but brute force says {agreed}"
    print(f"one round, {clients} clients{ours:>21.4f} s{theirs:>12.4f} s{theirs / ours:>11.1f}x  {same}", flush=True)


def main() -> None:
    """Print all of it."""
    print(f"{'history':<28}{'operations':>10}{'seconds':>12}{'operations/s':>14}")
    for size in (1_000, 10_000, 100_000):
        line("sequential, 100 streams", history(sequential(size)))
    for clients in (10, 20, 50, 100):
        line(f"contention, {clients} clients", history(contention(clients)))
    sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
    brute_force: Any = import_module("brute_force")
    print(f"\n{'':<20}{'checker':>23}{'brute force':>14}{'ratio':>12}")
    for clients in (2, 4, 5, 6, 7):
        side_by_side(clients, brute_force.verdict)


if __name__ == "__main__":
    main()
