"""How fast the checker judges: ``python benchmarks/checker_contention.py``.

Each line is the median of three runs in this process (of one, if it is slow). Sequential histories have one operation
open at a time on each stream. In a volley, all clients send START, then STOP, about one stream at the same moment,
round after round. Under load, 50 clients send START and STOP to two streams for a minute, as fast as they are answered
(1 to 20 ms), to a simulated service; ``slow answers`` take up to half a second, so that half of all commands are under
way at once. A volley is judged by the tests' brute force too, side by side, as long as that can keep up.
"""

import statistics
import sys
import time
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from liverec.checker import CheckResult, check
from liverec.history import Action, History, Operation, Outcome, Stream
from liverec.model import Dialect

SECOND = 1_000_000_000
WINDOW = 10 * SECOND
DEADLINE_S = 60.0
SLOW_S = 4.0
DIALECTS = (
    Dialect(),
    Dialect(refused_start_restarts="yes"),
    Dialect(stop_while_idle="accepted_restarts", refused_start_restarts="yes"),
    Dialect(start_while_recording="accepted", stop_while_idle="accepted"),
    Dialect(start_while_recording="accepted", stop_while_idle="accepted_once_recorded"),
)
FAULTS: dict[str, dict[str, Any]] = {
    "0.1 % of answers lost": {"lost": 0.001},
    "service that reads before it acts": {"races": True},
    "one START too soon, after 45 s": {"breaks_at": 45},
}


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


def volleys(clients: int, *, rounds: int = 3) -> Iterator[Operation]:
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
    while len(seconds) < 3 and sum(seconds) < SLOW_S:
        begun = time.perf_counter()
        said = judge()
        seconds.append(time.perf_counter() - begun)
    return statistics.median(seconds), said


def judged(subject: History) -> CheckResult:
    """Judge within the deadline."""
    ends = time.monotonic() + DEADLINE_S
    return check(subject, expired=lambda: time.monotonic() > ends)


def told(result: CheckResult) -> str:
    """Say what came out, and with how small a witness."""
    findings = [f"{one.requirement}, witness of {len(one.witness)}" for one in result.findings]
    late = [note for note in result.notes if "out of time" in note]
    return "; ".join([result.verdict, *findings, *(["out of time"] if late else [])])


def line(name: str, subject: History) -> None:
    """Print how long judging took, and what came out."""
    seconds, said = median_seconds(lambda: told(judged(subject)))
    count = len(subject.operations)
    print(f"{name:<44}{count:>9,}{seconds:>10.3f}{count / seconds:>12,.0f}  {said}", flush=True)


def side_by_side(clients: int, brute_force: Callable[[History], str]) -> None:
    """Judge one round of contention both ways."""
    subject = history(volleys(clients, rounds=1))
    ours, said = median_seconds(lambda: judged(subject).verdict)
    theirs, agreed = median_seconds(lambda: brute_force(subject))
    same = "same verdict" if said == agreed else f"{said}, but brute force says {agreed}"
    print(f"one round, {clients} clients{ours:>21.4f} s{theirs:>12.4f} s{theirs / ours:>11.1f}x  {same}", flush=True)


def under_load(contention: Any) -> None:
    """Print a minute of load, in dialects of every kind, and what breaks under it."""
    load = {"clients": 50, "streams": 2, "seconds": 60}
    for dialect in DIALECTS:
        shown = f"{dialect.start_while_recording}/{dialect.stop_while_idle}/{dialect.refused_start_restarts}"
        line(f"load, {shown}", contention.Contention(dialect=dialect, **load).history())
    for name, fault in FAULTS.items():
        line(f"load, {name}", contention.Contention(dialect=Dialect(), **load, **fault).history())
    for clients, seconds in ((30, 17), (100, 5)):
        slow = contention.Contention(dialect=Dialect(), clients=clients, seconds=seconds, slowest_ms=500)
        line(f"slow answers, {clients} clients on one stream", slow.history())
    lossy = contention.Contention(dialect=Dialect(), clients=50, streams=20, seconds=60, lost=0.01).history()
    line("load on 20 streams, 1 % of answers lost", lossy)


def main() -> None:
    """Print all of it."""
    sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
    contention: Any = import_module("contention")
    brute_force: Any = import_module("brute_force")
    print(f"{'history':<44}{'operations':>9}{'seconds':>10}{'a second':>12}")
    for size in (1_000, 10_000, 100_000):
        line("sequential, 100 streams", history(sequential(size)))
    line("sequential, 400 streams", history(sequential(600_000, streams=400)))
    for clients in (10, 100):
        line(f"volleys of {clients} clients", history(volleys(clients)))
    under_load(contention)
    print(f"\n{'':<20}{'checker':>23}{'brute force':>14}{'ratio':>12}")
    for clients in (2, 4, 5, 6, 7):
        side_by_side(clients, brute_force.verdict)


if __name__ == "__main__":
    main()
