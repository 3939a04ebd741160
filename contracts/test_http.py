"""Under the page: HTTP/1.1. One whole answer to every request, and only POST carries a command out."""

from contextlib import suppress

import pytest

from liverec.conformance.ledger import Kind, Ledger
from liverec.conformance.session import Session
from liverec.conformance.trial import Trial
from liverec.conformance.verdicts import NotExercised, Undecided, Violation, answered, is_success
from liverec.conformance.volume import carry_out_volume
from liverec.history import Action

FRESH = {"Connection": "close"}
ROUNDS = 8
LENGTH_REQUIRED = 411
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
    refused = answers.refusals()
    if len(refused) > 1:
        why = f"{len(refused)} connections were refused, and accepted when they were asked for again"
        raise Violation("http/answered", why, *refused[:2])
    if trial.contact.lost:
        raise Undecided(trial.contact.lost)


@pytest.mark.requirement("http/answered")
def test_each_of_many_commands_gets_its_own_answer(liverec_session: Session) -> None:
    """What is lost among them is told above; what is forgotten stands in the history."""
    trial, volume = liverec_session.trial, liverec_session.volume
    if trial.thin:
        raise NotExercised("many commands are left out on a target with a quota")
    carry_out_volume(trial, volume, most=trial.budget.volume, seconds=trial.budget.seconds / SHARE)
    swapped = volume.swapped()
    if swapped is not None:
        why = "of two commands sent together each got the other's answer: "
        why += f"a command that must be accepted was answered {answered(swapped[0])}"
        why += f", and a START of a stream that nobody knows was answered {answered(swapped[1])}"
        raise Violation("http/answered", why, *swapped)


@pytest.mark.requirement("http/well-formed")
def test_answers_are_well_formed(trial: Trial) -> None:
    known = trial.streams.recordable()
    for action, stream in ((Action.START, known), (Action.STOP, known), (Action.START, trial.streams.unknown())):
        request = trial.client.compose(
            query=f"action={action.value}", content=trial.client.body(stream), project_id=stream.project_id
        )
        found = trial.raw(Kind.OPEN, request.as_bytes())
        answer = found.answer
        if found.received and (answer.problem or answer.excess or not answer.complete):
            why = answer.problem or ("bytes follow the answer" if answer.excess else "the answer breaks off")
            raise Violation("http/well-formed", why, found.exchange)


@pytest.mark.requirement("http/well-formed")
def test_all_answers_are_well_formed(trial: Trial, answers: Ledger) -> None:
    # what follows a body in chunks is for the test of such bodies to say
    strays = [one for one in trial.client.strays if not one.is_chunked]
    for exchange in (*answers.malformed(died=bool(trial.contact.lost)), *strays):
        raise Violation("http/well-formed", exchange.error or "", exchange)


@pytest.mark.requirement("http/method")
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
def test_only_post_carries_a_command_out(trial: Trial, method: str) -> None:
    stream = trial.recording()
    wrong = trial.variant(Kind.OUTSIDE, Action.STOP, stream, method=method)
    trial.observe("open/method-answer", answered(wrong), wrong)
    after = trial.command(Action.STOP, stream)

    if after.status in {400, 404}:
        raise Violation(
            "http/method", f"after {method} with action=STOP, STOP was answered {answered(after)}", wrong, after
        )


@pytest.mark.requirement("http/chunked-request")
def test_chunked_request_is_read(trial: Trial) -> None:
    stream = trial.recording()
    body = trial.client.body(stream)
    chunked = trial.variant(Kind.OPEN, Action.STOP, stream, content=[body[:10], body[10:]])
    if is_success(chunked):
        return
    if chunked.status == LENGTH_REQUIRED:
        raise NotExercised("the target asks for a Content-Length (411), as HTTP allows")
    plain = trial.command(Action.STOP, stream)
    if plain.status != 200:
        raise Undecided(f"the same STOP in one piece was answered {answered(plain)}")

    raise Violation("http/chunked-request", f"a STOP sent chunked was answered {answered(chunked)}", chunked, plain)
