"""The control plane, asked as an ASGI application."""

from dataclasses import replace

import pytest

from asgi_reply import ask, command
from liverec.clock import MonotonicClock, VirtualClock
from liverec.reference.app import ReferenceApp, create_app
from liverec.reference.settings import Settings
from reference_requests import BODY, PATH, PROFILE

SETTINGS = Settings(profile=PROFILE, clock=VirtualClock(), key="open sesame")


@pytest.fixture
def app() -> ReferenceApp:
    return create_app(replace(SETTINGS, clock=VirtualClock()))


def test_info_says_what_this_server_is(app: ReferenceApp) -> None:
    info = ask(app, "GET", "/_reference/info").json

    assert info["liverec_reference"] == 1
    assert (info["clock"], info["interruption_threshold_s"], info["interval_s"]) == ("virtual", 3.0, 10.0)
    assert info["dialect"]["stop_while_idle"] == "refused"


@pytest.mark.parametrize(
    ("client", "headers", "status"),
    [
        (("127.0.0.1", 1), {b"host": b"127.0.0.1:8080"}, 200),
        (("127.8.9.1", 1), {b"host": b"localhost:8080"}, 200),
        (("::1", 1), {b"host": b"[::1]:8080"}, 200),
        (("::ffff:127.0.0.1", 1), {b"host": b"localhost"}, 200),
        (("127.0.0.1", 1), {b"host": b"localhost:1", b"origin": b"http://localhost:1"}, 200),
        (("10.0.0.7", 1), {b"host": b"10.0.0.1"}, 403),
        (("10.0.0.7", 1), {b"host": b"127.0.0.1"}, 403),
        (("10.0.0.7", 1), {b"host": b"127.0.0.1", b"x-forwarded-for": b"127.0.0.1"}, 403),
        (("not an address", 1), {b"host": b"127.0.0.1"}, 403),
        (None, {b"host": b"127.0.0.1"}, 403),
        (("127.0.0.1", 1), {}, 403),
        (("127.0.0.1", 1), {b"host": b"rebound.example.com"}, 403),
        (("127.0.0.1", 1), {b"host": b"localhost:1", b"origin": b"https://example.com"}, 403),
        (("10.0.0.7", 1), {b"host": b"x", b"x-reference-key": b"open sesame"}, 200),
        (("10.0.0.7", 1), {b"host": b"x", b"x-reference-key": b"open barley"}, 403),
        (("127.0.0.1", 1), {b"host": b"localhost", b"x-reference-key": b""}, 403),
    ],
)
def test_who_may_use_it(
    app: ReferenceApp, client: tuple[str, int] | None, headers: dict[bytes, bytes], status: int
) -> None:
    reply = ask(app, "GET", "/_reference/info", client=client, headers=tuple(headers.items()))

    assert reply.status == status


def test_without_a_key_no_key_opens_it() -> None:
    app = create_app(replace(SETTINGS, key=None))

    reply = ask(app, "GET", "/_reference/info", client=("10.0.0.7", 1), headers=((b"x-reference-key", b"None"),))

    assert reply.status == 403


def test_streams_are_set_and_listed(app: ReferenceApp) -> None:
    new = {"publish_domain": "new.example.com", "app": "live", "stream": "s"}

    ask(app, "PUT", "/_reference/streams", {**new, "pushed": False, "rule": "PLAN_RECORD"})

    streams = ask(app, "GET", "/_reference/streams").json["streams"]
    (found,) = [row for row in streams if row["publish_domain"] == "new.example.com"]
    assert (found["pushed"], found["rule"], found["recording"], found["recorded"]) == (
        *(False, "PLAN_RECORD"),
        *(False, False),
    )
    assert len(streams) == 1000 + 8 + 8 + 1 + 1


def test_interrupt_and_resume(app: ReferenceApp) -> None:
    command(app, "START")
    ask(app, "POST", "/_reference/interrupt", BODY)
    ask(app, "POST", "/_reference/clock/advance", {"seconds": 3.1})

    ask(app, "POST", "/_reference/resume", BODY)

    assert (command(app, "STOP").status, command(app, "START").status) == (404, 200)


@pytest.mark.parametrize("what", ["interrupt", "resume"])
def test_a_stream_that_is_not_there_is_told(app: ReferenceApp, what: str) -> None:
    assert ask(app, "POST", f"/_reference/{what}", {**BODY, "stream": "nowhere"}).status == 404


def test_the_clock_moves_when_told_to(app: ReferenceApp) -> None:
    first = ask(app, "POST", "/_reference/clock/advance", {"seconds": 10.000000001}).json
    second = ask(app, "GET", "/_reference/clock").json

    assert first == second == {"clock": "virtual", "now_ns": 10_000_000_001, "now_s": 10.000000001}


def test_a_real_clock_cannot_be_moved() -> None:
    app = create_app(replace(SETTINGS, clock=MonotonicClock()))

    reply = ask(app, "POST", "/_reference/clock/advance", {"seconds": 1})

    assert reply.status == 409
    assert "--clock virtual" in reply.json["error"]


def test_reset_begins_anew(app: ReferenceApp) -> None:
    command(app, "START")
    command(app, "STOP")
    ask(app, "PUT", "/_reference/turn-away", {"status": 429, "count": 5})

    ask(app, "POST", "/_reference/reset")

    assert ask(app, "GET", "/_reference/journal").json == {"entries": []}
    assert command(app, "START").status == 200


def test_the_journal_is_read_from_a_number_on(app: ReferenceApp) -> None:
    for action in ("START", "STOP", "START"):
        command(app, action)

    entries = ask(app, "GET", "/_reference/journal?after=1").json["entries"]

    assert [(entry["action"], entry["outcome"]) for entry in entries] == [("STOP", "done"), ("START", "too soon")]


def test_the_control_plane_is_not_in_the_journal(app: ReferenceApp) -> None:
    ask(app, "GET", "/_reference/info")
    ask(app, "GET", "/docs")

    assert ask(app, "GET", "/_reference/journal").json == {"entries": []}


def test_a_token_can_be_had_that_has_had_its_time(app: ReferenceApp) -> None:
    token = ask(app, "POST", "/_reference/tokens", {"lifetime_s": -1}).json["token"]
    headers = ((b"content-type", b"application/json"), (b"x-auth-token", token.encode()))

    reply = ask(app, "POST", f"{PATH}?action=START", BODY, headers=headers)

    assert "token expires" in reply.json["error_msg"]


def test_the_next_commands_can_be_turned_away(app: ReferenceApp) -> None:
    ask(app, "PUT", "/_reference/turn-away", {"status": 429, "count": 1})

    statuses = [command(app, "START").status, command(app, "START").status]

    assert statuses == [429, 200]


@pytest.mark.parametrize(
    ("asked", "body", "status", "told"),
    [
        ("GET /_reference/nothing", None, 404, "there are info, streams"),
        ("DELETE /_reference/streams", None, 405, "use GET or PUT"),
        ("GET /_reference/journal?after=x", None, 400, "after=NUMBER"),
        ("GET /_reference/journal?after=-1", None, 400, "after=NUMBER"),
        ("PUT /_reference/streams", b"{", 400, "expected a JSON object"),
        ("PUT /_reference/streams", [], 400, "expected a JSON object"),
        ("PUT /_reference/streams", b" " * 70_000, 413, "at most 65536 bytes"),
        ("PUT /_reference/streams", {"app": "live"}, 400, "publish_domain: expected a string"),
        ("PUT /_reference/streams", {**BODY, "stream": "x" * 1025}, 400, "stream: expected a string of 1 to 1024"),
        ("PUT /_reference/streams", {**BODY, "pushed": "yes"}, 400, "pushed: expected true or false"),
        ("PUT /_reference/streams", {**BODY, "rule": "SOMETIMES"}, 400, "COMMAND_RECORD, CONTINUOUS_RECORD"),
        ("POST /_reference/clock/advance", {"seconds": -1}, 400, "seconds: expected a number from 0"),
        ("POST /_reference/clock/advance", {"seconds": True}, 400, "seconds: expected a number"),
        ("POST /_reference/clock/advance", b'{"seconds": NaN}', 400, "seconds: expected a number"),
        ("POST /_reference/clock/advance", b'{"seconds": 1e999}', 400, "seconds: expected a number"),
        ("PUT /_reference/faults", {"active": "x"}, 400, "active: expected a list"),
        ("PUT /_reference/faults", {"active": [1]}, 400, "active: expected a list"),
        ("PUT /_reference/faults", {"active": ["no-such-fault"]}, 400, "no fault is called 'no-such-fault'"),
        ("PUT /_reference/turn-away", {"status": 500, "count": 1}, 400, "status: expected 403 or 429"),
        ("PUT /_reference/turn-away", {"status": 429}, 400, "count: expected a number"),
    ],
)
def test_a_mistake_is_told(app: ReferenceApp, asked: str, body: object, status: int, told: str) -> None:
    method, target = asked.split()

    reply = ask(app, method, target, body)

    assert reply.status == status
    assert told in reply.json["error"]
