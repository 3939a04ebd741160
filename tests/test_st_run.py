"""schemathesis' own command with the shipped configuration: processes of their own, right in both directions."""

import socket
import sys
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from liverec.assets import asset
from liverec.profile_file import reference_profile, reference_profile_text
from liverec_process import Server, run, serving
from scripted_server import answer, read_request
from socket_server import serving as listening

pytestmark = pytest.mark.slow

ST = (
    *(str(Path(sys.executable).with_name("st")), "--config-file", str(asset("contracts") / "schemathesis.toml")),
    *("run", str(asset("openapi") / "record-control.yaml"), "--seed", "1", "--url"),
)
CREDENTIALS = reference_profile().credentials
SECRETS = [str(CREDENTIALS.token), str(CREDENTIALS.secret_key), "Signature=", "Access="]


def judged(server: Server | str, folder: Path, **changes: str) -> CompletedProcess[str]:
    url = server if isinstance(server, str) else server.url
    return run(url, program=ST, cwd=folder, COLUMNS="200", PYTHONUTF8="1", **changes)


def test_the_reference_server_is_acquitted_and_left_as_it_was(tmp_path: Path) -> None:
    with serving() as server:
        ended = judged(server, tmp_path)
        seen = {(entry["status"], entry["action"]) for entry in server.commands()}
        left = server.recording()
        named = [entry["stream"] for entry in server.commands() if entry["stream"]]

    assert (ended.returncode, left) == (0, []), ended.stdout
    assert {(200, "START"), (200, "STOP"), (400, "START"), (404, "STOP"), (404, "START"), (400, None)} <= seen
    assert {domain for _, domain, *_ in named if not domain.startswith("nobody-")} == {"publish.example.com"}
    assert {stream[3].rstrip("0123456789") for stream in named if stream[1] == "publish.example.com"} == {"rehearsal-"}
    assert [secret for secret in SECRETS if secret in ended.stdout + ended.stderr] == []


@pytest.mark.parametrize(
    ("faults", "says"),
    [
        (("request-id-missing-on-200", "app-coerced"), ("request-id/present-200: ", "body/app-string: ")),
        pytest.param(("open-door",), ("authentication/credentials-mandatory: ",), marks=pytest.mark.long),
    ],
)
def test_a_broken_server_is_convicted_of_all_that_it_breaks(
    tmp_path: Path, faults: tuple[str, ...], says: tuple[str, ...]
) -> None:
    with serving(*(f"--fault={fault}" for fault in faults)) as server:
        ended = judged(server, tmp_path)
        left = server.recording()

    assert (ended.returncode, left) == (1, []), ended.stdout
    assert [broken for broken in says if broken not in ended.stdout] == []
    assert "curl " in ended.stdout
    assert [secret for secret in SECRETS if secret in ended.stdout + ended.stderr] == []


def test_a_redirect_is_the_answer_and_is_not_followed(tmp_path: Path) -> None:
    asked: list[bytes] = []

    def redirect(connection: socket.socket) -> None:
        with connection.makefile("rb") as requests:
            while request := read_request(requests):
                asked.append(request)
                connection.sendall(answer(307, b"", "Location: /elsewhere"))

    with listening(redirect) as url:
        ended = judged(url, tmp_path)

    assert ended.returncode == 1, ended.stdout
    assert "status/documented: " in ended.stdout
    assert [request for request in asked if request.startswith(b"POST /elsewhere")] == []  # its own GETs are st's


@pytest.mark.long
def test_credentials_come_from_the_environment(tmp_path: Path) -> None:
    with serving() as server:
        profile = reference_profile_text().replace("http://127.0.0.1:8080", server.url)
        for name in ("token", "secret_key"):
            profile = profile.replace(f"\n{name} = ", f'\n{name}_env = "LIVE_{name.upper()}"\n# ')
        (tmp_path / "staging.toml").write_text(profile, encoding="utf-8")
        given = {"LIVE_TOKEN": str(CREDENTIALS.token), "LIVE_SECRET_KEY": "wrong"}
        ended = judged(server, tmp_path, LIVEREC_TARGET="staging.toml", **given)

    assert ended.returncode == 1
    assert "authentication/signature: " in ended.stdout, ended.stdout
    assert str(CREDENTIALS.token) not in ended.stdout + ended.stderr


@pytest.mark.parametrize(
    ("url", "changes", "says"),
    [
        ("http://127.0.0.1:9", {}, "does not answer"),
        ("http://127.0.0.1:9", {"LIVEREC_TARGET": "nowhere.toml"}, "expected a file that can be read"),
    ],
)
def test_what_cannot_be_judged_is_told_in_one_message(
    tmp_path: Path, url: str, changes: dict[str, str], says: str
) -> None:
    ended = judged(url, tmp_path, **changes)

    assert (ended.returncode, says in " ".join(ended.stdout.split())) == (2, True), ended.stdout
    assert 'File "' not in ended.stdout
