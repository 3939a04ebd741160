"""How many commands per second the reference server answers: ``python benchmarks/reference.py``.

One client process keeps its connections and sends prepared bytes, so that it is not what is measured; the server is a
process of its own. Beside it, in turns, the same HTTP server with an application that answers at once and knows no
rules: the ratio says what the rules, the authentication and the journal cost.
"""

import asyncio
import statistics
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from typing import Self, cast

import uvloop

from liverec.profile_file import reference_profile
from liverec.signing import format_date, sign

ROUNDS = 5
SECONDS = 2.0
CONNECTIONS = (1, 16)
PROFILE = reference_profile()
REFERENCE = ("-m", "liverec", "serve", "--port", "0")
BARE = """
import uvicorn
from liverec.reference.protocol import protocol_class
from liverec.reference.serving import bind, url_of

async def app(scope, receive, send):
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
    await send({"type": "http.response.body"})

listener = bind("127.0.0.1", 0)
http = protocol_class(refusal=lambda status: b"", request_timeout_s=10)
server = uvicorn.Server(uvicorn.Config(app, http=http, ws="none", lifespan="off", log_config=None, access_log=False))
print(url_of(listener), flush=True)
server.run([listener])
"""


class Connection(asyncio.Protocol):
    """Sends the next request as soon as one is answered; counts."""

    def __init__(self, requests: tuple[bytes, ...]) -> None:
        """*requests* are sent again and again, in their order."""
        self._requests = requests
        self.answered = 0
        self.statuses: set[bytes] = set()

    def itself(self) -> Self:
        """Return this client, for the loop that asks for one."""
        return self

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send the first request."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's are none by inheritance
        self._received = b""
        self._transport.write(self._requests[0])

    def data_received(self, data: bytes) -> None:
        """Count an answer once all of it is there, and send the next request."""
        self._received += data
        head, end, body = self._received.partition(b"\r\n\r\n")
        if end and len(body) >= int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]):
            self._received = b""
            self.statuses.add(head[9:12])
            self.answered += 1
            self._transport.write(self._requests[self.answered % len(self._requests)])


def prepared(number: int, host: str, *, signed: bool) -> tuple[bytes, ...]:
    """Return START and STOP of one stream, as bytes; a signature is good for fifteen minutes."""
    stream = PROFILE.recordable.name(number + 1)
    body = f'{{"publish_domain":"{PROFILE.recordable.publish_domain}","app":"live","stream":"{stream}"}}'.encode()
    path = f"/v1/{PROFILE.project_id}/record/control"
    requests: list[bytes] = []
    for action in ("START", "STOP"):
        headers = {"host": host, "content-type": "application/json", "content-length": str(len(body))}
        if signed:
            headers |= {"x-sdk-date": format_date(datetime.now(UTC)), "x-project-id": PROFILE.project_id}
            headers["authorization"] = sign(
                method="POST",
                path=path,
                query=f"action={action}",
                headers=headers,
                body=body,
                access_key=str(PROFILE.credentials.access_key),
                secret_key=str(PROFILE.credentials.secret_key),
                signed=("host", "x-sdk-date", "x-project-id"),
            )
        else:
            headers["x-auth-token"] = str(PROFILE.credentials.token)
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        requests.append(f"POST {path}?action={action} HTTP/1.1\r\n{lines}\r\n".encode() + body)
    return tuple(requests)


async def rate(url: str, connections: int, *, signed: bool) -> float:
    """Return answers per second over the last SECONDS of a run."""
    host, _, port = url.removeprefix("http://").partition(":")
    loop = asyncio.get_running_loop()
    clients = [Connection(prepared(n, f"{host}:{port}", signed=signed)) for n in range(connections)]
    transports = [(await loop.create_connection(one.itself, host, int(port)))[0] for one in clients]
    await asyncio.sleep(0.3)
    counted, begun = sum(one.answered for one in clients), time.perf_counter()
    await asyncio.sleep(SECONDS)
    answered = sum(one.answered for one in clients) - counted
    took = time.perf_counter() - begun
    for transport in transports:
        transport.abort()
    if not set[bytes]().union(*(one.statuses for one in clients)) <= {b"200", b"400", b"404"}:
        sys.exit("the server turned the commands away: nothing was measured")
    return answered / took


@contextmanager
def server(*arguments: str) -> Generator[str]:
    """Run a server that prints its URL first."""
    with subprocess.Popen([sys.executable, *arguments], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.kill()


def main() -> None:
    """Print commands per second, the median of interleaved rounds, and the ratios."""
    with ExitStack() as stack:
        reference = stack.enter_context(server(*REFERENCE))
        bare = stack.enter_context(server("-c", BARE))
        print(f"{'commands/s':<20}{'token':>10}{'signed':>10}{'bare':>10}{'token/bare':>12}{'signed/bare':>12}")
        for connections in CONNECTIONS:
            rounds: list[tuple[float, ...]] = []
            for _ in range(ROUNDS):
                kinds = ((reference, False), (reference, True), (bare, False))
                rounds.append(
                    tuple(uvloop.run(rate(url, connections, signed=signed)) for url, signed in kinds),
                )
            token, signed, plain = (statistics.median(column) for column in zip(*rounds, strict=True))
            ratios = (statistics.median(one[kind] / one[2] for one in rounds) for kind in (0, 1))
            shown = "".join(f"{ratio:>12.2f}" for ratio in ratios)
            print(
                f"{connections:>2} connections      {token:>10,.0f}{signed:>10,.0f}{plain:>10,.0f}{shown}", flush=True
            )


if __name__ == "__main__":
    main()
