"""Table 3: the signature that Authorization carries instead of a token."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest

from liverec.client import Signing
from liverec.command import command_path
from liverec.conformance.ledger import Kind
from liverec.conformance.refusals import Wrong, differing
from liverec.conformance.strangers import judge_strangers, needs, signature_of, signed
from liverec.conformance.trial import Trial
from liverec.conformance.verdicts import answered
from liverec.history import Action, Stream
from liverec.signing import MAX_SKEW, UNSIGNED_PAYLOAD, format_date

NOBODYS_KEY = "NOBODYSACCESSKEY0000"
NOBODYS_PROJECT = "f" * 32


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
            **key_in_another_case(trial),
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


def key_in_another_case(trial: Trial) -> Mapping[str, Wrong]:
    key = trial.target.profile.credentials.access_key or ""
    if key.swapcase() == key:
        return {}
    return {"signed for an access key in other letter case": signed(sign_with=Signing(access_key=key.swapcase()))}


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
