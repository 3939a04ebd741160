"""Table 3: a token, or Authorization with X-Sdk-Date and X-Project-Id."""

import re
from collections import Counter
from typing import Any

import pytest

from liverec.client import Exchange, Signing
from liverec.clock import NANOSECONDS
from liverec.command import command_path
from liverec.conformance.conversation import FRESH
from liverec.conformance.ledger import Kind, Ledger
from liverec.conformance.strangers import judge_strangers, needs, signed, with_headers
from liverec.conformance.trial import Trial
from liverec.conformance.verdicts import NotExercised, Undecided, Violation, answered, is_success
from liverec.history import Action

UNAUTHORIZED = 401
TURNED_AWAY = frozenset({UNAUTHORIZED, 403})
SOON_NS = NANOSECONDS
DATELESS = ("content-type", "host", "x-project-id")
NOBODYS_KEY = "NOBODYSACCESSKEY0000"


def proof_in(exchange: Exchange, header: str) -> str | None:
    return next((value for name, value in exchange.request_headers if name.lower() == header), None)


def must_let_in(identifier: str, exchange: Exchange) -> None:
    if exchange.status is None or exchange.error is not None:
        raise Undecided(answered(exchange))
    if exchange.status in TURNED_AWAY:
        raise Violation(identifier, f"valid credentials were answered {answered(exchange)}", exchange)


@pytest.mark.requirement("authentication/token")
def test_token_is_accepted(trial: Trial) -> None:
    needs(trial, "token")
    stream = trial.streams.recordable()
    for action in Action:
        must_let_in("authentication/token", trial.command(action, stream, credentials="token"))


@pytest.mark.requirement("authentication/token")
def test_token_is_accepted_in_a_header_in_small_letters(trial: Trial) -> None:
    """RFC 9110, section 5.1: field names have no case; what passes a proxy of HTTP/2 comes in small letters."""
    needs(trial, "token")
    if trial.thin:
        raise NotExercised("names in small letters are left out on a target with a quota")
    stream = trial.recording()
    token = dict(trial.client.compose(credentials="token").headers)["X-Auth-Token"]
    headers = {"x-auth-token": token}
    exchange = trial.variant(Kind.COMMAND, Action.STOP, stream, credentials="none", headers=headers)

    must_let_in("authentication/token", exchange)


@pytest.mark.requirement("authentication/signature")
def test_signature_is_accepted(trial: Trial) -> None:
    needs(trial, "signature")
    stream = trial.streams.recordable()
    for action in Action:
        must_let_in("authentication/signature", trial.command(action, stream, credentials="signature"))


@pytest.mark.parametrize(
    ("identifier", "header"),
    [
        pytest.param(identifier, header, id=header, marks=pytest.mark.requirement(identifier))
        for identifier, header in (
            ("authentication/token", "x-auth-token"),
            ("authentication/signature", "authorization"),
        )
    ],
)
def test_no_valid_credentials_are_turned_away_now_and_then(answers: Ledger, identifier: str, header: str) -> None:
    """By what came before and after: who locks a caller out, after all the wrong ones, does so for longer."""
    commands = [entry.exchange for entry in answers.entries(Kind.COMMAND) if entry.exchange.error is None]
    proved = [(proof_in(one, header), one) for one in commands]
    alike = sorted(((proof, one) for proof, one in proved if proof), key=lambda pair: pair[1].invoked_ns)
    times = Counter(proof for proof, _ in alike)
    turned_away = [
        (before, one, after)
        for (_, before), (proof, one), (_, after) in zip(alike, alike[1:], alike[2:], strict=False)
        if one.status == UNAUTHORIZED
        and {before.status, after.status} <= {200, 400, 404}
        and after.invoked_ns - before.completed_ns < SOON_NS
        and (header == "x-auth-token" or times[proof] == 1)  # a signature that comes again may be turned away
    ]
    if len(turned_away) > 1:
        why = f"{len(turned_away)} of {len(alike)} commands with valid credentials were answered {UNAUTHORIZED}"
        raise Violation(identifier, why, *turned_away[0])


@pytest.mark.requirement("authentication/credentials-mandatory", "status/no-effect")
def test_credentials_are_mandatory(trial: Trial) -> None:
    judge_strangers(
        trial,
        "authentication/credentials-mandatory",
        {
            "without credentials": with_headers({}),
            "with an empty token": with_headers({"X-Auth-Token": ""}),
            "with a bearer token": with_headers({"Authorization": "Bearer no-token-that-anybody-issued"}),
            "with an empty Authorization": with_headers({"Authorization": ""}),
            "with a user's name and password": with_headers({"Authorization": "Basic bm9ib2R5Om5vYm9keQ=="}),
        },
        answer="open/no-credentials-answer",
    )


@pytest.mark.requirement("authentication/credentials-mandatory")
@pytest.mark.parametrize(
    "form",
    [
        "in chunks",
        "to a path with a slash at its end",
        "to a path with two slashes",
        "to a path with a parameter",
        "to a path in capitals",
    ],
)
def test_credentials_are_mandatory_in_every_form(trial: Trial, form: str) -> None:
    """Whether such a request is a command at all is the server's choice."""
    if trial.thin:
        raise NotExercised("other forms of a request are left out on a target with a quota")
    stream = trial.recording()
    body, path = trial.client.body(stream), command_path(trial.document, stream.project_id)
    forms: dict[str, dict[str, Any]] = {
        "in chunks": {"content": [body[:10], body[10:]], "headers": FRESH},
        "to a path with a slash at its end": {"path": f"{path}/"},
        "to a path with two slashes": {"path": f"/{path}"},
        "to a path with a parameter": {"path": f"{path};a=1"},
        "to a path in capitals": {"path": path.replace("/v1/", "/V1/")},
    }
    exchange = trial.variant(Kind.STRANGER, Action.STOP, stream, credentials="none", **forms[form])

    if is_success(exchange):
        why = f"a STOP without credentials, sent {form}, was answered {answered(exchange)}"
        raise Violation("authentication/credentials-mandatory", why, exchange)


@pytest.mark.requirement("authentication/token-wrong", "status/no-effect")
def test_token_that_nobody_issued_is_refused(trial: Trial) -> None:
    made_up = {"with a made-up token": "no-token-that-anybody-issued"}
    tokens = {**made_up, **(altered_tokens(trial) if "token" in trial.client.credential_kinds else {})}
    wrong = {what: with_headers({"X-Auth-Token": token}) for what, token in tokens.items()}
    made_up_signature = f"SDK-HMAC-SHA256 Access={NOBODYS_KEY}, SignedHeaders=host, Signature={'0' * 64}"
    wrong["with a made-up token and a made-up signature"] = with_headers(
        {"X-Auth-Token": "no-token-that-anybody-issued", "Authorization": made_up_signature}
    )

    judge_strangers(trial, "authentication/token-wrong", wrong)


def altered_tokens(trial: Trial) -> dict[str, str]:
    """Return what differs from the profile's token, but for its letter case where it may be a number."""
    headers = dict(trial.client.compose(credentials="token").headers)
    token = headers["X-Auth-Token"]
    last = "A" if token[-1] != "A" else "B"
    altered = {
        "with a token whose last character differs": token[:-1] + last,
        "with the beginning of a token": token[: max(1, len(token) // 2)],
        "with more than a token": f"{token}{last}",
        "with a token without its last character": token[:-1],
        "with a token without its first character": token[1:],
        "with something before a token": f"{last}{token}",
        "with a token and another word": f"{token} {last}",
        "with a token and a parameter": f"{token};{last}",
        "with a token in other letter case": token.swapcase(),
    }
    number = re.fullmatch(r"[0-9A-Fa-f-]+", token)
    return {what: value for what, value in altered.items() if value and value.lower() != (number and token.lower())}


@pytest.mark.requirement("authentication/token-issued")
def test_token_is_issued_by_iam(trial: Trial) -> None:
    if trial.target.profile.credentials.iam_url is None:
        raise NotExercised("the profile names no IAM: add iam_url, user, domain and password_env to [credentials]")
    issued, token = trial.client.issue_token()
    if token is None:
        raise Undecided(f"IAM gave no token: {answered(issued)}")
    exchange = trial.variant(
        Kind.COMMAND,
        Action.START,
        trial.streams.recordable(),
        credentials="none",
        headers={"X-Auth-Token": token},
    )

    must_let_in("authentication/token-issued", exchange)


@pytest.mark.requirement("authentication/authorization-mandatory", "status/no-effect")
def test_authorization_is_mandatory_for_signatures(trial: Trial) -> None:
    needs(trial, "signature")
    wrong = {"without Authorization": signed(headers={"Authorization": None})}

    judge_strangers(trial, "authentication/authorization-mandatory", wrong)


@pytest.mark.requirement("authentication/sdk-date-mandatory", "status/no-effect")
def test_sdk_date_is_mandatory_for_signatures(trial: Trial) -> None:
    needs(trial, "signature")
    wrong = {
        "without X-Sdk-Date": signed(headers={"X-Sdk-Date": None}),
        "with an empty X-Sdk-Date": signed(headers={"X-Sdk-Date": ""}),
        "without X-Sdk-Date, signed over an empty one": signed(
            headers={"X-Sdk-Date": None}, sign_with=Signing(headers={"X-Sdk-Date": ""})
        ),
        "without X-Sdk-Date, which its signature does not name": signed(
            headers={"X-Sdk-Date": None}, sign_with=Signing(headers={"X-Sdk-Date": ""}, signed=DATELESS)
        ),
    }

    judge_strangers(trial, "authentication/sdk-date-mandatory", wrong)
