"""What ``contracts/`` runs on, as a plugin of pytest. It imports the engine only when a test asks for it."""

from __future__ import annotations

from argparse import ArgumentTypeError
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

from liverec.conformance.budget import BUDGETS, SHORT, Budget
from liverec.conformance.replay import replay

if TYPE_CHECKING:
    from collections.abc import Collection, Generator, Iterator

    from liverec.conformance.expecting import Expecting
    from liverec.conformance.judged import JudgedHistory
    from liverec.conformance.ledger import Ledger
    from liverec.conformance.one_worker import OneWorker
    from liverec.conformance.preflight import Isolation
    from liverec.conformance.session import Session
    from liverec.conformance.trial import Trial

_JUDGING_SECONDS = 60.0
_LATER = ("afterwards", "answers", "judged")  # tests with these fixtures come last, in this order
_EXIT = "liverec_exit"
_SESSION: pytest.StashKey[Session] = pytest.StashKey()
_EXPECTING: pytest.StashKey[Expecting] = pytest.StashKey()
_STALE: pytest.StashKey[list[str]] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of the conformance suite."""
    group = parser.getgroup("liverec", "conformance of a recording-command server")
    group.addoption("--target", help="URL or profile of the server to judge; default: an embedded reference server")
    group.addoption("--liverec-allow", action="store_true", help="the target may be off this machine")
    group.addoption("--liverec-seed", type=int, default=0, help="the seed of all choices")
    group.addoption("--liverec-time", choices=tuple(BUDGETS), default=SHORT.name, help="how much is looked for")
    group.addoption("--liverec-explore", type=_count, metavar="N", help="how many schedules are drawn at random")
    group.addoption("--liverec-only", action="append", default=[], metavar="ID", help="judge these requirements only")
    group.addoption("--liverec-expect", metavar="FILE", help="known deviations (TOML), which do not fail the run")
    group.addoption("--liverec-folder", help="where the history and the record go; default: a temporary folder")
    group.addoption("--liverec-dry-run", action="store_true", help="send nothing to the target, but to a stand-in")
    group.addoption("--liverec-initial", choices=("idle", "unknown"), help="what is known of the streams beforehand")


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker of a contract test."""
    config.addinivalue_line("markers", "requirement(*ids): the requirements that the test judges")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep the tests that were asked for, and put those that come after the schedules, or judge the whole run, last.

    What all answers have in common is judged on whatever a run sends, so that then every test that sends is kept.
    """
    if _only(config):
        asked = [item for item in items if _is_asked(item)]
        judges_all = any("answers" in getattr(item, "fixturenames", ()) for item in asked)
        left_out = [item for item in items if not _is_asked(item) and (_turn(item) or not judges_all)]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]
    items.sort(key=_turn)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> OneWorker:
    """Have one worker of pytest-xdist run all contract tests."""
    from liverec.conformance.one_worker import OneWorker  # noqa: PLC0415  # xdist is there only if it calls this

    return OneWorker(config, log)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """End the run for the reason for which the worker ended it: pytest-xdist would take it for a crash."""
    reason, code = getattr(node, "workeroutput", {}).get(_EXIT, ("", 0))
    if reason:
        pytest.exit(reason, code)


def _replay(config: pytest.Config, only: Collection[str]) -> str:
    return replay(
        only,
        target=_option(config, "--target"),
        allow=bool(config.getoption("--liverec-allow")),
        seed=int(_option(config, "--liverec-seed") or 0),
        time=_option(config, "--liverec-time") or SHORT.name,
        explore=config.getoption("--liverec-explore"),
    )


def _exit(config: pytest.Config, problem: Exception, code: int) -> NoReturn:
    """End the run, since the target cannot be judged; a worker of pytest-xdist also tells who started it."""
    reason = f"liverec: {problem}"
    getattr(config, "workeroutput", {})[_EXIT] = (reason, code)
    pytest.exit(reason, code)


def _count(text: str) -> int:
    """Read a number of things, for argparse, which says what was wrong with any other text."""
    if not text.isdecimal():
        raise ArgumentTypeError(f"expected a number from 0 on, found {text!r}")
    return int(text)


def _budget(config: pytest.Config) -> Budget:
    budget = BUDGETS[_option(config, "--liverec-time") or SHORT.name]
    explored = config.getoption("--liverec-explore")
    return budget if explored is None else replace(budget, explored=explored)


def _option(config: pytest.Config, name: str) -> str | None:
    given = config.getoption(name)
    return None if given is None else str(given)


def _expecting(config: pytest.Config) -> Expecting:
    from liverec.conformance.exceptions import load_exceptions  # noqa: PLC0415  # heavy: only for a contract test
    from liverec.conformance.expecting import Expecting  # noqa: PLC0415

    given = _option(config, "--liverec-expect")
    return Expecting(load_exceptions(Path(given)) if given else (), today=datetime.now(UTC).date())


def _is_whole(session: pytest.Session) -> bool:
    """Whether no test was left out but by ``--liverec-only``: else a requirement may be kept by a part of its tests."""
    config = session.config
    chosen = config.getoption("keyword") or session.shouldstop or session.shouldfail
    return not chosen and all(Path(one).is_dir() for one in config.args)


def _only(config: pytest.Config) -> frozenset[str]:
    return frozenset(str(one) for one in config.getoption("--liverec-only") or ())


def _is_asked(item: pytest.Item) -> bool:
    """Whether ``--liverec-only`` names a requirement that the test judges, or none at all."""
    only = _only(item.config)
    return not only or not only.isdisjoint(_identifiers(item))


def _turn(item: pytest.Item) -> int:
    """Return when the item's turn comes: 0 while the schedules go on, later once everything was sent, or judged."""
    return max((_LATER.index(name) + 1 for name in getattr(item, "fixturenames", ()) if name in _LATER), default=0)


def _identifiers(item: pytest.Item) -> tuple[str, ...]:
    marker = item.get_closest_marker("requirement")
    return tuple(str(one) for one in marker.args) if marker else ()


@pytest.fixture(scope="session")
def liverec_session(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    """The run that all contract tests share."""
    from liverec.conformance.opening import opened  # noqa: PLC0415  # heavy: only when a contract test runs
    from liverec.conformance.preflight import TargetUnusable  # noqa: PLC0415
    from liverec.profile_file import ProfileError  # noqa: PLC0415
    from liverec.target import TargetRefused  # noqa: PLC0415

    config = request.config
    given = _option(config, "--liverec-folder")
    folder = Path(given) if given else tmp_path_factory.mktemp("liverec")
    initial = _option(config, "--liverec-initial")
    items = request.session.items
    scheduled = any(_turn(item) for item in items)
    isolates = scheduled or any("isolated" in getattr(item, "fixturenames", ()) for item in items)
    try:
        config.stash[_EXPECTING] = _expecting(config)
        with opened(
            target=_option(config, "--target"),
            allow=bool(config.getoption("--liverec-allow")),
            seed=int(_option(config, "--liverec-seed") or 0),
            budget=_budget(config),
            initial="idle" if initial == "idle" else "unknown" if initial else None,
            folder=folder,
            scheduled=scheduled,
            isolates=isolates,
            only=_only(config),
            rehearsed=bool(config.getoption("--liverec-dry-run")),
        ) as session:
            config.stash[_SESSION] = session
            session.begin()
            yield session
    except TargetUnusable as problem:
        _exit(config, problem, 3)
    except (TargetRefused, ProfileError) as problem:
        _exit(config, problem, 64)


@pytest.fixture(scope="session")
def trial(liverec_session: Session) -> Trial:
    """Everything a contract test sends, and the streams that it may use."""
    return liverec_session.trial


@pytest.fixture(scope="session")
def isolated(liverec_session: Session) -> Isolation:
    """What was asked of three streams before anything else."""
    from liverec.conformance.verdicts import NotExercised  # noqa: PLC0415

    if liverec_session.isolated is None:
        raise NotExercised("the streams for this story are missing: raise streams.recordable.count to 10 at least")
    return liverec_session.isolated


@pytest.fixture(scope="session")
def afterwards(liverec_session: Session) -> Trial:
    """The trial, once the schedules have ended: for what adds to a requirement that they judge."""
    liverec_session.end_schedules()
    return liverec_session.trial


@pytest.fixture(scope="session")
def answers(liverec_session: Session) -> Ledger:
    """Every exchange of the run, once the schedules have ended."""
    liverec_session.end_schedules()
    return liverec_session.trial.ledger


@pytest.fixture(scope="session")
def judged(liverec_session: Session) -> JudgedHistory:
    """The run's history, judged."""
    return liverec_session.judge(_JUDGING_SECONDS)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> None:
    """Note which test sends what comes now."""
    run = item.config.stash.get(_SESSION, None)
    if run is not None:
        run.trial.ledger.during = item.nodeid.rpartition("/")[2]


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Note that the operator ended the run, before its fixtures close: what was not judged is not kept."""
    run = session.config.stash.get(_SESSION, None)
    if run is not None:
        run.interrupted = exitstatus == pytest.ExitCode.INTERRUPTED
        stale = session.config.stash[_EXPECTING].stale(run.outcomes) if _is_whole(session) else []
        session.config.stash[_STALE] = stale
        if stale and exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Name the declared deviations that are none any more."""
    for line in config.stash.get(_STALE, list[str]()):
        terminalreporter.line(line)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn how a contract test ended into a verdict; what was not exercised is shown as skipped.

    So is what is only observed, where it did not show: it fails nobody. Nor does a test that is only here to send.
    """
    report = yield
    identifiers = _identifiers(item)
    session = item.config.stash.get(_SESSION, None)
    if session is not None and call.when == "teardown":
        session.trial.streams.end_test()
    failure = call.excinfo.value if call.excinfo is not None else None
    if session is not None and not _is_asked(item):
        report.outcome, report.longrepr = "passed", None
    elif session is not None and (call.when == "call" or failure is not None):
        alone = _turn(item) < len(_LATER)  # what the history shows may rest on any test
        verdict = session.say(identifiers, failure, alone=alone)
        if verdict.value == "NOT EXERCISED" or (verdict.value == "UNDECIDED" and not identifiers):
            report.outcome = "skipped"
            path, line, _ = item.location
            report.longrepr = (path, line or 0, f"{verdict.value}: {failure}")
        from liverec.conformance.verdicts import Violation  # noqa: PLC0415  # as the rest of the engine

        if isinstance(failure, Violation):
            own = alone and failure.identifier in identifiers
            command = _replay(item.config, (failure.identifier,) if own else sorted(_only(item.config)))
            report.sections.append(("Judge it again", command))
        if excuse := item.config.stash[_EXPECTING].excuse(failure):
            report.outcome = "skipped"
            report.wasxfail = excuse
    return report
