"""Talking to the reference server over a raw socket."""

import contextlib
import json
import socket
from collections.abc import Generator
from typing import NamedTuple

from liverec.reference.serving import Running
from reference_requests import BODY, PATH, TOKEN

CONTENT = json.dumps(BODY).encode()
HEAD = (
    f"POST {PATH}?action=START HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Auth-Token: {TOKEN}\r\n"
    "Content-Type: application/json\r\n"
).encode()
WHOLE = HEAD + b"Content-Length: %d\r\n\r\n" % len(CONTENT) + CONTENT


class Reply(NamedTuple):
    """One answer as it came."""

    status: int
    names: list[str]
    headers: dict[str, str]
    body: bytes


class Line:
    """A connection of one's own."""

    def __init__(self, server: Running) -> None:
        host, _, port = server.url.removeprefix("http://").partition(":")
        self.socket = socket.create_connection((host, int(port)), timeout=5)
        self.file = self.socket.makefile("rb")

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def reply(self, *, body: bool = True) -> Reply:
        status = int(self.file.readline().split()[1])
        lines = list(iter(self.file.readline, b"\r\n"))
        pairs = [line.decode().rstrip("\r\n").split(": ", 1) for line in lines]
        headers = {name.lower(): value for name, value in pairs}
        length = int(headers["content-length"]) if body else 0
        return Reply(status, [name for name, _ in pairs], headers, self.file.read(length))

    def rest(self) -> bytes:
        return self.file.read()

    def close(self) -> None:
        self.file.close()
        self.socket.close()


@contextlib.contextmanager
def open_line(server: Running) -> Generator[Line]:
    line = Line(server)
    try:
        yield line
    finally:
        line.close()


def exchange(server: Running, data: bytes) -> Reply:
    with open_line(server) as line:
        line.send(data)
        return line.reply()
