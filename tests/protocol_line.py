"""A connection to the reference server without a socket: what arrives when, and when the loop turns, is the test's."""

import asyncio
import re
from collections import deque
from collections.abc import Coroutine, Iterable
from functools import lru_cache
from typing import Any, NamedTuple, TypeVar

import uvicorn
from uvicorn.server import ServerState

from liverec.reference.app import ReferenceApp
from liverec.reference.protocol import Protocol, protocol_class

HIGH_WATER = 64 * 1024  # of unseen answers, as asyncio and uvloop have it
SETTLED = 12  # turns of the loop after which nothing goes on by itself
TIMEOUT_S = 20.0  # for a request, and for who sends none
END = b""  # the peer will send no more
_RANDOM = re.compile(rb"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}-[0-9]+-|[0-9a-f]{32}(?=[\r\"])")
_RANDOM_KEYS = {"number", "time", "connection", "request_id"}

Result = TypeVar("Result")


class Step(NamedTuple):
    """What arrives, how often the loop turns then, and how much time passes after that."""

    data: bytes
    turns: int = SETTLED
    seconds: float = 0


class Outcome(NamedTuple):
    """All by which a peer, or a reader of the journal, could tell one conversation from another."""

    answers: bytes
    ended: bool
    closed: bool
    journal: list[dict[str, Any]]
    streams: list[tuple[Any, bool, int | None]]


class Loop(asyncio.SelectorEventLoop):
    """Its time passes only when told."""

    now = 1000.0

    def time(self) -> float:
        return self.now


@lru_cache(maxsize=2)
def _served(app: ReferenceApp) -> tuple[type[Protocol], uvicorn.Config]:
    kind = protocol_class(
        refusal=lambda status: b"HTTP/1.1 %d refused\r\n\r\n" % status,
        request_timeout_s=TIMEOUT_S,
        command_line=app.service.command_line,
        desk=app.desk,
    )
    keep_alive = int(TIMEOUT_S)
    return kind, uvicorn.Config(
        app, http=kind, ws="none", lifespan="off", log_config=None, timeout_keep_alive=keep_alive
    )


class Wire(asyncio.Transport):
    """One connection to *app*; a peer that does not *see* leaves the answers where they are."""

    def __init__(self, app: ReferenceApp, loop: asyncio.AbstractEventLoop, *, sees: bool = True) -> None:
        super().__init__()
        state = ServerState()
        state.default_headers = [(b"date", b"today")]
        self.seen, self.unseen = bytearray(), bytearray()
        self.ended = self.closing = self.full = self.reading_paused = False
        self.coming: deque[bytes] = deque()  # which the server has not read
        self._sees = sees
        self._loop = loop
        kind, config = _served(app)
        self.protocol = kind(config, state, {}, loop)
        self.protocol.connection_made(self)

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return ("127.0.0.1", 50_000) if name in {"peername", "sockname"} else default

    def is_closing(self) -> bool:
        return self.closing

    def close(self) -> None:
        if not self.closing:
            self.closing = True
            self._flush()

    def can_write_eof(self) -> bool:
        return True

    def write_eof(self) -> None:
        self.ended = True

    def pause_reading(self) -> None:
        self.reading_paused = True

    def resume_reading(self) -> None:
        self.reading_paused = False
        self._loop.call_soon(self._deliver)

    def write(self, data: Any) -> None:
        assert not self.ended
        self.unseen += data
        self._flush()

    def arrive(self, data: bytes) -> None:
        self.coming.append(data)
        self._deliver()

    def see(self) -> None:
        """Let the peer read what there is, and from now on."""
        self._sees = True
        self._flush()

    def _flush(self) -> None:
        if self._sees:
            self.seen += self.unseen
            self.unseen.clear()
        if self.full != (len(self.unseen) > HIGH_WATER):
            self.full = not self.full
            (self.protocol.pause_writing if self.full else self.protocol.resume_writing)()
        if self.closing and not self.unseen:
            self._loop.call_soon(self.protocol.connection_lost, None)

    def _deliver(self) -> None:
        while self.coming and not self.reading_paused and not self.closing:
            data = self.coming.popleft()
            if data == END:
                self.protocol.eof_received()
                self.close()  # as a transport does for a protocol that says nothing else
            else:
                self.protocol.data_received(data)


def run(main: Coroutine[Any, Any, Result]) -> Result:
    """Run *main* on a loop of its own."""
    with asyncio.Runner(loop_factory=Loop) as runner:
        return runner.run(main)


async def turn(turns: int = SETTLED, *, seconds: float = 0) -> None:
    """Let the loop turn; with *seconds*, once more when they have passed."""
    for _ in range(turns):
        await asyncio.sleep(0)
    if seconds:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, Loop)
        loop.now += seconds
        await turn()


async def converse(app: ReferenceApp, steps: Iterable[Step]) -> Outcome:
    """Return what comes of one conversation."""
    app.service.reset()
    wire = Wire(app, asyncio.get_running_loop())
    for step in steps:
        wire.arrive(step.data)
        await turn(step.turns, seconds=step.seconds)
    await turn()
    outcome = Outcome(
        answers=_RANDOM.sub(b"ID", bytes(wire.seen)),
        ended=wire.ended,
        closed=wire.closing,
        journal=[{key: one[key] for key in one.keys() - _RANDOM_KEYS} for one in app.service.journal.entries()],
        streams=[(name, state.recording, state.stopped_at) for name, state in app.service.table.items()],
    )
    wire.close()
    await turn()
    return outcome
