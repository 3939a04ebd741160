"""What is asked of every program: each answer of the server reaches its user, and nothing is sent twice unnoticed."""

from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from typing import Protocol

from interop.program import ID_SPELLINGS, Exchange, Program, Send, environment, exchange
from liverec_process import Server
from scripted_server import ScriptedServer

STORY = (("STOP", 404), ("START", 200), ("START", 400), ("STOP", 200), ("START", 400), ("START", 200))
SENT_AS = "X-Request-Id"  # by the reference server
ATTEMPTS = 5
SUCCESS = b"HTTP/1.1 200 OK\r\n%s: id-1\r\nContent-Length: 0\r\n\r\n"
UNKNOWN, EXISTS, DENIED = "LIVE.100011001", "LIVE.100011022", "APIGW.0301"

Running = AbstractContextManager[Send]
Shows = Callable[..., None]


class Starts(Protocol):
    """Starts the program of a test; with *right* false, with credentials that are not."""

    def __call__(self, *, right: bool = True) -> Running: ...


def six_answers(server: Server, send: Send) -> list[Exchange]:
    """Have the commands of STORY sent, check that each was one request with the answer that is due, and return them."""
    exchanges: list[Exchange] = []
    for number, (action, _) in enumerate(STORY, 1):
        if number == len(STORY):
            server.advance(10.1)
        exchanges.append(exchange(server, send, action))

    assert [(one["action"], one["status"]) for each in exchanges for one in each.requests] == list(STORY)
    assert [len(each.requests) for each in exchanges] == [1] * len(STORY)
    return exchanges


def shown_as_answered(each: Exchange) -> bool:
    """Tell whether the user got status, code and request id of the one answer there was."""
    shown = each.shown
    return [(shown.status, shown.code, shown.request_id)] == [
        (one["status"], one["error_code"], one["request_id"]) for one in each.requests
    ]


class AnswersReachTheUser:
    """The tests of one program, which the fixture ``program`` of their module names."""

    def test_six_answers_in_order(self, server: Server, program: Program, starts: Starts, shows: Shows) -> None:
        with starts() as send:
            exchanges = six_answers(server, send)

        assert [each.shown.code for each in exchanges] == [UNKNOWN, None, EXISTS, None, EXISTS, None]
        for each in exchanges:
            names = {name.lower() for name, _ in each.requests[0]["headers"]}
            assert ("authorization" in names, "x-auth-token" in names) == (program.signs, not program.signs)
            assert shown_as_answered(each) == (each.shown.status != 200 or SENT_AS in program.id_spellings)
        shows(*exchanges)

    def test_stream_that_does_not_exist(self, server: Server, starts: Starts, shows: Shows) -> None:
        with starts() as send:
            found = exchange(server, send, "STOP", "nowhere")

        assert (found.shown.status, found.shown.code, shown_as_answered(found)) == (404, UNKNOWN, True)
        shows(found)

    def test_wrong_credentials(self, server: Server, starts: Starts, shows: Shows) -> None:
        with starts(right=False) as send:
            found = exchange(server, send, "START")

        assert (found.shown.status, found.shown.code, shown_as_answered(found)) == (401, DENIED, True)
        assert server.recording() == []
        shows(found)

    def test_request_id_in_any_spelling(self, program: Program, home: str) -> None:
        found: list[str] = []
        with closing(ScriptedServer()) as server, program.running(environment(server.url, home)) as send:
            for spelling in ID_SPELLINGS:
                server.answer = SUCCESS % spelling.encode()
                if send("START", "mystream").request_id == "id-1":
                    found.append(spelling)

        assert tuple(found) == program.id_spellings

    def test_reply_lost_on_a_connection_that_was_used(
        self, server: Server, program: Program, starts: Starts, shows: Shows
    ) -> None:
        server.ask("faults", {"active": ["lost-reply-reused"]}, method="PUT")
        with starts() as send:
            found = _on_a_used_connection(server, send)
        connections = {one["connection"] for one in found.requests}
        signatures = {value for one in found.requests for name, value in one["headers"] if name == "Authorization"}

        assert server.recording() == ["mystream"]
        if program.sends_again:  # its user is told that the recording, which has begun, exists already
            assert (found.shown.status, found.shown.code) == (400, EXISTS)
            assert (len(found.requests), len(connections), len(signatures)) == (2, 2, 1 if program.signs else 0)
        else:
            assert (found.shown.status, len(found.requests)) == (None, 1)
        shows(found)


def _on_a_used_connection(server: Server, send: Send) -> Exchange:
    """Have a START sent on the connection of the command before; an idle one may be given up on a busy machine."""
    for _ in range(ATTEMPTS):
        server.ask("reset", {})
        before = exchange(server, send, "STOP")
        found = exchange(server, send, "START")
        if found.requests[0]["connection"] == before.requests[-1]["connection"]:
            return found
    raise AssertionError("it takes a new connection for each command")
