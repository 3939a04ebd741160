"""Histories that the checker once judged otherwise than brute force, each smaller than the random ones that told."""

import pytest

import brute_force
from liverec.checker import check
from liverec.history import Action, History, Operation, Outcome, Stream

STREAM = Stream("p", "publish.example.com", "live", "rehearsal-1")
ANSWERS = {"+": Outcome.OK, "-": Outcome.REFUSED, "?": Outcome.INFO}


def history(*lines: str, interval: int) -> History:
    """Read lines of the form ``PROCESS ACTION+ FROM..UNTIL``; + accepted, - refused, ? no answer."""
    operations: list[Operation] = []
    for index, line in enumerate(lines):
        process, action, times = line.split()
        invoked, _, completed = times.partition("..")
        operations.append(
            Operation(
                process=int(process),
                stream=STREAM,
                action=Action(action[:-1]),
                outcome=ANSWERS[action[-1]],
                invoked=int(invoked),
                completed=int(completed) if completed else None,
                index=index,
            )
        )
    return History(operations=tuple(operations), interval_ns=interval)


@pytest.mark.parametrize(
    "lines",
    [
        # Of two STOPs that end together, the one whose process lost a START at that very moment goes first.
        ("0 START+ 0..0", "1 STOP+ 2..12", "2 STOP+ 4..12", "2 START? 12", "0 STOP- 13..13"),
        ("0 START+ 0..0", "1 STOP+ 2..12", "2 STOP+ 4..12", "2 START? 12", "3 START? 14", "0 STOP+ 18..18"),
    ],
)
def test_the_checker_agrees_with_brute_force(lines: tuple[str, ...]) -> None:
    subject = history(*lines, interval=3)

    assert check(subject).verdict == brute_force.verdict(subject) == "kept"
