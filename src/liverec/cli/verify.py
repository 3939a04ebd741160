"""``liverec verify``: judge a server, requirement by requirement."""

import signal
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from liverec.conformance.budget import BUDGETS, SHORT
from liverec.verdict import ExitCode, Result

if TYPE_CHECKING:
    from rich.console import Console

    from liverec.conformance.listing import Listing
    from liverec.conformance.suite import Outcome

EXAMPLES = """\b
Examples:
  liverec verify                                  the embedded reference server
  liverec verify --target http://127.0.0.1:8080   a server on this machine
  liverec verify --target staging.toml --report out --junit out/junit.xml
  liverec verify --target http://127.0.0.1:8080 --only restart/too-soon
  liverec verify --target http://127.0.0.1:8080 --time normal --seed 7
  liverec verify --target staging.toml --expect known.toml
  liverec verify --target staging.toml --dry-run

\b
A file for --expect has a table for each known deviation; it is expected up to and including the day "until":
  ["restart/too-soon"]
  reason = "counts in whole seconds, ticket 4711"
  until = 2027-03-31
"""


@click.command(epilog=EXAMPLES)
@click.option(
    "--target", metavar="URL|FILE", help="A URL, or a profile (see: liverec profile). Default: the embedded one."
)
@click.option("--allow", is_flag=True, help="The target may be off this machine (as allow = true in its profile).")
@click.option("--report", type=click.Path(file_okay=False, path_type=Path), help="Folder for report.html and the rest.")
@click.option("--json", "json_file", metavar="FILE|-", help="Write result.json there; - is standard output.")
@click.option("--junit", type=click.Path(dir_okay=False, path_type=Path), help="Write JUnit XML there.")
@click.option("--only", multiple=True, metavar="ID", help="Judge this requirement only; may be repeated.")
@click.option(
    "--expect",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Known deviations (TOML), which do not fail the run.",
)
@click.option(
    "--time",
    "budget",
    type=click.Choice(tuple(BUDGETS)),
    default=SHORT.name,
    show_default=True,
    help="How much is looked for: "
    + ", ".join(f"{one.name} takes about {one.seconds} s" for one in BUDGETS.values())
    + ".",
)
@click.option("--explore", type=click.IntRange(min=0), metavar="N", help="Random schedules; default: what --time says.")
@click.option(
    "--seed", type=click.IntRange(0, 2**32 - 1), default=0, show_default=True, help="The seed of all choices."
)
@click.option("--dry-run", is_flag=True, help="List what would be sent, and send nothing.")
def verify(
    *,
    target: str | None,
    allow: bool,
    report: Path | None,
    json_file: str | None,
    junit: Path | None,
    only: tuple[str, ...],
    expect: Path | None,
    budget: str,
    explore: int | None,
    seed: int,
    dry_run: bool,
) -> None:
    """Judge whether a server keeps the contract of the recording command.

    Takes about half a minute (--time): the ten-second rule is judged on the real clock. Exit codes: 0 kept, 1 broken,
    2 undecided or ended early, 3 harness error or target unreachable, 4 kept, but a known deviation no longer occurs,
    64 refused.
    """
    # all of this takes a while to import, and --help must not wait for it
    from rich.console import Console  # noqa: PLC0415

    from liverec.conformance.exceptions import load_exceptions  # noqa: PLC0415
    from liverec.conformance.listing import Listing  # noqa: PLC0415
    from liverec.conformance.suite import Suite  # noqa: PLC0415
    from liverec.profile_file import ProfileError, reference_profile  # noqa: PLC0415
    from liverec.reference.serving import ServingError, running  # noqa: PLC0415
    from liverec.reference.settings import Settings  # noqa: PLC0415
    from liverec.report import Progress  # noqa: PLC0415
    from liverec.requirements import NORMATIVE, UnknownRequirementError, requirement  # noqa: PLC0415
    from liverec.target import TargetRefused, resolve_target  # noqa: PLC0415

    signal.signal(signal.SIGTERM, signal.default_int_handler)  # ended from outside, it cleans up as after Ctrl-C
    for identifier in only:
        try:
            requirement(identifier)
        except UnknownRequirementError as problem:
            raise click.UsageError(str(problem)) from None
    if dry_run and (report or json_file or junit):
        raise click.UsageError("--dry-run judges nothing: there is nothing for --report, --json or --junit to write")
    console = Console(stderr=json_file == "-", soft_wrap=False)
    with ExitStack() as stack:
        try:
            deviations = load_exceptions(expect) if expect is not None else ()
            name = target or stack.enter_context(running(Settings(profile=reference_profile()))).url
            resolved = resolve_target(name, allow=allow)
        except (ProfileError, TargetRefused) as refused:
            _end(str(refused), ExitCode.REFUSED)
        except ServingError as problem:
            _end(str(problem), ExitCode.ERROR)
        folder = report or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="liverec-")))
        suite = Suite(
            target=target,
            resolved=resolved,
            allow=allow,
            seed=seed,
            only=only,
            folder=folder,
            today=datetime.now(UTC).date(),
            budget=BUDGETS[budget],
            explore=explore,
            deviations=deviations,
        )
        if dry_run:
            with Progress(console, total=len(only) or len(NORMATIVE)) as progress:
                listing = suite.rehearse(progress)
            if not isinstance(listing, Listing):
                _end(listing.message, listing.exit_code)
            _list(listing)
            sys.exit(0)
        try:
            with Progress(console, total=len(only) or len(NORMATIVE)) as progress:
                outcome = suite.run(progress)
        except OSError as problem:
            _end(f"cannot write to {problem.filename or folder}: {problem.strerror}", ExitCode.REFUSED)
        if outcome.result is None:
            _end(outcome.message, outcome.exit_code)
        # without --report the history goes with its folder, and nothing may point there
        result = outcome.result if report is not None else replace(outcome.result, histories=())
        written = _report(outcome, result, console, report=report, json_file=json_file, junit=junit)
    sys.exit(int(outcome.exit_code if written else outcome.exit_code or ExitCode.ERROR))


def _report(
    outcome: "Outcome",
    result: Result,
    console: "Console",
    *,
    report: Path | None,
    json_file: str | None,
    junit: Path | None,
) -> bool:
    """Write and print what came out; return whether every file that was asked for is written."""
    from liverec.report import json_text, print_result, write_html, write_json, write_junit  # noqa: PLC0415  # as above

    files: list[Path] = []
    written = True
    try:
        if report is not None:
            write_html(result, report / "report.html")
            write_json(result, report / "result.json")
            write_junit(result, report / "junit.xml")
            files += [report / "report.html", report / "result.json", report / "junit.xml", outcome.history]
        if json_file is not None and json_file != "-":
            write_json(result, Path(json_file))
            files.append(Path(json_file))
        if junit is not None:
            write_junit(result, junit)
            files.append(junit)
    except OSError as problem:
        console.print(f"could not write {problem.filename}: {problem.strerror}", style="red")
        written = False
    print_result(result, console, files=files)
    if json_file == "-":
        click.echo(json_text(result))
    return written


def _list(listing: "Listing") -> None:
    for part in listing.parts:
        for line in part.lines():
            click.echo(line)
    click.echo(
        f"\n{listing}. This is so where the contract is kept, less where streams, a control plane or a clock that can "
        "be set are missing; what is found broken is tried again. Nothing was sent."
    )


def _end(message: str, exit_code: ExitCode) -> NoReturn:
    click.echo(f"liverec verify: {message}", err=True)
    sys.exit(int(exit_code))
