"""The state machine on a virtual clock: what is broken at the nanosecond is found and made small."""

from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import asdict, replace
from itertools import pairwise
from pathlib import Path

import pytest

from liverec import model
from liverec.checker import check
from liverec.clock import NANOSECONDS, MonotonicClock, VirtualClock
from liverec.conformance.budget import SHORT
from liverec.conformance.confirmation import try_again, violations
from liverec.conformance.rehearsal import sequences
from liverec.conformance.repetition import Shown
from liverec.conformance.sequences import search
from liverec.conformance.session import judge_file
from liverec.conformance.setting import Setting
from liverec.conformance.trial import Trial
from liverec.conformance.verdicts import Undecided
from liverec.history import Action
from liverec.history.merge import merge
from liverec.history.reader import read_file
from liverec.profile_file import reference_profile
from liverec.reference.dialect import Dialect, read_dialect
from liverec.reference.serving import running
from liverec.reference.settings import Settings
from liverec.target import resolve_target

pytestmark = pytest.mark.filterwarnings("default")

START, STOP = Action.START, Action.STOP
W = 10 * NANOSECONDS
READINGS = [
    "start_while_recording=refused",
    *(f"{axis}={value}" for axis, values in model.AXES.items() for value in values[1:]),
]


@contextmanager
def trial_of(
    folder: Path, *faults: str, dialect: Dialect | None = None, seed: int = 0, explored: int = SHORT.explored
) -> Generator[Trial]:
    """Yield a trial of an unused reference server with *faults* that reads the page as *dialect* does."""
    folder.mkdir(exist_ok=True)
    settings = Settings(profile=reference_profile(), clock=VirtualClock(), faults=faults, dialect=dialect or Dialect())
    with running(settings) as server:
        budget = replace(SHORT, explored=explored)
        target = resolve_target(server.url)
        trial = Trial(Setting(target=target, folder=folder, run="run", seed=seed, budget=budget))
        try:
            yield trial
        finally:
            trial.close()


def found(folder: Path, *faults: str) -> Shown:
    with trial_of(folder, *faults) as trial:
        least = search(trial)

    assert least is not None
    return least


def actions(shown: Shown) -> list[Action]:
    return [one.action for one in shown.history.operations]


def told(folder: Path, *faults: str, seed: int) -> list[tuple[object, ...]]:
    """Return the streams, commands and moments of all sequences."""
    with trial_of(folder, *faults, seed=seed) as trial:
        search(trial)
        return [(one.stream, *one.schedule.steps) for one in trial.assigned]


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.long) for seed in (1, 2))])
@pytest.mark.parametrize("reading", READINGS)
def test_whoever_keeps_the_page_is_acquitted(tmp_path: Path, reading: str, seed: int) -> None:
    axis, _, value = reading.partition("=")
    with trial_of(tmp_path, dialect=read_dialect([reading]), seed=seed, explored=4) as trial:
        least = search(trial)
        result = judge_file(trial.history_path, 60).result

    assert least is None
    assert (result.verdict, len(trial.assigned)) == ("kept", 8)
    assert value in {getattr(one, axis) for one in result.dialects}


@pytest.mark.parametrize("seed", range(3))
def test_they_come_to_all_that_the_page_leaves_open_and_to_each_side_of_the_boundary(tmp_path: Path, seed: int) -> None:
    with trial_of(tmp_path, seed=seed) as trial:
        search(trial)
        judgement = judge_file(trial.history_path, 60)
    gaps = {probe.gap_from - W for probe in judgement.probes if probe.gap_from == probe.gap_until}

    assert {-1, 0, 1} <= gaps
    assert judgement.dialect() == asdict(model.Dialect())
    assert max(accepted_restarts(trial)) >= 3


def accepted_restarts(trial: Trial) -> list[int]:
    """Return how often each stream was started once more a nanosecond after a window."""
    return [
        sum(
            (before.action, after.action) == (STOP, START) and after.at_ns - before.at_ns == W + 1
            for before, after in pairwise(one.schedule.steps)
        )
        for one in trial.assigned
    ]


@pytest.mark.parametrize(
    ("fault", "requirement", "ticks"),
    [
        ("inclusive-interval", "restart/too-soon", 0),
        ("nearly-interval", "restart/too-soon", 0),
        ("long-interval", "restart/after-interval", 1),
    ],
)
def test_what_breaks_the_interval_is_made_three_commands(
    tmp_path: Path, fault: str, requirement: str, ticks: int
) -> None:
    least = found(tmp_path, fault)
    _, stop, start = least.history.operations

    assert least.finding.requirement == requirement
    assert actions(least) == [START, STOP, START]
    assert start.invoked - stop.invoked == W + ticks


def test_what_only_a_second_window_shows_is_made_five(tmp_path: Path) -> None:
    least = found(tmp_path, "remembers-first-stop")

    assert least.finding.requirement == "restart/too-soon"
    assert actions(least) == [START, STOP, START, STOP, START]


def test_the_least_convicts_by_itself(tmp_path: Path) -> None:
    least = found(tmp_path, "no-interval")

    assert [one.requirement for one in check(least.history).findings] == ["restart/too-soon"]


@pytest.mark.parametrize("fault", [(), ("inclusive-interval",)])
def test_the_same_seed_sends_the_same_and_another_one_something_else(tmp_path: Path, fault: tuple[str, ...]) -> None:
    first, again, other = (
        told(tmp_path / name, *fault, seed=seed) for name, seed in (("one", 5), ("two", 5), ("three", 6))
    )

    assert first == again
    assert first != other


@pytest.mark.parametrize("rehearsed", [False, True])
def test_on_a_clock_that_nobody_can_set_nothing_is_sent(tmp_path: Path, *, rehearsed: bool) -> None:
    clock = VirtualClock() if rehearsed else MonotonicClock()
    with running(Settings(profile=reference_profile(), clock=clock)) as server:
        setting = Setting(target=resolve_target(server.url), folder=tmp_path, run="run", seed=0, rehearsed=rehearsed)
        trial = Trial(setting)
        least = search(trial)
        sent = len(trial.ledger.entries())
        trial.close()

    assert (least, sent, trial.assigned) == (None, 0, [])


def test_a_dry_run_counts_what_is_sent(tmp_path: Path) -> None:
    with trial_of(tmp_path / "real") as trial:
        search(trial)
        sent = Counter("START" if "action=START" in one.exchange.url else "STOP" for one in trial.ledger.entries())
    setting = Setting(target=trial.target, folder=tmp_path, run="run", seed=0)
    (part,) = sequences(setting)

    assert (part.requests, part.actions, part.streams) == (sent.total(), sent, ())
    assert sequences(replace(setting, budget=replace(SHORT, explored=0))) == ()
    assert sequences(replace(setting, target=replace(trial.target, max_requests_per_minute=300))) == ()


def test_a_dry_run_counts_none_where_no_clock_can_be_set(tmp_path: Path) -> None:
    target = replace(
        resolve_target("http://127.0.0.1:9"), profile=replace(reference_profile(), reference_control=False)
    )

    assert sequences(Setting(target=target, folder=tmp_path, run="run", seed=0)) == ()


def test_a_target_that_is_gone_ends_the_search(tmp_path: Path) -> None:
    with running(Settings(profile=reference_profile(), clock=VirtualClock())) as server:
        trial = Trial(Setting(target=resolve_target(server.url), folder=tmp_path, run="run", seed=0))
    with pytest.raises(Undecided):
        search(trial)
    trial.close()


def test_what_a_sequence_shows_is_tried_again_and_can_be_replayed(tmp_path: Path) -> None:
    with trial_of(tmp_path, "nearly-interval") as trial:
        search(trial)
        first = judge_file(trial.history_path, 60)
        repeated = try_again(trial, first, lambda: merge([read_file(trial.history_path)]))
        (violation,) = violations(replace(first, repeated=repeated), 60)
    path = tmp_path / "violation.ndjson"
    path.write_bytes(violation)
    history = merge([read_file(path)])

    assert [(one.tried, one.recurred) for one in repeated.values()] == [(4, 4)]
    assert [one.requirement for one in check(history).findings] == ["restart/too-soon"]
    assert len(history.operations) == 3
