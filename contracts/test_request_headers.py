"""Table 3: a token, or Authorization with X-Sdk-Date and X-Project-Id."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest

from liverec.client import Exchange, Signing
from liverec.conformance.ledger import Kind
from liverec.conformance.trial import Trial
from liverec.conformance.verdicts import NotExercised, Undecided, Violation, answered, must_be_refused
from liverec.history import Action, Stream
from liverec.signing import MAX_SKEW, format_date

TURNED_AWAY = frozenset({401, 403})


def needs(trial: Trial, kind: str) -> None:
    if kind not in trial.client.credential_kinds:
        raise NotExercised(f"the profile has no {kind}: add it to [credentials]")


def must_let_in(identifier: str, exchange: Exchange) -> None:
    if exchange.status is None or exchange.error is not None:
        raise Undecided(answered(exchange))
    if exchange.status in TURNED_AWAY:
        raise Violation(identifier, f"valid credentials were answered {answered(exchange)}", exchange)


def judge_stranger(trial: Trial, identifier: str, what: str, stranger: Exchange, stream: Stream) -> None:
    """Judge that *stranger*, a START of *stream*, was refused, and for its credentials: with right ones it passes.

    A signature proves it wherever there is one: the provider locks an access key after a few failures in a row.
    """
    must_be_refused(identifier, what, stranger)
    proof = trial.command(Action.START, stream, credentials=trial.client.credential_kinds[-1])
    if proof.status != 200:
        raise Undecided(f"the same START with right credentials was answered {answered(proof)}")


@pytest.mark.requirement("authentication/token")
def test_token_is_accepted(trial: Trial) -> None:
    needs(trial, "token")
    exchange = trial.command(Action.START, trial.streams.recordable(), credentials="token")

    must_let_in("authentication/token", exchange)


@pytest.mark.requirement("authentication/signature")
def test_signature_is_accepted(trial: Trial) -> None:
    needs(trial, "signature")
    exchange = trial.command(Action.START, trial.streams.recordable(), credentials="signature")

    must_let_in("authentication/signature", exchange)


@pytest.mark.requirement("authentication/credentials-mandatory")
def test_credentials_are_mandatory(trial: Trial) -> None:
    stream = trial.streams.recordable()
    exchange = trial.variant(Kind.STRANGER, Action.START, stream, credentials="none")
    trial.observe("open/no-credentials-answer", answered(exchange), exchange)

    judge_stranger(trial, "authentication/credentials-mandatory", "a START without credentials", exchange, stream)


@pytest.mark.requirement("authentication/token-wrong")
def test_made_up_token_is_refused(trial: Trial) -> None:
    stream = trial.streams.recordable()
    exchange = trial.variant(
        Kind.STRANGER,
        Action.START,
        stream,
        credentials="none",
        headers={"X-Auth-Token": "no-token-that-anybody-issued"},
    )

    judge_stranger(trial, "authentication/token-wrong", "a START with a made-up token", exchange, stream)


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


@pytest.mark.requirement("authentication/authorization-mandatory")
def test_authorization_is_mandatory_for_signatures(trial: Trial) -> None:
    needs(trial, "signature")
    stream = trial.streams.recordable()
    exchange = signed(trial, stream, headers={"Authorization": None})

    judge_stranger(trial, "authentication/authorization-mandatory", "a START without Authorization", exchange, stream)


@pytest.mark.requirement("authentication/sdk-date-mandatory")
def test_sdk_date_is_mandatory_for_signatures(trial: Trial) -> None:
    needs(trial, "signature")
    stream = trial.streams.recordable()
    exchange = signed(trial, stream, headers={"X-Sdk-Date": None})

    judge_stranger(trial, "authentication/sdk-date-mandatory", "a signed START without X-Sdk-Date", exchange, stream)


@pytest.mark.requirement("authentication/signature-wrong")
def test_signature_with_another_secret_is_refused(trial: Trial) -> None:
    needs(trial, "signature")
    stream = trial.streams.recordable()
    exchange = signed(trial, stream, sign_with=Signing(secret_key="x" * 40))
    trial.observe("open/bad-signature-answer", answered(exchange), exchange)

    judge_stranger(trial, "authentication/signature-wrong", "a START signed with another secret", exchange, stream)


@pytest.mark.requirement("authentication/signature-covers-request")
@pytest.mark.parametrize("part", ["body", "body, whose hash it declares", "query"])
def test_signature_covers_the_request(trial: Trial, part: str) -> None:
    needs(trial, "signature")
    stream = trial.streams.recordable()
    body = trial.client.body(trial.streams.recordable())
    wrong = Signing(query="action=STOP") if part == "query" else Signing(body=body)
    declared = {"X-Sdk-Content-Sha256": sha256(body).hexdigest()} if "declares" in part else {}
    exchange = signed(trial, stream, sign_with=wrong, headers=declared)

    what = f"a START whose signature was made for another {part}"
    judge_stranger(trial, "authentication/signature-covers-request", what, exchange, stream)


@pytest.mark.requirement("authentication/date-skew")
def test_old_signature_is_refused(trial: Trial) -> None:
    needs(trial, "signature")
    stream = trial.streams.recordable()
    old = format_date(datetime.now(UTC) - MAX_SKEW - timedelta(minutes=5))
    exchange = signed(trial, stream, headers={"X-Sdk-Date": old})

    judge_stranger(trial, "authentication/date-skew", "a START signed 20 minutes ago", exchange, stream)


def test_signature_without_the_project_header_is_observed(trial: Trial) -> None:
    needs(trial, "signature")
    stream = trial.streams.recordable()
    exchange = trial.variant(Kind.OPEN, Action.START, stream, credentials="signature", headers={"X-Project-Id": None})

    trial.observe("open/project-header-absent", answered(exchange), exchange)


def signed(trial: Trial, stream: Stream, **how: object) -> Exchange:
    return trial.variant(Kind.STRANGER, Action.START, stream, credentials="signature", **how)
