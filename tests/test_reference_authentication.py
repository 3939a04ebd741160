"""The reference server's doors: tokens, signatures, and whose project it is."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from liverec.profile import Credentials
from liverec.reference import tokens as tokens_module
from liverec.reference.answers import Answer
from liverec.reference.authentication import DeniedError
from liverec.reference.request import Request
from liverec.reference.service import TOKEN_PATH, Service
from liverec.reference.settings import Settings
from liverec.reference.tokens import Tokens
from reference_requests import (
    ACCESS_KEY,
    BODY,
    NOW,
    PATH,
    PROFILE,
    PROJECT,
    SECRET_KEY,
    fields,
    request,
    service,
    signed,
)

FOREIGN = "ffffffffffffffffffffffffffffffff"
REFUSED = (401, "APIGW.0301")


def _told(answer: Answer) -> tuple[int, str | None]:
    return answer.status, answer.error_code


def _header(answer: Answer, name: bytes) -> str:
    return dict(answer.headers)[name].decode()


def test_a_token_is_taken() -> None:
    assert service().answer(request()).status == 200


@pytest.mark.parametrize("token", ["", "wrong", "liverec-example-token-which-is-publi", "\N{SNOWMAN}"])
def test_another_token_is_refused(token: str) -> None:
    assert _told(service().answer(request(token=token))) == REFUSED


def test_without_credentials_nothing_is_done() -> None:
    target = service()

    answer = target.answer(request(token=None))

    assert _told(answer) == REFUSED
    assert fields(answer)["error_msg"].endswith("x-auth-token not found")
    assert target.answer(request("action=STOP")).status == 404


def test_a_signature_is_taken_again_and_again() -> None:
    target, twice = service(), signed("action=STOP")

    statuses = [target.answer(twice).status, target.answer(twice).status]

    assert statuses == [404, 404]


@pytest.mark.parametrize(
    "sent",
    [
        signed(names=("x-sdk-date",)),
        signed(names=("x-project-id", "x-sdk-date")),
        signed("action=STOP&x=%C3%A9&x=&a=~", headers={"user-agent": "a  b"}),
        signed(headers={"x-sdk-content-sha256": "UNSIGNED-PAYLOAD"}),
        signed(body={**BODY, "note": "流"}),
    ],
)
def test_any_choice_of_signed_headers_is_taken(sent: Request) -> None:
    assert service().answer(sent).status in {200, 404}


def test_a_bare_action_signs_like_an_empty_one() -> None:
    target, sent = service(), signed("action=")

    answer = target.answer(replace(sent, query="action"))

    assert _told(answer) == (400, "LIVE.100011001")


def test_an_unsigned_payload_may_change() -> None:
    sent = signed(headers={"x-sdk-content-sha256": "UNSIGNED-PAYLOAD"})

    answer = service().answer(replace(sent, body=json.dumps({**BODY, "stream": "rehearsal-2"}).encode()))

    assert answer.status == 200


GOOD = signed(headers={"user-agent": "mine"})


def _with_header(name: str, value: str | None) -> Request:
    headers = {**GOOD.headers, name: value}
    return replace(GOOD, headers={name: value for name, value in headers.items() if value is not None})


@pytest.mark.parametrize(
    "sent",
    [
        replace(GOOD, query="action=STOP"),
        replace(GOOD, query="action=START&x=1"),
        replace(GOOD, body=GOOD.body + b" "),
        replace(GOOD, body=b""),
        _with_header("host", "127.0.0.1:9"),
        _with_header("content-type", "application/json; charset=utf-8"),
        _with_header("user-agent", "other"),
        _with_header("x-sdk-date", "20261122T120001Z"),
        _with_header("x-sdk-date", None),
        _with_header("x-sdk-date", "now"),
        _with_header("user-agent", None),
        _with_header("authorization", None),
        _with_header("authorization", ""),
        _with_header("authorization", "Bearer x"),
        _with_header("authorization", GOOD.headers["authorization"][:-1]),
        _with_header("authorization", GOOD.headers["authorization"].replace("HMAC-SHA256", "HMAC-SM3")),
        _with_header("authorization", f"{GOOD.headers['authorization']}, {GOOD.headers['authorization']}"),
        signed(secret_key=SECRET_KEY + "x"),
        signed(access_key="LIVERECEXAMPLENOBODY"),
        signed(access_key=ACCESS_KEY + "x"),
        signed(names=("host",)),
    ],
    ids=[
        *("query", "more query", "body", "no body", "host", "content type", "user agent"),
        *("another date", "no date", "no such date", "signed header left out", "no authorization"),
        *("empty authorization", "another scheme", "cut", "another algorithm", "twice", "another secret"),
        *("another access key", "longer access key", "date not signed"),
    ],
)
def test_what_the_signature_does_not_cover_is_refused(sent: Request) -> None:
    target = service()

    answer = target.answer(sent)

    assert _told(answer) == REFUSED
    assert target.answer(request("action=STOP")).status == 404


@pytest.mark.parametrize("sent", [replace(GOOD, method="PUT"), replace(GOOD, path=PATH + "s")], ids=["method", "path"])
def test_the_signature_covers_method_and_path(sent: Request) -> None:
    with pytest.raises(DeniedError, match="verify aksk signature fail"):
        service().authenticator.authenticate(sent)


@pytest.mark.parametrize(
    ("skew", "status"),
    [
        (timedelta(minutes=15), 200),
        (timedelta(minutes=-15), 200),
        (timedelta(minutes=15, seconds=1), 401),
        (timedelta(minutes=-15, seconds=-1), 401),
        (timedelta(days=-800), 401),
    ],
)
def test_a_signature_is_good_for_fifteen_minutes_either_way(skew: timedelta, status: int) -> None:
    assert service().answer(signed(date=NOW + skew)).status == status


def test_an_unknown_access_key_is_told_without_naming_it() -> None:
    answer = service().answer(signed(access_key="LIVERECEXAMPLENOBODY"))

    assert fields(answer)["error_msg"].endswith("Get secretKey failed,ak:******,err:ak not exist")


def test_a_profile_without_keys_lets_no_signature_in() -> None:
    profile = replace(PROFILE, credentials=Credentials(token="only-a-token"))
    target = Service(Settings(profile=profile, wall_clock=lambda: NOW))

    answers = [target.answer(signed(secret_key=key)) for key in (SECRET_KEY, "")]

    assert [_told(answer) for answer in answers] == [REFUSED, REFUSED]


@pytest.mark.parametrize(
    "sent",
    [
        request(path=PATH.replace(PROJECT, FOREIGN)),
        request(headers={"x-project-id": FOREIGN}),
        signed(headers={"x-project-id": FOREIGN}),
    ],
    ids=["path", "header, with a token", "header, signed"],
)
def test_credentials_of_one_project_do_not_serve_another(sent: Request) -> None:
    answer = service().answer(sent)

    assert _told(answer) == (401, "LIVE.100011015")
    assert list(fields(answer)) == ["error_code", "error_msg"]


def test_the_project_header_may_be_left_out() -> None:
    sent = signed(names=("x-sdk-date",))

    without = replace(sent, headers={name: value for name, value in sent.headers.items() if name != "x-project-id"})

    assert service().answer(without).status == 200


def _log_in(**changes: Any) -> Request:
    own = PROFILE.credentials
    user = {"name": own.user, "password": own.password, "domain": {"name": own.domain}}
    auth: dict[str, Any] = {
        "identity": {"methods": ["password"], "password": {"user": {**user, **changes}}},
        "scope": {"project": {"id": PROJECT}},
    }
    return request("", {"auth": auth}, path=TOKEN_PATH, token=None)


def _scoped(scope: dict[str, Any]) -> Request:
    body = json.loads(_log_in().body)
    body["auth"]["scope"] = scope
    return request("", body, path=TOKEN_PATH, token=None)


@pytest.mark.parametrize("sent", [_log_in(), _scoped({"project": {"name": "cn-north-4"}})], ids=["by id", "by name"])
def test_iam_issues_a_token_that_opens_the_door(sent: Request) -> None:
    target = service()

    issued = target.answer(sent)

    assert issued.status == 201
    assert fields(issued)["token"]["expires_at"] == "2026-11-23T12:00:00.000000Z"
    assert target.answer(request(token=_header(issued, b"X-Subject-Token"))).status == 200


def test_a_token_without_a_project_opens_nothing() -> None:
    target = service()

    issued = target.answer(_scoped({"domain": {"name": "liverec-example"}}))

    assert issued.status == 201
    assert _told(target.answer(request(token=_header(issued, b"X-Subject-Token")))) == (401, "LIVE.100011015")


@pytest.mark.parametrize(
    "sent",
    [
        _log_in(password="wrong"),
        _log_in(name="nobody"),
        _log_in(domain={"name": "elsewhere"}),
        _log_in(password=None),
        _scoped({"project": {"id": FOREIGN}}),
    ],
)
def test_iam_refuses_whom_it_does_not_know(sent: Request) -> None:
    answer = service().answer(sent)

    assert answer.status == 401
    assert b"X-Subject-Token" not in dict(answer.headers)


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"7", b"{}", b'{"auth":[]}', b'{"auth":{"identity":{"methods":["token"]}}}', b"\xff"]
)
def test_iam_answers_400_to_what_is_no_request_for_a_token(body: bytes) -> None:
    assert service().answer(request("", body, path=TOKEN_PATH, token=None)).status == 400


def test_a_token_has_its_time() -> None:
    target = service()
    token, _ = target.tokens.issue(project_id=PROJECT, lifetime=timedelta(seconds=-1))

    answer = target.answer(request(token=token))

    assert _told(answer) == REFUSED
    assert "token expires, expires_at: 2026-11-22T11:59:59" in fields(answer)["error_msg"]


def test_tokens_are_bounded_in_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens_module, "MAX_ISSUED", 3)
    tokens = Tokens(PROFILE, wall_clock=lambda: NOW)

    issued = [tokens.issue(project_id=PROJECT)[0] for _ in range(5)]

    assert [tokens.find(token) is not None for token in issued] == [False, False, True, True, True]
