"""Under the page: HTTP/1.1. One whole answer to every request, and only POST carries a command out.

Requests that keep to HTTP are judged by it; what a server makes of others is observed.
"""

from contextlib import suppress

import pytest

from liverec.conformance.answers import falsely_encoded, given_twice, not_decoded, repeated_headers
from liverec.conformance.conversation import FRESH, composed, plain_question
from liverec.conformance.ledger import Kind, Ledger, came_late
from liverec.conformance.session import Session
from liverec.conformance.trial import Trial
from liverec.conformance.verdicts import NotExercised, Undecided, Violation, answered
from liverec.conformance.volume import carry_out_volume
from liverec.history import Action
from liverec.report.text import counted

ROUNDS = 8
RARE_METHODS = {"OPTIONS", "PATCH"}
SHARE = 6  # of the time that the run may take, one part in so many


@pytest.mark.requirement("http/answered")
def test_every_request_is_answered(trial: Trial, answers: Ledger) -> None:
    """On connections of their own: a server may close a kept one between two requests."""
    with suppress(Undecided):
        for _ in range(ROUNDS // 2 if trial.thin else ROUNDS):
            stream = trial.streams.recordable()
            for action in (Action.START, Action.STOP):
                trial.variant(Kind.COMMAND, action, stream, headers=FRESH)

    for exchange in answers.lost_replies(died=bool(trial.contact.lost)):
        raise Violation("http/answered", f"no whole answer came: {exchange.error}", exchange)
    late = sum(came_late(entry.exchange) for entry in answers.entries())
    if late:
        trial.notes.append(f"{counted(late, 'answer')} came only after the time that an answer is waited for")
    refused = answers.refusals()
    if len(refused) > 1:
        why = f"{len(refused)} connections were refused, and accepted when they were asked for again"
        raise Violation("http/answered", why, *refused[:2])
    if trial.contact.lost:
        raise Undecided(trial.contact.lost)


@pytest.mark.requirement("http/own-answer")
def test_each_of_many_commands_gets_its_own_answer(liverec_session: Session) -> None:
    """What is lost among them is told above, what is forgotten stands in the history."""
    trial, volume = liverec_session.trial, liverec_session.volume
    if trial.thin:
        raise NotExercised("many commands are left out on a target with a quota")
    carry_out_volume(trial, volume, most=trial.budget.volume, seconds=trial.budget.seconds / SHARE)
    swapped = volume.swapped()
    if swapped is not None:
        why = "of two commands sent together each got an answer like the other's: "
        why += f"one that must be accepted, and is if it comes alone, was answered {answered(swapped[0])}"
        why += f", and a START of a stream that nobody knows was answered {answered(swapped[1])}"
        raise Violation("http/own-answer", why, *swapped)


@pytest.mark.requirement("http/well-formed")
@pytest.mark.parametrize("coding", ["identity", "gzip"])
def test_answers_are_well_formed(trial: Trial, coding: str) -> None:
    if trial.thin and coding != "identity":
        raise NotExercised("compressed answers are left out on a target with a quota")
    known = trial.streams.recordable()
    for action, stream in ((Action.START, known), (Action.STOP, known), (Action.START, trial.streams.unknown())):
        request = trial.client.compose(
            query=f"action={action.value}",
            content=trial.client.body(stream),
            project_id=stream.project_id,
            headers={"Accept-Encoding": coding},
        )
        found = trial.raw(Kind.OUTSIDE if coding != "identity" else Kind.OPEN, request.as_bytes())
        answer = found.answer
        why = answer.problem or ("bytes follow the answer" if answer.excess else None)
        why = why or (None if answer.complete else "the answer breaks off") or not_decoded(found.exchange)
        if found.received and why is not None:
            raise Violation("http/well-formed", why, found.exchange)


@pytest.mark.requirement("http/well-formed")
def test_all_answers_are_well_formed(trial: Trial, answers: Ledger) -> None:
    # what follows a body in chunks is for the test of such bodies to say
    strays = [one for one in trial.client.strays if not one.is_chunked]
    for exchange in (*answers.malformed(died=bool(trial.contact.lost)), *strays):
        raise Violation("http/well-formed", exchange.error or "", exchange)


@pytest.mark.requirement("http/well-formed")
def test_no_answer_contradicts_itself_in_its_headers(trial: Trial, answers: Ledger) -> None:
    whole = [entry.exchange for entry in answers.entries() if entry.exchange.error is None]
    names = {name: exchange for exchange in whole for name in repeated_headers(exchange)}
    if names:
        trial.observe("open/repeated-headers", " and ".join(sorted(names)), *list(names.values())[:2])
    for exchange in whole:
        why = given_twice(exchange) or falsely_encoded(exchange)
        if why is not None:
            raise Violation("http/well-formed", why, exchange)


@pytest.mark.requirement("http/method")
@pytest.mark.parametrize("method", ["OPTIONS", "PATCH", "GET", "PUT", "DELETE"])
def test_only_post_carries_a_command_out(trial: Trial, method: str) -> None:
    if trial.thin and method in RARE_METHODS:
        raise NotExercised("the rarer methods are left out on a target with a quota")
    stream = trial.recording()
    wrong = trial.variant(Kind.OUTSIDE, Action.STOP, stream, method=method)
    trial.observe("open/method-answer", answered(wrong), wrong)
    after = trial.command(Action.STOP, stream)

    if after.status in {400, 404}:
        raise Violation(
            "http/method", f"after {method} with action=STOP, STOP was answered {answered(after)}", wrong, after
        )


def test_old_http_is_observed(trial: Trial) -> None:
    request = composed(trial, plain_question(trial)).as_bytes().replace(b" HTTP/1.1\r\n", b" HTTP/1.0\r\n", 1)
    found = trial.raw(Kind.OUTSIDE, request)  # whoever knows HTTP/1.1 alone refuses it below the service

    chunked = "" if found.exchange.header("Transfer-Encoding") is None else ", in chunks"  # which it may not understand
    told = f"{answered(found.exchange)}, in {found.exchange.version}{chunked}"
    trial.observe("open/old-http", told, found.exchange)


def test_spelling_of_the_request_id_is_observed(trial: Trial, answers: Ledger) -> None:
    names = {
        name: exchange
        for exchange in answers.answers(200, 400, 404)
        for name, _ in exchange.headers
        if name.lower() == "x-request-id"
    }
    if names:
        trial.observe("open/header-case", " and ".join(sorted(names)), *list(names.values())[:2])
