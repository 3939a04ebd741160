"""How long a run may take, from the command line to what is sent."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from liverec.clock import MonotonicClock, VirtualClock
from liverec.conformance.budget import BUDGETS, SHORT, left_out
from liverec.conformance.ledger import Kind
from liverec.conformance.opening import opened
from liverec.conformance.refusals import differing, must_all_be_refused
from liverec.profile_file import reference_profile
from liverec.reference.serving import running
from liverec.reference.settings import Settings
from liverec_process import run

HERE = """
def test_what_it_may_spend(trial):
    assert (trial.budget.name, trial.budget.explored) == {expected!r}
"""


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ((), ("short", BUDGETS["short"].explored)),
        (("--liverec-time", "long"), ("long", BUDGETS["long"].explored)),
        (("--liverec-time", "normal", "--liverec-explore", "0"), ("normal", 0)),
    ],
)
def test_every_test_is_told(tmp_path: Path, options: tuple[str, ...], expected: tuple[str, int]) -> None:
    path = tmp_path / "test_told.py"
    path.write_text(HERE.format(expected=expected))
    alone = (
        "-c",
        "/dev/null",
        "--import-mode=importlib",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:randomly",
        "-p",
        "no:xdist",
        "-p",
        "no:timeout",
    )
    with running(Settings(profile=reference_profile(), clock=VirtualClock())) as server:
        code = pytest.main([str(path), *alone, "-p", "liverec.conformance.plugin", "--target", server.url, *options])

    assert code == 0


@pytest.mark.parametrize(
    ("options", "said"), [(("--time", "soon"), "'short', 'normal', 'long'"), (("--explore", "-1"), "-1")]
)
def test_what_cannot_be_spent_is_refused(options: tuple[str, ...], said: str) -> None:
    ended = run("verify", *options)

    assert (ended.returncode, ended.stdout) == (64, "")
    assert said in ended.stderr


def test_a_longer_run_looks_for_more() -> None:
    budgets = tuple(BUDGETS.values())

    assert [one.name for one in budgets] == ["short", "normal", "long"]
    for shorter, longer in pairwise(budgets):
        assert shorter.seconds < longer.seconds
        assert shorter.generated < longer.generated
        assert shorter.explored < longer.explored


def test_what_a_budget_leaves_out_is_said() -> None:
    for searches in (
        "--time short tries 60 generated requests, 8 random",
        "--time normal tries 200 generated requests, 32",
    ):
        assert searches in left_out(BUDGETS["short"], thin=False)[0]
    assert left_out(BUDGETS["long"], thin=False) == []
    assert "the quota left out: commands at once" in left_out(BUDGETS["long"], thin=True)[0]


def test_a_slow_target_is_sent_less_of_what_is_generated_and_that_is_said() -> None:
    slow = SHORT.slowed()

    assert slow == replace(SHORT, is_slow=True, generated=15)
    assert "one in 4 generated requests" in left_out(slow, thin=False)[0]
    assert "--time normal tries 50 generated requests" in left_out(slow, thin=False)[1]
    assert left_out(BUDGETS["long"].slowed(), thin=False) == left_out(slow, thin=False)[:1]


@pytest.mark.slow
@pytest.mark.parametrize(("latency_ms", "is_slow"), [(0, False), (250, True)])
def test_a_slow_target_is_sent_all_that_must_be_refused_but_at_once(
    tmp_path: Path, latency_ms: int, *, is_slow: bool
) -> None:
    wrong = {str(number): differing(query=f"action={number}") for number in range(8)}
    settings = Settings(profile=reference_profile(), clock=MonotonicClock(), latency_ms=latency_ms)
    with (
        running(settings) as server,
        opened(
            target=server.url,
            allow=False,
            seed=0,
            budget=SHORT,
            initial="idle",
            folder=tmp_path,
            scheduled=False,
            isolates=False,
            only=frozenset(),
        ) as session,
    ):
        session.begin()
        must_all_be_refused(session.trial, "query/action-options", wrong, kind=Kind.INVALID)
        sent = [one.exchange for one in session.trial.ledger.entries(Kind.INVALID)]
        budget = session.trial.budget
    sent.sort(key=lambda one: one.invoked_ns)

    assert budget == (SHORT.slowed() if is_slow else SHORT)
    assert len(sent) == 2 * len(wrong) + 1
    assert any(later.invoked_ns < earlier.completed_ns for earlier, later in pairwise(sent)) is is_slow
