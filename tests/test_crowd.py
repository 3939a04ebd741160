"""A crowd at servers that race now and then, at others that are slow but right, and what the checker says of it."""

import asyncio
import random
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from functools import cached_property
from itertools import count
from pathlib import Path
from unittest.mock import patch

import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from liverec.checker import CheckResult
from liverec.clock import MonotonicClock, VirtualClock
from liverec.conformance.crowd import Crowd
from liverec.conformance.preflight import admitted
from liverec.conformance.races import Tally
from liverec.conformance.session import judge_file
from liverec.conformance.setting import Setting
from liverec.conformance.trial import Trial
from liverec.profile_file import reference_profile
from liverec.reference.dialect import Dialect, read_dialect
from liverec.reference.faults import FAULTS, Fault
from liverec.reference.recorder import Decision, Recorder
from liverec.reference.serving import running
from liverec.reference.settings import Settings
from liverec.reference.streams import StreamName
from liverec.target import resolve_target

PAUSE_S = 0.002  # of real time: whoever arrives within it is under way together
LATE_S = 0.05
RACES = 75  # as many as with --time short

under_way = 0


def meeting(app: ASGIApp) -> ASGIApp:
    """Count who is under way, and wait for more."""

    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        global under_way  # noqa: PLW0603  # as broken servers count, too
        under_way += 1
        try:
            await asyncio.sleep(PAUSE_S)
            await app(scope, receive, send)
        finally:
            under_way -= 1

    return wrapped


class LetsLosersIn(Recorder, ABC):
    """Lets a START through that came while another one was carried out, if ``_fails`` says so."""

    @cached_property
    def _began(self) -> dict[StreamName, int]:
        return {}

    @cached_property
    def _races(self) -> Iterator[int]:
        return count(1)

    @abstractmethod
    def _fails(self) -> bool: ...

    def command(self, action: str, name: StreamName) -> Decision:
        decision = super().command(action, name)
        if action == "START" and decision is Decision.DONE:
            self._began[name] = time.monotonic_ns()
        elif action == "START" and decision is Decision.RECORDING:
            late = time.monotonic_ns() - self._began.pop(name, 0) < LATE_S * 1e9
            if late and self._fails():
                return Decision.DONE
        return decision


class NeedsEight(LetsLosersIn):
    def _fails(self) -> bool:
        return under_way >= 7  # and the one that won


class OnceInFifty(LetsLosersIn):
    def _fails(self) -> bool:
        return next(self._races) % 50 == 0


def delaying(delay: Callable[[random.Random], float]) -> Callable[[ASGIApp], ASGIApp]:
    def wrap(app: ASGIApp) -> ASGIApp:
        chance = random.Random(1)

        async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
            await asyncio.sleep(delay(chance))
            await app(scope, receive, send)

        return wrapped

    return wrap


def one_at_a_time(app: ASGIApp) -> ASGIApp:
    lock = asyncio.Lock()

    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        async with lock:
            await asyncio.sleep(0.02)
            await app(scope, receive, send)

    return wrapped


def fault(
    name: str, *, wrap: Callable[[ASGIApp], ASGIApp] | None = None, recorder: type[Recorder] | None = None
) -> Fault:
    return Fault(name=name, breaks="consistency/one-reading", summary="", wrap=wrap, recorder=recorder)


def raced(
    folder: Path,
    served: Fault | None = None,
    *,
    dialect: Dialect | None = None,
    real: bool = False,
    seconds: float = 20.0,
    most: int = RACES,
) -> tuple[CheckResult, Tally]:
    """Let a crowd command a server, twice unless its clock is *real*, and judge what happened."""
    clock = MonotonicClock() if real else VirtualClock()
    known = {} if served is None else {served.name: served}
    with patch.dict(FAULTS, known):
        settings = Settings(profile=reference_profile(), clock=clock, faults=tuple(known), dialect=dialect or Dialect())
        with running(settings) as server:
            trial = Trial(Setting(target=resolve_target(server.url), folder=folder, run="r", seed=0, initial="idle"))
            admitted(trial)
            crowd = Crowd(trial)
            crowd.race(most, seconds=seconds)
            if not real:
                crowd.race_again(seconds=seconds)
            trial.close()
    return judge_file(trial.history_path, 60.0).result, crowd.tally


@pytest.mark.long
@pytest.mark.parametrize("recorder", [NeedsEight, OnceInFifty])
def test_a_race_that_shows_now_and_then_is_convicted(tmp_path: Path, recorder: type[Recorder]) -> None:
    result, _ = raced(tmp_path, fault("races", wrap=meeting, recorder=recorder))

    assert [one.requirement for one in result.findings] == ["consistency/one-reading"]


@pytest.mark.parametrize(
    "reading",
    [
        (),
        ("start_while_recording=accepted", "stop_while_idle=accepted"),
        ("stop_while_idle=accepted_restarts", "refused_start_restarts=yes"),
        ("stop_while_idle=accepted_once_recorded",),
        ("refused_stop_restarts=yes", "refused_start_restarts=yes"),
    ],
    ids=lambda reading: ",".join(reading) or "refused",
)
@pytest.mark.long
def test_no_reading_of_the_page_is_convicted(tmp_path: Path, reading: tuple[str, ...]) -> None:
    result, tally = raced(tmp_path, dialect=read_dialect(reading), most=30)

    assert (result.verdict, result.findings) == ("kept", ())
    assert sum(tally.raced.values()) > 100
    assert sum(tally.overlapped.values()) > 0


@pytest.mark.parametrize(
    ("wrap", "most"),
    [
        pytest.param(delaying(lambda chance: chance.uniform(0, 0.3)), 32, id="jitter of 300 ms"),
        pytest.param(delaying(lambda chance: 0.4 if chance.random() < 0.05 else 0), 32, id="stalls of 400 ms"),
        pytest.param(one_at_a_time, 32, id="one at a time"),
        pytest.param(delaying(lambda _: 1.0), 2, id="slow"),
    ],
)
@pytest.mark.long
def test_a_slow_server_that_is_right_is_acquitted(
    tmp_path: Path, wrap: Callable[[ASGIApp], ASGIApp], most: int
) -> None:
    result, tally = raced(tmp_path, fault("slow", wrap=wrap), real=True, seconds=2.0)

    assert (result.verdict, result.findings) == ("kept", ())
    assert max(tally.raced) <= most
    assert sum(tally.overlapped.values()) > 0
