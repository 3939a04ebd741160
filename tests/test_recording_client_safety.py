"""The recording clients keep secrets, and refuse what cannot be safe before anything is sent."""

import logging
import ssl
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from shutil import which

import pytest

from liverec import (
    AsyncRecordingClient,
    NotSent,
    RecordingClient,
    Stream,
    Unauthorized,
    load_document,
)
from recording_clients import Credentials, Kind, each_kind, recording_client
from scripted_server import PROJECT, STREAM, ScriptedServer, answer, failure, parsed

W_S = load_document().interval_ns / 1e9
SOMEWHERE = "https://live.example.net"


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    scripted = ScriptedServer()
    yield scripted
    scripted.close()


@each_kind
@pytest.mark.parametrize(
    "credentials",
    [{"token": "T0KEN-SECRET"}, {"access_key": "AKSECRET01", "secret_key": "SKSECRET02"}],
    ids=["token", "keys"],
)
def test_secrets_enter_no_error_log_or_repr(
    kind: Kind, server: ScriptedServer, credentials: Credentials, caplog: pytest.LogCaptureFixture
) -> None:
    def echo() -> None:
        _, headers, _ = parsed(server.received[-1])
        proof = headers.get("X-Auth-Token") or headers["Authorization"]
        server.answer = answer(401, failure("LIVE.100011002", f"refused {proof}"), f"X-Seen: {proof}")

    server.before_answer = echo
    caplog.set_level(logging.DEBUG)
    with recording_client(kind, server.url, **credentials) as client, pytest.raises(Unauthorized) as raised:
        client.start_recording(STREAM)
    secrets = [str(secret) for secret in credentials.values()]
    shown = f"{raised.value} {raised.value!r} {vars(raised.value)} {client!r} {vars(client)!r}"

    assert "refused" in shown
    assert not [secret for secret in secrets if secret in shown]
    assert "Signature=" not in shown.replace("Signature=***", "")
    told = [line for line in caplog.messages if "send_request" in line or "HTTP Request" in line]
    assert told
    assert not [secret for secret in secrets if secret in "".join(told)]


@pytest.mark.parametrize("made", [RecordingClient, AsyncRecordingClient])
@pytest.mark.parametrize(
    ("url", "credentials", "told"),
    [
        ("http://192.0.2.1", {"token": "t"}, "expected https://"),
        ("live.example.net", {"token": "t"}, "expected http"),
        ("https://user:s3cret@live.example.net", {"token": "t"}, "without user"),
        (SOMEWHERE, {}, "either token, or access_key and secret_key"),
        (SOMEWHERE, {"access_key": "a"}, "either token, or access_key and secret_key"),
        (SOMEWHERE, {"token": "t", "access_key": "a", "secret_key": "s"}, "either token, or"),
        (SOMEWHERE, {"token": "s3cret\r\nX-Evil: 1"}, "token: expected printable ASCII"),
        (SOMEWHERE, {"access_key": "a,b", "secret_key": "s3cret"}, "access_key: expected"),
        (SOMEWHERE, {"access_key": "a", "secret_key": "s3cret\n"}, "secret_key: expected"),
    ],
)
def test_what_cannot_work_is_refused_when_it_is_made(
    made: type[RecordingClient] | type[AsyncRecordingClient], url: str, credentials: Credentials, told: str
) -> None:
    with pytest.raises(ValueError, match="expected") as raised:
        made(url, **credentials)

    assert told in str(raised.value)
    assert "s3cret" not in str(raised.value)


@each_kind
def test_a_made_up_token_takes_no_letters_out_of_a_message(kind: Kind, server: ScriptedServer) -> None:
    server.answer = answer(401, failure("LIVE.100011002", "try another token"))

    with recording_client(kind, server.url, token="t") as client, pytest.raises(Unauthorized) as raised:
        client.start_recording(STREAM)

    assert raised.value.error_msg == "try another token"


@pytest.mark.parametrize("made", [RecordingClient, AsyncRecordingClient])
@pytest.mark.parametrize("timeout_s", [0, -1, float("nan"), float("inf")])
def test_a_timeout_is_a_time(made: type[RecordingClient] | type[AsyncRecordingClient], timeout_s: float) -> None:
    with pytest.raises(ValueError, match="timeout_s: expected more than 0"):
        made(SOMEWHERE, token="t", timeout_s=timeout_s)


@each_kind
@pytest.mark.parametrize(
    ("project", "path"),
    [
        ("a/b", "/v1/a%2Fb/record/control"),
        ("%41?x=1#y", "/v1/%2541%3Fx%3D1%23y/record/control"),
        ("('~')", "/v1/%28%27~%27%29/record/control"),
    ],
)
def test_a_project_id_is_one_segment_of_the_path(kind: Kind, server: ScriptedServer, project: str, path: str) -> None:
    with recording_client(kind, server.url + "/prefix", access_key="a", secret_key="s") as client:
        client.start_recording(STREAM._replace(project_id=project))

    assert parsed(server.received[0])[0] == f"POST /prefix{path}?action=START HTTP/1.1"


@each_kind
@pytest.mark.parametrize(
    "stream",
    [
        *(Stream(project, "d", "a", "s") for project in ("", "..", "a b", "a\r\nX-Evil: 1", "été", "a" * 129)),
        Stream(PROJECT, "d", "a", "\udcff"),
    ],
)
def test_names_that_cannot_be_sent_are_not(kind: Kind, server: ScriptedServer, stream: Stream) -> None:
    with recording_client(kind, server.url) as client, pytest.raises(ValueError):  # noqa: PT011  # two kinds of it
        client.stop_recording(stream)

    assert server.received == []


@each_kind
@pytest.mark.skipif(which("openssl") is None, reason="needs openssl on the path, to make a certificate")
def test_a_server_that_nobody_vouches_for_is_sent_nothing(kind: Kind, tmp_path: Path) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    made = "openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=localhost -addext subjectAltName=DNS:localhost"
    subprocess.run([*made.split(), "-keyout", key, "-out", certificate], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server = ScriptedServer(tls=context)
    url = server.url.replace("http://127.0.0.1", "https://localhost")
    try:
        with recording_client(kind, url) as client, pytest.raises(NotSent, match="CERTIFICATE_VERIFY_FAILED"):
            client.start_recording(STREAM)
        assert server.received == []
    finally:
        server.close()


def test_threads_may_share_a_client(server: ScriptedServer) -> None:
    streams = [STREAM._replace(stream=f"rehearsal-{n}") for n in range(32)]

    with RecordingClient(server.url, token="t") as client, ThreadPoolExecutor(8) as threads:
        stopped = list(threads.map(client.stop_recording, streams))
        left = [client.seconds_until_start(stream) for stream in streams]

    assert [one.stream for one in stopped] == streams
    assert all(0 < seconds <= W_S + 1e-9 for seconds in left)
