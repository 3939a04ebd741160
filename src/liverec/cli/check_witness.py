"""Witnesses as small histories of their own, and the commands that judge them again."""

import shlex
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import click

from liverec.checker import CheckResult, Finding
from liverec.checker.excerpt import excerpt
from liverec.history import History
from liverec.history.copy import as_file
from liverec.history.reader import HistoryError


def command(paths: Sequence[str | Path], options: Sequence[str]) -> str:
    """Return the command that judges *paths*, for a shell."""
    return shlex.join(["liverec", "check", *map(str, paths), *options])


def write_witnesses(
    result: CheckResult, history: History, folder: Path | None, expired: Callable[[], bool]
) -> Mapping[Finding, Sequence[Path]]:
    """Write each finding's witness to *folder*, so that it can be judged again without the rest; return the files.

    A finding that time did not allow to cut out has none; without a *folder*, none has.

    Raises:
        HistoryError: a file is there already, or cannot be written.
    """
    written: dict[Finding, Sequence[Path]] = {}
    if folder is None:
        return written
    for number, finding in enumerate(result.findings, 1):
        part = excerpt(history, finding, expired=expired)
        if part is None:
            click.echo(f"finding {number}: no witness written: it needs the whole history, or more time", err=True)
            continue
        files = sorted({one.file for one in part.operations})
        paths = [
            folder / f"witness-{number}{f'-{place}' if len(files) > 1 else ''}.ndjson"
            for place in range(1, len(files) + 1)
        ]
        for path, file in zip(paths, files, strict=True):
            _write_new(path, as_file(part, file))
        written[finding] = paths
    return written


def _write_new(path: Path, data: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as file:  # a history is evidence
            file.write(data)
    except FileExistsError as error:
        raise HistoryError(f"--witness {path.parent}: expected a new folder, found {path} in it") from error
    except OSError as error:
        raise HistoryError(f"--witness {path}: cannot be written: {error.strerror}") from error
