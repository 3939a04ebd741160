"""Serving the reference server: for a whole process, or for the length of a ``with`` block."""

import contextlib
import errno
import os
import signal
import socket
import threading
from collections.abc import Callable, Generator
from dataclasses import dataclass
from types import FrameType

import uvicorn

from liverec.reference.app import ReferenceApp, create_app
from liverec.reference.protocol import protocol_class
from liverec.reference.settings import Settings

SHUTDOWN_S = 2
BACKLOG = 2048
_READY_S = 10.0
_REFUSALS = {
    400: ("APIGW.0602", "Bad request."),
    408: ("APIGW.0201", "The request did not end in time."),
    414: ("APIGW.0201", "Request URI too large."),
    494: ("APIGW.0201", "Request headers too large."),
}


class ServingError(Exception):
    """The server cannot be reached under the address asked for; the message says why, and what else to try."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A server that is running: its base URL, and the application for whoever shares its process."""

    url: str
    app: ReferenceApp


class _Server(uvicorn.Server):
    """uvicorn's server, which leaves signals alone and says when it is ready."""

    def __init__(self, app: ReferenceApp, *, on_ready: Callable[[], None]) -> None:
        settings = app.service.settings
        super().__init__(
            uvicorn.Config(
                app,
                http=protocol_class(
                    refusal=lambda status: app.service.answers.gateway(status, *_REFUSALS[status]).to_bytes(),
                    request_timeout_s=settings.request_timeout_s,
                    command_line=app.service.command_line,
                    desk=app.desk,
                ),
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,  # they would let anybody claim to be on this machine
                timeout_keep_alive=settings.keep_alive_s,  # type: ignore[arg-type]  # seconds for call_later; fractions are fine
                timeout_graceful_shutdown=SHUTDOWN_S,
                backlog=BACKLOG,
            )
        )
        self._on_ready = on_ready

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        """Leave signals to whoever runs the server."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to serve, and say so."""
        await super().startup(sockets=sockets)
        self._on_ready()


@contextlib.contextmanager
def running(settings: Settings, *, host: str = "127.0.0.1", port: int = 0) -> Generator[Running]:
    """Serve in a thread of its own until the block ends; port 0 takes a free one.

    Raises:
        ServingError: the address is not to be had.
        UnknownFaultError, DocumentError: see ``create_app``.
    """
    with serving_app(create_app(settings), host=host, port=port) as server:
        yield server


@contextlib.contextmanager
def serving_app(app: ReferenceApp, *, host: str = "127.0.0.1", port: int = 0) -> Generator[Running]:
    """Serve *app* as ``running`` does a new one.

    Raises:
        ServingError: the address is not to be had.
    """
    listener = bind(host, port)
    ready = threading.Event()
    server = _Server(app, on_ready=ready.set)
    thread = threading.Thread(target=server.run, args=([listener],), name="liverec-reference", daemon=True)
    thread.start()
    try:
        if not ready.wait(_READY_S):
            raise ServingError("the reference server did not come up")
        yield Running(url=url_of(listener), app=app)
    finally:
        server.should_exit = True
        thread.join(_READY_S)


def serve(settings: Settings, *, host: str, port: int, announce: Callable[[str], None]) -> int:
    """Serve until SIGINT or SIGTERM, and return the exit code: 130 or 0. *announce* is told the URL once.

    Requests under way are answered first, for up to SHUTDOWN_S seconds; a second signal ends at once. Main thread only.

    Raises:
        ServingError: the address is not to be had.
        UnknownFaultError, DocumentError: see ``create_app``.
    """
    app = create_app(settings)
    listener = bind(host, port)
    url = url_of(listener)
    server = _Server(app, on_ready=lambda: announce(url))
    received: list[int] = []

    def end(number: int, _frame: FrameType | None) -> None:
        server.force_exit = bool(received)
        server.should_exit = True
        received.append(number)

    previous = {number: signal.signal(number, end) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        server.run([listener])
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
    return 130 if received and received[0] == signal.SIGINT else 0


def bind(host: str, port: int) -> socket.socket:
    """Return a listening socket.

    Raises:
        ServingError: no such address, or the port is taken or out of reach.
    """
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except (OSError, UnicodeError):
        raise ServingError(f"{host}: no such address on this machine; try 127.0.0.1") from None
    listener = socket.socket(family, kind)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        raise ServingError(_why(host, port, error.errno)) from None
    return listener


def url_of(listener: socket.socket) -> str:
    """Return the URL under which this machine reaches *listener*."""
    name: tuple[str, int] = listener.getsockname()[:2]
    host, port = name
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104  # read, not bound
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _why(host: str, port: int, number: int | None) -> str:
    match number:
        case errno.EADDRINUSE:
            return f"port {port} of {host} is taken; --port 0 takes a free one"
        case errno.EACCES:
            return f"port {port} of {host} is reserved for the system; take one above 1023, or --port 0"
        case errno.EADDRNOTAVAIL:
            return f"{host}: not an address of this machine; try 127.0.0.1"
        case _:
            return f"cannot listen on port {port} of {host}: {os.strerror(number or 0)}"
