"""Where a history file's bytes come from: the file as it is, or what it is compressed to."""

import gzip
import zlib
from collections.abc import Callable
from importlib import import_module
from typing import Any, BinaryIO, Self, cast

from liverec.history.errors import HistoryError

_GZIP, _ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"  # what such files begin with
_ZSTD_MODULES = ("compression.zstd", "backports.zstd")  # the first comes with Python 3.14


class Source:
    """The bytes of one file, unpacked; ``broken`` says what is wrong with the rest of them.

    It is a context manager. Of compressed data that breaks off, what comes before is read.

    Raises:
        HistoryError: the file cannot be read, or only once, or what unpacks it is not installed.
    """

    def __init__(self, path: str) -> None:
        self.broken = ""
        try:
            with open(path, "rb") as file:  # noqa: PTH123  # the path stays as it was given
                if not file.seekable():
                    raise HistoryError(f"{path}: expected a file, found a pipe: write it to a file first")
                begins = file.read(len(_ZSTD))
            self._unpacked: BinaryIO = _opened(path, begins)
        except OSError as error:
            raise HistoryError(f"{path}: cannot be read: {error.strerror or error}") from error
        self._errors: tuple[type[Exception], ...] = (EOFError, zlib.error, gzip.BadGzipFile, *_zstd_errors(begins))
        self._path = path

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._unpacked.close()

    def read(self, size: int) -> bytes:
        """Return so many bytes, or what is left."""
        parts, missing = list[bytes](), size
        while missing and (part := self._some(missing)):
            parts.append(part)
            missing -= len(part)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def line(self, limit: int) -> bytes:
        """Return what is left of the line, or as much of it as *limit* says."""
        return self._read(lambda: self._unpacked.readline(limit))

    def seek(self, place: int) -> None:
        """Go to a place among the unpacked bytes."""
        self._unpacked.seek(place)

    def place(self) -> int:
        """Return where the next byte stands."""
        return self._unpacked.tell()

    def _some(self, size: int) -> bytes:
        return self._read(lambda: cast("Any", self._unpacked).read1(size))

    def _read(self, read: Callable[[], bytes]) -> bytes:
        try:
            return read()
        except self._errors as error:
            self.broken = f"the compressed data is damaged or breaks off: {error}"
            return b""
        except OSError as error:
            raise HistoryError(f"{self._path}: cannot be read: {error.strerror or error}") from error


def _opened(path: str, begins: bytes) -> BinaryIO:
    if begins.startswith(_GZIP):
        return cast("BinaryIO", gzip.open(path))
    if begins == _ZSTD:
        return cast("BinaryIO", _zstd(path).open(path))
    return open(path, "rb", buffering=1 << 20)  # noqa: PTH123  # as above; whoever asked closes it


def _zstd(path: str) -> Any:
    for name in _ZSTD_MODULES:
        try:
            return import_module(name)
        except ImportError:
            continue
    raise HistoryError(
        f"{path}: is compressed with zstd, which Python reads from 3.14 on; here, "
        "'pip install backports.zstd' adds it, or unpack the file first: zstd -d FILE"
    )


def _zstd_errors(begins: bytes) -> tuple[type[Exception], ...]:
    return (_zstd("").ZstdError,) if begins == _ZSTD else ()
