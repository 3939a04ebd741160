"""The profile file: a target as its owner writes it down, in TOML (design section 6)."""

import os
import re
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

from liverec.address import parse_address
from liverec.profile import ACCESS_KEY_FORM, SECRET_KEY_FORM, TOKEN_FORM, Credentials, Profile, StreamSet
from liverec.toml_table import ProfileError, Table, parse_table, read_table

__all__ = ["ProfileError", "load_profile", "reference_profile", "reference_profile_text"]

_LARGEST_FILE = 256 * 1024
_MOST_STREAMS = 100_000
_MOST_REQUESTS = 1_000_000
_LINE = r"[^\x00-\x1f\x7f]{1,4096}"
_NAME = r"[^\x00-\x1f\x7f]{1,512}"
_STREAM_SETS = ("recordable", "other_rule", "unpushed", "unknown")


def load_profile(path: Path, *, environ: Mapping[str, str] = os.environ) -> Profile:
    """Read the profile at *path*; secrets may stand in *environ* instead of the file.

    Raises:
        ProfileError: the file cannot be used; file, line and key are named.
    """
    return _profile(read_table(path, limit=_LARGEST_FILE), environ)


def reference_profile_text() -> str:
    """Return the profile of the reference server, as a file to copy and edit."""
    return (files("liverec") / "reference" / "profile.toml").read_text(encoding="utf-8")


def reference_profile() -> Profile:
    """Return the profile of the reference server; its credentials are public."""
    return _profile(parse_table(Path("profile.toml"), reference_profile_text().encode()), {})


def _profile(table: Table, environ: Mapping[str, str]) -> Profile:
    table.only("url", "project_id", "allow", "max_requests_per_minute", "reference_control", "credentials", "streams")
    limited = "max_requests_per_minute" in table.values
    url = _url(table, "url")
    project_id = table.text("project_id", r"[^\x00-\x20\x7f/?#]{1,128}", "a project id")
    credentials = _credentials(table.table("credentials"), environ)
    streams = table.table("streams")
    streams.only(*_STREAM_SETS)
    return Profile(
        url=url,
        project_id=project_id,
        credentials=credentials,
        recordable=_stream_set(streams.table("recordable")),
        other_rule=_optional_stream_set(streams, "other_rule"),
        unpushed=_optional_stream_set(streams, "unpushed"),
        unknown=_optional_stream_set(streams, "unknown"),
        allow=table.boolean("allow"),
        max_requests_per_minute=table.integer("max_requests_per_minute", _MOST_REQUESTS) if limited else None,
        reference_control=table.boolean("reference_control"),
    )


def _url(table: Table, key: str) -> str:
    text = table.text(key, _LINE, "a URL")
    try:
        return str(parse_address(text))
    except ValueError as error:
        raise table.error(key, expected=str(error).removeprefix("expected "), found="another URL") from None


def _stream_set(table: Table) -> StreamSet:
    table.only("publish_domain", "app", "names", "count")
    names = table.text("names", _NAME, "a name that contains {n}")
    if "{n}" not in names:
        raise table.error("names", expected="a name that contains {n}", found=f'"{names[:80]}"')
    return StreamSet(
        publish_domain=table.text("publish_domain", _NAME, "a domain name"),
        app=table.text("app", _NAME, "an application name"),
        names=names,
        count=table.integer("count", _MOST_STREAMS),
    )


def _optional_stream_set(streams: Table, key: str) -> StreamSet | None:
    return _stream_set(streams.table(key)) if key in streams.values else None


def _credentials(table: Table, environ: Mapping[str, str]) -> Credentials:
    table.only(
        *("access_key", "access_key_env", "secret_key", "secret_key_env", "token", "token_env"),
        *("iam_url", "user", "domain", "password", "password_env"),
    )
    credentials = Credentials(
        access_key=_secret(table, "access_key", ACCESS_KEY_FORM, environ),
        secret_key=_secret(table, "secret_key", SECRET_KEY_FORM, environ),
        token=_secret(table, "token", TOKEN_FORM, environ),
        iam_url=_url(table, "iam_url") if "iam_url" in table.values else None,
        user=table.optional_text("user", _NAME, "a user name"),
        domain=table.optional_text("domain", _NAME, "an account name"),
        password=_secret(table, "password", _LINE, environ),
    )
    keys = {"access_key": credentials.access_key, "secret_key": credentials.secret_key}
    account = {
        "iam_url": credentials.iam_url,
        "user": credentials.user,
        "domain": credentials.domain,
        "password": credentials.password,
    }
    for group in (keys, account):
        absent = [key for key, value in group.items() if value is None]
        if absent and len(absent) < len(group):
            raise table.error(absent[0], expected=f"{', '.join(group)} together", found="nothing")
    if credentials.token is None and credentials.access_key is None and credentials.iam_url is None:
        expected = "a token, an access_key with secret_key, or iam_url with user, domain and password"
        raise table.error("", expected=expected, found="none of them")
    return credentials


def _secret(table: Table, key: str, pattern: str, environ: Mapping[str, str]) -> str | None:
    """Return the value of *key* or of the environment variable that *key*_env names; it enters no message."""
    variable_key = f"{key}_env"
    if variable_key not in table.values:
        return table.optional_text(key, pattern, "printable characters, and not too many")
    if key in table.values:
        raise table.error(key, expected=f"either {key} or {variable_key}", found="both")
    name = table.text(variable_key, r"[A-Za-z_][A-Za-z0-9_]{0,127}", "the name of an environment variable")
    # A secret pasted here by mistake does not look like this; nearly every variable's name does.
    shown = name if re.fullmatch(r"[A-Z]{1,12}|[A-Z][A-Z0-9]*(_[A-Z0-9]+)+", name) else "it"
    value = environ.get(name)
    if not value:
        raise table.error(variable_key, expected="the name of a variable that is set", found=f"that {shown} is not")
    if not re.fullmatch(pattern, value):
        raise table.error(variable_key, expected="printable characters in the variable", found="others, or too many")
    return value
