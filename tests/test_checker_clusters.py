"""Clusters that are looked up are judged as brute force does, and as the search does where brute force cannot."""

from collections import Counter

import pytest

from agreement import agrees
from clustered_histories import clustered_history
from deep_profile import FIRST, chunks
from liverec.checker import check
from liverec.checker.automaton import Automaton
from liverec.checker.layout import Layout
from liverec.checker.ordering import Ordering
from liverec.checker.search import explain
from liverec.checker.terms import Explained, Terms
from liverec.checker.zone import Limits
from liverec.history import History

HISTORIES = 150


@pytest.mark.parametrize("chunk", chunks(2, deep=20))
def test_brute_force_judges_alike(chunk: int) -> None:
    histories = {seed: clustered_history(FIRST + seed) for seed in range(chunk * HISTORIES, (chunk + 1) * HISTORIES)}

    results = {seed: check(history) for seed, history in histories.items()}

    kinds = Counter(one.verdict for one in results.values())
    differing = [seed for seed, history in histories.items() if not agrees(history, results[seed])]
    assert differing == []
    assert min(kinds["kept"], kinds["broken"]) >= HISTORIES / 10


def explained(history: History, automaton: Automaton) -> Explained:
    terms = Terms(
        limits=Limits.of(history.interval_ns, history.resolution_ns),
        initial=history.initial,
        earliest=history.earliest,
        interruptions=False,
        expired=lambda: False,
        automaton=automaton,
    )
    return explain(Ordering(Layout(history).of_stream(0), terms.limits), terms)


@pytest.mark.parametrize("chunk", chunks(2, deep=10))
def test_the_search_explains_by_the_same_readings(chunk: int) -> None:
    automaton, none = Automaton(), Automaton(most=0)
    readings, differing = Counter[int](), list[int]()
    for seed in range(FIRST + chunk * HISTORIES, FIRST + (chunk + 1) * HISTORIES):
        history = clustered_history(seed, most=60)
        looked_up, searched = explained(history, automaton), explained(history, none)
        readings[looked_up.readings] += 1
        if looked_up.readings != searched.readings:
            differing.append(seed)

    assert differing == []
    assert readings[0] >= HISTORIES / 10
    assert len(readings) >= 5
