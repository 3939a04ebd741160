"""The profile file: what it may say, and what is told when it does not say it."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from liverec.cli.profile import profile as profile_command
from liverec.profile import Credentials, Profile, StreamSet
from liverec.profile_file import ProfileError, load_profile, reference_profile, reference_profile_text

SECRET = "hunter2hunter2"
WHOLE = f"""\
url = "https://live.example.net/"
project_id = "p1"
allow = true
max_requests_per_minute = 60
reference_control = true

[credentials]
access_key = "AK"
secret_key = "{SECRET}"
token_env = "X_AUTH_TOKEN"

[streams.recordable]
publish_domain = "publish.example.com"
app = "live"
names = "rehearsal-{{n}}"
count = 200

[streams.unpushed]
publish_domain = "publish.example.com"
app = "live"
names = "unpushed-{{n}}"
count = 1
"""
ENVIRON = {"X_AUTH_TOKEN": "from-the-environment"}


def load(folder: Path, text: str | bytes, environ: dict[str, str] | None = None) -> Profile:
    path = folder / "my.toml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return load_profile(path, environ=ENVIRON if environ is None else environ)


def test_a_whole_profile_is_read(tmp_path: Path) -> None:
    assert load(tmp_path, WHOLE) == Profile(
        url="https://live.example.net",
        project_id="p1",
        credentials=Credentials(access_key="AK", secret_key=SECRET, token="from-the-environment"),
        recordable=StreamSet(publish_domain="publish.example.com", app="live", names="rehearsal-{n}", count=200),
        unpushed=StreamSet(publish_domain="publish.example.com", app="live", names="unpushed-{n}", count=1),
        allow=True,
        max_requests_per_minute=60,
        reference_control=True,
    )


@pytest.mark.parametrize("key", ["access_key", "secret_key", "token", "password"])
def test_each_secret_may_stand_in_the_environment(tmp_path: Path, key: str) -> None:
    lines = {"access_key": '"a"', "secret_key": '"s"', "token": '"t"', "password": '"p"'}
    lines |= {"iam_url": '"http://127.0.0.1"', "user": '"u"', "domain": '"d"'}
    given = "\n".join(f"{name} = {value}" for name, value in lines.items() if name != key)
    credentials = f'[credentials]\n{key}_env = "MY_SECRET"\n{given}\n[streams.recordable]'
    text = WHOLE[: WHOLE.index("[credentials]")] + credentials + WHOLE.partition("[streams.recordable]")[2]

    assert getattr(load(tmp_path, text, {"MY_SECRET": SECRET}).credentials, key) == SECRET


@pytest.mark.parametrize(
    ("old", "new", "line", "told"),
    [
        ("app = ", "apps = ", 14, "streams.recordable.apps: expected one of publish_domain, app, .*unknown key"),
        ("allow = true", "alow = true", 3, "alow: expected one of url, .*found an unknown key"),
        ("[streams.unpushed]", "[streams.unpush]", 18, "streams.unpush: expected one of recordable, "),
        ("allow = true", 'allow = "yes"', 3, "allow: expected true or false, found a string"),
        ('project_id = "p1"', "", 1, "project_id: expected a project id, found nothing"),
        ('project_id = "p1"', 'project_id = "p/1"', 2, "project_id: expected a project id"),
        ("count = 200", "count = 0", 16, "count: expected an integer from 1 to 100000, found 0"),
        ("count = 200", "count = 100001", 16, "count: .*found 100001"),
        ("count = 200", "count = true", 16, "count: .*found a boolean"),
        ("count = 200", "count = 2.0", 16, "count: .*found a float"),
        ("count = 200", "", 12, "streams.recordable.count: .*found nothing"),
        ("rehearsal-{n}", "rehearsal", 15, 'names: expected a name that contains {n}, found "rehearsal"'),
        ('app = "live"', 'app = ""', 14, "app: expected an application name, found an empty string"),
        ("https://live", "live", 1, "url: expected http"),
        ("https://live", f"https://me:{SECRET}@live", 1, "url: expected http.*without user"),
        ("max_requests_per_minute = 60", "max_requests_per_minute = -1", 4, "max_requests_per_minute: .*found -1"),
        ("[credentials]", "[credential]", 7, "credential: expected one of"),
        ('access_key = "AK"', "", 7, "credentials.access_key: expected access_key, secret_key together"),
        ('access_key = "AK"', "access_key = 7", 8, "access_key: expected printable.*found an integer"),
        (f'secret_key = "{SECRET}"', f'secret_key = ["{SECRET}"]', 9, "secret_key: .*found an array"),
        (f'secret_key = "{SECRET}"', f'secret_keys = "{SECRET}"', 9, "secret_keys: .*unknown key"),
        (f'"{SECRET}"', f'"{SECRET}\\n"', 9, "secret_key: expected printable"),
        (
            "token_env =",
            f'token = "{SECRET}"\ntoken_env =',
            10,
            "token: expected either token or token_env, found both",
        ),
        ('"X_AUTH_TOKEN"', '"NOT_SET"', 10, "token_env: .*found that NOT_SET is not"),
        ('"X_AUTH_TOKEN"', f'"{SECRET}"', 10, "token_env: .*found that it is not"),
        ('"X_AUTH_TOKEN"', f'"{SECRET}-"', 10, "token_env: expected the name of an environment variable"),
        ("token_env =", "user =", 7, "credentials.iam_url: expected iam_url, user, domain, password together"),
        ("[credentials]", "[credentials", 7, "expected TOML"),
        ('"AK"', f'"{SECRET}', 8, "expected TOML"),
        ("url =", 'url = "http://a"\nurl =', 2, "expected TOML"),
    ],
)
def test_what_is_wrong_is_told_with_its_place_and_without_secrets(
    tmp_path: Path, old: str, new: str, line: int, told: str
) -> None:
    with pytest.raises(ProfileError, match=told.replace("{", r"\{")) as error:
        load(tmp_path, WHOLE.replace(old, new, 1))

    assert str(error.value).startswith(f"{tmp_path}/my.toml:{line}: ")
    assert SECRET not in str(error.value)


def test_no_credentials_at_all_are_told(tmp_path: Path) -> None:
    text = WHOLE[: WHOLE.index("access_key")] + WHOLE[WHOLE.index("[streams.recordable]") :]

    with pytest.raises(ProfileError, match=r":7: credentials: expected a token.*found none of them"):
        load(tmp_path, text)


def test_a_secret_in_the_environment_is_not_told(tmp_path: Path) -> None:
    with pytest.raises(ProfileError, match="token_env: expected printable") as error:
        load(tmp_path, WHOLE, {"X_AUTH_TOKEN": f"{SECRET}\r\nX-Evil: 1"})

    assert SECRET not in str(error.value)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"\n\n\xff", "my.toml:3: expected UTF-8"),
        (b"a" * (256 * 1024 + 1), "expected at most 262144 bytes, found more"),
        (b"a = " + b"[" * 5000, "expected TOML"),
        (b"", "my.toml:1: url: expected a URL, found nothing"),
        (b"\xef\xbb\xbfurl = 1", "my.toml:1: url: expected a URL"),
    ],
    ids=["encoding", "size", "depth", "empty", "byte order mark"],
)
def test_what_is_no_profile_is_told(tmp_path: Path, content: bytes, told: str) -> None:
    with pytest.raises(ProfileError, match=told):
        load(tmp_path, content)


def test_a_folder_is_no_profile(tmp_path: Path) -> None:
    with pytest.raises(ProfileError, match="expected a file that can be read, found is a directory"):
        load_profile(tmp_path)


def test_the_reference_profile_is_local_public_and_controllable() -> None:
    profile = reference_profile()

    assert profile.url == "http://127.0.0.1:8080"
    assert profile.project_id == "0123456789abcdef0123456789abcdef"
    assert profile.recordable == StreamSet(
        publish_domain="publish.example.com", app="live", names="rehearsal-{n}", count=1000
    )
    assert profile.reference_control
    assert profile.other_rule
    assert profile.unpushed


def test_liverec_profile_prints_a_file_that_can_be_used(tmp_path: Path) -> None:
    printed = CliRunner().invoke(profile_command).output

    assert printed == reference_profile_text()
    assert load(tmp_path, printed, {}) == reference_profile()
