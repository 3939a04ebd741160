"""``liverec verify`` against servers that are right, and treat connections in their own way."""

import json
import socket
import threading
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from liverec_process import run, serving
from relay_server import message


@contextmanager
def serving_each_connection_once(url: str) -> Generator[str]:
    """Relay to the server at *url*: the first request of a connection is answered, and the second cuts it."""
    address, _, port = url.removeprefix("http://").partition(":")

    def serve(connection: socket.socket) -> None:
        with suppress(OSError), connection, connection.makefile("rb") as requests:
            with socket.create_connection((address, int(port))) as behind, behind.makefile("rb") as answers:
                behind.sendall(message(requests))
                connection.sendall(message(answers))
            requests.readline()

    def accept() -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0), backlog=128) as listener:
        threading.Thread(target=accept, daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)


@pytest.mark.long
@pytest.mark.slow
def test_a_server_that_cuts_every_connection_that_is_used_again_is_acquitted(tmp_path: Path) -> None:
    with serving("--clock", "virtual") as server, serving_each_connection_once(server.url) as url:
        ended = run("verify", "--target", url, "--report", tmp_path)

    result = json.loads((tmp_path / "result.json").read_bytes())
    assert (ended.returncode, result["findings"]) == (0, []), ended.stdout
