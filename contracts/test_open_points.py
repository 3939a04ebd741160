"""What the page leaves open and single requests can show: observed, never judged."""

from typing import Any

import pytest

from liverec.client import Exchange, Signing
from liverec.conformance.judged import JudgedHistory
from liverec.conformance.ledger import Kind, Ledger
from liverec.conformance.observing import observe_contradiction, observe_history
from liverec.conformance.preflight import Isolation
from liverec.conformance.session import Session
from liverec.conformance.trial import Trial
from liverec.conformance.verdicts import NotExercised, answered, is_success
from liverec.history import Action


def test_order_of_validation_is_observed(trial: Trial) -> None:
    stream = trial.streams.unknown()
    exchange = trial.variant(Kind.STRANGER, Action.START, stream, credentials="none", query=None, content=b"{")

    first = "credentials before the request" if exchange.status in {401, 403} else "the request before credentials"
    trial.observe("open/validation-order", f"{first} ({answered(exchange)})", exchange)


def test_both_credentials_are_observed(trial: Trial) -> None:
    if set(trial.client.credential_kinds) != {"token", "signature"}:
        raise NotExercised("the profile has one kind of credentials only")
    token = dict(trial.client.compose(credentials="token").headers)["X-Auth-Token"]
    stream = trial.streams.recordable()

    def start_with(token: str, signing: Signing) -> Exchange:
        parts: dict[str, Any] = {"headers": {"X-Auth-Token": token}, "sign_with": signing}
        return trial.variant(Kind.OPEN, Action.START, stream, credentials="signature", **parts)

    right_token = start_with(token, Signing(secret_key="x" * 40))
    right_signature = start_with("no-token-that-anybody-issued", Signing())
    lets_in = (right_token.status not in {401, 403}, right_signature.status not in {401, 403})
    told = {
        (True, False): "the token counts",
        (False, True): "the signature counts",
        (False, False): "both must hold",
        (True, True): "either is enough",
    }[lets_in]
    trial.observe("open/both-credentials", told, right_token, right_signature)


def test_meaning_of_a_200_is_observed(trial: Trial) -> None:
    exchange = trial.command(Action.STOP, trial.recording())

    told = "recording has begun: a STOP at once is accepted" if is_success(exchange) else answered(exchange)
    trial.observe("open/ok-meaning", told, exchange)


def test_commands_about_interrupted_streams_are_observed(trial: Trial) -> None:
    if trial.control is None:
        raise NotExercised("nobody can interrupt a push here: only a reference server's control plane can")
    threshold = trial.control.interruption_threshold_s
    short, long = trial.recording(), trial.recording()
    for stream in (short, long):
        trial.control.interrupt(stream)
    trial.wait(threshold / 3)
    during = trial.variant(Kind.OPEN, Action.START, short)
    trial.control.resume(short)
    resumed = trial.variant(Kind.OPEN, Action.STOP, short)
    trial.wait(threshold + 0.2)
    ended = trial.variant(Kind.OPEN, Action.STOP, long)

    trial.observe("open/start-during-interruption", answered(during), during)
    trial.observe("open/short-interruption", f"a STOP after it is answered {answered(resumed)}", resumed)
    trial.observe("open/stop-after-interruption", answered(ended), ended)


def test_request_id_of_the_gateway_is_observed(trial: Trial, answers: Ledger) -> None:
    for entry in answers.entries(Kind.STRANGER):
        if entry.exchange.status in {401, 403}:
            given = entry.exchange.request_id
            formed = given and trial.document.request_id_pattern.fullmatch(given)
            told = "one of the documented form" if formed else "one of another form" if given else "none"
            trial.observe("open/gateway-request-id", told, entry.exchange)


def test_window_scope_is_observed(trial: Trial, isolated: Isolation) -> None:
    if isolated.after is not None:
        told = "other streams of the app are free" if is_success(isolated.after) else answered(isolated.after)
        trial.observe("open/window-scope", told, isolated.after)


def test_answers_about_unknown_streams_are_compared(liverec_session: Session, answers: Ledger) -> None:
    del answers  # only so that this is not overwritten by what a single request shows
    found = {answered(one.exchange): one.exchange for one in liverec_session.volume.asked if not one.accepted}
    if len(found) > 1:
        observe_contradiction(liverec_session.trial, "open/unknown-domain-answer", found)


def test_history_is_observed(trial: Trial, judged: JudgedHistory) -> None:
    observe_history(trial, judged)


# What no test here can show, with what it would take.
UNSEEN = {
    "open/window-clock": "cannot be told from outside: client and server clocks agree within the time of a request",
    "open/expired-token-answer": "needs a token that has expired",
    "open/no-permission-answer": "needs credentials without the permission live:record:createCommand",
    "open/quota-count": "needs to use the quota up, which a contract test must not",
    "open/overload-answer": "needs overload: a matter for a load test",
}


@pytest.mark.parametrize("identifier", [pytest.param(one, marks=pytest.mark.requirement(one)) for one in UNSEEN])
def test_point_cannot_be_shown(liverec_session: Session, identifier: str) -> None:
    del liverec_session  # what is said is kept there
    raise NotExercised(UNSEEN[identifier])
