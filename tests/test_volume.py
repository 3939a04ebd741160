"""Many commands over many streams: what changes with their number, and whose answer an answer is."""

import asyncio
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from itertools import count
from pathlib import Path
from unittest.mock import patch

import pytest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from liverec.checker import CheckResult
from liverec.client import Exchange
from liverec.clock import VirtualClock
from liverec.conformance.connections import reuse_connections
from liverec.conformance.preflight import admitted
from liverec.conformance.session import judge_file
from liverec.conformance.setting import Setting
from liverec.conformance.trial import Trial
from liverec.conformance.volume import Asked, Volume, carry_out_volume
from liverec.profile_file import reference_profile
from liverec.reference.faults import FAULTS, Fault
from liverec.reference.hanging_up import hang_up
from liverec.reference.recorder import Decision, Recorder
from liverec.reference.serving import running
from liverec.reference.settings import Settings
from liverec.reference.streams import StreamName, StreamState
from liverec.target import resolve_target
from made_up_exchange import made_up_exchange

MOST = 1200  # as many as with --time short
ROOM = 100

Wrapper = Callable[[ASGIApp], ASGIApp]


@dataclass(frozen=True, kw_only=True)
class Seen:
    volume: Volume
    result: CheckResult
    lost: list[Exchange]


@contextmanager
def serving(fault: Fault) -> Generator[str]:
    with patch.dict(FAULTS, {fault.name: fault}):
        settings = Settings(profile=reference_profile(), clock=VirtualClock(), faults=(fault.name,))
        with running(settings) as server:
            yield server.url


def seen(folder: Path, *, wrap: Wrapper | None = None, recorder: type[Recorder] | None = None) -> Seen:
    """Send many commands to a server that is broken in this way, and judge what happened."""
    with serving(Fault(name="broken", breaks="", summary="", wrap=wrap, recorder=recorder)) as url:
        trial = Trial(Setting(target=resolve_target(url), folder=folder, run="r", seed=0, initial="idle"))
        admitted(trial)
        reuse_connections(trial)
        volume = Volume()
        carry_out_volume(trial, volume, most=MOST, seconds=60)
        trial.close()
    result = judge_file(trial.history_path, 60.0).result
    return Seen(volume=volume, result=result, lost=list(trial.ledger.lost_replies(died=False)))


def test_a_server_that_is_right_is_acquitted(tmp_path: Path) -> None:
    found = seen(tmp_path)

    assert (found.result.verdict, found.lost, found.volume.swapped()) == ("kept", [], None)
    assert not list(found.volume.strangers_accepted())
    assert found.volume.commands == pytest.approx(MOST, rel=0.2)
    assert {one.accepted for one in found.volume.asked} == {True, False}
    assert {one.exchange.reused for one in found.volume.asked} == {True, False}
    assert found.volume.notes()


def exchanging(every: int) -> Wrapper:
    """Give each so many-th command the answer to the next one, and that one the first one's."""

    def wrap(app: ASGIApp) -> ASGIApp:
        numbers = count(1)
        waiting: list[tuple[list[Message], asyncio.Future[list[Message]]]] = []

        async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
            own: list[Message] = []

            async def keep(message: Message) -> None:
                own.append(message)

            number = next(numbers)
            await app(scope, receive, keep)
            given = own
            if waiting:
                given, other = waiting.pop()
                other.set_result(own)
            elif number % every == 0:
                mine: asyncio.Future[list[Message]] = asyncio.get_running_loop().create_future()
                waiting.append((own, mine))
                await asyncio.wait([mine], timeout=0.2)
                given = mine.result() if mine.done() else own
                waiting.clear()
            for message in given:
                await send(message)

        return wrapped

    return wrap


def test_answers_that_went_to_each_others_request_are_found(tmp_path: Path) -> None:
    swapped = seen(tmp_path, wrap=exchanging(50)).volume.swapped()

    assert swapped is not None
    refused, accepted = swapped
    assert (refused.status in {400, 404}, accepted.status) == (True, 200)
    assert b"nobody-" not in refused.request_body
    assert b"nobody-" in accepted.request_body


def losing(every: int) -> Wrapper:
    def wrap(app: ASGIApp) -> ASGIApp:
        numbers = count(1)

        async def nowhere(_message: Message) -> None:
            pass

        async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
            if next(numbers) % every:
                await app(scope, receive, send)
            else:
                await app(scope, receive, nowhere)
                await hang_up(scope, receive)

        return wrapped

    return wrap


def test_a_reply_that_is_lost_once_in_five_hundred_is_found(tmp_path: Path) -> None:
    found = seen(tmp_path, wrap=losing(500))

    assert found.lost
    assert not any(one.reused for one in found.lost)


class HasRoom(Recorder):
    """Remembers so many streams, and forgets the one that was not used for the longest time."""

    @cached_property
    def _latest(self) -> dict[StreamName, StreamState]:
        return {}

    def command(self, action: str, name: StreamName) -> Decision:
        state = self.table.find(self._key(name))
        if state is not None:
            self._latest.pop(name, None)
            self._latest[name] = state
        if len(self._latest) > ROOM:
            forgotten = self._latest.pop(next(iter(self._latest)))
            forgotten.recording, forgotten.stopped_at = False, None
        return super().command(action, name)


class OpensUp(Recorder):
    """Knows everybody, once it has seen many."""

    @cached_property
    def _commands(self) -> Iterator[int]:
        return count()

    def command(self, action: str, name: StreamName) -> Decision:
        decision = super().command(action, name)
        late = next(self._commands) > 500
        return Decision.NO_EFFECT if decision is Decision.UNKNOWN and action == "START" and late else decision


def test_what_is_forgotten_when_there_are_many_streams_is_found(tmp_path: Path) -> None:
    found = seen(tmp_path, recorder=HasRoom)

    assert found.result.verdict == "broken"
    assert found.volume.swapped() is None


def test_strangers_that_are_accepted_later_on_are_found(tmp_path: Path) -> None:
    found = seen(tmp_path, recorder=OpensUp)

    assert list(found.volume.strangers_accepted())
    assert (found.result.verdict, found.volume.swapped()) == ("kept", None)


def asked(turn: int, status: int, *, accepted: bool) -> Asked:
    exchange = made_up_exchange(status=status)
    return Asked(turn=turn, accepted=accepted, exchange=exchange)


RIGHT = [asked(turn, 200 if turn % 2 else 404, accepted=bool(turn % 2)) for turn in range(20)]


@pytest.mark.parametrize(
    ("others", "found"),
    [
        pytest.param([asked(5, 404, accepted=True), asked(5, 200, accepted=False)], True, id="at once"),
        pytest.param([asked(5, 404, accepted=True), asked(6, 200, accepted=False)], True, id="one after the other"),
        pytest.param([asked(5, 404, accepted=True), asked(9, 200, accepted=False)], False, id="far apart"),
        pytest.param([asked(5, 404, accepted=True), asked(5, 400, accepted=True)], False, id="both refused"),
        pytest.param([asked(5, 200, accepted=False)], False, id="one alone"),
        pytest.param([asked(5, 500, accepted=True), asked(5, 200, accepted=False)], False, id="a server error"),
        pytest.param([asked(5, 404, accepted=True), asked(5, 200, accepted=False)] * 20, True, id="most of the time"),
    ],
)
def test_only_answers_that_fit_when_exchanged_are_called_exchanged(others: list[Asked], *, found: bool) -> None:
    assert (Volume(alone=RIGHT[:8], asked=[*RIGHT, *others]).swapped() is not None) == found


@pytest.mark.parametrize(
    ("alone", "found"),
    [
        pytest.param([(404, True), (200, True), (200, False), (404, False)], True, id="some were, in between"),
        pytest.param([(200, True), (200, True), (200, False), (200, False)], False, id="strangers are accepted"),
        pytest.param([(400, True), (400, True), (404, False), (404, False)], False, id="nobody is"),
    ],
)
def test_answers_that_are_the_same_for_commands_that_come_alone_are_not_exchanged(
    alone: list[tuple[int, bool]], *, found: bool
) -> None:
    swapped = [asked(5, 404, accepted=True), asked(5, 200, accepted=False)]
    first = [asked(0, status, accepted=accepted) for status, accepted in alone]

    assert (Volume(alone=first, asked=[*RIGHT, *swapped]).swapped() is not None) == found
