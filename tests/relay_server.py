"""A server between a caller and the reference server that passes all on, with habits of its own that HTTP allows."""

import contextlib
import random
import re
import socket
import threading
import time
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from io import BufferedReader

import socket_server

Change = Callable[[bytes], bytes]
BODILESS = (b"HTTP/1.1 204", b"HTTP/1.1 304")


@dataclass(frozen=True, kw_only=True)
class Habits:
    """What a server does besides being right.

    ``changes`` are made to each answer. ``slow_s``: the longest that an answer takes; ``stalls``: each so-many-th takes
    400 ms. A connection is closed after ``requests``, and after ``idle_s`` without another; ``says_so`` by Connection:
    close. ``piece``: how many bytes are sent at a time. ``strict``: what is no POST of HTTP/1.1 never
    gets to the service.
    """

    changes: tuple[Change, ...] = ()
    slow_s: float = 0.0
    stalls: int = 0
    requests: int = 1_000_000
    says_so: bool = False
    idle_s: float | None = None
    alone: bool = False
    strict: bool = False
    piece: int = 1_000_000
    family: socket.AddressFamily = socket.AF_INET


def message(stream: BufferedReader, *, bodiless: bool = False) -> bytes:
    """Read one request or answer; empty if there is none."""
    lines = list[bytes]()
    while (line := stream.readline()) not in {b"", b"\r\n"}:
        lines.append(line)
    if not lines:
        return b""
    head = b"".join(lines) + b"\r\n"
    fields = {name.strip().lower(): value.strip() for name, _, value in (one.partition(b":") for one in lines[1:])}
    if bodiless or head.startswith(BODILESS):
        return head
    if fields.get(b"transfer-encoding", b"").lower() == b"chunked":
        return head + _chunks(stream)
    return head + (stream.read(int(fields.get(b"content-length", b"0"))) or b"")


def _chunks(stream: BufferedReader) -> bytes:
    body = stream.readline()
    while size := int(body.splitlines()[-1].partition(b";")[0], 16):
        body += stream.read(size + 2) + stream.readline()
    while (trailer := stream.readline()) not in {b"", b"\r\n"}:
        body += trailer
    return body + trailer


@contextmanager
def relaying(url: str, habits: Habits) -> Generator[str]:
    """Relay to the server at *url*, and yield the relay's URL."""
    address, _, port = url.removeprefix("http://").partition(":")
    turn: AbstractContextManager[object] = threading.Lock() if habits.alone else nullcontext()
    chance = random.Random(0)

    def serve(connection: socket.socket) -> None:
        with turn, connection.makefile("rb") as requests, socket.create_connection((address, int(port))) as behind:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with behind.makefile("rb") as answers:
                converse(connection, requests, behind, answers)
            with contextlib.suppress(OSError):  # what was answered must arrive: no reset
                connection.shutdown(socket.SHUT_WR)
                connection.settimeout(0.5)
                while connection.recv(65536):
                    pass

    def converse(
        connection: socket.socket, requests: BufferedReader, behind: socket.socket, answers: BufferedReader
    ) -> None:
        for number in range(1, habits.requests + 1):
            connection.settimeout(habits.idle_s if number > 1 else 10)  # a new connection is given time
            try:
                requests.peek(1)
            except TimeoutError:
                return
            connection.settimeout(10)
            request = message(requests)
            if not request:
                return
            answer = _refused_below(request) if habits.strict else b""
            if not answer:
                behind.sendall(request)
                answer = message_after_interim(answers, connection, bodiless=request.startswith(b"HEAD "))
            last = number == habits.requests or b"\r\nconnection: close\r\n" in answer.lower()
            answer = _changed(answer, habits, last=last)
            time.sleep(
                0.4 if habits.stalls and chance.random() < 1 / habits.stalls else chance.random() * habits.slow_s
            )
            for start in range(0, len(answer), habits.piece):
                connection.sendall(answer[start : start + habits.piece])
            if last:
                return

    with socket_server.serving(serve, family=habits.family) as relay:
        yield relay


def message_after_interim(answers: BufferedReader, connection: socket.socket, *, bodiless: bool) -> bytes:
    """Return the answer; interim ones before it, which Expect asks for, are passed on."""
    while (answer := message(answers, bodiless=bodiless)).startswith(b"HTTP/1.1 100"):
        connection.sendall(answer)
    return answer


def _refused_below(request: bytes) -> bytes:
    """Return what the HTTP library says by itself of a request that it does not know or take; it knows no JSON."""
    head = request.partition(b"\r\n\r\n")[0].lower()
    first = head.partition(b"\r\n")[0]
    if b" /v1/" not in first:
        return b""
    status = b""
    if b"\r\ncontent-length:" in head and b"\r\ntransfer-encoding:" in head:
        status = b"400 Bad Request"
    elif not first.startswith(b"post "):
        status = b"501 Not Implemented"
    elif first.endswith(b"http/1.0"):
        status = b"505 HTTP Version Not Supported"
    return b"HTTP/1.1 %s\r\nConnection: close\r\nContent-Length: 0\r\n\r\n" % status if status else b""


def _changed(answer: bytes, habits: Habits, *, last: bool) -> bytes:
    if last and habits.says_so and b"\r\nconnection:" not in answer.lower():
        answer = answer.replace(b"\r\n", b"\r\nConnection: close\r\n", 1)
    for change in habits.changes:
        answer = change(answer)
    return answer


def without_reason(answer: bytes) -> bytes:
    """Leave out the reason phrase."""
    return re.sub(rb"^(HTTP/1\.[01] \d{3} )[^\r]*", rb"\1", answer)


def in_odd_case(answer: bytes) -> bytes:
    """Write the names of headers as nobody does."""
    head, end, body = answer.partition(b"\r\n\r\n")
    line, *fields = head.split(b"\r\n")
    swapped = (name.swapcase() + colon + value for name, colon, value in (one.partition(b":") for one in fields))
    return b"\r\n".join([line, *swapped]) + end + body


def locking_out(strangers: int, within_s: float) -> Change:
    """Return what answers 403 to any further stranger, once more than so many came *within_s*."""
    times: list[float] = []

    def change(answer: bytes) -> bytes:
        if not answer.startswith(b"HTTP/1.1 401"):
            return answer
        times.append(time.monotonic())
        times[:] = [one for one in times if times[-1] - one < within_s]
        return answer.replace(b"401 Unauthorized", b"403 Forbidden", 1) if len(times) > strangers else answer

    return change


def by_two_machines() -> Change:
    """Return what refuses now with one code, now with the other that the page has for it."""
    chance = random.Random(0)
    codes = (b"LIVE.100011001", b"LIVE.103011019")

    def change(answer: bytes) -> bytes:
        head, end, body = answer.partition(b"\r\n\r\n")
        return head + end + body.replace(codes[0], chance.choice(codes)) if head.startswith(b"HTTP/1.1 4") else answer

    return change


def after_interim_answers(answer: bytes) -> bytes:
    """Send what is no answer yet first."""
    hints = b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\n"
    return hints + b"HTTP/1.1 102 Processing\r\n\r\n" + answer


def in_chunks(answer: bytes) -> bytes:
    """Send the body in chunks, with an extension and a trailer."""
    head, end, body = answer.partition(b"\r\n\r\n")
    if not body or b"chunked" in head:
        return answer
    chunked = re.sub(rb"(?i)content-length:[^\r]*", b"Transfer-Encoding: chunked", head)
    parts = (body[:7], body[7:])
    chunks = b"".join(b"%x;a=b\r\n%s\r\n" % (len(part), part) for part in parts if part)
    return chunked + end + chunks + b"0\r\nX-Trailer: 1\r\n\r\n"


def until_the_end(answer: bytes) -> bytes:
    """Leave it to the end of the connection where the body ends."""
    return re.sub(rb"(?i)\r\ncontent-length:[^\r]*", b"", answer, count=1)


def in_old_http(answer: bytes) -> bytes:
    """Speak HTTP/1.0, which knows no Transfer-Encoding."""
    return answer.replace(b"HTTP/1.1 ", b"HTTP/1.0 ", 1)
