"""A second process that searches some of the streams changes nothing in what is found."""

import subprocess
from collections.abc import Callable
from dataclasses import replace
from threading import Thread
from typing import Any, NoReturn, cast

import pytest

from clustered_histories import clustered_history
from liverec.checker import CheckResult, check, companion, judge
from liverec.checker.ordering import Ordering
from liverec.checker.search import explain
from liverec.checker.terms import Explained, Terms
from liverec.history import History
from random_histories import stream_named

STREAMS = 24


@pytest.fixture(autouse=True)
def begun(monkeypatch: pytest.MonkeyPatch) -> list[subprocess.Popen[bytes]]:
    """Find any search worth it; return the processes."""
    processes = list[subprocess.Popen[bytes]]()
    popen = cast("Callable[..., subprocess.Popen[bytes]]", subprocess.Popen)

    def noted(*arguments: Any, **options: Any) -> subprocess.Popen[bytes]:
        processes.append(popen(*arguments, **options))
        return processes[-1]

    monkeypatch.setattr(companion, "WORTH_IT", 1)
    monkeypatch.setattr(subprocess, "Popen", noted)
    return processes


def joined(first: int) -> History:
    """Return a history of many streams, some of which may be broken."""
    parts = [clustered_history(first + number, most=12) for number in range(STREAMS)]
    operations = [
        replace(
            one, stream=stream_named(f"s{number}"), process=100 * number + one.process, index=100 * number + one.index
        )
        for number, part in enumerate(parts)
        for one in part.operations
    ]
    return replace(parts[0], operations=tuple(sorted(operations, key=lambda one: one.invoked)))


def said(result: CheckResult) -> CheckResult:
    """Leave out how often a rule decided: that rests on what was known of other streams by then."""
    return replace(result, exercised={})


class AtOnce(Thread):
    """Lets the other process find all it can before anything is searched here."""

    def start(self) -> None:
        super().start()
        self.join()


@pytest.mark.parametrize(("first", "at_once"), [(0, 1), (1000, 20), (2000, 10_000)])
def test_the_result_is_the_same(
    first: int, at_once: int, monkeypatch: pytest.MonkeyPatch, begun: list[subprocess.Popen[bytes]]
) -> None:
    searched = list[int]()

    def explained(ordering: Ordering, terms: Terms) -> Explained:
        searched.append(0)
        return explain(ordering, terms)

    monkeypatch.setattr(companion, "Thread", AtOnce)
    monkeypatch.setattr(companion, "AT_ONCE", at_once)
    monkeypatch.setattr(judge, "explain", explained)
    history = joined(first)

    alone = check(history)
    here = len(searched)
    together = check(history, cores=2)

    assert said(together) == said(alone)
    assert [one.returncode is not None for one in begun] == [True]
    assert len(searched) - here < here


@pytest.mark.parametrize(
    "command",
    [
        pytest.param("raise SystemExit(1)", id="ends"),
        pytest.param("print('hello')", id="says something else"),
        pytest.param("import time; time.sleep(600)", id="takes long"),
        pytest.param(
            "import sys; sys.path[:] = sys.argv[1:]; import liverec.checker.companion as c; del c.explain; c.work()",
            id="fails",
        ),
    ],
)
def test_what_it_does_not_find_is_searched_here(
    command: str, monkeypatch: pytest.MonkeyPatch, begun: list[subprocess.Popen[bytes]]
) -> None:
    monkeypatch.setattr(companion, "_COMMAND", command)
    history = joined(0)

    assert said(check(history, cores=2)) == said(check(history))
    assert [one.returncode is not None for one in begun] == [True]


def test_without_one_everything_is_searched_here(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: Any, **_options: Any) -> NoReturn:
        raise PermissionError

    monkeypatch.setattr(subprocess, "Popen", refused)
    history = joined(0)

    assert said(check(history, cores=2)) == said(check(history))


def test_little_is_searched_without_it(monkeypatch: pytest.MonkeyPatch, begun: list[subprocess.Popen[bytes]]) -> None:
    monkeypatch.setattr(companion, "WORTH_IT", 10_000)

    check(joined(0), cores=2)

    assert begun == []


def test_it_ends_with_an_interrupt(monkeypatch: pytest.MonkeyPatch, begun: list[subprocess.Popen[bytes]]) -> None:
    monkeypatch.setattr(companion, "_COMMAND", "import time; time.sleep(600)")

    def interrupted() -> bool:
        if begun:
            raise KeyboardInterrupt
        return False

    with pytest.raises(KeyboardInterrupt):
        check(joined(0), expired=interrupted, cores=2)

    assert [one.returncode is not None for one in begun] == [True]
