"""``liverec diff``: what changed between two runs."""

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from liverec.verdict import ExitCode

if TYPE_CHECKING:
    from liverec.report.comparison import Comparison, Difference

_CHANGED = 1


class _Refused(click.ClickException):
    exit_code = int(ExitCode.REFUSED)


@click.command()
@click.argument("old", metavar="OLD", type=click.Path(path_type=Path))
@click.argument("new", metavar="NEW", type=click.Path(path_type=Path))
@click.option("--json", "json_file", metavar="FILE|-", help="Write the comparison as JSON there; - is standard output.")
def diff(*, old: Path, new: Path, json_file: str | None) -> None:
    """Say what changed between two runs: did the service change under us?

    OLD and NEW are each a result.json, or the folder that it was written to (verify --report, or a load run's --out).

    Changes are in what the service does: verdicts, dialect, measured restart interval, and what was observed where the
    page is silent. Listed apart, and no change: another target, seed, version or selection, and what one run saw or
    decided and the other did not.

    \b
    Examples:
      liverec diff last-week/ today/
      liverec diff last-week/result.json today/result.json --json -

    \b
    Exit codes: 0 nothing changed; 1 something did; 64 refused: wrong usage, or no result of this version
    """  # noqa: D301  # click reads \b as "keep these lines"
    # all of this takes a while to import, and --help must not wait for it
    from liverec.report.comparison import compare  # noqa: PLC0415
    from liverec.report.result_file import ResultFileError, read_result  # noqa: PLC0415

    try:
        before, after = read_result(old), read_result(new)
    except ResultFileError as problem:
        raise _Refused(str(problem)) from None
    found = compare(before, after)
    sides = {
        name: {"file": str(path), "started": one.started, "verdict": one.verdict}
        for name, path, one in (("old", old, before), ("new", new, after))
    }
    as_json = json.dumps({"liverec_diff": 1, **sides, **found.as_json()}, indent=2, ensure_ascii=False)
    if json_file not in {None, "-"}:
        _write(Path(str(json_file)), as_json, unlike=(old, new))
    if json_file == "-":
        click.echo(as_json)
    else:
        for name, side in sides.items():
            click.echo(f"{name}: {side['verdict'].upper():<9}  {side['started']}  {side['file']}")
        _print(found)
    sys.exit(_CHANGED if found.changes else int(ExitCode.KEPT))


def _write(path: Path, text: str, *, unlike: Iterable[Path]) -> None:
    from liverec.report.atomic_file import write_whole  # noqa: PLC0415  # as above

    inputs = {(one / "result.json" if one.is_dir() else one).resolve() for one in unlike}
    if path.resolve() in inputs:
        raise _Refused(f"--json {path}: expected a file for the comparison, found one of the results")
    try:
        write_whole(path, text + "\n")
    except OSError as error:
        raise _Refused(f"--json {path}: cannot be written: {error.strerror}") from None


def _print(found: "Comparison") -> None:
    _print_all("What changed", found.changes, colour="yellow")
    _print_all("What else is different, but no change of the service", found.circumstances, colour=None)
    click.echo()
    if found.changes:
        number = len(found.changes)
        click.echo(click.style("CHANGED", bold=True, fg="yellow") + f": {number} difference{'s'[: number != 1]}.")
    else:
        click.echo(click.style("NOTHING CHANGED", bold=True, fg="green") + " as far as both runs can tell.")


def _print_all(title: str, differences: "Iterable[Difference]", *, colour: str | None) -> None:
    for number, one in enumerate(differences):
        if number == 0:
            click.echo("\n" + click.style(title, bold=True))
        click.echo(f"  {one.kind:<11}  {one.name}: {one.old} -> " + click.style(one.new, fg=colour))
        if one.why:
            click.echo(f"               {one.why}")
