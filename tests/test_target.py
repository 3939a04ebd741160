"""The target: what may be reached, and what a report says about it."""

import json
from collections.abc import Iterable
from pathlib import Path

import pytest

from liverec.address import is_loopback, parse_address
from liverec.profile_file import ProfileError, reference_profile
from liverec.target import TargetRefused, describe, resolve_target

PROFILE = """
url = "{url}"
project_id = "p1"
{more}
[credentials]
{credentials}
[streams.recordable]
publish_domain = "publish.example.com"
app = "live"
names = "rehearsal-{{n}}"
count = 5
"""
SECRETS = {"access_key": "AKSECRET01", "secret_key": "SKSECRET02", "token": "TOKSECRET03", "password": "PWSECRET04"}


def profile(folder: Path, url: str, *, more: str = "", credentials: str = 'token = "t0ken"') -> str:
    path = folder / "profile.toml"
    path.write_text(PROFILE.format(url=url, more=more, credentials=credentials), encoding="utf-8")
    return str(path)


def dns(host: str) -> Iterable[str]:
    table = {
        "localhost": ["127.0.0.1", "::1"],
        "inside.example.com": ["127.0.0.1"],
        "half.example.com": ["127.0.0.1", "192.0.2.1"],
        "outside.example.com": ["192.0.2.1"],
    }
    return table.get(host, [host] if host[0].isdigit() or ":" in host else [])


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8080",
        "http://127.0.0.1",
        "https://127.9.8.7:1",
        "http://[::1]:8080",
        "http://localhost:8080",
        "http://inside.example.com/prefix/",
    ],
)
def test_this_machine_may_be_reached(url: str) -> None:
    target = resolve_target(url, resolver=dns)

    assert target.is_loopback
    assert target.max_requests_per_minute is None


@pytest.mark.parametrize(
    "url",
    [
        "http://192.0.2.1",
        "http://0.0.0.0:8080",
        "http://[::]:8080",
        "http://[2001:db8::1]",
        "http://outside.example.com",
        "http://half.example.com",  # one of its addresses is not this machine
        "http://nowhere.example.com",  # stands for nothing: not shown to be this machine
        "http://128.0.0.1",
        "http://127.0.0.1.example.com",
    ],
)
def test_any_other_machine_is_refused(url: str) -> None:
    with pytest.raises(TargetRefused, match=r"nothing was sent.*allow = true"):
        resolve_target(url, resolver=dns)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://127.0.0.1",
        "http://",
        "http://user:hunter2@127.0.0.1",
        "http://127.0.0.1@192.0.2.1",
        "http://127.0.0.1\\@192.0.2.1",
        "http://127.0.0.1/?a=hunter2",
        "http://127.0.0.1/#a",
        "http://127.0.0.1:0",
        "http://127.0.0.1:65536",
        "http://127.0.0.1:8080x",
        "http://127.0.0.1 ",
        "http://[127.0.0.1",
        "http://[1:2]",
        "http://127.0.0.1/a/../b//c",
        "HTTP://127.0.0.1",
        "http://ⓛocalhost",
        "http://" + "a" * 3000,
    ],
)
def test_what_is_no_plain_base_url_is_refused_without_being_repeated(url: str) -> None:
    with pytest.raises(TargetRefused, match="expected") as refused:
        resolve_target(url, resolver=dns)

    assert "hunter2" not in str(refused.value)


def test_a_url_stands_for_the_reference_profile_there() -> None:
    target = resolve_target("http://127.0.0.1:1234/", resolver=dns)
    reference = reference_profile()

    assert target.url == target.profile.url == "http://127.0.0.1:1234"
    assert target.profile.credentials.iam_url == "http://127.0.0.1:1234"
    assert target.profile.credentials.token == reference.credentials.token
    assert target.profile.recordable == reference.recordable


def test_another_machine_is_reached_when_the_profile_or_the_caller_allows(tmp_path: Path) -> None:
    by_profile = resolve_target(profile(tmp_path, "https://192.0.2.1", more="allow = true"), resolver=dns)
    by_caller = resolve_target(profile(tmp_path, "https://192.0.2.1"), allow=True, resolver=dns)

    assert not by_profile.is_loopback
    assert by_profile.max_requests_per_minute == by_caller.max_requests_per_minute == 300


def test_the_profile_sets_the_quota(tmp_path: Path) -> None:
    limited = profile(tmp_path, "http://127.0.0.1", more="max_requests_per_minute = 7")

    assert resolve_target(limited, resolver=dns).max_requests_per_minute == 7


def test_iam_is_guarded_like_the_target(tmp_path: Path) -> None:
    account = 'iam_url = "http://192.0.2.1"\nuser = "u"\ndomain = "d"\npassword = "p"'

    with pytest.raises(TargetRefused, match="iam_url"):
        resolve_target(profile(tmp_path, "http://127.0.0.1", credentials=account), resolver=dns)


def test_a_path_that_leads_nowhere_is_the_profiles_error(tmp_path: Path) -> None:
    with pytest.raises(ProfileError, match="no such file"):
        resolve_target(str(tmp_path / "absent.toml"))


def test_a_description_is_json_without_secrets(tmp_path: Path) -> None:
    lines = [f'{key} = "{value}"' for key, value in SECRETS.items()]
    lines += ['iam_url = "http://127.0.0.1"', 'user = "u"', 'domain = "d"']
    target = resolve_target(profile(tmp_path, "http://127.0.0.1", credentials="\n".join(lines)), resolver=dns)
    text = json.dumps(describe(target))

    assert not [secret for secret in SECRETS.values() if secret in text]
    assert not [key for key in ("secret_key", "token", "password") if SECRETS[key] in repr(target)]
    assert describe(target)["credentials"] == ["token", "signature", "token from IAM"]


def test_the_machines_own_resolver_knows_loopback() -> None:
    assert is_loopback(parse_address("http://localhost:1"))
    assert is_loopback(parse_address("http://[::1]"))
    assert not is_loopback(parse_address("http://192.0.2.1"))


@pytest.mark.parametrize(
    ("text", "authority"),
    [
        ("http://127.0.0.1:80", "127.0.0.1"),
        ("https://127.0.0.1:443/", "127.0.0.1"),
        ("http://127.0.0.1:443", "127.0.0.1:443"),
        ("http://[::1]:8080/a/b/", "[::1]:8080"),
    ],
)
def test_the_host_header_omits_the_schemes_own_port(text: str, authority: str) -> None:
    assert parse_address(text).authority == authority
