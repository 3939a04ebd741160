"""A file that is there as a whole or not at all."""

from pathlib import Path
from secrets import token_hex


def write_whole(path: Path, text: str) -> None:
    """Write *text* (UTF-8) to *path* in one step: a reader sees the old file or the new one, never a part.

    Missing folders are made. What is no regular file (a pipe, ``/dev/stdout``) is written to directly.

    Raises:
        OSError: the file cannot be written; an old one is then as it was.
    """
    data = text.encode("utf-8", "replace")  # lone surrogates have no UTF-8
    path = path.resolve()
    if path.exists() and not path.is_file():
        path.write_bytes(data)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f".{path.name}.{token_hex(4)}.new")
    try:
        new.write_bytes(data)
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)
