"""``liverec sign``: one command for curl."""

import os
import shlex
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from liverec.verdict import ExitCode

if TYPE_CHECKING:
    from liverec.command import CommandRequest
    from liverec.profile import Profile

ACCESS_KEY_VARIABLE, SECRET_KEY_VARIABLE = "CLOUD_SDK_AK", "CLOUD_SDK_SK"  # as the page's samples have them
TOKEN_VARIABLE = "X_AUTH_TOKEN"  # noqa: S105  # a name


class _Refused(click.ClickException):
    exit_code = int(ExitCode.REFUSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Keys:
    access_key: str
    secret_key: str = field(repr=False)
    origin: str


@click.command()
@click.option(
    "--target",
    metavar="URL|FILE",
    default="http://127.0.0.1:8080",
    show_default=True,
    help="A base URL, or a profile (see: liverec profile).",
)
@click.option("--action", type=click.Choice(["START", "STOP"]), default="START", show_default=True, help="What to do.")
@click.option("--project-id", metavar="ID", help="Project of the stream; without it, the profile's.")
@click.option("--publish-domain", metavar="NAME", help="Domain that the stream is pushed to; likewise.")
@click.option("--app", metavar="NAME", help="Application of the stream; likewise.")
@click.option("--stream", metavar="NAME", help="Name of the stream; without it, the profile's first recordable one.")
@click.option(
    "--credentials",
    "kind",
    type=click.Choice(["signature", "token"]),
    default="signature",
    show_default=True,
    help=f"Sign it, or leave room for the token in the variable {TOKEN_VARIABLE}.",
)
def sign(*, target: str, action: str, kind: str, **names: str | None) -> None:
    """Print a curl command that sends one START or STOP; nothing is sent.

    The keys are those of the profile. With a URL they are in the environment, as CLOUD_SDK_AK and CLOUD_SDK_SK; on this
    machine those of the reference server serve as well. The secret key is never printed. A printed signature is good
    for this one command and 15 minutes, for whoever has it.

    \b
    Examples:
      liverec sign
      liverec sign --action STOP --stream rehearsal-7 | sh
      liverec sign --target my-service.toml --action STOP
      liverec sign --target https://live.example.net --project-id 0123456789abcdef0123456789abcdef
      liverec sign --credentials token

    \b
    Exit codes: 0 printed, 64 refused
    """  # noqa: D301  # click reads \b as "keep these lines"
    # all of this takes a while to import, and --help must not wait for it
    from liverec.address import parse_address  # noqa: PLC0415
    from liverec.command import command_request, with_signature  # noqa: PLC0415
    from liverec.document import DocumentError, load_document  # noqa: PLC0415
    from liverec.history import Action, Stream  # noqa: PLC0415

    profile = _profile(target)
    streams = profile.recordable
    given = {name: value for name, value in names.items() if value is not None}
    default = Stream(profile.project_id, streams.publish_domain, streams.app, streams.name(1))
    stream = default._replace(**given)
    try:
        request = command_request(load_document(), parse_address(profile.url), Action(action), stream)
    except UnicodeEncodeError:
        raise _Refused("the names of project and stream: expected Unicode, found other bytes") from None
    except ValueError as error:  # DocumentError is one
        raise _Refused(str(error) if isinstance(error, DocumentError) else f"--project-id: {error}") from None
    if kind == "token":
        click.echo(f"expects the token in the variable {TOKEN_VARIABLE}", err=True)
        click.echo(f"printf 'X-Auth-Token: %s\\n' \"${TOKEN_VARIABLE}\" | {_curl(request)} -H @-")
        return
    keys = _keys(target, profile)
    moment = datetime.now(UTC)
    try:
        signed = with_signature(request, access_key=keys.access_key, secret_key=keys.secret_key, moment=moment)
    except ValueError as error:
        raise _Refused(f"{keys.origin}: {error}") from None
    click.echo(f"signed with {keys.origin} at {moment:%H:%M:%S} UTC, good for 15 minutes", err=True)
    click.echo(_curl(signed))


def _profile(target: str) -> "Profile":
    from liverec.address import parse_address  # noqa: PLC0415  # as above
    from liverec.profile_file import ProfileError, load_profile, reference_profile  # noqa: PLC0415  # as above

    try:
        if "://" in target:
            return replace(reference_profile(), url=str(parse_address(target)))
        return load_profile(Path(target))
    except (ProfileError, ValueError) as error:
        raise _Refused(f"--target: {error}") from None


def _keys(target: str, profile: "Profile") -> _Keys:
    from liverec.address import is_loopback, parse_address  # noqa: PLC0415  # as above

    if "://" not in target:
        access_key, secret_key = profile.credentials.access_key, profile.credentials.secret_key
        if access_key is None or secret_key is None:
            raise _Refused(f"--target {target}: it has no access_key to sign with; try --credentials token")
        return _Keys(access_key=access_key, secret_key=secret_key, origin="the keys of the profile")
    access_key, secret_key = os.environ.get(ACCESS_KEY_VARIABLE), os.environ.get(SECRET_KEY_VARIABLE)
    if access_key and secret_key:
        origin = f"{ACCESS_KEY_VARIABLE} and {SECRET_KEY_VARIABLE}"
        return _Keys(access_key=access_key, secret_key=secret_key, origin=origin)
    if access_key or secret_key or not is_loopback(parse_address(profile.url)):
        raise _Refused(
            f"no keys to sign with: set {ACCESS_KEY_VARIABLE} and {SECRET_KEY_VARIABLE}, or name a profile that has "
            "them (--target FILE; see: liverec profile)"
        )
    public = profile.credentials
    assert public.access_key is not None  # the reference profile has them
    assert public.secret_key is not None
    return _Keys(
        access_key=public.access_key, secret_key=public.secret_key, origin="the reference server's public keys"
    )


def _curl(request: "CommandRequest") -> str:
    words = ["curl", "-sS", "-i", "--path-as-is", "-g", "-X", request.method, request.url]
    for name, value in request.headers.items():
        if name != "Host":  # curl sends the same
            words += ["-H", f"{name}: {value}"]
    return shlex.join([*words, "--data-raw", request.body.decode()])
