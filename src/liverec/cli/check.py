"""``liverec check``: judge recorded histories."""

import json
import os
import sys
import threading
import traceback
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click
from rich.console import Console

from liverec.checker import CheckResult
from liverec.checker import check as judge
from liverec.cli.check_text import result_text
from liverec.clock import NANOSECONDS, Clock, MonotonicClock
from liverec.history import History
from liverec.history.merge import merge
from liverec.history.reader import HistoryError, read_file
from liverec.verdict import ExitCode

_EXIT_CODES = {"kept": ExitCode.KEPT, "broken": ExitCode.BROKEN, "undecided": ExitCode.UNDECIDED}
_MOST_SECONDS = 1_000_000_000  # some thirty years: what is larger is a mistake
_QUIET_SECONDS = 2.0


def _nanoseconds(
    *, unit_ns: int, least_ns: int
) -> Callable[[click.Context, click.Parameter, float | None], int | None]:
    """Return what turns an option's number of units into nanoseconds, or refuses it."""

    def converted(_ctx: click.Context, _param: click.Parameter, number: float | None) -> int | None:
        if number is None:
            return None
        # not (a <= x <= b) also holds for nan
        if not least_ns <= number * unit_ns <= _MOST_SECONDS * NANOSECONDS:
            expected = "0 or more" if least_ns == 0 else "more than 0"
            raise click.BadParameter(f"expected {expected} and at most {_MOST_SECONDS} s, found {number:g}")
        return round(number * unit_ns)

    return converted


class _Refused(click.ClickException):
    exit_code = int(ExitCode.REFUSED)


@click.command()
@click.argument("paths", metavar="FILE...", nargs=-1, required=True)
@click.option("--json", "json_path", metavar="FILE", help="Write the result as JSON to FILE; - is stdout.")
@click.option(
    "--interval",
    "interval_ns",
    metavar="SECONDS",
    type=float,
    callback=_nanoseconds(unit_ns=NANOSECONDS, least_ns=1),
    help="The restart interval; without it, the one in the history's header.",
)
@click.option(
    "--resolution-ms",
    "resolution_ns",
    metavar="MILLISECONDS",
    type=float,
    callback=_nanoseconds(unit_ns=NANOSECONDS // 1000, least_ns=0),
    help="How coarse the service's clock may be; without it, as in the history's header, or 0.",
)
@click.option(
    "--deadline",
    "deadline_ns",
    metavar="SECONDS",
    type=float,
    callback=_nanoseconds(unit_ns=NANOSECONDS, least_ns=1),
    default=60,
    show_default=True,
    help="How long the judging may take; what is not judged by then is undecided.",
)
def check(
    *, paths: Sequence[str], json_path: str | None, interval_ns: int | None, resolution_ns: int | None, deadline_ns: int
) -> None:
    """Judge recorded histories: is there one reading of the page that explains every answer?

    FILE is a history (newline-delimited JSON, version 1), or a folder, which stands for every *.ndjson in it.
    Several files must be of one run, and are judged together.

    \b
    Examples:
      liverec check runs/20261122T101500Z-7f3a
      liverec check worker-0.ndjson worker-1.ndjson
      liverec check history.ndjson --json -
      liverec check history.ndjson --resolution-ms 5

    \b
    Exit codes:
      0   kept: one reading explains every answer
      1   broken: none does
      2   undecided: the history cannot tell, or out of time
      3   liverec itself failed
      64  refused: wrong usage, or no history of one run
    """  # noqa: D301  # click reads \b as "keep these lines"
    try:
        with _progress() as say:
            files = _history_files(paths)
            _refuse_to_overwrite(json_path, files)
            say(f"reading {len(files)} history files")
            history = merge([read_file(file) for file in files], interval_ns=interval_ns, resolution_ns=resolution_ns)
            say(f"judging {len(history.operations)} operations")
            result = judge(history, expired=_deadline(MonotonicClock(), deadline_ns))
        _hand_over(result, history, json_path)
    except HistoryError as error:
        raise _Refused(str(error)) from error
    except KeyboardInterrupt:
        click.echo("interrupted: nothing was concluded", err=True)
        sys.exit(ExitCode.UNDECIDED)
    except Exception:  # noqa: BLE001  # whatever it is, it must not exit with 1: that says that the service is at fault
        traceback.print_exc()
        click.echo("liverec itself failed; this says nothing about the service", err=True)
        sys.exit(ExitCode.ERROR)
    sys.exit(_EXIT_CODES[result.verdict])


def _history_files(paths: Sequence[str]) -> list[str]:
    """Return the files that *paths* stand for, each once, in the order given."""
    files: dict[str, str] = {}
    for path in paths:
        for file in _files_in(path) if os.path.isdir(path) else [path]:  # noqa: PTH112  # paths stay as they are given
            files.setdefault(os.path.realpath(file), file)
    return list(files.values())


def _files_in(folder: str) -> list[str]:
    try:
        names = sorted(name for name in os.listdir(folder) if name.endswith(".ndjson"))  # noqa: PTH208  # see above
    except OSError as error:
        raise HistoryError(f"{folder}: cannot be read: {error.strerror}") from error
    if not names:
        raise HistoryError(f"{folder}: expected history files (*.ndjson) in this folder, found none")
    return [os.path.join(folder, name) for name in names]  # noqa: PTH118  # see above


def _refuse_to_overwrite(json_path: str | None, files: Sequence[str]) -> None:
    if json_path and os.path.realpath(json_path) in {os.path.realpath(file) for file in files}:
        raise HistoryError(f"--json {json_path}: expected a file for the result, found one of the histories")


def _deadline(clock: Clock, nanoseconds: int) -> Callable[[], bool]:
    end = clock.now() + nanoseconds
    return lambda: clock.now() >= end


def _hand_over(result: CheckResult, history: History, json_path: str | None) -> None:
    as_json = json.dumps(result.as_json(), indent=2) + "\n"
    if json_path not in {None, "-"}:
        try:
            Path(str(json_path)).write_text(as_json, encoding="utf-8")
        except OSError as error:
            raise HistoryError(f"--json {json_path}: cannot be written: {error.strerror}") from error
    try:
        click.echo(as_json if json_path == "-" else result_text(result, history, colour=sys.stdout.isatty()), nl=False)
    except BrokenPipeError:
        # whoever reads has seen enough; the exit code still says the verdict
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@contextmanager
def _progress() -> Generator[Callable[[str], None]]:
    """Say on a terminal's stderr what is being done, once it takes long."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda _: None
        return
    status = console.status("")
    patience = threading.Timer(_QUIET_SECONDS, status.start)
    patience.daemon = True
    patience.start()
    try:
        yield status.update
    finally:
        patience.cancel()
        patience.join()
        status.stop()
