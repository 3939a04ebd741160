"""A server on loopback of which every byte, and every moment, is the test's."""

import contextlib
import socket
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager

from scripted_server import read_request

Serve = Callable[[socket.socket], object]


@contextmanager
def serving(serve: Serve, *, family: socket.AddressFamily = socket.AF_INET) -> Generator[str]:
    """Have *serve* treat each connection, in a thread of its own, and yield the base URL; a cut ends its thread."""
    host = "::1" if family == socket.AF_INET6 else "127.0.0.1"
    taken: list[socket.socket] = []

    def treat(connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection:
            serve(connection)

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                taken.append(listener.accept()[0])
                threading.Thread(target=treat, args=(taken[-1],), daemon=True).start()

    with socket.create_server((host, 0), family=family, backlog=256) as listener:
        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        port = listener.getsockname()[1]
        yield f"http://[{host}]:{port}" if family == socket.AF_INET6 else f"http://{host}:{port}"
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()
        for connection in taken:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


def answering(*answers: bytes, then: Serve = lambda _: None) -> Serve:
    """Return what gives *answers* to the requests of each connection, one after another, and then does *then*."""

    def serve(connection: socket.socket) -> None:
        with connection.makefile("rb") as requests:
            for answer in answers:
                if not read_request(requests):
                    return
                connection.sendall(answer)
            then(connection)

    return serve


def until_it_is_closed(connection: socket.socket) -> None:
    """Keep the connection open, and say nothing."""
    while connection.recv(65536):
        pass
