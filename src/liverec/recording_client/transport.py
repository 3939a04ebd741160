"""What both clients tell httpx, and how they read what it says: nothing retried, redirected or decoded."""

import httpx

from liverec import __version__
from liverec.clock import NANOSECONDS, Clock
from liverec.command import CommandRequest
from liverec.recording_client.meaning import Lost, Reply, reply

LARGEST_ANSWER = 64 * 1024
# Soon: a server that closes an idle connection just when it is used again would seem to drop a reply.
LIMITS = httpx.Limits(max_connections=None, max_keepalive_connections=None, keepalive_expiry=2.0)
_LONGEST_WAIT_S = 3600
_UNSENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.LocalProtocolError,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)


def checked(timeout_s: float) -> float:
    """Return *timeout_s*, if it is a time that one can wait.

    Raises:
        ValueError: it is none.
    """
    if not 0 < timeout_s <= _LONGEST_WAIT_S:  # nan as well
        raise ValueError(f"timeout_s: expected more than 0 and at most {_LONGEST_WAIT_S} seconds, found {timeout_s}")
    return timeout_s


def as_httpx(request: CommandRequest, *, timeout_s: float) -> httpx.Request:
    """Return *request* as httpx sends it."""
    headers = {"User-Agent": f"liverec/{__version__}", "Accept": "*/*", "Accept-Encoding": "identity"}
    return httpx.Request(
        request.method,
        request.url,
        headers=headers | dict(request.headers),
        content=request.body,
        extensions={"timeout": httpx.Timeout(timeout_s).as_dict()},
    )


def lost(error: httpx.TransportError) -> Lost:
    """Say what broke off, and whether the command may have arrived."""
    return Lost(was_sent=not isinstance(error, _UNSENT), why=f"{type(error).__name__} {error}".strip())


def undecoded(response: httpx.Response) -> httpx.Response:
    """Return *response* such that its body is read as it is: no encoding was asked for, and none is undone.

    Not ``iter_raw``: that refuses the canned answers of tests.
    """
    response.headers.pop("Content-Encoding", None)
    return response


class Reading:
    """One answer while it arrives: bounded in size, and in time from when this is made."""

    def __init__(self, *, clock: Clock, timeout_s: float) -> None:
        self._clock = clock
        self._deadline = clock.now() + round(timeout_s * NANOSECONDS)
        self._body = bytearray()
        self._excess: str | None = None

    def add(self, part: bytes) -> bool:
        """Take the next part of the body, and tell whether to go on."""
        self._body += part
        if len(self._body) > LARGEST_ANSWER:
            self._excess = f"an answer of more than {LARGEST_ANSWER} bytes"
        elif self._clock.now() > self._deadline:
            self._excess = "an answer that did not end in time"
        return self._excess is None

    def of(self, response: httpx.Response) -> Reply | Lost:
        """Return the answer with what was taken, if that is all of it."""
        if self._excess is not None:
            return Lost(was_sent=True, why=self._excess)
        return reply(
            response.status_code,
            request_id=response.headers.get("X-request-id"),
            retry_after=response.headers.get("Retry-After"),
            body=bytes(self._body),
        )
