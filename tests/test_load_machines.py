"""Workers on other machines, as far as one machine can imitate them: a network, a clock and a folder of their own."""

import shlex
import subprocess
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

import pytest

import loopback_bridge
from liverec.history.reader import read_file
from liverec_process import environment, serving
from locust_process import LOCUST, ended, free_port, loading

pytestmark = [pytest.mark.slow, pytest.mark.long]

ELSEWHERE = ("unshare", "--net", "--mount", "--time", "--monotonic", "1000", "--fork", "--kill-child", "sh", "-c")


def can_be_elsewhere() -> bool:
    """Whether this machine lets a process have a network, a clock and file systems of its own."""
    try:
        tried = subprocess.run([*ELSEWHERE, "mount -t tmpfs none /mnt"], capture_output=True, check=False, timeout=20)
    except FileNotFoundError:
        return False
    return tried.returncode == 0


@contextmanager
def worker_elsewhere(folder: Path, sockets: Path, ports: Sequence[int]) -> Generator[None]:
    """Run a worker that sees *folder* empty, whose clock is 1000 s ahead, and of whose network only *ports* lead out.

    The first is the master's.
    """
    port = ports[0]
    bridge = shlex.join(loopback_bridge.command("inside", sockets, ports))
    begin = f'mount -t tmpfs none \'{folder}\' && {{ {bridge} & exec "$0" "$@"; }}'
    command = [*ELSEWHERE, begin, *LOCUST, "--worker", "--master-host", "127.0.0.1", "--master-port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment()) as worker:
        try:
            yield
        finally:
            worker.kill()


@pytest.mark.skipif(not can_be_elsewhere(), reason="needs the right to make network, mount and time namespaces (root)")
def test_histories_of_other_machines_are_brought_and_judged_by_one_clock(tmp_path: Path) -> None:
    port = free_port()
    here = ("--master", "--master-bind-port", str(port), "--expect-workers", "2")
    race = ("--scenario", "contention", "-u", "12", "-r", "12", "-t", "18s")

    with (
        serving() as server,
        TemporaryDirectory() as short,  # a Unix socket's path must be
        loopback_bridge.bridged(sockets := Path(short), ports := (port, urlsplit(server.url).port or 0)),
        worker_elsewhere(tmp_path, sockets, ports),
        worker_elsewhere(tmp_path, sockets, ports),
        loading(tmp_path, "--host", server.url, *here, *race, port=port) as master,
    ):
        run = ended(master, tmp_path)

    assert run.exit_code == 0, run.said
    files = [read_file(str(path)) for path in run.histories]
    assert len(files) == 2
    assert all(file.complete and file.operations and 0 < file.clock_bound_ns < 1_000_000_000 for file in files)
