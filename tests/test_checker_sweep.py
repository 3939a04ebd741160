"""What is judged all at once is judged as brute force does, and as the search does where brute force cannot."""

from collections import Counter
from dataclasses import replace

import pytest

from agreement import agrees
from liverec.checker import check
from liverec.checker.layout import Layout
from liverec.checker.ordering import Ordering
from liverec.checker.readings import ALL_DIALECTS
from liverec.checker.search import explain
from liverec.checker.sweep import sweep
from liverec.checker.terms import Terms
from liverec.checker.zone import Limits
from liverec.history import Action, History, Operation, Outcome
from random_histories import stream_named
from sequential_histories import sequential_history

HISTORIES = 150


@pytest.mark.parametrize("chunk", range(4))
def test_brute_force_judges_alike(chunk: int) -> None:
    histories = {seed: sequential_history(seed) for seed in range(chunk * HISTORIES, (chunk + 1) * HISTORIES)}

    results = {seed: check(history) for seed, history in histories.items()}

    kinds = Counter(one.verdict for one in results.values())
    differing = [seed for seed, history in histories.items() if not agrees(history, results[seed])]
    assert differing == []
    assert min(kinds["kept"], kinds["broken"]) >= HISTORIES / 10


def searched(layout: Layout, history: History, number: int) -> int:
    """Return the dialects that explain all of one stream, by searching it from end to end."""
    terms = Terms(
        limits=Limits.of(history.interval_ns, history.resolution_ns),
        initial=history.initial,
        earliest=history.earliest,
        interruptions=history.interruptions,
        expired=lambda: False,
        readings=ALL_DIALECTS,
    )
    return explain(Ordering(layout.of_stream(number), terms.limits), terms).readings


def test_the_search_explains_by_the_same_dialects() -> None:
    whole, cut, differing = 0, 0, list[tuple[int, int]]()
    for seed in range(200):
        history = sequential_history(seed, most=40, streams=3)
        layout = Layout(history)
        swept = sweep(layout, history)
        for number in range(len(layout)):
            stretches = swept.left.get(number, [])
            whole += not stretches
            cut += sum(one.resumed for one in stretches)
            dialects = int(swept.dialects[number])
            found = searched(layout, history, number)
            # what is left may rule out more, never less
            if found & ~dialects or (not stretches and found != dialects):
                differing.append((seed, number))

    assert differing == []
    assert whole >= 50
    assert cut >= 100


SECOND = 1_000_000_000


def moved(chosen: int) -> tuple[History, Operation]:
    """Return 2,700 operations on 300 streams, all as they should be but for one START, and that START.

    Of those that are accepted more than 10 s after a STOP it is the one with this number: it ends 1 ms too soon.
    """
    operations = list[Operation]()
    for turn in range(9):
        for number in range(300):
            round_, part = divmod(turn, 3)
            begun = (round_ * 20 + part) * SECOND + number * 1000
            operations.append(
                Operation(
                    process=number,
                    stream=stream_named(f"rehearsal-{number}"),
                    action=(Action.START, Action.STOP, Action.START)[part],
                    outcome=Outcome.REFUSED if part == 2 else Outcome.OK,
                    invoked=begun,
                    completed=begun + 2_000_000,
                    index=2 * len(operations),
                )
            )
    restarts = [n for n, one in enumerate(operations) if n >= 300 and (one.action, one.outcome) == (Action.START, "ok")]
    guilty = restarts[chosen]
    ended = operations[guilty - 600].invoked + 10 * SECOND - 1_000_000  # the STOP before it is two turns back
    operations[guilty] = replace(operations[guilty], invoked=ended - 2_000_000, completed=ended)
    return History(operations=tuple(operations), interval_ns=10 * SECOND), operations[guilty]


@pytest.mark.parametrize("chosen", [0, 299, 300, 451, 599])
def test_one_start_moved_a_millisecond_into_the_window_is_found_anywhere(chosen: int) -> None:
    history, guilty = moved(chosen)

    (finding,) = check(history).findings

    assert (finding.requirement, finding.page_alone, finding.streams) == (
        "restart/too-soon",
        "broken",
        (guilty.stream,),
    )
    assert guilty in finding.witness
