"""The target: the server under test, and the decision whether it may be reached at all (design section 6)."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from liverec.address import Address, Resolver, is_loopback, parse_address, resolve
from liverec.profile import Profile, StreamSet
from liverec.profile_file import load_profile, reference_profile

DOCUMENTED_QUOTA = 300  # requests per minute and user, by the provider's list of limits


class TargetRefused(Exception):  # the design's name; it says what happened
    """The target may not be reached as it is named; the message says what to change (exit code 64)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A server that may be reached; ``url`` has no slash at its end, no limit is None."""

    profile: Profile
    url: str
    is_loopback: bool
    max_requests_per_minute: int | None


def resolve_target(text: str, *, allow: bool = False, resolver: Resolver = resolve) -> Target:
    """Return the target that *text* names: a URL (the reference profile is assumed) or the path of a profile.

    Raises:
        ProfileError: the profile cannot be used.
        TargetRefused: the URL is none, or it is not loopback and neither *allow* nor the profile allows that.
    """
    profile = _reference_profile_at(text) if "://" in text else load_profile(Path(text))
    allowed = allow or profile.allow
    local = _guarded(profile.url, "the target", allowed=allowed, resolver=resolver)
    if profile.credentials.iam_url is not None:
        _guarded(profile.credentials.iam_url, "iam_url", allowed=allowed, resolver=resolver)
    limit = profile.max_requests_per_minute
    return Target(
        profile=profile,
        url=profile.url,
        is_loopback=local,
        max_requests_per_minute=DOCUMENTED_QUOTA if limit is None and not local else limit,
    )


def describe(target: Target) -> dict[str, Any]:
    """Return *target* for reports, ready for JSON: kinds of credentials, but none of their values."""
    profile = target.profile
    credentials = profile.credentials
    kinds = {
        "token": credentials.token is not None,
        "signature": credentials.access_key is not None,
        "token from IAM": credentials.iam_url is not None,
    }
    return {
        "url": target.url,
        "project_id": profile.project_id,
        "loopback": target.is_loopback,
        "credentials": [kind for kind, present in kinds.items() if present],
        "max_requests_per_minute": target.max_requests_per_minute,
        "reference_control": profile.reference_control,
        "streams": _stream_sets(profile),
    }


def _stream_sets(profile: Profile) -> dict[str, Mapping[str, Any]]:
    sets: Mapping[str, StreamSet | None] = {
        "recordable": profile.recordable,
        "other_rule": profile.other_rule,
        "unpushed": profile.unpushed,
        "unknown": profile.unknown,
    }
    return {name: asdict(streams) for name, streams in sets.items() if streams is not None}


def _reference_profile_at(text: str) -> Profile:
    try:
        url = str(parse_address(text))
    except ValueError as error:
        raise TargetRefused(f"the target is no URL that can be used: {error}") from None
    profile = reference_profile()
    # The reference server issues tokens itself, wherever it runs.
    issuer = url if profile.credentials.iam_url is not None else None
    return replace(profile, url=url, credentials=replace(profile.credentials, iam_url=issuer))


def _guarded(url: str, name: str, *, allowed: bool, resolver: Resolver) -> bool:
    """Tell whether *url* is loopback; refuse it if it is not and that is not *allowed*."""
    address = parse_address(url)
    local = is_loopback(address, resolver=resolver)
    if not local and not allowed:
        raise TargetRefused(_refusal(name, address, resolver))
    return local


def _refusal(name: str, address: Address, resolver: Resolver) -> str:
    why = "is not this machine (loopback)" if tuple(resolver(address.host)) else "has a name that stands for no address"
    return (
        f"{name} {address} {why}; nothing was sent. To reach it, write it into a profile (see `liverec profile`) "
        "with `allow = true`, and name streams in it that nobody needs"
    )
