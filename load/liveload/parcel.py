"""A worker's history on its way to another machine: parts with their hash, asked for one by one until all are there."""

import hashlib
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

PART = 256 * 1024
_TRIES = 5


class ParcelLost(Exception):  # it says what happened
    """A history did not arrive whole; the message says how much of it did."""


def part(path: Path, begin: int) -> dict[str, Any]:
    """Return the part of *path* that begins at byte *begin*, as it travels.

    Raises:
        OSError: the file cannot be read.
    """
    with path.open("rb") as file:
        file.seek(begin)
        data = file.read(PART)
    return {"begin": begin, "data": data, "sha256": hashlib.sha256(data).hexdigest()}


def fetched(path: Path, size: int, ask: Callable[[int], Mapping[str, Any] | None]) -> Path:
    """Write the *size* bytes that *ask* hands out to *path*; a part that does not come whole is asked for again.

    Raises:
        ParcelLost: a part never came.
        OSError: *path* cannot be written.
    """
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        while (have := os.fstat(descriptor).st_size) < size:
            data = next((data for _ in range(_TRIES) if (data := _whole(ask(have), have))), b"")
            if not data:
                raise ParcelLost(f"{have} of {size} bytes arrived")
            os.write(descriptor, data)
    finally:
        os.close(descriptor)
    return path


def _whole(came: Mapping[str, Any] | None, begin: int) -> bytes:
    if came is None or came["begin"] != begin or hashlib.sha256(came["data"]).hexdigest() != came["sha256"]:
        return b""
    data: bytes = came["data"]
    return data
