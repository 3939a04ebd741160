"""``liverec spec``: the contract as data, and whether it still keeps what an older release of it promised."""

import json
import sys
from pathlib import Path

import click

from liverec.verdict import ExitCode


class _Refused(click.ClickException):
    exit_code = int(ExitCode.REFUSED)


@click.command()
@click.option(
    "--format",
    "form",
    type=click.Choice(["yaml", "json"]),
    help="As YAML, which is the file as it stands, or as JSON.  [default: yaml]",
)
@click.option(
    "--against",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Print instead what breaks the promises of this older document.",
)
def spec(*, form: str | None, against: Path | None) -> None:
    """Print the OpenAPI document of the recording command.

    With --against, compare it with an older one. A breaking change is one that callers, or clients generated from the
    older document, may stumble over: an action, field, status, header or way to authenticate that is gone, a constraint
    that is tighter, another restart interval, another status of an error code. One line each.

    To have another document than the published one printed or compared, name it in LIVEREC_DOCUMENT.

    \b
    Examples:
      liverec spec > record-control.yaml
      liverec spec --format json | jq .paths
      liverec spec --against $(liverec where openapi)/released/0.1.0.yaml

    \b
    Exit codes: 0 printed, or nothing breaks; 1 something does; 64 refused
    """  # noqa: D301  # click reads \b as "keep these lines"
    # all of this takes a while to import, and --help must not wait for it
    from liverec.document import DocumentError, breaking_changes, document_file, load_document  # noqa: PLC0415

    if form is not None and against is not None:
        raise click.UsageError("--format and --against exclude one another")
    try:
        if against is None:
            document = load_document()
            text = json.dumps(document.raw, indent=2, ensure_ascii=False).encode() + b"\n"
            click.echo(text if form == "json" else document.file.read_bytes(), nl=False)
            return
        found = breaking_changes(against, document_file())
    except DocumentError as error:
        raise _Refused(str(error)) from None
    for one in found:
        click.echo(one)
    if found:
        click.echo(f"BROKEN: breaking changes since {against}: {len(found)}", err=True)
        sys.exit(int(ExitCode.BROKEN))
    click.echo(f"KEPT: nothing in {document_file()} breaks {against}", err=True)
