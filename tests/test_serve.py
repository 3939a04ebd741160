"""``liverec serve``, as a process of its own."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Generator
from pathlib import Path
from typing import Any
from urllib.request import ProxyHandler, Request, build_opener

import pytest
from click.testing import CliRunner

from liverec.cli.serve import KEY_VARIABLE, serve
from liverec.profile_file import reference_profile_text

_PROGRAM = "from liverec.cli.serve import serve; serve()"
_OPENER = build_opener(ProxyHandler({}))


@contextlib.contextmanager
def _process(*options: str) -> Generator[tuple[subprocess.Popen[str], str]]:
    """Run the command on a free port; yield the process and the first line it prints."""
    environment = {name: value for name, value in os.environ.items() if name != KEY_VARIABLE}
    with subprocess.Popen(
        [sys.executable, "-c", _PROGRAM, "--port", "0", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    ) as process:
        assert process.stdout is not None
        try:
            yield process, process.stdout.readline().strip()
        finally:
            process.kill()


def _ask(url: str, method: str = "GET", body: object = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    with _OPENER.open(Request(url, data=data, method=method), timeout=5) as reply:
        return json.load(reply)


def _refused(*options: str, environment: dict[str, str | None] | None = None) -> tuple[int, str]:
    result = CliRunner().invoke(serve, list(options), env={KEY_VARIABLE: None, **(environment or {})})
    return result.exit_code, result.output


@pytest.mark.slow
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 0)])
def test_it_serves_until_a_signal_and_ends_cleanly(number: signal.Signals, code: int) -> None:
    with _process("--clock", "virtual", "--dialect", "stop_while_idle=accepted") as (process, url):
        info = _ask(f"{url}/_reference/info")

        process.send_signal(number)
        _, errors = process.communicate(timeout=10)

    assert (info["clock"], info["dialect"]["stop_while_idle"]) == ("virtual", "accepted")
    assert (process.returncode, errors) == (code, "")


@pytest.mark.slow
def test_an_open_connection_does_not_hold_it_up() -> None:
    with _process() as (process, url):
        _ask(f"{url}/_reference/info")
        host, _, port = url.removeprefix("http://").partition(":")
        with socket.create_connection((host, int(port))) as idle:
            idle.sendall(b"POST / HTTP/1.1\r\n")
            sent = time.monotonic()
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=10)

    assert process.returncode == 0
    assert time.monotonic() - sent < 5


@pytest.mark.slow
def test_a_profile_of_one_s_own(tmp_path: Path) -> None:
    profile = tmp_path / "mine.toml"
    profile.write_text(reference_profile_text().replace("rehearsal-{n}", "mine-{n}"))

    with _process("--profile", str(profile)) as (_, url):
        streams = _ask(f"{url}/_reference/streams")["streams"]

    assert "mine-1" in {row["stream"] for row in streams}


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--fault", "no-such-fault"), "--fault: no fault is called 'no-such-fault'; there are"),
        (("--dialect", "colour=red"), "there are start_while_recording, stop_while_idle"),
        (("--dialect", "ok_body=red"), "ok_body takes empty, object"),
        (("--profile", "/nowhere/at/all.toml"), "/nowhere/at/all.toml"),
        (("--host", "192.0.2.1"), KEY_VARIABLE),
        (("--host", "0.0.0.0"), KEY_VARIABLE),
        (("--host", "no-such-host.invalid"), KEY_VARIABLE),
    ],
)
def test_a_mistake_is_one_message_and_exit_code_64(options: tuple[str, ...], told: str) -> None:
    code, output = _refused("--port", "0", *options)

    assert code == 64
    assert told in output
    assert "Traceback" not in output
    assert output.count("\n") == 1


def test_with_a_key_another_address_is_tried() -> None:
    code, output = _refused("--port", "0", "--host", "192.0.2.1", environment={KEY_VARIABLE: "k3y"})

    assert (code, "not an address of this machine" in output, "k3y" in output) == (64, True, False)


def test_a_broken_document_is_told(tmp_path: Path) -> None:
    broken = tmp_path / "broken.yaml"
    broken.write_text("openapi: 3.0.3\n")

    code, output = _refused("--port", "0", environment={"LIVEREC_DOCUMENT": str(broken)})

    assert (code, "broken.yaml" in output, "Traceback" in output) == (64, True, False)


def test_help_has_examples() -> None:
    result = CliRunner().invoke(serve, ["--help"])

    assert result.exit_code == 0
    assert "liverec serve --port 0 --clock virtual" in result.output
