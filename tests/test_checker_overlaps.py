"""The checker and its brute-force twin judge small histories alike in which nearly everything overlaps."""

from collections import Counter

import pytest

from agreement import agrees
from dense_histories import dense_history
from liverec.checker import check
from liverec.history import History
from random_histories import operations_of

HISTORIES = 150

# each rests on an order that a search which leaves out too much does not see
SUBTLE = (
    # a START refused at the window's last moment, before the STOP under way that ends first
    History(
        operations=operations_of(
            "a START- 0..12, b STOP- 3, c STOP- 4..5, d START? 5, c START- 7..9, b STOP- 8..11, c START- 10..21, "
            "a STOP- 13, b STOP- 13..19, g START+ 60, g START+ 61"
        ),
        interval_ns=10,
        initial="unknown",
    ),
    # of two STOPs that end together, the process of one goes on at that very moment
    History(
        operations=operations_of(
            "a STOP+ 2..5, b STOP+ 3..5, c START+ 4, d START- 5, b START+ 5..8, d STOP- 9, c START+ 11..13, "
            "c START+ 17..20"
        ),
        interval_ns=3,
        initial="unknown",
        earliest=2,
    ),
    # a lost STOP that must come after a START of its process
    History(
        operations=operations_of(
            "a STOP- 0..2, b START+ 1..3, c START- 2, d STOP- 2..3, c STOP? 2, e START- 4..6, b STOP? 4, "
            "f START- 4..24, f STOP- 25, g STOP- 60, g START- 80"
        ),
        interval_ns=30,
    ),
    # the first answer is older than the last moment at which a STOP may have been before the run
    History(
        operations=operations_of("START- 0..1, START- 14"),
        interval_ns=10,
        resolution_ns=1,
        initial="unknown",
        earliest=4,
    ),
)


@pytest.mark.parametrize("chunk", range(4))
def test_both_judge_alike(chunk: int) -> None:
    histories = {seed: dense_history(seed, most=8) for seed in range(chunk * HISTORIES, (chunk + 1) * HISTORIES)}

    results = {seed: check(history) for seed, history in histories.items()}

    kinds = Counter(one.verdict for one in results.values())
    differing = [seed for seed, history in histories.items() if not agrees(history, results[seed])]
    assert differing == []
    assert min(kinds["kept"], kinds["broken"]) >= HISTORIES / 5


@pytest.mark.parametrize("history", SUBTLE)
def test_both_judge_alike_where_it_is_subtle(history: History) -> None:
    result = check(history)

    assert agrees(history, result)
