"""The loopback of a network namespace, joined to this machine's: a port there leads to the same port here.

    python loopback_bridge.py outside|inside FOLDER PORT...

One process on either side, with Unix sockets in the folder between them; each ends with the process that began it.
"""

import asyncio
import fcntl
import os
import socket
import struct
import subprocess
import sys
from collections.abc import Awaitable, Callable, Generator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from liverec_process import wait_until

_Ends = tuple[asyncio.StreamReader, asyncio.StreamWriter]
_Passes = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
_SET_FLAGS, _UP = 0x8914, 0x1 | 0x40  # SIOCSIFFLAGS; IFF_UP and IFF_RUNNING
_WATCHED_EVERY_S = 0.2


def command(side: str, folder: Path, ports: Sequence[int]) -> list[str]:
    """Return the command of one *side*."""
    return [sys.executable, __file__, side, str(folder), *map(str, ports)]


@contextmanager
def bridged(folder: Path, ports: Sequence[int]) -> Generator[None]:
    """Hold this machine's side for the length of the block."""
    with subprocess.Popen(command("outside", folder, ports)) as process:
        try:
            wait_until(lambda: all((folder / str(port)).exists() for port in ports), "the bridge stands")
            yield
        finally:
            process.kill()


async def _outside(folder: Path, port: int) -> None:
    passes = _to(lambda: asyncio.open_connection("127.0.0.1", port))
    await asyncio.start_unix_server(passes, folder / str(port))


async def _inside(folder: Path, port: int) -> None:
    passes = _to(lambda: asyncio.open_unix_connection(folder / str(port)))
    await asyncio.start_server(passes, "127.0.0.1", port)


def _to(opened: Callable[[], Awaitable[_Ends]]) -> _Passes:
    async def passed_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            other_reader, other_writer = await opened()
            await asyncio.gather(_pump(reader, other_writer), _pump(other_reader, writer))
            other_writer.close()
        writer.close()

    return passed_on


async def _pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await source.read(65_536):
            sink.write(data)
            await sink.drain()
        sink.write_eof()


def _bring_loopback_up() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, _SET_FLAGS, struct.pack("16sh14x", b"lo", _UP))


async def _main(side: str, folder: Path, ports: Sequence[int]) -> None:
    begun_by = os.getppid()
    if side == "inside":
        _bring_loopback_up()
    for port in ports:
        await (_inside if side == "inside" else _outside)(folder, port)
    while os.getppid() == begun_by:  # noqa: ASYNC110  # nothing tells when it ends
        await asyncio.sleep(_WATCHED_EVERY_S)


if __name__ == "__main__":
    asyncio.run(_main(sys.argv[1], Path(sys.argv[2]), [int(port) for port in sys.argv[3:]]))
