"""A commander sends once, records everything, and retires a process of whose command nobody knows the outcome."""

import contextlib
import json
import threading
from collections.abc import Callable, Generator
from dataclasses import replace
from pathlib import Path
from typing import Any

import gevent
import pytest

from liveload.answer import Ending
from liveload.commander import Commander, Wire
from liveload.noise_requests import COUNT, noise_request
from liveload.place import Unreachable
from liveload.prepared import CredentialsMissing
from liveload.recording import WorkerHistory
from liverec.document import load_document
from liverec.history import Action, Outcome
from liverec.history.reader import HistoryFile, read_file
from liverec.profile import Credentials
from scripted_server import BOTH, KEYS, OK, STREAM, TOKEN, ScriptedServer, parsed, target_at

REFUSED = (
    b"HTTP/1.1 400 Bad Request\r\nX-Request-Id: 5b1d4ed0-7f1e-4fd8-8f09-2f1bc1e4a3a1-1795388331000-h\r\n"
    b'Content-Type: application/json\r\nContent-Length: 36\r\n\r\n{"error_code":"E1","error_msg":"no"}'
)

_spawn: Any = gevent.spawn  # its annotations say less than nothing


class Desk:
    """Commanders of one target, and the history that they write."""

    def __init__(self, path: Path, url: str, credentials: Credentials = TOKEN, timeout_s: float = 5.0) -> None:
        document = load_document()
        self.history = WorkerHistory(
            path,
            run="r",
            target=url,
            interval_ns=document.interval_ns,
            resolution_ns=0,
            initial="idle",
            worker=0,
        )
        self._wire = Wire(target=target_at(url, credentials), document=document, timeout_s=timeout_s)
        self._commanders: list[Commander] = []

    def commander(self) -> Commander:
        self._commanders.append(Commander(self._wire, self.history))
        return self._commanders[-1]

    def read(self) -> HistoryFile:
        """Close everything and read what was written."""
        self.history.close()
        for one in self._commanders:
            one.close()
        return read_file(self.history.path)


Made = Callable[..., tuple[Desk, ScriptedServer]]


@pytest.fixture
def desk(tmp_path: Path) -> Generator[Made]:
    """Make a desk, and the server that it commands."""
    servers: list[ScriptedServer] = []
    desks: list[Desk] = []

    def made(answer: bytes | None = OK, **more: Any) -> tuple[Desk, ScriptedServer]:
        servers.append(ScriptedServer(answer))
        desks.append(Desk(tmp_path / "worker.ndjson", servers[-1].url, **more))
        return desks[-1], servers[-1]

    yield made
    for one in desks:
        one.read()
    for server in servers:
        with contextlib.suppress(OSError):  # a test may have closed it already
            server.close()


def test_command_is_sent_and_recorded_with_its_answer(desk: Made) -> None:
    made, server = desk(REFUSED)
    answer = made.commander().command(Action.START, STREAM)

    (operation,) = made.read().operations

    line, headers, body = parsed(server.received[0])
    assert line == f"POST /v1/{STREAM.project_id}/record/control?action=START HTTP/1.1"
    assert headers["X-Auth-Token"] == TOKEN.token
    assert json.loads(body)["stream"] == STREAM.stream
    assert (operation.action, operation.stream, operation.outcome) == (Action.START, STREAM, Outcome.REFUSED)
    assert (operation.invoked, operation.completed) == (answer.invoked, answer.completed)
    assert (answer.status, answer.error_code, answer.breaks) == (400, "E1", ())
    assert operation.request_id == answer.request_id is not None
    assert operation.error_code == "E1"


def test_invoke_is_in_the_file_before_anything_is_sent(desk: Made) -> None:
    made, server = desk()
    lines: list[int] = []
    server.before_answer = lambda: lines.append(made.history.path.read_bytes().count(b'"invoke"'))

    made.commander().command(Action.STOP, STREAM)

    assert lines == [1]


def test_answer_that_breaks_a_requirement_says_which(desk: Made) -> None:
    made, _ = desk(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    assert made.commander().command(Action.START, STREAM).breaks == ("request-id/present-200",)


@pytest.mark.parametrize(
    ("answer", "ending"),
    [
        (None, Ending.ANSWER),
        (b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n", Ending.ANSWER),
        (OK, Ending.CLOSED),
        (OK, Ending.RESET),
    ],
)
def test_process_is_retired_when_nobody_knows_the_outcome(desk: Made, answer: bytes | None, ending: Ending) -> None:
    made, server = desk(answer)
    commander = made.commander()
    first = commander.command(Action.START, STREAM, ending=ending)
    server.answer = OK
    commander.command(Action.STOP, STREAM)
    commander.command(Action.START, STREAM)

    operations = made.read().operations

    assert [one.outcome for one in operations] == [Outcome.INFO, Outcome.OK, Outcome.OK]
    assert operations[0].process != operations[1].process == operations[2].process
    assert operations[0].error == first.error


def test_command_without_an_answer_is_never_sent_again(desk: Made) -> None:
    made, server = desk(None)

    answer = made.commander().command(Action.START, STREAM)

    assert (answer.status, answer.breaks) == (None, ("http/answered",))
    assert len(server.received) == 1


def test_stopped_user_leaves_an_open_outcome(desk: Made) -> None:
    made, server = desk()
    gate = threading.Event()
    server.before_answer = gate.wait
    commander = made.commander()
    user = _spawn(lambda: commander.command(Action.START, STREAM))
    gevent.sleep(0.1)
    user.kill()
    gate.set()

    after = commander.command(Action.STOP, STREAM)

    operations = made.read().operations
    assert isinstance(user.value, gevent.GreenletExit)
    assert after.status == 200
    assert [one.outcome for one in operations] == [Outcome.INFO, Outcome.OK]
    assert operations[0].process != operations[1].process


def test_nothing_is_recorded_of_what_could_not_be_sent(desk: Made) -> None:
    made, server = desk()
    server.close()

    answer = made.commander().command(Action.START, STREAM)

    assert (answer.status, answer.breaks) == (None, ())
    assert (answer.error or "").startswith("unreachable: 127.0.0.1 port ")
    assert made.read().operations == ()


def test_users_take_the_kinds_of_credentials_in_turns(desk: Made) -> None:
    made, server = desk(credentials=BOTH)
    for commander in (made.commander(), made.commander(), made.commander()):
        commander.command(Action.START, STREAM)
        commander.command(Action.STOP, STREAM)

    kinds = ["X-Auth-Token" in parsed(one)[1] for one in server.received]

    assert kinds == [True, True, False, False, True, True]


def test_full_history_keeps_the_command_from_leaving(desk: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    made, server = desk()
    commander = made.commander()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(made.history, "invoke", full)
    with pytest.raises(OSError, match="No space left"):
        commander.command(Action.START, STREAM)

    assert server.received == []


def test_target_that_is_not_there_is_told_by_connecting(desk: Made) -> None:
    made, server = desk()
    commander = made.commander()
    server.close()

    with pytest.raises(Unreachable, match=r"port [0-9]+: Connection refused"):
        commander.connect()


def test_profile_without_credentials_is_refused() -> None:
    with pytest.raises(CredentialsMissing, match="no credentials"):
        Wire(target=target_at("http://127.0.0.1:1", Credentials()), document=load_document())


def test_name_that_has_left_this_machine_is_not_followed() -> None:
    away = replace(target_at("http://192.0.2.1"), is_loopback=True)

    with pytest.raises(Unreachable, match="no longer stands for this machine"):
        Wire(target=away, document=load_document())


@pytest.mark.parametrize("number", range(COUNT))
@pytest.mark.parametrize("credentials", [TOKEN, KEYS])
def test_refused_noise_leaves_no_trace(desk: Made, number: int, credentials: Credentials) -> None:
    made, server = desk(REFUSED, credentials=credentials)
    answer = made.commander().invalid(number, STREAM)

    assert (answer.status, answer.breaks) == (400, ())
    assert len(server.received) == 1
    assert made.read().operations == ()


@pytest.mark.parametrize("number", range(COUNT))
def test_noise_that_is_accepted_is_a_breach_and_may_have_had_an_effect(desk: Made, number: int) -> None:
    made, _ = desk(credentials=BOTH)
    answer = made.commander().invalid(number, STREAM)

    operations = made.read().operations

    assert answer.breaks[0].startswith(("query/", "body/", "authentication/", "uri/"))
    assert {(one.action, one.outcome) for one in operations} == {(action, Outcome.INFO) for action in Action}
    assert {one.invoked for one in operations} == {answer.invoked}


def test_noise_without_an_answer_may_have_had_an_effect(desk: Made) -> None:
    made, _ = desk(None)

    made.commander().invalid(0, STREAM)

    assert [one.outcome for one in made.read().operations] == [Outcome.INFO, Outcome.INFO]


def test_no_two_noise_requests_are_alike(desk: Made) -> None:
    made, _ = desk(credentials=BOTH)
    prepared = Wire(target=target_at("http://127.0.0.1:1", BOTH), document=load_document()).take_turn()

    contents = {noise_request(number, STREAM, prepared).content for number in range(2 * COUNT)}

    assert len(contents) == COUNT
    assert made.read().complete
