"""The ``liverec`` command as people meet it: processes of their own, judged by what they print and how they end."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import ProxyHandler, Request, build_opener

from liverec.assets import asset

PROGRAM = (sys.executable, "-m", "liverec")
PATIENCE_S = 110.0
_DIRECT = build_opener(ProxyHandler({}))


def environment(**changes: str) -> dict[str, str]:
    """Return this process's environment without what would change how a program behaves, and with *changes*."""
    dropped = ("LIVEREC_", "FORCE_COLOR", "PYTEST_", "COLUMNS")
    return {name: value for name, value in os.environ.items() if not name.startswith(dropped)} | changes


def run(
    *arguments: str | Path, cwd: Path | None = None, program: tuple[str, ...] = PROGRAM, **changes: str
) -> subprocess.CompletedProcess[str]:
    """Run the command to its end; *changes* are to the environment."""
    return subprocess.run(
        [*program, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        cwd=cwd,
        env=environment(**changes),
        timeout=PATIENCE_S,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A ``liverec serve`` that is running."""

    url: str
    process: subprocess.Popen[str]

    def ask(self, control: str, body: object = None, *, method: str | None = None) -> Any:
        """Ask its control plane; with a *body*, POST unless told otherwise."""
        data = None if body is None else json.dumps(body).encode()
        with _DIRECT.open(Request(f"{self.url}/_reference/{control}", data=data, method=method), timeout=10) as reply:
            return json.load(reply)

    def advance(self, seconds: float) -> None:
        """Move its virtual clock."""
        self.ask("clock/advance", {"seconds": seconds})

    def commands(self) -> list[dict[str, Any]]:
        """Return what its journal holds about commands, oldest first."""
        return [entry for entry in self.ask("journal")["entries"] if "/record/control" in entry["request_line"]]

    def recording(self) -> list[str]:
        """Return the names of the streams that are recording."""
        return [stream["stream"] for stream in self.ask("streams")["streams"] if stream["recording"]]


@contextmanager
def serving(*options: str | Path, program: tuple[str, ...] = PROGRAM, **changes: str) -> Generator[Server]:
    """Run ``liverec serve`` on a free port for the length of the block."""
    command = [*program, "serve", "--port", "0", *map(str, options)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment(**changes)) as process:
        assert process.stdout is not None
        try:
            yield Server(url=process.stdout.readline().strip(), process=process)
        finally:
            process.kill()


@contextmanager
def verifying(*options: str | Path, **changes: str) -> Generator[subprocess.Popen[str]]:
    """Begin ``liverec verify`` in a process group of its own; whatever is left of it ends with the block."""
    with subprocess.Popen(
        [*PROGRAM, "verify", *map(str, options)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(**changes),
        start_new_session=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def wait_until(condition: Callable[[], object], what: str) -> None:
    """Wait for other processes to get somewhere: there is no clock to advance but the real one."""
    deadline = time.monotonic() + PATIENCE_S / 2
    while not condition():
        assert time.monotonic() < deadline, f"never happened: {what}"
        time.sleep(0.05)


def document_with(folder: Path, **changes: str) -> str:
    """Write a copy of the published document with texts replaced, and return its path.

    Each change is ``name="old -> new"``; the old text must be there. The names are for the reader only.
    """
    text = (asset("openapi") / "record-control.yaml").read_text(encoding="utf-8")
    for change in changes.values():
        old, _, new = change.partition(" -> ")
        assert old in text
        text = text.replace(old, new)
    path = folder / "record-control.yaml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def interval_of(folder: Path, seconds: int) -> str:
    """Write a copy of the document with another restart interval, and return its path."""
    return document_with(folder, interval=f"exclusive-seconds: 10 -> exclusive-seconds: {seconds}")
