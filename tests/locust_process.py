"""Locust as people run it: a process of its own, judged by how it ends and what it leaves behind."""

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from liverec.assets import asset
from liverec_process import PATIENCE_S, environment

LOCUST = (sys.executable, "-m", "locust", "-f", str(asset("load") / "locustfile.py"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A run that has ended."""

    exit_code: int
    said: str
    folder: Path

    @property
    def result(self) -> dict[str, Any]:
        """result.json."""
        result: dict[str, Any] = json.loads((self.folder / "result.json").read_text())
        return result

    @property
    def histories(self) -> list[Path]:
        """The histories."""
        return sorted(self.folder.glob("worker-*.ndjson"))


def free_port() -> int:
    """Return a port that nobody listens on just now."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
    return port


@contextmanager
def loading(folder: Path, *options: str, port: int | None = None, **changes: str) -> Generator[subprocess.Popen[str]]:
    """Begin a headless run in a process group of its own; whatever is left of it ends with the block."""
    # two masters on one port would share their workers
    master = str(port or free_port())
    ours = ("--headless", "--only-summary", "--out", str(folder), "--master-port", master, "--master-bind-port", master)
    with subprocess.Popen(
        [*LOCUST, *ours, *options],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(**changes),
        start_new_session=True,
    ) as process:
        try:
            yield process
        finally:
            process.send_signal(signal.SIGKILL)


def load(folder: Path, *options: str, **changes: str) -> Run:
    """Run to the end."""
    with loading(folder, *options, port=None, **changes) as process:
        return ended(process, folder)


def ended(process: subprocess.Popen[str], folder: Path) -> Run:
    """Wait for the end of a run."""
    _, said = process.communicate(timeout=PATIENCE_S)
    return Run(exit_code=process.returncode, said=said, folder=folder)
