"""Which files ``liverec check`` reads, and which it may write."""

import os
from collections.abc import Iterable, Mapping, Sequence

from liverec.history.reader import HistoryError

_MOST_NAMED = 3
_ENDINGS = (".ndjson", ".ndjson.gz", ".ndjson.zst")

# Paths stay as they are given, so that they stand in the result as the user knows them: hence os.path, not pathlib.


def history_files(paths: Sequence[str]) -> list[str]:
    """Return the files that *paths* stand for, each once, in the order given; a folder stands for its histories.

    Raises:
        HistoryError: a folder cannot be read, or holds no history.
    """
    files: dict[str, str] = {}
    for path in paths:
        for file in _files_in(path) if os.path.isdir(path) else [path]:  # noqa: PTH112  # see above
            files.setdefault(os.path.realpath(file), file)
    return list(files.values())


def refuse_to_overwrite(outputs: Mapping[str, str | None], files: Iterable[str]) -> None:
    """Refuse *outputs*, files by option, that are histories, or the same file twice.

    Raises:
        HistoryError: an output is one of *files*, or of another option.
    """
    taken = {os.path.realpath(file): "one of the histories" for file in files}
    for option, path in outputs.items():
        if path is None:
            continue
        place = os.path.realpath(path)
        if place in taken:
            raise HistoryError(f"{option} {path}: expected a file for the result, found {taken[place]}")
        taken[place] = f"that of {option}"


def _files_in(folder: str) -> list[str]:
    try:
        names = _histories(folder)
        if names:
            return [os.path.join(folder, name) for name in names]  # noqa: PTH118  # see above
        below = [name for name in sorted(os.listdir(folder)) if _has_histories(os.path.join(folder, name))]  # noqa: PTH118, PTH208  # see above
    except OSError as error:
        raise HistoryError(f"{folder}: cannot be read: {error.strerror}") from error
    hint = ""
    if below:
        more = ", ..." if len(below) > _MOST_NAMED else ""
        named = ", ".join(os.path.join(folder, name) for name in below[:_MOST_NAMED])  # noqa: PTH118  # see above
        hint = f"; give a folder of one run: {named}{more}"
    expected = "history files (*.ndjson, also .gz or .zst) in this folder"
    raise HistoryError(f"{folder}: expected {expected}, found none{hint}")


def _histories(folder: str) -> list[str]:
    return sorted(name for name in os.listdir(folder) if name.endswith(_ENDINGS))  # noqa: PTH208  # see above


def _has_histories(path: str) -> bool:
    try:
        return bool(_histories(path))
    except OSError:  # no folder, or not ours to read
        return False
