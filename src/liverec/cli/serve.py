"""``liverec serve``: the reference server."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from liverec.verdict import ExitCode

if TYPE_CHECKING:
    from liverec.profile import Profile
    from liverec.reference.settings import Settings

KEY_VARIABLE = "LIVEREC_REFERENCE_KEY"


class _Refused(click.ClickException):
    exit_code = int(ExitCode.REFUSED)


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8080, show_default=True, help="0 takes a free port.")
@click.option(
    "--profile",
    "profile_path",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Project, credentials and streams; without it, what `liverec profile` prints.",
)
@click.option(
    "--clock",
    "clock_kind",
    type=click.Choice(["real", "virtual"]),
    default="real",
    show_default=True,
    help="A virtual clock stands still until POST /_reference/clock/advance moves it.",
)
@click.option("--fault", "faults", metavar="NAME", multiple=True, help="Break one promise; may be given several times.")
@click.option(
    "--dialect",
    "choices",
    metavar="AXIS=VALUE",
    multiple=True,
    help="Read what the page leaves open in another way; may be given several times. An unknown axis lists them all.",
)
@click.option(
    "--latency",
    "latency_ms",
    metavar="MS",
    type=click.FloatRange(0, 60_000),
    default=0,
    show_default=True,
    help="Milliseconds that every answer waits.",
)
@click.option(
    "--interruption-threshold",
    "threshold_s",
    metavar="SECONDS",
    type=click.FloatRange(0, 86_400),
    default=3,
    show_default=True,
    help="A push interrupted for longer ends the recording.",
)
def serve(
    *,
    host: str,
    port: int,
    profile_path: Path | None,
    clock_kind: str,
    faults: tuple[str, ...],
    choices: tuple[str, ...],
    latency_ms: float,
    threshold_s: float,
) -> None:
    """Serve a service that keeps the contract, until Ctrl-C.

    The first line says its URL. It verifies both kinds of credentials, issues tokens (POST /v3/auth/tokens), and has a
    control plane for tests under /_reference/ and the OpenAPI document under /docs. Off this machine it listens only
    when the environment variable LIVEREC_REFERENCE_KEY holds a key; whoever sends it as X-Reference-Key may use the
    control plane from elsewhere.

    \b
    Examples:
      liverec serve
      liverec serve --port 0 --clock virtual
      liverec serve --dialect stop_while_idle=accepted --dialect too_soon_status=404
      liverec serve --profile my-service.toml --latency 20

    \b
    Exit codes: 0 ended by SIGTERM, 130 by Ctrl-C, 64 refused
    """  # noqa: D301  # click reads \b as "keep these lines"
    # all of this takes a while to import, and --help must not wait for it
    from liverec.document import DocumentError  # noqa: PLC0415
    from liverec.reference import serving  # noqa: PLC0415
    from liverec.reference.faults import UnknownFaultError  # noqa: PLC0415

    key = os.environ.get(KEY_VARIABLE) or None
    _check_host(host, key)
    settings = _settings(
        profile=_profile(profile_path),
        clock_kind=clock_kind,
        choices=choices,
        faults=faults,
        latency_ms=latency_ms,
        threshold_s=threshold_s,
        key=key,
    )
    try:
        code = serving.serve(settings, host=host, port=port, announce=_announce)
    except UnknownFaultError as error:
        raise _Refused(f"--fault: {error.args[0]}") from None
    except (serving.ServingError, DocumentError) as error:
        raise _Refused(str(error)) from None
    except KeyboardInterrupt:  # before the server was up
        code = 130
    sys.exit(code)


def _settings(
    *,
    profile: "Profile",
    clock_kind: str,
    choices: tuple[str, ...],
    faults: tuple[str, ...],
    latency_ms: float,
    threshold_s: float,
    key: str | None,
) -> "Settings":
    from liverec.clock import MonotonicClock, VirtualClock  # noqa: PLC0415  # as above
    from liverec.reference.dialect import DialectError, read_dialect  # noqa: PLC0415
    from liverec.reference.settings import Settings  # noqa: PLC0415

    try:
        dialect = read_dialect(choices)
    except DialectError as error:
        raise _Refused(f"--dialect {error}") from None
    return Settings(
        profile=profile,
        clock=VirtualClock() if clock_kind == "virtual" else MonotonicClock(),
        dialect=dialect,
        faults=faults,
        interruption_threshold_s=threshold_s,
        latency_ms=latency_ms,
        key=key,
    )


def _profile(path: Path | None) -> "Profile":
    from liverec.profile_file import ProfileError, load_profile, reference_profile  # noqa: PLC0415  # as above

    try:
        return reference_profile() if path is None else load_profile(path)
    except ProfileError as error:
        raise _Refused(f"--profile {error}") from None


def _check_host(host: str, key: str | None) -> None:
    from liverec.address import Address, is_loopback  # noqa: PLC0415  # as above

    if key is None and not is_loopback(Address(scheme="http", host=host, port=1)):
        raise _Refused(
            f"--host {host}: not an address of this machine alone; to serve others, set {KEY_VARIABLE} to a key "
            "of your own for the control plane"
        )


def _announce(url: str) -> None:
    click.echo(url)
    click.echo(f"documentation {url}/docs, control plane {url}/_reference/info; Ctrl-C ends it")
    sys.stdout.flush()
