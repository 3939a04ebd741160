"""The client: what leaves, and what it is proved with."""

import hmac
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from liverec.client import Client, CredentialsRefused, Signing
from liverec.client.pacer import Pacer
from liverec.clock import MonotonicClock
from liverec.history import Action, Stream
from liverec.profile import Credentials
from liverec.signing import expected_signature, parse_authorization
from scripted_server import BOTH, KEYS, PROJECT, STREAM, TOKEN, ScriptedServer, parsed, target_at

NOON = datetime(2024, 8, 9, 12, tzinfo=UTC)
IAM = Credentials(iam_url="http://127.0.0.1:1", user="u", domain="d", password="PWSECRET04")


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    scripted = ScriptedServer()
    yield scripted
    scripted.close()


def client(server: ScriptedServer, credentials: Credentials = TOKEN) -> Client:
    return Client(target_at(server.url, credentials), clock=MonotonicClock(), timeout_s=5, utc=lambda: NOON)


def sent(server: ScriptedServer, number: int = 0) -> tuple[str, dict[str, str], bytes]:
    return parsed(server.received[number])


def verifies(server: ScriptedServer, number: int = 0) -> bool:
    request_line, headers, body = sent(server, number)
    method, url, _ = request_line.split(" ")
    path, _, query = url.partition("?")
    claimed = parse_authorization(headers["Authorization"])
    assert claimed is not None
    expected = expected_signature(
        method=method,
        path=path,
        query=query,
        headers=headers,
        body=body,
        secret_key=str(KEYS.secret_key),
        signed_headers=claimed.signed_headers,
    )
    return hmac.compare_digest(expected, claimed.signature)


def test_a_command_with_a_token_is_as_the_page_shows_it(server: ScriptedServer) -> None:
    with client(server) as sender:
        exchange = sender.command(Action.START, STREAM)
    request_line, headers, body = sent(server)

    assert request_line == f"POST /v1/{PROJECT}/record/control?action=START HTTP/1.1"
    assert headers["X-Auth-Token"] == "t0ken"
    assert headers["Content-Type"] == "application/json"
    assert "Authorization" not in headers
    assert body == b'{"publish_domain":"publish.example.com","app":"live","stream":"rehearsal-7"}'
    assert (exchange.status, exchange.request_id, exchange.error) == (200, "id-1-host", None)


@pytest.mark.parametrize("stream", [STREAM, Stream("a b/é", "d", "流", 's"\\')])
def test_a_signature_covers_what_is_sent(server: ScriptedServer, stream: Stream) -> None:
    with client(server, KEYS) as sender:
        sender.command(Action.STOP, stream)
    _, headers, body = sent(server)

    assert verifies(server)
    assert headers["X-Project-Id"].encode() == stream.project_id.encode()
    assert headers["X-Sdk-Date"] == "20240809T120000Z"
    assert "SignedHeaders=content-type;host;x-project-id;x-sdk-date," in headers["Authorization"]
    assert msgspec.json.decode(body)["stream"] == stream.stream


def test_both_kinds_of_credentials_take_turns(server: ScriptedServer) -> None:
    with client(server, BOTH) as sender:
        kinds = sender.credential_kinds
        for _ in range(4):
            sender.command(Action.START, STREAM)
    by_token = ["X-Auth-Token" in sent(server, number)[1] for number in range(4)]

    assert kinds == ("token", "signature")
    assert by_token == [True, False, True, False]


def test_a_kind_that_the_profile_lacks_is_refused(server: ScriptedServer) -> None:
    with client(server) as sender, pytest.raises(ValueError, match="no credentials of the kind 'signature'"):
        sender.command(Action.START, STREAM, credentials="signature")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"query": None}, "/record/control HTTP"),
        ({"query": ""}, "/record/control? HTTP"),
        ({"query": "action"}, "/record/control?action HTTP"),
        ({"path": "//x/%7Bproject_id%7D/../y"}, "POST //x/%7Bproject_id%7D/../y?action=START HTTP"),
        ({"method": "DELETE"}, "DELETE /v1"),
        ({"method": "post"}, "post /v1"),
        ({"project_id": "{project_id}"}, "/v1/%7Bproject_id%7D/record"),
    ],
)
def test_requests_leave_verbatim_and_signed(server: ScriptedServer, changes: Any, expected: str) -> None:
    with client(server, KEYS) as sender:
        sender.send(**changes)

    assert expected in sent(server)[0]
    assert verifies(server)


def test_a_body_in_parts_is_sent_chunked_and_signed_whole(server: ScriptedServer) -> None:
    with client(server, KEYS) as sender:
        exchange = sender.send(content=iter([b"ab", b"", b"c"]))
        same = sender.compose(content=b"abc")
    _, headers, body = sent(server)

    assert headers["Transfer-Encoding"] == "chunked"
    assert "Content-Length" not in headers
    assert body == b"2\r\nab\r\n1\r\nc\r\n0\r\n\r\n"
    assert exchange.request_body == b"abc"
    assert headers["Authorization"] == dict(same.headers)["Authorization"]


@pytest.mark.parametrize("name", ["content-type", "X-SDK-DATE", "X-Project-Id", "Authorization"])
def test_any_header_can_be_left_out(server: ScriptedServer, name: str) -> None:
    with client(server, KEYS) as sender:
        sender.send(headers={name: None})
    present = {key.lower() for key in sent(server)[1]}

    assert name.lower() not in present
    assert len({"content-type", "x-sdk-date", "x-project-id", "authorization"} & present) == 3


def test_a_header_that_is_replaced_is_signed_as_it_is_sent(server: ScriptedServer) -> None:
    with client(server, KEYS) as sender:
        sender.send(headers={"content-TYPE": "text/plain", "X-Sdk-Date": "20200101T000000Z"})
    _, headers, _ = sent(server)

    assert (headers["content-TYPE"], headers["X-Sdk-Date"]) == ("text/plain", "20200101T000000Z")
    assert verifies(server)


@pytest.mark.parametrize(
    "deviation",
    [
        Signing(secret_key="wrong"),
        Signing(body=b"other"),
        Signing(query="action=STOP"),
        Signing(path="/other"),
        Signing(method="GET"),
        Signing(headers={"X-Sdk-Date": "20200101T000000Z"}),
    ],
)
def test_a_signature_can_be_made_wrong(server: ScriptedServer, deviation: Signing) -> None:
    with client(server, KEYS) as sender:
        sender.send(content=b"{}", sign_with=deviation)

    assert not verifies(server)


def test_no_credentials_leave_when_none_are_wanted(server: ScriptedServer) -> None:
    with client(server, BOTH) as sender:
        sender.send(credentials="none")

    assert {"X-Auth-Token", "Authorization", "X-Sdk-Date"}.isdisjoint(sent(server)[1])


@pytest.mark.parametrize(
    "changes", [{"path": "/a b"}, {"path": "/é"}, {"headers": {"X": "a\r\nY: b"}}, {"method": "A B"}]
)
def test_what_http_cannot_carry_is_refused(server: ScriptedServer, changes: Any) -> None:
    with client(server) as sender, pytest.raises(ValueError, match=r"HTTP/1\.1 cannot carry this request"):
        sender.send(**changes)


def test_proxies_and_netrc_of_the_environment_are_ignored(
    server: ScriptedServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login me password hunter2\n", encoding="utf-8")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    with client(server) as sender:
        exchange = sender.send(credentials="none")

    assert exchange.status == 200
    assert "Authorization" not in sent(server)[1]


def test_a_token_is_obtained_once_from_iam(server: ScriptedServer) -> None:
    server.answer = b"HTTP/1.1 201 Created\r\nX-Subject-Token: issued-token\r\nContent-Length: 0\r\n\r\n"
    with client(server, replace(IAM, iam_url=server.url)) as sender:
        exchanges = [sender.command(Action.START, STREAM) for _ in range(2)]
    request_line, _, body = sent(server, 0)
    login = msgspec.json.decode(body)["auth"]

    assert request_line == "POST /v3/auth/tokens HTTP/1.1"
    assert login["identity"]["password"]["user"] == {"name": "u", "password": "PWSECRET04", "domain": {"name": "d"}}
    assert login["scope"] == {"project": {"id": PROJECT}}
    assert [sent(server, number)[1]["X-Auth-Token"] for number in (1, 2)] == ["issued-token"] * 2
    assert len(server.received) == 3
    assert "issued-token" not in str([exchange.as_json() for exchange in exchanges])


def test_the_login_is_evidence_without_secrets(server: ScriptedServer) -> None:
    server.answer = b"HTTP/1.1 201 Created\r\nX-Subject-Token: issued-token\r\nContent-Length: 0\r\n\r\n"
    with client(server, replace(IAM, iam_url=server.url)) as sender:
        exchange, token = sender.issue_token()

    assert token == "issued-token"
    assert "PWSECRET04" in exchange.request_body.decode()
    assert not [secret for secret in ("PWSECRET04", "issued-token") if secret in str(exchange.as_json())]


def test_a_refused_login_is_one_clear_message(server: ScriptedServer) -> None:
    server.answer = b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n"
    with client(server, replace(IAM, iam_url=server.url)) as sender, pytest.raises(CredentialsRefused) as refused:
        sender.command(Action.START, STREAM)

    assert "found status 401" in str(refused.value)
    assert "PWSECRET04" not in str(refused.value)


def test_no_login_without_iam(server: ScriptedServer) -> None:
    with client(server) as sender, pytest.raises(ValueError, match="no iam_url"):
        sender.issue_token()


def test_whatever_leaves_keeps_the_quota(server: ScriptedServer, monkeypatch: pytest.MonkeyPatch) -> None:
    left: list[int] = []

    def wait(_: Pacer) -> None:
        left.append(len(server.received))

    monkeypatch.setattr(Pacer, "wait", wait)
    with client(server, replace(IAM, token="t0ken", iam_url=server.url)) as sender:
        sender.command(Action.START, STREAM)
        sender.send()
        sender.raw(sender.compose().as_bytes())
        sender.issue_token()

    assert left == [0, 1, 2, 3]
