"""Prepared requests are those that the signing module and the client would make, to the last byte that matters."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liveload.prepared import CredentialsMissing, Prepared, Proof, proofs
from liverec.client.composer import Composer
from liverec.document import load_document
from liverec.history import Action, Stream
from liverec.profile_file import reference_profile
from liverec.signing import parse_date, sign
from liverec.target import Target

PROFILE = reference_profile()
MOMENT = 1_795_388_331.25
names = st.text(min_size=1, max_size=40)
projects = st.text("abcXYZ019-_.~%é/", min_size=1, max_size=40)


def target(url: str = "http://127.0.0.1:8080", **credentials: Any) -> Target:
    profile = replace(PROFILE, url=url, credentials=replace(PROFILE.credentials, **credentials))
    return Target(profile=profile, url=url, is_loopback=True, max_requests_per_minute=None)


def split(request: bytes) -> tuple[str, str, dict[str, str], bytes]:
    head, _, body = request.partition(b"\r\n\r\n")
    line, *fields = head.decode().split("\r\n")
    method, where, version = line.split(" ")
    assert version == "HTTP/1.1"
    return method, where, dict(field.split(": ", 1) for field in fields), body


@settings(max_examples=40, deadline=None)
@given(
    commands=st.lists(
        st.tuples(st.sampled_from(Action), st.tuples(projects, names, names, names)), min_size=10, max_size=20
    ),
    secret=st.text("abc/+=é", min_size=1, max_size=90),
    second=st.integers(min_value=0, max_value=4_000_000_000),
)
def test_signature_is_the_signing_module_s(
    commands: list[tuple[Action, tuple[str, str, str, str]]], secret: str, second: int
) -> None:
    prepared = Prepared(target(secret_key=secret), proof="signature", utc=lambda: second + 0.999)

    for action, parts in commands:
        method, where, headers, body = split(prepared.command(action, Stream(*parts)).request())
        path, _, query = where.partition("?")
        moment = parse_date(headers["X-Sdk-Date"])
        assert moment is not None
        assert moment.timestamp() == second
        assert headers["Authorization"] == sign(
            method=method,
            path=path,
            query=query,
            headers={name: headers[name] for name in ("Content-Type", "Host", "X-Project-Id", "X-Sdk-Date")},
            body=body,
            access_key=str(PROFILE.credentials.access_key),
            secret_key=secret,
        )
        assert json.loads(body) == dict(zip(("publish_domain", "app", "stream"), parts[1:], strict=True))
        assert headers["Content-Length"] == str(len(body))


@pytest.mark.parametrize("proof", ["token", "signature"])
@pytest.mark.parametrize("url", ["http://127.0.0.1:8080", "https://live.example.net/region", "http://[::1]:9"])
@pytest.mark.parametrize("action", Action)
def test_request_is_the_one_that_verify_sends(proof: Proof, url: str, action: Action) -> None:
    stream = Stream(PROFILE.project_id, "publish.example.com", "live", 'größe "1" \\ 7')
    prepared = Prepared(target(url), proof=proof, utc=lambda: MOMENT)
    _, where, headers, body = split(prepared.command(action, stream).request())
    when = parse_date(headers.get("X-Sdk-Date", "20261122T225851Z"))
    assert when is not None
    composer = Composer(target(url), load_document(), token=lambda: str(PROFILE.credentials.token), utc=lambda: when)

    expected = composer.compose(query=f"action={action.value}", content=body, credentials=proof)

    assert (where, headers) == (expected.target, dict(expected.headers))


def test_a_command_is_signed_anew_every_second() -> None:
    now = [MOMENT]
    prepared = Prepared(target(), proof="signature", utc=lambda: now[0])
    command = prepared.command(Action.START, Stream("p", "d", "a", "s"))
    first, again = command.request(), command.request()
    now[0] += 1

    later = command.request()

    assert first == again
    dates = [split(one)[2]["X-Sdk-Date"] for one in (first, later)]
    assert dates[0] < dates[1]
    assert split(first)[2]["Authorization"] != split(later)[2]["Authorization"]


def test_a_command_is_recorded_as_the_history_names_it() -> None:
    stream = Stream("p", "d\n", 'a"', "sß")
    command = Prepared(target(), proof="token").command(Action.STOP, stream)

    assert json.loads(b"{" + command.recorded + b"}") == {"f": "STOP", "value": ["p", "d\n", 'a"', "sß"]}


def test_a_token_from_elsewhere_takes_the_profile_s_place() -> None:
    prepared = Prepared(target(), proof="token", token="issued-just-now")

    _, _, headers, _ = split(prepared.command(Action.START, Stream("p", "d", "a", "s")).request())

    assert headers["X-Auth-Token"] == "issued-just-now"


@pytest.mark.parametrize(
    ("given_credentials", "token", "kinds"),
    [
        ({}, None, ("token", "signature")),
        ({"token": None}, None, ("signature",)),
        ({"token": None}, "issued", ("token", "signature")),
        ({"access_key": None, "secret_key": None}, None, ("token",)),
        ({"access_key": None, "secret_key": None, "token": None}, None, ()),
    ],
)
def test_kinds_of_credentials_are_those_that_are_there(
    given_credentials: dict[str, None], token: str | None, kinds: tuple[Proof, ...]
) -> None:
    credentials = replace(PROFILE.credentials, **given_credentials)

    assert proofs(credentials, token=token) == kinds


def test_credentials_that_are_not_there_are_asked_for_by_name() -> None:
    with pytest.raises(CredentialsMissing, match="'signature'"):
        Prepared(target(access_key=None), proof="signature")
