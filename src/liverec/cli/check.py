"""``liverec check``: judge recorded histories."""

import json
import os
import shutil
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import click
from rich.console import Console

from liverec.checker import CheckResult
from liverec.checker import check as judge
from liverec.checker.companion import usable_cores
from liverec.cli.check_files import history_files, refuse_to_overwrite
from liverec.cli.check_options import a_file, nanoseconds, pinned
from liverec.cli.check_progress import CheckProgress
from liverec.cli.check_witness import command, write_witnesses
from liverec.clock import NANOSECONDS, Clock, MonotonicClock
from liverec.history import History
from liverec.history.merge import merge
from liverec.history.reader import HistoryError, read_file
from liverec.verdict import ExitCode

_EXIT_CODES = {"kept": ExitCode.KEPT, "broken": ExitCode.BROKEN, "undecided": ExitCode.UNDECIDED}


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
    callback=nanoseconds(unit_ns=NANOSECONDS, least_ns=1),
    help="The restart interval; without it, the one in the history's header.",
)
@click.option(
    "--resolution-ms",
    "resolution_ns",
    metavar="MILLISECONDS",
    type=float,
    callback=nanoseconds(unit_ns=NANOSECONDS // 1000, least_ns=0),
    help="How coarse the service's clock may be; without it, as in the history's header, or 0.",
)
@click.option(
    "--dialect",
    "pins",
    metavar="AXIS=VALUE",
    multiple=True,
    callback=pinned,
    help="The reading of what the page leaves open that must explain it; may be given several times. "
    "An unknown axis lists them all.",
)
@click.option(
    "--timeline",
    "timeline_path",
    metavar="FILE",
    callback=a_file,
    help="Draw what is wrong, or what was done, and the measured interval: SVG to FILE.",
)
@click.option(
    "--witness",
    "witness_folder",
    metavar="FOLDER",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write what each finding rests on there, as a small history to be judged again.",
)
@click.option(
    "--deadline",
    "deadline_ns",
    metavar="SECONDS",
    type=float,
    callback=nanoseconds(unit_ns=NANOSECONDS, least_ns=1),
    default=60,
    show_default=True,
    help="How long the judging may take; what is not judged by then is undecided.",
)
def check(
    *,
    paths: Sequence[str],
    json_path: str | None,
    interval_ns: int | None,
    resolution_ns: int | None,
    pins: Mapping[str, str],
    timeline_path: str | None,
    witness_folder: Path | None,
    deadline_ns: int,
) -> None:
    """Judge recorded histories: is there one reading of the page that explains every answer?

    FILE is a history (newline-delimited JSON, version 1; also compressed with gzip or zstd), or a folder, which stands
    for every *.ndjson, *.ndjson.gz and *.ndjson.zst in it. Several files must be of one run, and are judged together.

    \b
    Examples:
      liverec check runs/20261122T101500Z-7f3a
      liverec check worker-0.ndjson worker-1.ndjson
      liverec check history.ndjson --json -
      liverec check history.ndjson --interval 9.5 --resolution-ms 5
      liverec check history.ndjson --dialect stop_while_idle=accepted
      liverec check history.ndjson --timeline history.svg --witness evidence

    \b
    Exit codes:
      0   kept: one reading explains every answer
      1   broken: none does
      2   undecided: the history cannot tell, or out of time
      3   liverec itself failed
      64  refused: wrong usage, or no history of one run
    """  # noqa: D301  # click reads \b as "keep these lines"
    # reports take a while to import, and --help must not wait for it
    from liverec.report.text import counted  # noqa: PLC0415

    clock = MonotonicClock()
    expired = _deadline(clock, deadline_ns)
    try:
        with CheckProgress(Console(stderr=True), clock) as progress:
            files = history_files(paths)
            refuse_to_overwrite({"--json": json_path, "--timeline": timeline_path}, files)
            progress.say(f"reading {counted(len(files), 'history file')}")
            read = [read_file(file, progress=progress.records) for file in files]
            merged = merge(read, interval_ns=interval_ns, resolution_ns=resolution_ns)
            history = replace(merged, pinned=pins)
            progress.say(f"judging {counted(len(history.operations), 'operation')}")
            result = judge(history, expired=expired, progress=progress.streams, cores=usable_cores())
            if timeline_path is not None:
                _draw(result, history, timeline_path)
            written = write_witnesses(result, history, witness_folder, expired)
        pins_again = [f"--dialect={axis}={value}" for axis, value in pins.items()]
        terms = [*_given("--interval", interval_ns, NANOSECONDS), *_given("--resolution-ms", resolution_ns, 1_000_000)]
        again = [
            command(written[one], pins_again) if one in written else command(paths, [*terms, *pins_again])
            for one in result.findings
        ]
        _hand_over(result, history, json_path, again)
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


def _deadline(clock: Clock, nanoseconds: int) -> Callable[[], bool]:
    end = clock.now() + nanoseconds
    return lambda: clock.now() >= end


def _given(option: str, value_ns: int | None, unit_ns: int) -> list[str]:
    return [] if value_ns is None else [f"{option}={value_ns / unit_ns:.15g}"]


def _draw(result: CheckResult, history: History, path: str) -> None:
    from liverec.cli.check_timeline import timeline_svg  # noqa: PLC0415  # as above
    from liverec.report.atomic_file import write_whole  # noqa: PLC0415  # as above

    try:
        write_whole(Path(path), timeline_svg(result, history))
    except OSError as error:
        raise HistoryError(f"--timeline {path}: cannot be written: {error.strerror}") from error


def _hand_over(result: CheckResult, history: History, json_path: str | None, again: Sequence[str]) -> None:
    from liverec.cli.check_text import WIDTH, result_text  # noqa: PLC0415  # as above

    as_json = json.dumps(result.as_json(), indent=2) + "\n"
    if json_path not in {None, "-"}:
        try:
            Path(str(json_path)).write_text(as_json, encoding="utf-8")
        except OSError as error:
            raise HistoryError(f"--json {json_path}: cannot be written: {error.strerror}") from error
    terminal = sys.stdout.isatty()
    columns = shutil.get_terminal_size().columns if terminal else WIDTH
    try:
        click.echo(
            as_json if json_path == "-" else result_text(result, history, again, colour=terminal, columns=columns),
            nl=False,
        )
    except BrokenPipeError:
        # whoever reads has seen enough; the exit code still says the verdict
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
