"""Table 3: a token, or Authorization with X-Sdk-Date and X-Project-Id."""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest

from liverec.client import Exchange, Signing
from liverec.clock import NANOSECONDS
from liverec.command import command_path
from liverec.conformance.ledger import Kind, Ledger
from liverec.conformance.refusals import Wrong, differing, must_all_be_refused
from liverec.conformance.trial import Trial
from liverec.conformance.verdicts import NotExercised, Undecided, Violation, answered, is_success
from liverec.history import Action, Stream
from liverec.signing import MAX_SKEW, UNSIGNED_PAYLOAD, format_date

UNAUTHORIZED = 401
TURNED_AWAY = frozenset({UNAUTHORIZED, 403})
SOON_NS = NANOSECONDS
DATELESS = ("content-type", "host", "x-project-id")
NOBODYS_KEY = "NOBODYSACCESSKEY0000"
NOBODYS_PROJECT = "f" * 32


def needs(trial: Trial, kind: str) -> None:
    if kind not in trial.client.credential_kinds:
        raise NotExercised(f"the profile has no {kind}: add it to [credentials]")


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
    ("kind", "header"),
    [
        pytest.param(kind, header, id=kind, marks=pytest.mark.requirement(f"authentication/{kind}"))
        for kind, header in (("token", "x-auth-token"), ("signature", "authorization"))
    ],
)
def test_no_valid_credentials_are_turned_away_now_and_then(answers: Ledger, kind: str, header: str) -> None:
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
        raise Violation(f"authentication/{kind}", why, *turned_away[0])


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
@pytest.mark.parametrize("form", ["in chunks", "to a path with a slash at its end", "to a path with two slashes"])
def test_credentials_are_mandatory_in_every_form(trial: Trial, form: str) -> None:
    """Whether such a request is a command at all is the server's choice."""
    if trial.thin:
        raise NotExercised("other forms of a request are left out on a target with a quota")
    stream = trial.recording()
    body, path = trial.client.body(stream), command_path(trial.document, stream.project_id)
    forms: dict[str, dict[str, Any]] = {
        "in chunks": {"content": [body[:10], body[10:]]},
        "to a path with a slash at its end": {"path": f"{path}/"},
        "to a path with two slashes": {"path": f"/{path}"},
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


@pytest.mark.requirement("authentication/signature-wrong", "status/no-effect")
def test_signature_that_nobody_can_make_is_refused(trial: Trial) -> None:
    needs(trial, "signature")

    def changed(change: Callable[[str, str], str]) -> Wrong:
        """Return a request whose Authorization was right, until *change* made it anew of its claims and signature."""

        def wrong(action: Action, stream: Stream) -> Mapping[str, Any]:
            right = trial.client.compose(
                query=f"action={action.value}", content=trial.client.body(stream), credentials="signature"
            )
            headers: dict[str, str] = dict(right.headers)
            claims, _, signature = headers["Authorization"].rpartition(", Signature=")
            kept = {name: headers[name] for name in ("X-Sdk-Date", "X-Project-Id")}
            return {"credentials": "none", "headers": {**kept, "Authorization": change(claims, signature)}}

        return wrong

    judge_strangers(
        trial,
        "authentication/signature-wrong",
        {
            "signed with another secret": signed(sign_with=Signing(secret_key="x" * 40)),
            "signed for an unknown access key": signed(sign_with=Signing(access_key=NOBODYS_KEY)),
            "signed for an unknown access key with an empty secret": signed(
                sign_with=Signing(access_key=NOBODYS_KEY, secret_key="")
            ),
            "signed with an empty secret": signed(sign_with=Signing(secret_key="")),
            "without the end of its signature": changed(lambda claims, made: f"{claims}, Signature={made[:8]}"),
            "without its signature's last digit": changed(lambda claims, made: f"{claims}, Signature={made[:-1]}"),
            "whose signature has another last digit": changed(
                lambda claims, made: f"{claims}, Signature={made[:-1]}{'1' if made[-1] == '0' else '0'}"
            ),
            "whose signature has another first digit": changed(
                lambda claims, made: f"{claims}, Signature={'1' if made[0] == '0' else '0'}{made[1:]}"
            ),
            "with more than its signature": changed(lambda claims, made: f"{claims}, Signature={made}{made[-1]}"),
            "with zeros for a signature": changed(lambda claims, made: f"{claims}, Signature={'0' * len(made)}"),
            "with zeros for a signature of another algorithm": changed(
                lambda claims, made: f"SDK-HMAC-SM3 {claims.partition(' ')[2]}, Signature={'0' * len(made)}"
            ),
            "with an empty signature": changed(lambda claims, _: f"{claims}, Signature="),
            "without a signature in Authorization": changed(lambda claims, _: claims),
        },
        answer="open/bad-signature-answer",
    )


@pytest.mark.requirement("authentication/signature-covers-request", "status/no-effect")
def test_signature_covers_the_request(trial: Trial) -> None:
    needs(trial, "signature")

    def for_another_action(action: Action, _stream: Stream) -> Mapping[str, Any]:
        other = Action.STOP if action is Action.START else Action.START
        return signature_of(query=f"action={other.value}")

    def for_another_body(*, hashed: bool) -> Wrong:
        def wrong(_action: Action, stream: Stream) -> Mapping[str, Any]:
            body = trial.client.body(stream._replace(stream=f"{stream.stream}0"))
            declared = {"X-Sdk-Content-Sha256": sha256(body).hexdigest()} if hashed else {}
            return {**signature_of(body=body), "headers": declared}

        return wrong

    def declared_unsigned_later(_action: Action, stream: Stream) -> Mapping[str, Any]:
        body = trial.client.body(stream._replace(stream=f"{stream.stream}0"))
        before = {"X-Sdk-Content-Sha256": ""}
        covered = ("content-type", "host", "x-project-id", "x-sdk-date")
        return {
            **signature_of(body=body, headers=before, signed=covered),
            "headers": {"X-Sdk-Content-Sha256": UNSIGNED_PAYLOAD},
        }

    earlier = format_date(datetime.now(UTC) - timedelta(minutes=2))
    path = command_path(trial.document, NOBODYS_PROJECT)
    judge_strangers(
        trial,
        "authentication/signature-covers-request",
        {
            "signed for the other action": for_another_action,
            "signed for another body": for_another_body(hashed=False),
            "signed for another body, whose hash it declares": for_another_body(hashed=True),
            "signed for another body, declared unsigned later": declared_unsigned_later,
            "signed for another project's path": differing(**signature_of(path=path)),
            "signed for another method": differing(**signature_of(method="PUT")),
            "signed with another X-Sdk-Date": differing(**signature_of(headers={"X-Sdk-Date": earlier})),
            "signed with another X-Project-Id": differing(**signature_of(headers={"X-Project-Id": NOBODYS_PROJECT})),
            "signed with another Content-Type": differing(**signature_of(headers={"Content-Type": "text/plain"})),
            "signed with another Host": differing(**signature_of(headers={"Host": "live.invalid"})),
        },
    )


@pytest.mark.requirement("authentication/date-skew", "status/no-effect")
def test_signature_of_another_time_is_refused(trial: Trial) -> None:
    needs(trial, "signature")
    beyond = MAX_SKEW + timedelta(minutes=5)
    now = datetime.now(UTC)
    dates = {
        "signed 20 minutes ago": format_date(now - beyond),
        "signed 20 minutes ahead": format_date(now + beyond),
        "signed a day ago, in another form": f"{now - timedelta(days=1):%Y-%m-%dT%H:%M:%SZ}",
        "signed a day ago": format_date(now - timedelta(days=1)),
        "signed in 1970": "19700101T000000Z",
        "signed at the end of time": "99991231T235959Z",
    }
    wrong = {what: signed(headers={"X-Sdk-Date": date}) for what, date in dates.items()}

    judge_strangers(trial, "authentication/date-skew", wrong)


def test_signature_without_the_project_header_is_observed(trial: Trial) -> None:
    needs(trial, "signature")
    stream = trial.streams.recordable()
    exchange = trial.variant(Kind.OPEN, Action.START, stream, credentials="signature", headers={"X-Project-Id": None})

    trial.observe("open/project-header-absent", answered(exchange), exchange)


def judge_strangers(trial: Trial, identifier: str, wrong: Mapping[str, Wrong], *, answer: str | None = None) -> None:
    must_all_be_refused(trial, identifier, wrong, kind=Kind.STRANGER, answer=answer)


def with_headers(headers: Mapping[str, str]) -> Wrong:
    return differing(credentials="none", headers=headers)


def signed(**how: Any) -> Wrong:
    return differing(credentials="signature", **how)


def signature_of(**other: Any) -> Mapping[str, Any]:
    return {"credentials": "signature", "sign_with": Signing(**other)}
