"""No disagreement with brute force over thousands of histories, which reach both verdicts and every rule often.

``make deep`` judges 22,000 of them; ``make deep SEED=7`` as many others.
"""

from collections import Counter
from collections.abc import Callable

import pytest

from agreement import agrees
from deep_profile import FIRST, chunks
from dense_histories import dense_history
from faulty_histories import RULES, faulty_history
from liverec.checker import check
from liverec.history import History
from random_histories import random_history
from sequential_histories import sequential_history

HISTORIES = 250
GENERATORS: dict[str, Callable[[int], History]] = {
    "random": random_history,
    "dense": dense_history,
    "sequential": sequential_history,
    "faulty": faulty_history,
}


def judged_alike(generator: str, chunk: int) -> Counter[str]:
    """Return how often each verdict and each finding came out; all of them as brute force judges."""
    draw, first = GENERATORS[generator], FIRST + chunk * HISTORIES
    kinds = Counter[str]()
    differing = list[int]()
    for seed in range(first, first + HISTORIES):
        history = draw(seed)
        result = check(history)
        kinds.update({result.verdict, *(found.requirement for found in result.findings)})
        if not agrees(history, result):
            differing.append(seed)
    assert differing == []
    return kinds


@pytest.mark.parametrize("chunk", chunks(2, deep=28))
def test_every_rule_is_broken_often_and_judged_alike(chunk: int) -> None:
    kinds = judged_alike("faulty", chunk)

    assert min(kinds[one] for one in ("kept", "broken")) >= HISTORIES / 4
    assert min(kinds[rule] for rule in RULES) >= HISTORIES / 25


@pytest.mark.deep
@pytest.mark.parametrize("generator", ["random", "dense", "sequential"])
@pytest.mark.parametrize("chunk", range(20))
def test_both_judge_alike(generator: str, chunk: int) -> None:
    kinds = judged_alike(generator, 1000 + chunk)

    assert min(kinds[one] for one in ("kept", "broken")) >= HISTORIES / 10
