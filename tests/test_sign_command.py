"""``liverec sign``: what it prints is run by a shell, with the real curl, against a real server."""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from shutil import which

import pytest
from click.testing import CliRunner

from liverec.cli.sign import ACCESS_KEY_VARIABLE, SECRET_KEY_VARIABLE, TOKEN_VARIABLE, sign
from liverec.profile_file import reference_profile, reference_profile_text
from liverec_process import Server, environment, run, serving

PUBLIC = reference_profile().credentials
NO_KEYS = {ACCESS_KEY_VARIABLE: "", SECRET_KEY_VARIABLE: ""}
NAMES = "rehearsal-{n}"
ODD_NAMES = "it's $HOME & été-{n}"

needs_curl = pytest.mark.skipif(which("curl") is None, reason="needs curl on the path")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    profile = tmp_path_factory.mktemp("profile") / "odd.toml"
    profile.write_text(reference_profile_text().replace(NAMES, ODD_NAMES), encoding="utf-8")
    with serving("--clock", "virtual", "--profile", profile) as one:
        yield one


def printed(*options: str, access_key: str = "", secret_key: str = "") -> str:
    told = run("sign", *options, CLOUD_SDK_AK=access_key, CLOUD_SDK_SK=secret_key)
    assert told.returncode == 0, told.stderr
    return told.stdout


def sent(command: str, **changes: str) -> str:
    """Run *command* as a shell does and return the first line of the answer."""
    done = subprocess.run(
        ["sh", "-c", command],
        capture_output=True,
        encoding="utf-8",
        check=True,
        env=environment(NO_PROXY="127.0.0.1", **changes),
        timeout=30,
    )
    return done.stdout.splitlines()[0]


@needs_curl
@pytest.mark.parametrize("kind", ["signature", "token"])
def test_start_and_stop_are_accepted(server: Server, kind: str) -> None:
    stream = ODD_NAMES.replace("{n}", {"signature": "1", "token": "2"}[kind])
    options = ("--target", server.url, "--stream", stream, "--credentials", kind)

    answers = [
        sent(printed(*options, "--action", action), **{TOKEN_VARIABLE: str(PUBLIC.token)})
        for action in ("START", "STOP", "START")
    ]

    assert [answer.split()[1] for answer in answers] == ["200", "200", "400"]
    assert [entry["status"] for entry in server.commands()[-3:]] == [200, 200, 400]


@needs_curl
def test_the_signature_covers_what_is_sent(server: Server) -> None:
    command = printed("--target", server.url, "--stream", ODD_NAMES.replace("{n}", "3"))

    assert sent(command.replace("action=START", "action=STOP")).split()[1] == "401"


@needs_curl
def test_keys_come_from_the_environment_first(server: Server) -> None:
    options = ("--target", server.url, "--stream", ODD_NAMES.replace("{n}", "4"))

    wrong = printed(*options, access_key=str(PUBLIC.access_key), secret_key="another")
    right = printed(*options, access_key=str(PUBLIC.access_key), secret_key=str(PUBLIC.secret_key))

    assert (sent(wrong).split()[1], sent(right).split()[1]) == ("401", "200")


def test_a_profile_says_where_and_about_what(tmp_path: Path) -> None:
    profile = tmp_path / "mine.toml"
    text = reference_profile_text().replace("http://127.0.0.1:8080", "https://live.example.net/prefix")
    profile.write_text(text.replace('secret_key = "', 'secret_key_env = "MY_SECRET" # "'))

    told = run("sign", "--target", profile, "--action", "STOP", MY_SECRET="s3cret")

    assert f"POST 'https://live.example.net/prefix/v1/{reference_profile().project_id}/record/control?action=STOP'" in (
        told.stdout
    )
    assert '{"publish_domain":"publish.example.com","app":"live","stream":"rehearsal-1"}' in told.stdout
    assert "good for 15 minutes" in told.stderr


@pytest.mark.parametrize("kind", ["signature", "token"])
def test_secrets_are_never_printed(kind: str) -> None:
    told = run(
        "sign", "--credentials", kind, CLOUD_SDK_AK="AKSECRET01", CLOUD_SDK_SK="SKSECRET02", X_AUTH_TOKEN="T0KEN"
    )

    assert told.returncode == 0
    assert not [secret for secret in ("SKSECRET02", "T0KEN") if secret in told.stdout + told.stderr]


def test_a_token_reaches_no_command_line() -> None:
    before, _, after = printed("--credentials", "token").partition(" | ")

    assert before == f"printf 'X-Auth-Token: %s\\n' \"${TOKEN_VARIABLE}\""  # the shell's own, no process
    assert after.startswith("curl ")
    assert after.endswith(" -H @-\n")


@pytest.mark.parametrize(
    ("options", "keys", "told"),
    [
        (("--target", "https://192.0.2.1"), {}, "no keys to sign with: set CLOUD_SDK_AK and CLOUD_SDK_SK"),
        ((), {ACCESS_KEY_VARIABLE: "a"}, "no keys to sign with"),
        ((), {ACCESS_KEY_VARIABLE: "a\nb", SECRET_KEY_VARIABLE: "s"}, "access_key: expected printable characters"),
        (("--target", "https://user:secret@example.net"), {}, "--target: expected http(s)://host"),
        (("--target", "nowhere.toml"), {}, "--target: nowhere.toml"),
        (("--project-id", ".."), {}, "--project-id: expected a project id, printable ASCII without spaces, found '..'"),
        (("--stream", "\udcff"), {}, "expected Unicode, found other bytes"),
    ],
)
def test_a_mistake_is_one_sentence_and_exit_code_64(options: tuple[str, ...], keys: dict[str, str], told: str) -> None:
    refused = CliRunner().invoke(sign, list(options), env=NO_KEYS | keys)

    assert (refused.exit_code, refused.stdout, refused.stderr.count("\n")) == (64, "", 1)
    assert told in refused.stderr
    assert "secret" not in refused.stderr


def test_a_broken_document_is_told(tmp_path: Path) -> None:
    broken = tmp_path / "broken.yaml"
    broken.write_text("openapi: 3.0.3\n")

    refused = CliRunner().invoke(sign, [], env={**NO_KEYS, "LIVEREC_DOCUMENT": str(broken)})

    assert (refused.exit_code, "broken.yaml" in refused.stderr) == (64, True)


def test_a_profile_without_keys_says_what_to_do(tmp_path: Path) -> None:
    profile = tmp_path / "token.toml"
    lines = reference_profile_text().splitlines()
    dropped = ("access_key =", "secret_key =")
    profile.write_text("\n".join(line for line in lines if not line.startswith(dropped)))

    refused = CliRunner().invoke(sign, ["--target", str(profile)])

    assert (refused.exit_code, "try --credentials token" in refused.stderr) == (64, True)
