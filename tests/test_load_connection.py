"""A load connection reads any legal answer, loses none, sends nothing twice, and ends as it is told to."""

import contextlib
import socket
import ssl
import struct
import subprocess
import threading
import time
from collections.abc import Callable, Generator, Sequence
from pathlib import Path
from typing import Any

import gevent
import pytest

from liveload.answer import Ending
from liveload.connection import Connection
from liveload.place import Place, Unreachable
from liveload.reply import LARGEST_ANSWER, Reply

REQUEST = b"POST /v1/p/record/control?action=START HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n{}"
OK = b"HTTP/1.1 200 OK\r\nX-Request-Id: id\r\nContent-Length: 0\r\n\r\n"
TIRED = b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
PIECE_S = 0.001

_spawn: Any = gevent.spawn  # its annotations say less than nothing

Script = Callable[[socket.socket], None]


class Server:
    """Plays one script for each connection that is made, in their order, and keeps what it was sent."""

    def __init__(self, scripts: Sequence[Script]) -> None:
        self.received: list[bytes] = []
        self.problem: BaseException | None = None
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._thread = threading.Thread(target=self._run, args=(scripts,))
        self._thread.start()

    def _run(self, scripts: Sequence[Script]) -> None:
        for script in scripts:
            try:
                connection, _ = self._listener.accept()
                with connection:
                    connection.settimeout(5)
                    script(connection)
            except OSError as problem:
                self.problem = problem

    def wait(self) -> None:
        self._thread.join(5)

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.wait()


@pytest.fixture
def serve() -> Generator[Callable[..., tuple[Server, Connection]]]:
    """Serve scripts, one for each connection, and make a connection to them."""
    made: list[tuple[Server, Connection]] = []

    def serving(*scripts: Script, timeout_s: float = 5.0) -> tuple[Server, Connection]:
        server = Server(scripts)
        place = Place(ip="127.0.0.1", port=server.port, host="localhost")
        made.append((server, Connection(place, timeout_s=timeout_s)))
        return made[-1]

    yield serving
    for server, connection in made:
        connection.close()
        server.close()


Serve = Callable[..., tuple[Server, Connection]]


def read_request(connection: socket.socket) -> bytes:
    data = b""
    while not data.endswith(b"{}"):
        part = connection.recv(4096)
        if not part:
            break
        data += part
    return data


def answering(*pieces: bytes, keeps: bool = False) -> Script:
    """Answer one request in pieces; keep the connection until the client closes it, if *keeps*."""

    def script(connection: socket.socket) -> None:
        read_request(connection)
        for piece in pieces:
            connection.sendall(piece)
            if len(pieces) > 1:
                time.sleep(PIECE_S)
        if keeps:
            connection.recv(1)

    return script


def command(connection: Connection, ending: Ending = Ending.ANSWER) -> Reply:
    connection.ready()
    return connection.exchange(REQUEST, ending)


CHUNKED = b"HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1;x=y\r\nc\r\n0\r\nT: v\r\n\r\n"


@pytest.mark.parametrize(
    ("answer", "status", "body"),
    [
        (OK, 200, b""),
        (b"HTTP/1.1 400 Bad Request\r\ncontent-length: 3\r\n\r\nabc", 400, b"abc"),
        (CHUNKED, 404, b"abc"),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + OK, 200, b""),
        (b"HTTP/1.1 204 No Content\r\n\r\n", 204, b""),
        (b"HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n", 304, b""),
    ],
)
@pytest.mark.parametrize("size", [1, 7, 10_000])
def test_any_legal_answer_is_read_in_whatever_pieces(
    serve: Serve, answer: bytes, status: int, body: bytes, size: int
) -> None:
    pieces = [answer[at : at + size] for at in range(0, len(answer), size)]
    _, connection = serve(answering(*pieces, keeps=True))

    reply = command(connection)

    assert (reply.status, reply.body, reply.error, reply.excess) == (status, body, None, False)


def test_answer_without_length_ends_with_the_connection(serve: Serve) -> None:
    _, connection = serve(answering(b"HTTP/1.1 400 Bad Request\r\nA: b\r\n\r\nab", b"cd"))

    reply = command(connection)

    assert (reply.status, reply.body, reply.headers) == (400, b"abcd", {b"a": b"b"})


def test_connection_is_kept_from_command_to_command(serve: Serve) -> None:
    def twice(connection: socket.socket) -> None:
        for _ in range(2):
            read_request(connection)
            connection.sendall(OK)

    _, connection = serve(twice)

    statuses = [command(connection).status for _ in range(2)]

    assert statuses == [200, 200]


@pytest.mark.parametrize(
    "answer", [OK.replace(b"\r\n", b"\r\nConnection: close\r\n", 1), OK.replace(b"1.1", b"1.0", 1)]
)
def test_connection_that_the_server_ends_is_made_anew(serve: Serve, answer: bytes) -> None:
    _, connection = serve(answering(answer), answering(OK))

    statuses = [command(connection).status for _ in range(2)]

    assert statuses == [200, 200]


def test_connection_closed_while_idle_is_made_anew_before_anything_is_sent(serve: Serve) -> None:
    server, connection = serve(answering(OK), answering(OK))
    first = command(connection)
    # The server's first script is over as soon as it has answered: it closes without having announced it.
    gevent.sleep(0.05)

    second = command(connection)

    assert (first.status, second.status, second.error) == (200, 200, None)
    assert server.problem is None


def test_close_that_nobody_has_looked_at_yet_is_noticed_before_sending(serve: Serve) -> None:
    server, connection = serve(answering(OK), answering(OK))
    command(connection)
    time.sleep(0.05)  # unlike gevent's, this one keeps the hub from noticing

    reply = command(connection)

    assert (reply.status, server.problem) == (200, None)


@pytest.mark.parametrize("connections", [1, 2])
def test_command_is_never_sent_twice(serve: Serve, connections: int) -> None:
    seen: list[bytes] = []

    def keep(connection: socket.socket) -> None:
        seen.append(read_request(connection))
        if connections == 2 and len(seen) == 1:
            connection.sendall(OK)
            seen.append(read_request(connection))

    server, connection = serve(keep)
    replies = [command(connection) for _ in range(connections)]
    server.wait()

    assert replies[-1].status is None
    assert (replies[-1].error or "").startswith("disconnected")
    assert seen == [REQUEST] * connections


def test_lost_answer_is_the_server_s_fault_if_it_had_the_request(serve: Serve) -> None:
    def answers_once(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(OK)
        read_request(connection)

    _, connection = serve(answers_once)
    command(connection)

    lost = command(connection)

    assert lost.unanswered


def test_lost_answer_is_nobody_s_fault_if_a_kept_connection_was_reset(serve: Serve) -> None:
    def resets(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(OK)
        connection.recv(1)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    _, connection = serve(resets)
    command(connection)

    lost = command(connection)

    assert (lost.status, lost.unanswered) == (None, False)
    assert (lost.error or "").startswith("disconnected")


def test_first_command_on_a_connection_is_owed_an_answer_even_by_a_reset(serve: Serve) -> None:
    def resets(connection: socket.socket) -> None:
        connection.recv(1)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    _, connection = serve(resets)

    assert command(connection).unanswered


@pytest.mark.parametrize(
    ("pieces", "error"),
    [
        ((b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort",), "malformed: the answer broke off"),
        ((b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",), "malformed: "),
        ((b"SSH-2.0-OpenSSH\r\n",), "malformed: "),
        ((b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: upgrade\r\n\r\n",), "malformed: "),
        ((b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",), "malformed: "),
        ((b"HTTP/1.1 200 OK\r\nX: " + b"y" * (LARGEST_ANSWER + 1),), "too large: "),
        ((b"HTTP/1.1 200 OK\r\n\r\n" + b"y" * (LARGEST_ANSWER + 1),), "too large: "),
    ],
)
def test_answer_that_is_none_proves_nothing(serve: Serve, pieces: Sequence[bytes], error: str) -> None:
    _, connection = serve(answering(*pieces))

    reply = command(connection)

    assert reply.status is None
    assert (reply.error or "").startswith(error)


@pytest.mark.parametrize("excess", [b"more", OK])
def test_bytes_behind_the_answer_are_told_and_end_the_connection(serve: Serve, excess: bytes) -> None:
    _, connection = serve(answering(OK + excess, keeps=True), answering(OK))

    first, second = command(connection), command(connection)

    assert (first.status, first.excess) == (200, True)
    assert (second.status, second.excess) == (200, False)


def answered_and_sent_later(serve: Serve, more: bytes) -> tuple[Reply, Connection]:
    """Return the reply to a first command, and its connection, on which *more* has come since."""
    answered, sent = threading.Event(), threading.Event()

    def late(server_side: socket.socket) -> None:
        read_request(server_side)
        server_side.sendall(OK)
        answered.wait(5)
        server_side.sendall(more)
        sent.set()
        server_side.recv(1)  # until the client closes

    _, connection = serve(late, answering(OK))
    first = command(connection)
    answered.set()
    sent.wait(5)
    gevent.sleep(0.01)  # it has arrived; let the loop see it
    return first, connection


def test_bytes_that_come_after_the_answer_are_told_with_the_next(serve: Serve) -> None:
    first, connection = answered_and_sent_later(serve, b"more")

    second = command(connection)

    assert (first.excess, second.status, second.excess) == (False, 200, True)


def test_a_408_on_an_idle_connection_is_the_end_of_it_and_no_answer(serve: Serve) -> None:
    first, connection = answered_and_sent_later(serve, TIRED)

    second = command(connection)

    assert [(one.status, one.excess) for one in (first, second)] == [(200, False)] * 2


def test_a_408_that_crosses_a_request_is_no_answer_to_it(serve: Serve) -> None:
    def crossing(server_side: socket.socket) -> None:
        for data in (OK, TIRED):
            server_side.recv(65536)
            server_side.sendall(data)

    _, connection = serve(crossing, answering(TIRED))

    replies = [command(connection) for _ in range(3)]

    assert [one.status for one in replies] == [200, None, 408]
    assert (replies[1].error or "").startswith("disconnected")
    assert not replies[1].unanswered


def test_no_answer_within_the_time_is_a_timeout(serve: Serve) -> None:
    _, connection = serve(answering(OK[:20], keeps=True), timeout_s=1.0)

    reply = command(connection)

    assert (reply.status, reply.unanswered) == (None, True)
    assert (reply.error or "").startswith("timeout")


@pytest.mark.parametrize(
    ("rest", "came"),
    [
        pytest.param([OK[20:]], True, id="comes"),
        pytest.param([OK[20:30], OK[30:]], True, id="in pieces"),
        pytest.param([], False, id="is broken off"),
        pytest.param([b"\x00"], False, id="goes on as no answer"),
    ],
)
def test_an_answer_that_is_overdue_is_awaited_beside_the_next_command(
    serve: Serve, rest: list[bytes], *, came: bool
) -> None:
    def late(connection: socket.socket) -> None:
        answering(OK[:20])(connection)
        time.sleep(0.6)
        for piece in rest:
            connection.sendall(piece)
            time.sleep(PIECE_S)

    _, connection = serve(late, answering(OK, keeps=True), timeout_s=0.5)
    assert command(connection).unanswered
    overdue = connection.overdue
    assert overdue is not None

    assert command(connection).status == 200
    assert (connection.overdue, overdue.came()) == (None, came)


def test_an_overdue_answer_is_given_up_after_three_times_the_time(serve: Serve) -> None:
    server, connection = serve(answering(OK[:20], keeps=True), timeout_s=0.2)
    command(connection)

    assert connection.overdue is not None
    assert not connection.overdue.came()
    server.wait()  # its connection was closed


def test_what_has_arrived_is_read_however_late_this_process_is(serve: Serve) -> None:
    sent = threading.Event()

    def twice(server_side: socket.socket) -> None:
        for _ in range(2):
            read_request(server_side)
            server_side.sendall(OK)
        sent.set()

    def be_late() -> None:
        sent.wait(10)
        time.sleep(0.6)

    _, connection = serve(twice, timeout_s=0.3)
    command(connection)
    gevent.spawn(be_late)  # once the next command waits; nothing else runs meanwhile

    reply = command(connection)

    assert (reply.status, reply.error) == (200, None)


def test_each_answer_has_the_whole_time(serve: Serve) -> None:
    def slow(connection: socket.socket) -> None:
        for _ in range(3):
            read_request(connection)
            time.sleep(0.3)
            connection.sendall(OK)

    _, connection = serve(slow, timeout_s=0.8)

    assert [command(connection).status for _ in range(3)] == [200, 200, 200]


def test_request_that_does_not_fit_is_sent_piece_by_piece(serve: Serve) -> None:
    request = REQUEST[:-2] + b"x" * 8_000_000 + b"{}"
    sizes: list[int] = []

    def slow(connection: socket.socket) -> None:
        time.sleep(0.1)
        sizes.append(len(read_request(connection)))
        connection.sendall(OK)

    _, connection = serve(slow, timeout_s=60)
    connection.ready()

    reply = connection.exchange(request)

    assert (reply.status, sizes) == (200, [len(request)])


def test_answer_that_comes_before_the_request_is_all_sent_counts(serve: Serve) -> None:
    refusal = b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"

    def early(connection: socket.socket) -> None:
        connection.recv(10)
        connection.sendall(refusal)
        time.sleep(0.2)

    _, connection = serve(early)
    connection.ready()

    reply = connection.exchange(REQUEST[:-2] + b"x" * 20_000_000)

    assert reply.status == 413


def test_half_close_still_gets_the_answer(serve: Serve) -> None:
    ended: list[bytes] = []

    def until_the_end(connection: socket.socket) -> None:
        read_request(connection)
        ended.append(connection.recv(1))
        connection.sendall(OK)

    _, connection = serve(until_the_end, answering(OK))

    replies = [command(connection, Ending.HALF_CLOSED), command(connection)]

    assert [reply.status for reply in replies] == [200, 200]
    assert ended == [b""]


@pytest.mark.parametrize(("ending", "resets"), [(Ending.CLOSED, False), (Ending.RESET, True)])
def test_client_may_close_or_reset_at_once(serve: Serve, ending: Ending, *, resets: bool) -> None:
    ends: list[bytes | str] = []

    def look(connection: socket.socket) -> None:
        try:
            read_request(connection)
            ends.append(connection.recv(1))
        except ConnectionResetError:
            ends.append("reset")

    server, connection = serve(look, answering(OK))

    reply = command(connection, ending)

    server_saw = [command(connection).status, *ends]
    assert (reply.status, reply.unanswered) == (None, False)
    assert (reply.error or "").startswith("abandoned")
    assert server_saw == [200, "reset" if resets else b""]
    assert server.problem is None


def test_impatient_client_goes_away(serve: Serve) -> None:
    def slow(connection: socket.socket) -> None:
        read_request(connection)
        connection.recv(1)

    _, connection = serve(slow, answering(OK))

    replies = [command(connection, Ending.IMPATIENT), command(connection)]

    assert [reply.status for reply in replies] == [None, 200]
    assert (replies[0].error or "").startswith("abandoned")


def test_impatience_is_over_with_its_command(serve: Serve) -> None:
    def slow(connection: socket.socket) -> None:
        read_request(connection)
        time.sleep(0.03)
        connection.sendall(OK)

    _, connection = serve(answering(OK), slow)
    command(connection, Ending.IMPATIENT)

    reply = command(connection)

    assert reply.status == 200


def test_killed_user_leaves_no_half_read_connection(serve: Serve) -> None:
    _, connection = serve(answering(keeps=True), answering(OK))
    user = _spawn(lambda: command(connection))
    gevent.sleep(0.05)
    user.kill()

    reply = command(connection)

    assert isinstance(user.value, gevent.GreenletExit)
    assert reply.status == 200


def test_server_that_is_not_there_is_unreachable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = int(listener.getsockname()[1])

    with pytest.raises(Unreachable, match=f"127.0.0.1 port {port}: Connection refused"):
        Connection(Place(ip="127.0.0.1", port=port, host="localhost")).ready()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a certificate for localhost, with its key in the same file."""
    path = tmp_path_factory.mktemp("tls") / "localhost.pem"
    made = subprocess.run(
        f"openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost "
        f"-keyout {path} -out {path}.crt".split(),
        capture_output=True,
        check=False,
    )
    if made.returncode:
        pytest.skip("openssl is not there to make a certificate")
    path.write_bytes(path.read_bytes() + Path(f"{path}.crt").read_bytes())
    return path


def encrypted(certificate: Path, script: Script) -> Script:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)

    def wrapped(connection: socket.socket) -> None:
        with contextlib.suppress(ssl.SSLError), context.wrap_socket(connection, server_side=True) as session:
            script(session)

    return wrapped


def answers_twice(connection: socket.socket) -> None:
    for _ in range(2):
        read_request(connection)
        connection.sendall(CHUNKED)
        time.sleep(0.02)


def test_tls_server_that_proves_its_name_is_talked_to(serve: Serve, certificate: Path) -> None:
    server, _ = serve(encrypted(certificate, answers_twice))
    context = ssl.create_default_context(cafile=str(certificate))
    connection = Connection(Place(ip="127.0.0.1", port=server.port, host="localhost", tls=context))
    replies = [command(connection)]
    gevent.sleep(0.05)

    replies.append(command(connection))

    connection.close()
    assert [(reply.status, reply.body, reply.excess) for reply in replies] == [(404, b"abc", False)] * 2


@pytest.fixture(params=[ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3], ids=["1.2", "1.3"])
def trusting(request: pytest.FixtureRequest, certificate: Path) -> ssl.SSLContext:
    """Trust the made-up certificate, in one version of TLS."""
    context = ssl.create_default_context(cafile=str(certificate))
    context.minimum_version = context.maximum_version = request.param
    return context


def over_tls(server: Server, context: ssl.SSLContext) -> Connection:
    return Connection(Place(ip="127.0.0.1", port=server.port, host="localhost", tls=context), timeout_s=5.0)


def test_half_close_over_tls_still_gets_the_answer(serve: Serve, certificate: Path, trusting: ssl.SSLContext) -> None:
    ended: list[bytes] = []

    def until_the_end(connection: socket.socket) -> None:
        read_request(connection)
        ended.append(connection.recv(1))
        connection.sendall(OK)

    server, _ = serve(encrypted(certificate, until_the_end), encrypted(certificate, answering(OK)))
    connection = over_tls(server, trusting)

    replies = [command(connection, Ending.HALF_CLOSED), command(connection)]

    connection.close()
    assert [(reply.status, reply.error) for reply in replies] == [(200, None), (200, None)]
    assert ended == [b""]


def test_an_answer_over_tls_may_come_in_pieces_and_be_long(
    serve: Serve, certificate: Path, trusting: ssl.SSLContext
) -> None:
    body = b"x" * 300_000
    head = b"HTTP/1.1 404 Not Found\r\nContent-Length: %d\r\n\r\n" % len(body)
    server, _ = serve(encrypted(certificate, answering(head[:9], head[9:], body[:100_000], body[100_000:])))
    connection = over_tls(server, trusting)

    reply = command(connection)

    connection.close()
    assert (reply.status, len(reply.body), reply.error) == (404, len(body), None)


def test_an_answer_over_tls_may_end_with_the_session(serve: Serve, certificate: Path, trusting: ssl.SSLContext) -> None:
    def until_close(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\nall of it")
        assert isinstance(connection, ssl.SSLSocket)
        connection.unwrap()

    server, _ = serve(encrypted(certificate, until_close))
    connection = over_tls(server, trusting)

    reply = command(connection)

    connection.close()
    assert (reply.status, reply.body, reply.error) == (200, b"all of it", None)


def test_a_session_that_ends_without_an_answer_has_given_none(
    serve: Serve, certificate: Path, trusting: ssl.SSLContext
) -> None:
    server, _ = serve(encrypted(certificate, answering()))
    connection = over_tls(server, trusting)

    reply = command(connection)

    connection.close()
    assert (reply.status, reply.error, reply.unanswered) == (None, "disconnected: closed without an answer", True)


@pytest.mark.parametrize("ending", [Ending.CLOSED, Ending.RESET])
def test_client_may_close_or_reset_a_session_at_once(
    serve: Serve, certificate: Path, trusting: ssl.SSLContext, ending: Ending
) -> None:
    requests: list[bytes] = []
    server, _ = serve(
        encrypted(certificate, lambda connection: requests.append(read_request(connection))),
        encrypted(certificate, answering(OK)),
    )
    connection = over_tls(server, trusting)

    replies = [command(connection, ending), command(connection)]

    connection.close()
    assert [reply.status for reply in replies] == [None, 200]


def test_what_is_no_tls_is_said_to_be_none(serve: Serve, trusting: ssl.SSLContext) -> None:
    def speaks_http(connection: socket.socket) -> None:
        connection.sendall(OK)

    server, _ = serve(speaks_http)

    with pytest.raises(Unreachable, match="wrong version number"):
        over_tls(server, trusting).ready()


@pytest.mark.parametrize(("host", "trusted"), [("elsewhere.example.com", True), ("localhost", False)])
def test_tls_server_that_proves_nothing_is_not_talked_to(
    serve: Serve, certificate: Path, host: str, *, trusted: bool
) -> None:
    server, _ = serve(encrypted(certificate, answers_twice))
    context = ssl.create_default_context(cafile=str(certificate)) if trusted else ssl.create_default_context()

    with pytest.raises(Unreachable, match="certificate verify failed"):
        Connection(Place(ip="127.0.0.1", port=server.port, host=host, tls=context)).ready()
