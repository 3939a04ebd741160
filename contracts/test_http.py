"""Under the page: HTTP/1.1. One whole answer to every request, and only POST carries a command out.

Requests that keep to HTTP are judged by it; what a server makes of others is observed.
"""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial

import pytest

from liverec.client import Exchange
from liverec.conformance.answers import falsely_encoded, given_twice, repeated_headers
from liverec.conformance.conversation import (
    LATE_S,
    Question,
    answer_alone,
    asked,
    asked_apart,
    asked_together,
    composed,
    plain_question,
    refused_questions,
    same_answer,
    stop_question,
)
from liverec.conformance.ledger import Kind, Ledger, came_late
from liverec.conformance.session import Session
from liverec.conformance.trial import Trial
from liverec.conformance.verdicts import NotExercised, Undecided, Violation, answered, is_success
from liverec.conformance.volume import carry_out_volume
from liverec.history import Action
from liverec.report.text import counted

FRESH = {"Connection": "close"}
ROUNDS = 8
RARE_METHODS = {"OPTIONS", "PATCH"}
# neither extensions nor trailers: no caller sends them, and servers in wide use do not read them
CHUNKS = {
    "a size in capitals": (b"B\r\n%b\r\n%X\r\n%b\r\n0\r\n\r\n", b"chunked"),
    "a size with zeros before it": (b"000b\r\n%b\r\n%x\r\n%b\r\n0\r\n\r\n", b"chunked"),
    "their name in capitals": (b"b\r\n%b\r\n%x\r\n%b\r\n0\r\n\r\n", b"Chunked"),
}
FIRST_CHUNK = 0xB
HIDDEN = b"GET /liverec-hidden HTTP/1.1\r\nHost: hidden.invalid\r\n\r\n"
MISSING = 7  # bytes of a body that come later
REFUSED = ("credentials", "token", "action", "path", "method", "type")
WAITED_S = 1.0  # for an answer before the body was sent
LENGTH_REQUIRED = 411
UNAUTHORIZED = 401
TOO_MANY = 429
AT_ONCE = 8
TRIES = 8  # of several machines behind one address, each has answered by then
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


@pytest.mark.requirement("http/chunked-request")
def test_chunked_request_is_read(trial: Trial) -> None:
    stream, proof = trial.recording(), trial.client.credential_kinds[-1]
    body = trial.client.body(stream)
    chunks = {"content": [body[:10], body[10:]], "credentials": proof, "headers": FRESH}
    chunked = trial.variant(Kind.OPEN, Action.STOP, stream, **chunks)
    if is_success(chunked):
        return
    if chunked.version == "HTTP/1.0":
        raise NotExercised("the target speaks HTTP/1.0, which knows no chunks")
    if chunked.status == LENGTH_REQUIRED:
        raise NotExercised("the target asks for a Content-Length (411), as HTTP allows")
    plain = trial.command(Action.STOP, stream, credentials=proof)
    if plain.status != 200:
        raise Undecided(f"the same STOP in one piece was answered {answered(plain)}")

    raise Violation("http/chunked-request", f"a STOP sent chunked was answered {answered(chunked)}", chunked, plain)


@pytest.mark.requirement("http/chunked-request")
@pytest.mark.parametrize("form", CHUNKS)
def test_chunks_are_read_in_every_form(trial: Trial, form: str) -> None:
    if trial.thin:
        raise NotExercised("other forms of chunks are left out on a target with a quota")
    stream = trial.recording()
    stop = stop_question(trial, stream)
    body: bytes = stop.parts["content"]
    chunks = [body[:FIRST_CHUNK], body[FIRST_CHUNK:]]
    usual = {**stop.parts, "content": chunks}
    head = composed(trial, Question(what="", kind=stop.kind, parts=usual)).as_bytes().partition(b"\r\n\r\n")[0]
    layout, coding = CHUNKS[form]
    laid_out = layout % (chunks[0], len(chunks[1]), chunks[1])
    with trial.line() as line:
        request = head.replace(b"Transfer-Encoding: chunked", b"Transfer-Encoding: " + coding) + b"\r\n\r\n" + laid_out
        found = trial.noted(stop.kind, line.receive(line.send_bytes(request)))
    if is_success(found) or came_late(found):
        return
    plain = trial.variant(Kind.OPEN, Action.STOP, stream, content=chunks, credentials=stop.parts["credentials"])
    if is_success(plain):
        why = f"a STOP in chunks with {form} was answered {answered(found)}, and in plain ones {answered(plain)}"
        raise Violation("http/chunked-request", why, found, plain)


@pytest.mark.requirement("http/whole-body")
def test_body_that_arrives_in_pieces_is_read_to_its_end(trial: Trial) -> None:
    stream = trial.recording()
    stop = stop_question(trial, stream)
    request = composed(trial, stop).as_bytes()
    with trial.line() as line:
        begun = line.send_bytes(request[:-MISSING])
        line.stray(LATE_S)
        line.send_rest(request[-MISSING:])
        found = trial.noted(stop.kind, line.receive(begun))
    if is_success(found) or came_late(found):
        return
    whole = trial.command(Action.STOP, stream, credentials=stop.parts["credentials"])
    if whole.status == 200:
        came = f"answered {answered(found)}" if found.error is None else f"not answered ({found.error})"
        why = f"a STOP whose body came in two pieces was {came}, and in one piece answered {answered(whole)}"
        raise Violation("http/whole-body", why, found, whole)


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
    if overtaken and found[0].error is None and not is_success(found[0]):
        why = f"{questions[0].what} was sent first and answered {answered(found[0])}"
        why += f", and a request {refused[2].what} behind it {answered(overtaken[0])}"
        raise Violation("http/in-order", why, *found)


@pytest.mark.requirement("http/unread-body")
@pytest.mark.parametrize("number", range(len(REFUSED)), ids=REFUSED)
def test_body_of_a_refused_request_is_no_request(trial: Trial, number: int) -> None:
    """The head is sent first, and the body, itself the text of a request, when the answer may already be on its way."""
    if trial.thin and number:
        raise NotExercised("other refusals than of missing credentials are left out on a target with a quota")
    plain, refused = plain_question(trial), refused_questions(trial)[number]
    alone = answer_alone(trial, plain)
    request = composed(trial, Question(what="", kind=refused.kind, parts={**refused.parts, "content": HIDDEN}))
    head = request.as_bytes().removesuffix(HIDDEN)
    with trial.line() as line:
        begun = line.send_bytes(head)
        line.stray(LATE_S)
        line.send_rest(HIDDEN)
        first = trial.noted(refused.kind, line.receive(begun))
        if first.error is not None or is_success(first) or not line.stays_open or line.ended:
            return
        found = asked(trial, line, plain)
        if (found.error or "").startswith("disconnected"):
            return
        more = line.stray(LATE_S)
    what = f"after a refused request {refused.what} on the same connection"
    judge_own(trial, plain, alone, found, first, breaks="http/unread-body", what=what)
    if more:
        raise Violation("http/unread-body", f"{what}, one request was given two answers", first, found)


def asked_in_turn(trial: Trial, questions: tuple[Question, ...]) -> tuple[tuple[Exchange, ...], bool]:
    found: list[Exchange] = []
    with trial.line() as line:
        for question in questions:
            found.append(asked(trial, line, question))
            if found[-1].error is not None or not line.stays_open:
                break
        return tuple(found), bool(line.stray(LATE_S))


def judge_own(
    trial: Trial, question: Question, alone: Exchange, exchange: Exchange, *before: Exchange, breaks: str, what: str
) -> None:
    """Judge that *question*, asked as *what* says, is answered as *alone*, on a connection of its own.

    A server may close a connection at any time.

    Raises:
        Undecided: the target fails, or turns valid credentials away, now and then.
        NotExercised: it answers this now so, now otherwise, as some do who are asked often, or are several machines.
    """
    if (exchange.error or "").startswith("disconnected") or came_late(exchange) or same_answer(alone, exchange):
        return
    turned_away = question.kind is not Kind.STRANGER and exchange.status == UNAUTHORIZED
    if exchange.error is None and ((exchange.status or 500) >= 500 or exchange.status == TOO_MANY or turned_away):
        raise Undecided(f"{what} was answered {answered(exchange)}")
    for _ in range(TRIES):
        again = answer_alone(trial, question)
        if not same_answer(alone, again):
            came = f"once {answered(alone)} and once {answered(again)}"
            raise NotExercised(f"{question.what} was answered {came}, on connections of its own")
    why = f"{what} was answered {answered(exchange)}, and on a connection of its own {answered(alone)}"
    raise Violation(breaks, why, *before, exchange, alone)


def test_expectation_to_continue_is_observed(trial: Trial) -> None:
    request = composed(trial, Question(what="", kind=Kind.OPEN, parts=plain_question(trial).parts))
    head = request.as_bytes().removesuffix(request.body).replace(b"\r\n\r\n", b"\r\nExpect: 100-continue\r\n\r\n", 1)
    with trial.line() as line:
        begun = line.send_bytes(head)
        early = line.receive(begun, within_s=WAITED_S)
        told = "answers before it has the body"
        if early.status is None:
            told = "says 100 Continue" if line.received.startswith(b"HTTP/1.1 100") else "waits for the body"
            line.send_rest(request.body)
            early = line.receive(begun)
    trial.observe("open/expect-continue", told, early)


def test_old_http_is_observed(trial: Trial) -> None:
    request = composed(trial, plain_question(trial)).as_bytes().replace(b" HTTP/1.1\r\n", b" HTTP/1.0\r\n", 1)
    found = trial.raw(Kind.OUTSIDE, request)  # whoever knows HTTP/1.1 alone refuses it below the service

    chunked = "" if found.exchange.header("Transfer-Encoding") is None else ", in chunks"  # which it may not understand
    told = f"{answered(found.exchange)}, in {found.exchange.version}{chunked}"
    trial.observe("open/old-http", told, found.exchange)


def test_contradicting_lengths_are_observed(trial: Trial) -> None:
    parts = plain_question(trial).parts
    request = composed(trial, Question(what="", kind=Kind.OUTSIDE, parts={**parts, "content": [parts["content"]]}))
    data = request.as_bytes().replace(b"\r\nTransfer-Encoding:", b"\r\nContent-Length: 5\r\nTransfer-Encoding:", 1)
    found = trial.raw(Kind.OUTSIDE, data)  # no HTTP that a program may send: its refusal need not come from the service

    after = "two answers" if found.answer.excess else "connection closed" if found.closed else "connection kept"
    trial.observe("open/contradicting-lengths", f"{answered(found.exchange)}, {after}", found.exchange)


def test_spelling_of_the_request_id_is_observed(trial: Trial, answers: Ledger) -> None:
    names = {
        name: exchange
        for exchange in answers.answers(200, 400, 404)
        for name, _ in exchange.headers
        if name.lower() == "x-request-id"
    }
    if names:
        trial.observe("open/header-case", " and ".join(sorted(names)), *list(names.values())[:2])
