"""A line to a server that is worse than loopback: every byte arrives, in order, but late."""

import asyncio
import random
import threading
import time
from collections.abc import Generator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass

STALL_S, STALLED_EVERY_S = 0.4, 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Disturbance:
    """What is wrong with the line: each piece of a message up to ``jitter_s`` late, everything at rest now and then."""

    name: str
    jitter_s: float = 0.0
    stalls: bool = False


DISTURBANCES = (
    Disturbance(name="up to 30 ms late", jitter_s=0.03),
    Disturbance(name="at rest for 400 ms every 3 s", stalls=True),
    Disturbance(name="both at once", jitter_s=0.03, stalls=True),
)


@contextmanager
def disturbed(url: str, disturbance: Disturbance, *, seed: int) -> Generator[str]:
    """Relay to the server at *url*; yield the address of the worse line."""
    host, _, port = url.removeprefix("http://").partition(":")
    chance = random.Random(seed)
    opened: Future[tuple[str, asyncio.AbstractEventLoop, asyncio.Event]] = Future()

    async def pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await source.read(65_536):
                await asyncio.sleep(_late(disturbance, chance))
                sink.write(data)
                await sink.drain()
        with suppress(OSError):  # also after a source that was reset: the other side is told
            sink.write_eof()

    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            from_server, to_server = await asyncio.open_connection(host, int(port))
            await asyncio.gather(pump(reader, to_server), pump(from_server, writer))
            to_server.close()
        writer.close()

    async def listen() -> None:
        ended = asyncio.Event()
        server = await asyncio.start_server(relay, "127.0.0.1", 0, backlog=512)
        address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        opened.set_result((address, asyncio.get_running_loop(), ended))
        await ended.wait()
        server.close()

    thread = threading.Thread(target=lambda: asyncio.run(listen()), daemon=True)
    thread.start()
    address, loop, ended = opened.result(5)
    try:
        yield address
    finally:
        loop.call_soon_threadsafe(ended.set)
        thread.join(5)


def _late(disturbance: Disturbance, chance: random.Random) -> float:
    """Return for how many seconds a piece that has come now is kept."""
    late = chance.uniform(0.0, disturbance.jitter_s)
    passed = time.monotonic() % STALLED_EVERY_S
    return late + (STALL_S - passed if disturbance.stalls and passed < STALL_S else 0.0)
