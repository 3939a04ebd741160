"""Exchanges: what a report shows of them, and what it never shows."""

import json
import shlex
from typing import Any

import pytest

from liverec.client.exchange import SHOWN_BODY, Exchange
from liverec.client.redaction import Secrets
from liverec.profile import Credentials
from liverec.signing import sign

TOKEN = "TOKSECRET03"
CREDENTIALS = Credentials(
    access_key="AKSECRET01", secret_key="SKSECRET02", token=TOKEN, password='PW"SECRÉT\\04', iam_url="http://127.0.0.1"
)
SHOWN_SECRETS = ["AKSECRET01", "SKSECRET02", TOKEN, 'PW"', 'PW\\"', "SECR\\u00c9T"]
SIGNATURE = sign(
    method="POST",
    path="/",
    query="",
    headers={"X-Sdk-Date": "20240809T120000Z"},
    body=b"",
    access_key="AKSECRET01",
    secret_key="SKSECRET02",
)


def exchange(**changes: Any) -> Exchange:
    defaults: dict[str, Any] = {
        "method": "POST",
        "url": "http://127.0.0.1:8080/v1/p1/record/control?action=START",
        "request_headers": (("Host", "127.0.0.1:8080"), ("Content-Type", "application/json"), ("Content-Length", "2")),
        "request_body": b"{}",
        "invoked_ns": 1,
        "completed_ns": 2,
        "status": 200,
        "secrets": Secrets(CREDENTIALS),
    }
    return Exchange(**(defaults | changes))


@pytest.mark.parametrize(
    "changes",
    [
        {"request_headers": (("X-Auth-Token", TOKEN),)},
        {"request_headers": (("x-auth-token", f"{TOKEN}x"),)},
        {"request_headers": (("Authorization", SIGNATURE),)},
        {"request_headers": (("Authorization", SIGNATURE[:-1]),)},
        {"request_headers": (("Authorization", f"Bearer {TOKEN}"),)},
        {"request_headers": (("X-Other", f"a {TOKEN}"),)},
        {"request_body": json.dumps({"password": CREDENTIALS.password}).encode()},
        {"request_body": json.dumps({"password": CREDENTIALS.password}, ensure_ascii=False).encode()},
        {"request_body": b"\xff" + TOKEN.encode()},
        {"body": f"echo {TOKEN} SKSECRET02".encode()},
        {"headers": (("X-Echo", TOKEN),)},
        {"url": f"http://127.0.0.1/?token={TOKEN}"},
        {"error": f"malformed: {TOKEN}"},
    ],
)
def test_no_secret_is_shown_wherever_it_stands(changes: dict[str, Any]) -> None:
    found = exchange(**changes)
    shown = json.dumps(found.as_json(), ensure_ascii=False) + repr(found.secrets)
    signature = SIGNATURE.rpartition("=")[2][:-1]

    assert [secret for secret in [*SHOWN_SECRETS, signature] if secret in shown] == []


@pytest.mark.parametrize("name", ["X-Subject-Token", "Set-Cookie"])
def test_what_a_server_hands_out_is_not_shown(name: str) -> None:
    assert "handed-out" not in json.dumps(exchange(headers=((name, "handed-out"),)).as_json())


def test_a_secret_learnt_later_is_hidden_in_what_was_seen_before() -> None:
    found = exchange(body=b"issued-later")
    found.secrets.learn("issued-later", "$TOKEN")

    assert found.as_json()["body"] == "$TOKEN"


def test_another_token_than_the_profiles_is_told_apart() -> None:
    values = [exchange(request_headers=(("X-Auth-Token", value),)).as_json() for value in (TOKEN, "wrong", "")]

    assert [value["request_headers"][0][1] for value in values] == ["$TOKEN", "$OTHER_TOKEN", ""]


def test_evidence_is_bounded_json() -> None:
    found = exchange(body=b"x" * (SHOWN_BODY + 1), headers=(("X-Request-Id", "a"), ("X-Request-Id", "b")))
    shown = json.loads(json.dumps(found.as_json()))

    assert shown["kind"] == "exchange"
    assert shown["headers"] == [["X-Request-Id", "a"], ["X-Request-Id", "b"]]
    assert len(shown["body"]) < SHOWN_BODY + 100
    assert "65537 bytes in all" in shown["body"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b'{"error_code": "LIVE.100011001", "error_msg": "x"}', "LIVE.100011001"),
        (b'{"error_code": 7}', None),
        (b'{"code": "x"}', None),
        (b'["error_code"]', None),
        (b"", None),
        (b"<html>", None),
        (b'{"error_code": "\xff"}', None),
        (b'{"a":' * 5000, None),
    ],
)
def test_the_error_code_is_read_if_there_is_one(body: bytes, code: str | None) -> None:
    assert exchange(status=400, body=body).error_code == code


def test_headers_of_the_answer_are_found_in_any_letter_case() -> None:
    assert exchange(headers=(("x-REQUEST-id", "one"),)).request_id == "one"
    assert exchange().request_id is None


def test_a_command_line_sends_the_same_again() -> None:
    line = exchange(
        request_headers=(
            ("Host", "127.0.0.1:8080"),
            ("Content-Type", "application/json"),
            ("X-Auth-Token", TOKEN),
            ("X-Empty", ""),
            ("Content-Length", "9"),
        ),
        request_body=b'{"a":"it\'s"}',
    ).curl

    assert '-H "X-Auth-Token: $TOKEN"' in line
    assert shlex.split(line) == [
        *["curl", "-sS", "-i", "--path-as-is", "-g", "-X", "POST"],
        "http://127.0.0.1:8080/v1/p1/record/control?action=START",
        *["-H", "Content-Type: application/json", "-H", "X-Auth-Token: $TOKEN", "-H", "X-Empty;"],
        *["--data-raw", '{"a":"it\'s"}'],
    ]


def test_a_command_line_signs_anew() -> None:
    assert '-H "Authorization: $AUTHORIZATION"' in exchange(request_headers=(("Authorization", SIGNATURE),)).curl


def test_a_command_line_carries_bytes() -> None:
    line = exchange(request_headers=(), request_body=b"\xff\n").curl

    assert line.endswith("-H 'Content-Type:' --data-raw $'\\xff\\x0a'")


def test_what_was_sent_raw_has_no_command_line() -> None:
    assert exchange(is_raw=True).curl == ""
