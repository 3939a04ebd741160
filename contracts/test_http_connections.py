"""Under the page: HTTP/1.1. Each request gets its own answer, on a connection of its own or behind others."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial

import pytest

from liverec.conformance.conversation import (
    answer_alone,
    asked_apart,
    asked_in_turn,
    asked_together,
    judge_own,
    plain_question,
    refused_questions,
    stop_question,
)
from liverec.conformance.ledger import came_late
from liverec.conformance.trial import Trial
from liverec.conformance.verdicts import NotExercised, Undecided, Violation, answered, asked_too_often, is_success

ROUNDS = 8
AT_ONCE = 8


@pytest.mark.requirement("http/own-answer")
def test_each_of_several_requests_at_once_is_answered_as_it_is_alone(trial: Trial) -> None:
    """None of them changes anything, so that no stream is needed."""
    refused = refused_questions(trial)
    questions = (plain_question(trial), refused[0], refused[2])[: 2 if trial.thin else 3]
    alone = {one.what: answer_alone(trial, one) for one in questions}
    asked_at_once = questions * (1 if trial.thin else ROUNDS)
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="questions") as threads:
        found = list(threads.map(partial(asked_apart, trial), asked_at_once))
    for question, exchange in zip(asked_at_once, found, strict=True):
        if exchange.error is None:
            what = f"{question.what}, one of several at once,"
            with suppress(Undecided):
                judge_own(trial, question, alone[question.what], exchange, breaks="http/own-answer", what=what)


@pytest.mark.requirement("http/in-order")
@pytest.mark.parametrize("together", [False, True], ids=["one after another", "at once"])
def test_each_request_on_a_connection_gets_its_own_answer(trial: Trial, *, together: bool) -> None:
    if trial.thin and not together:
        raise NotExercised("only requests sent at once are tried on a target with a quota")
    plain, refused = plain_question(trial), refused_questions(trial)
    questions = (plain, refused[2], plain, refused[0], plain)
    alone = {one.what: answer_alone(trial, one) for one in (plain, refused[2], refused[0])}
    if together:
        found, more = asked_together(trial, questions)
        if (found[-1].error or "").startswith("timeout") and not came_late(found[-1]):
            why = f"{len(questions)} requests were sent at once on one connection: no. {len(found)} was not answered"
            raise Violation("http/in-order", why, found[-1])
    else:
        found, more = asked_in_turn(trial, questions)
    for number, (question, exchange) in enumerate(zip(questions, found, strict=False), 1):
        what = f"no. {number} on a connection"
        judge_own(trial, question, alone[question.what], exchange, breaks="http/in-order", what=what)
    if more and len(found) == len(questions):
        why = f"{len(questions)} requests on one connection were given more answers than that"
        raise Violation("http/in-order", why, *found)
    if len(found) == 1:
        raise NotExercised("the target closes each connection after its answer")


@pytest.mark.requirement("http/in-order")
def test_what_is_refused_at_once_does_not_overtake_what_is_carried_out(trial: Trial) -> None:
    if trial.thin:
        raise NotExercised("requests of which the first takes longer are left out on a target with a quota")
    refused = refused_questions(trial)
    questions = (stop_question(trial, trial.recording()), refused[2], refused[0])
    found, _ = asked_together(trial, questions)
    if len(found) == 1:
        raise NotExercised("the target closes each connection after its answer")
    overtaken = [one for one in found[1:] if is_success(one)]
    if overtaken and found[0].error is None and not is_success(found[0]) and not asked_too_often(found[0]):
        why = f"{questions[0].what} was sent first and answered {answered(found[0])}"
        why += f", and a request {refused[2].what} behind it {answered(overtaken[0])}"
        raise Violation("http/in-order", why, *found)
