"""A server on loopback that answers as it is told, whatever it is asked; and the target that it is."""

import contextlib
import socket
import ssl
import threading
from typing import BinaryIO, cast

from liverec.history import Stream
from liverec.profile import Credentials, Profile, StreamSet
from liverec.target import Target

PROJECT = "0123456789abcdef0123456789abcdef"
STREAM = Stream(PROJECT, "publish.example.com", "live", "rehearsal-7")
TOKEN = Credentials(token="t0ken")
KEYS = Credentials(access_key="AKSECRET01", secret_key="SKSECRET02")
BOTH = Credentials(access_key="AKSECRET01", secret_key="SKSECRET02", token="t0ken")
OK = b"HTTP/1.1 200 OK\r\nX-Request-Id: id-1-host\r\nContent-Length: 0\r\n\r\n"


def target_at(url: str, credentials: Credentials = TOKEN) -> Target:
    streams = StreamSet(publish_domain="publish.example.com", app="live", names="rehearsal-{n}", count=9)
    profile = Profile(url=url, project_id=PROJECT, credentials=credentials, recordable=streams)
    return Target(profile=profile, url=url, is_loopback=True, max_requests_per_minute=None)


def parsed(request: bytes) -> tuple[str, dict[str, str], bytes]:
    """Return a request's first line, its headers and its body, still framed."""
    head, _, body = request.partition(b"\r\n\r\n")
    request_line, *lines = head.decode().split("\r\n")
    fields = (line.partition(":") for line in lines)
    return request_line, {name: value.strip() for name, _, value in fields}, body


class ScriptedServer:
    """Answers every request with the same bytes (None: closes at once), and keeps what it received."""

    def __init__(
        self, answer: bytes | None = OK, *, keeps_open: bool = True, tls: ssl.SSLContext | None = None
    ) -> None:
        self.answer = answer
        self.keeps_open = keeps_open
        self.received: list[bytes] = []
        self.before_answer = _nothing
        listener = socket.create_server(("127.0.0.1", 0))
        if tls is not None:  # hands are shaken when it is first read from, in the thread of its connection
            listener = tls.wrap_socket(listener, server_side=True, do_handshake_on_connect=False)
        self._listener = listener
        self.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        self._open: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self._open.append(connection)
                self._threads.append(threading.Thread(target=self._serve, args=(connection,)))
                self._threads[-1].start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError), connection.makefile("rb") as lines:
            while data := read_request(cast("BinaryIO", lines)):
                self.received.append(data)
                self.before_answer()
                if self.answer is not None:
                    goodbye = b"\r\n" if self.keeps_open else b"\r\nConnection: close\r\n"
                    connection.sendall(self.answer.replace(b"\r\n", goodbye, 1))
                if self.answer is None or not self.keeps_open:
                    return

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in self._open:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(5)


def answer(status: int, body: bytes = b"", *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status} Whatever", f"Content-Length: {len(body)}", "X-Request-Id: id-1-host", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + body


def failure(code: str, message: str = "why") -> bytes:
    return f'{{"error_code":"{code}","error_msg":"{message}"}}'.encode()


def _nothing() -> object:
    return None


def read_request(lines: BinaryIO) -> bytes:
    head = b""
    while (line := lines.readline()) not in {b"", b"\r\n"}:
        head += line
    lower = head.lower()
    if b"transfer-encoding: chunked" in lower:
        body = b""
        while not body.endswith(b"0\r\n\r\n"):
            body += lines.readline()
        return head + b"\r\n" + body
    length = int(lower.partition(b"content-length: ")[2].partition(b"\r\n")[0] or 0)
    return head + line + lines.read(length)
