"""The recording clients and every kind of answer: each has its error, and no more is told than is known."""

import pickle
from collections.abc import Iterator

import pytest

from liverec import (
    AlreadyRecording,
    IllegalRequest,
    NotFound,
    NotSent,
    OutcomeUnknown,
    RecordingError,
    Refused,
    TaskExists,
    Throttled,
    TooSoon,
    Unauthorized,
    load_document,
)
from liverec.history import Action
from recording_clients import Kind, each_kind, recording_client
from scripted_server import STREAM, ScriptedServer, answer, failure, parsed

W_S = load_document().interval_ns / 1e9
SOMEWHERE = "https://live.example.net"


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    scripted = ScriptedServer()
    yield scripted
    scripted.close()


@each_kind
@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        (400, "LIVE.100011001", {Action.START: IllegalRequest, Action.STOP: IllegalRequest}),
        (400, "LIVE.100011022", {Action.START: AlreadyRecording, Action.STOP: IllegalRequest}),
        (404, "LIVE.100011022", {Action.START: AlreadyRecording, Action.STOP: NotFound}),
        (404, "LIVE.100011001", {Action.START: NotFound, Action.STOP: NotFound}),
        (404, "APIGW.0101", {Action.START: IllegalRequest, Action.STOP: IllegalRequest}),
        (404, "APIG.0101", {Action.START: IllegalRequest, Action.STOP: IllegalRequest}),
        (403, "LIVE.103011016", {Action.START: IllegalRequest, Action.STOP: IllegalRequest}),
        (405, "APIGW.0501", {Action.START: IllegalRequest, Action.STOP: IllegalRequest}),
        (413, "APIGW.0201", {Action.START: IllegalRequest, Action.STOP: IllegalRequest}),
        (401, "LIVE.100011002", {Action.START: Unauthorized, Action.STOP: Unauthorized}),
        (403, "APIGW.0302", {Action.START: Unauthorized, Action.STOP: Unauthorized}),
        (429, "APIGW.0308", {Action.START: Throttled, Action.STOP: Throttled}),
        (500, "LIVE.100011005", {Action.START: OutcomeUnknown, Action.STOP: OutcomeUnknown}),
        (503, "APIGW.0613", {Action.START: OutcomeUnknown, Action.STOP: OutcomeUnknown}),
        (409, "LIVE.1", {Action.START: OutcomeUnknown, Action.STOP: OutcomeUnknown}),
        (202, "LIVE.1", {Action.START: OutcomeUnknown, Action.STOP: OutcomeUnknown}),
        (307, "LIVE.1", {Action.START: OutcomeUnknown, Action.STOP: OutcomeUnknown}),
    ],
)
def test_each_answer_has_its_error(
    kind: Kind, server: ScriptedServer, status: int, code: str, expected: dict[Action, type[RecordingError]]
) -> None:
    server.answer = answer(status, failure(code), f"Location: {server.url}/elsewhere")

    for action, error_kind in expected.items():
        with recording_client(kind, server.url) as client, pytest.raises(error_kind) as raised:
            (client.start_recording if action is Action.START else client.stop_recording)(STREAM)
        one = raised.value
        assert type(one) is error_kind
        assert (one.action, one.status, one.error_code, one.error_msg, one.request_id) == (
            *(action, status, code),
            *("why", "id-1-host"),
        )
        assert all(said in str(one) for said in (action, str(STREAM), str(status), code, "why", "id-1-host"))
    assert len(server.received) == 2  # nothing is retried or redirected


def test_the_tree_sorts_what_is_certain_from_what_is_not() -> None:
    assert all(issubclass(one, Refused) for one in (IllegalRequest, NotFound, TaskExists))
    assert all(issubclass(one, TaskExists) for one in (TooSoon, AlreadyRecording))
    assert not issubclass(OutcomeUnknown, Refused)
    assert all(issubclass(one, RecordingError) for one in (Refused, NotSent, OutcomeUnknown, Unauthorized, Throttled))


@each_kind
@pytest.mark.parametrize(
    ("body", "code", "message"),
    [
        (b"", None, None),
        (b"<html>", None, None),
        (b"[]", None, None),
        (b'{"error_code":7,"error_msg":null}', None, None),
        (b"[" * 60_000, None, None),
        (b'{"error_code":"\xff"}', None, None),
        (failure("C" * 9000), "C" * 1024, "why"),
    ],
)
def test_what_a_body_does_not_say_is_none(
    kind: Kind, server: ScriptedServer, body: bytes, code: str | None, message: str | None
) -> None:
    server.answer = answer(400, body)

    with recording_client(kind, server.url) as client, pytest.raises(IllegalRequest) as raised:
        client.start_recording(STREAM)

    assert (raised.value.error_code, raised.value.error_msg) == (code, message)


@each_kind
def test_a_404_that_names_no_code_says_nothing_of_a_record(kind: Kind, server: ScriptedServer) -> None:
    server.answer = answer(404, b"<html>no such page</html>")

    with recording_client(kind, server.url) as client, pytest.raises(IllegalRequest) as raised:
        client.stop_recording(STREAM)

    assert raised.value.status == 404


@each_kind
def test_a_gateway_s_request_id_is_read_from_its_body(kind: Kind, server: ScriptedServer) -> None:
    body = b'{"error_msg":"m","error_code":"APIGW.0301","request_id":"d58d1fe6"}'
    server.answer = b"HTTP/1.1 401 Unauthorized\r\nContent-Length: %d\r\n\r\n" % len(body) + body

    with recording_client(kind, server.url) as client, pytest.raises(Unauthorized) as raised:
        client.start_recording(STREAM)

    assert raised.value.request_id == "d58d1fe6"


@each_kind
@pytest.mark.parametrize(
    ("header", "least", "most"),
    [
        ("Retry-After: 7", 7, 7),
        ("Retry-After: Fri, 31 Dec 2100 23:59:59 GMT", 1e9, 1e10),
        ("Retry-After: Fri, 31 Dec 1999 23:59:59 GMT", 0, 0),
        ("Retry-After: Fri, 31 Dec 2100 23:59:59 -0000", 1e9, 1e10),
        ("Retry-After: -7", None, None),
        ("Retry-After: soon", None, None),
        ("Retry-After: Fri, 99 Dec 2100 23:59:59 GMT", None, None),
        ("X-Other: 7", None, None),
    ],
)
def test_throttled_says_when_to_come_back(
    kind: Kind, server: ScriptedServer, header: str, least: float | None, most: float | None
) -> None:
    server.answer = answer(429, b"", header)

    with recording_client(kind, server.url) as client, pytest.raises(Throttled) as raised:
        client.start_recording(STREAM)

    found = raised.value.retry_after_s
    assert found is None if least is None or most is None else found is not None and least <= found <= most


@each_kind
def test_an_encoding_that_nobody_asked_for_is_not_undone(kind: Kind, server: ScriptedServer) -> None:
    server.answer = answer(400, b"no gzip", "Content-Encoding: gzip")

    with recording_client(kind, server.url) as client, pytest.raises(IllegalRequest) as raised:
        client.start_recording(STREAM)

    assert raised.value.error_code is None
    assert parsed(server.received[0])[1]["Accept-Encoding"] == "identity"


def test_errors_travel_between_processes() -> None:
    sent = TooSoon(action=Action.START, stream=STREAM, status=400, error_code="c", error_msg="m", request_id="i")
    sent.wait_s = 3.5

    received = pickle.loads(pickle.dumps(sent))

    assert (type(received), str(received), vars(received)) == (TooSoon, str(sent), vars(sent))
