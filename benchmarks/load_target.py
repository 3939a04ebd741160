"""The server of ``load.py``: answers every request at once with a fixed 200, counts, and checks one signature in many.

``python load_target.py``; prints its port. ``GET /counts`` answers with what it counted, ``GET /stall?2`` lets all
answers of the next two seconds wait until they are over.
"""

import asyncio
import json
import socket
import time
from typing import Self, cast

import uvloop

from liverec.profile_file import reference_profile
from liverec.signing import expected_signature, parse_authorization

REQUEST_ID = "5b1d4ed0-7f1e-4fd8-8f09-2f1bc1e4a3a1-{}-load-target"
CHECKED = 64  # one signature in this many
SECRET = str(reference_profile().credentials.secret_key)


class Counts:
    """What was seen; shared by all connections."""

    def __init__(self) -> None:
        """All is zero."""
        self.requests = 0
        self.good = 0
        self.bad = 0
        self.stalled_until = 0.0

    def check(self, head: bytes, body: bytes) -> None:
        """Recompute the signature of a request."""
        line, *fields = head.decode().split("\r\n")
        method, where, _ = line.split(" ")
        headers = {name.lower(): value for name, _, value in (field.partition(": ") for field in fields)}
        claimed = parse_authorization(headers.get("authorization", ""))
        path, _, query = where.partition("?")
        right = claimed is not None and claimed.signature == expected_signature(
            method=method,
            path=path,
            query=query,
            headers=headers,
            body=body,
            secret_key=SECRET,
            signed_headers=claimed.signed_headers,
        )
        self.good += right
        self.bad += not right


class Connection(asyncio.Protocol):
    """Answers one request after another."""

    def __init__(self, counts: Counts, answer: bytes) -> None:
        """*answer* is every answer."""
        self._counts = counts
        self._answer = answer
        self._received = b""

    def itself(self) -> Self:
        """Return this connection, for a loop that asks for one."""
        return self

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's are none by inheritance

    def data_received(self, data: bytes) -> None:
        """Answer, once head and body are there."""
        if self._received:
            data = self._received + data
        head, end, body = data.partition(b"\r\n\r\n")
        counts = self._counts
        if not end or (head.startswith(b"POST") and not body.endswith(b"}")):
            self._received = data
            return
        self._received = b""
        if head.startswith(b"GET"):
            self._told(head)
            return
        counts.requests += 1
        if not counts.requests % CHECKED:
            counts.check(head, body)
        if counts.stalled_until:
            self._stalled()
        else:
            self._transport.write(self._answer)

    def _stalled(self) -> None:
        wait = self._counts.stalled_until - time.monotonic()
        if wait <= 0:
            self._counts.stalled_until = 0.0
            self._transport.write(self._answer)
        else:
            asyncio.get_running_loop().call_later(wait, self._transport.write, self._answer)

    def _told(self, head: bytes) -> None:
        counts = self._counts
        if head.startswith(b"GET /stall?"):
            counts.stalled_until = time.monotonic() + float(head.partition(b"?")[2].partition(b" ")[0])
        told = json.dumps({"requests": counts.requests, "good": counts.good, "bad": counts.bad}).encode()
        self._transport.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(told), told))


async def serve() -> None:
    """Serve until killed."""
    counts = Counts()
    request_id = REQUEST_ID.format(int(time.time() * 1000))
    answer = f"HTTP/1.1 200 OK\r\nX-Request-Id: {request_id}\r\nContent-Length: 0\r\n\r\n".encode()
    listener = socket.create_server(("127.0.0.1", 0), backlog=4096)
    server = await asyncio.get_running_loop().create_server(lambda: Connection(counts, answer), sock=listener)
    print(listener.getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(serve())
