"""What one answer breaks by itself is named as ``liverec verify`` names it; a right answer is never named."""

import json
import timeit
from datetime import UTC, datetime
from typing import Any

import pytest

from liveload.answer_rules import AnswerRules, error_code_of, request_id_of
from liveload.reply import Reply
from liverec.conformance.ledger import Kind
from liverec.document import load_document

NOW = datetime(2026, 11, 22, 23, 0, tzinfo=UTC)
UUID = "5b1d4ed0-7f1e-4fd8-8f09-2f1bc1e4a3a1"
REQUEST_ID = f"{UUID}-{int(NOW.timestamp() * 1000)}-host-1"
ERROR: dict[str, Any] = {"error_code": "LIVE.100011001", "error_msg": "Request Illegal"}
RULES = AnswerRules(load_document(), utc=lambda: NOW)


def reply(
    status: int | None = 200,
    body: Any = None,
    *,
    request_id: str | None = REQUEST_ID,
    content_type: str | None = "application/json",
    **more: Any,
) -> Reply:
    """Return an answer; one with a body has it as JSON, or as the bytes given."""
    headers = {b"x-request-id": request_id, b"content-type": content_type}
    return Reply(
        status=status,
        headers={name: value.encode() for name, value in headers.items() if value is not None},
        body=b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode(),
        **more,
    )


@pytest.mark.parametrize(
    "answer",
    [
        reply(),
        reply(content_type=None),
        reply(200, {"anything": 1}),
        reply(400, ERROR),
        reply(404, ERROR | {"more": [1]}),
        reply(404, ERROR | {"error_msg": ""}),
        reply(400, ERROR, content_type="application/json;charset=UTF-8"),
        reply(400, ERROR, content_type="application/problem+json"),
        reply(401, b"<html>", request_id=None),
        reply(429, ERROR, request_id=None),
        reply(403, ERROR | {"error_code": "APIGW.0302"}, request_id=None),
        reply(400, ERROR | {"error_code": "APIGW.0101"}, request_id=None),
        reply(None, error="disconnected: closed without an answer"),
        reply(None, error="abandoned: closed at once"),
    ],
)
def test_right_answers_break_nothing(answer: Reply) -> None:
    assert RULES.breaks(answer) == ()


@pytest.mark.parametrize(
    ("answer", "broken"),
    [
        (reply(request_id=None), "request-id/present-200"),
        (reply(400, ERROR, request_id=None), "request-id/present-400"),
        (reply(404, ERROR, request_id=""), "request-id/present-404"),
        (reply(request_id="7"), "request-id/format"),
        (reply(request_id=f"not-a-uuid-{int(NOW.timestamp())}-host"), "request-id/uuid"),
        (reply(request_id=REQUEST_ID.replace("host-1", "")), "request-id/hostname"),
        (reply(400, [1]), "error-body/object"),
        (reply(400, b"no JSON"), "error-body/object"),
        (reply(404, b""), "error-body/object"),
        (reply(400, b"[" * 100_000), "error-body/object"),
        (reply(400, {"error_msg": "m"}), "error-body/code"),
        (reply(400, ERROR | {"error_code": 7}), "error-body/code"),
        (reply(400, ERROR | {"error_code": ""}), "error-body/code"),
        (reply(404, ERROR | {"error_msg": None}), "error-body/message"),
        (reply(400, ERROR, content_type="text/html"), "error-body/content-type"),
        (reply(404, ERROR, content_type=None), "error-body/content-type"),
        (reply(201), "status/200"),
        (reply(302), "status/documented"),
        (reply(409, ERROR), "status/documented"),
        (reply(403, ERROR), "status/documented"),
        (reply(500), "http/no-server-error"),
        (reply(503, ERROR), "http/no-server-error"),
        (reply(200, excess=True), "http/well-formed"),
        (reply(None, error="malformed: Invalid header token"), "http/well-formed"),
        (reply(None, error="timeout: no whole answer within 10 s", unanswered=True), "http/answered"),
    ],
)
def test_wrong_answers_break_exactly_their_requirement(answer: Reply, broken: str) -> None:
    assert RULES.breaks(answer) == (broken,)


def test_everything_that_an_answer_breaks_is_named() -> None:
    broken = RULES.breaks(reply(404, {}, request_id=None, content_type=None, excess=True))

    assert set(broken) == {
        "http/well-formed",
        "request-id/present-404",
        "error-body/code",
        "error-body/message",
        "error-body/content-type",
    }


@pytest.mark.parametrize(
    ("kind", "status", "broken"),
    [
        (Kind.INVALID, 400, ()),
        (Kind.INVALID, 413, ()),
        (Kind.INVALID, 422, ("status/400",)),
        (Kind.INVALID, 500, ("http/no-server-error",)),
        (Kind.STRANGER, 422, ()),
        (Kind.STRANGER, 500, ("http/no-server-error",)),
    ],
)
def test_what_was_asked_decides_which_statuses_are_right(kind: Kind, status: int, broken: tuple[str, ...]) -> None:
    assert RULES.breaks(reply(status, ERROR), kind) == broken


def test_gateway_answers_strangers_in_its_own_way() -> None:
    assert RULES.breaks(reply(400, b"no", request_id=None), Kind.STRANGER) == ()


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (reply(400, ERROR), "LIVE.100011001"),
        (reply(400, {"error_code": "X"}), "X"),
        (reply(400, {"error_code": 7}), None),
        (reply(400, b"no JSON"), None),
        (reply(200), None),
    ],
)
def test_error_code_is_read_wherever_it_stands(answer: Reply, code: str | None) -> None:
    assert error_code_of(answer) == code


def test_request_id_is_read_as_it_stands() -> None:
    assert [request_id_of(one) for one in (reply(request_id="é"), reply(request_id=None))] == ["Ã©", None]


def test_a_look_at_a_right_answer_costs_next_to_nothing() -> None:
    right = [reply(), reply(400, ERROR)]

    seconds = min(timeit.repeat(lambda: [RULES.breaks(one) for one in right], number=1000, repeat=20))

    assert seconds / 2000 < 20e-6  # a tenth of that, on a machine that has nothing else to do
