"""Under the page: HTTP/1.1. A body ends where its length or its last chunk says, however it arrives."""

import pytest

from liverec.conformance.conversation import (
    FRESH,
    LATE_S,
    answer_alone,
    asked,
    asked_in_pieces,
    composed,
    judge_own,
    plain_question,
    refused_questions,
    same_answer,
    stop_question,
    with_content,
)
from liverec.conformance.ledger import Kind, came_late
from liverec.conformance.trial import Trial
from liverec.conformance.verdicts import NotExercised, Undecided, Violation, answered, asked_too_often, is_success
from liverec.history import Action

# neither extensions, trailers nor "Chunked": no caller sends them, and servers in wide use do not read them
CHUNKS = {
    "a size in capitals": b"B\r\n%b\r\n%X\r\n%b\r\n0\r\n\r\n",
    "a size with zeros before it": b"000b\r\n%b\r\n%x\r\n%b\r\n0\r\n\r\n",
}
END = b"\r\n\r\n"  # of the head
FIRST_CHUNK = 0xB
HIDDEN = b"GET /liverec-hidden HTTP/1.1\r\nHost: hidden.invalid\r\n\r\n"
MISSING = 7  # bytes of a body that come later
REFUSED = ("credentials", "token", "action", "path", "method", "type")
WAITED_S = 1.0  # for an answer before the body was sent
LENGTH_REQUIRED = 411


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
    if asked_too_often(chunked):
        raise Undecided(f"a STOP sent chunked was answered {answered(chunked)}")
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
    usual = composed(trial, with_content(stop, chunks)).as_bytes()
    laid_out = CHUNKS[form] % (chunks[0], len(chunks[1]), chunks[1])
    found = asked_in_pieces(trial, stop.kind, usual.partition(END)[0] + END + laid_out)
    if is_success(found) or came_late(found) or asked_too_often(found):
        return
    plain = trial.variant(Kind.OPEN, Action.STOP, stream, content=chunks, credentials=stop.parts["credentials"])
    if is_success(plain):
        why = f"a STOP in chunks with {form} was answered {answered(found)}, and in plain ones {answered(plain)}"
        raise Violation("http/chunked-request", why, found, plain)


@pytest.mark.requirement("http/whole-body")
@pytest.mark.parametrize("chunked", [False, True], ids=["with a length", "in chunks"])
def test_body_that_arrives_in_pieces_is_read_to_its_end(trial: Trial, *, chunked: bool) -> None:
    if trial.thin and chunked:
        raise NotExercised("chunks in pieces are left out on a target with a quota")
    stream = trial.recording()
    stop = stop_question(trial, stream)
    content = [stop.parts["content"]] if chunked else stop.parts["content"]
    request = composed(trial, with_content(stop, content)).as_bytes()
    begun = request.index(END) + len(END) + 1
    middle = (begun + len(request)) // 2
    pieces = (request[:begun], request[begun:middle], request[middle:-MISSING], request[-MISSING:])
    found = asked_in_pieces(trial, stop.kind, *pieces)
    if is_success(found) or came_late(found) or asked_too_often(found):
        return
    whole = trial.variant(Kind.OPEN, Action.STOP, stream, content=content, credentials=stop.parts["credentials"])
    if is_success(whole):
        came = f"answered {answered(found)}" if found.error is None else f"not answered ({found.error})"
        why = f"a STOP whose body came in pieces was {came}, and in one piece answered {answered(whole)}"
        raise Violation("http/whole-body", why, found, whole)


@pytest.mark.requirement("http/unread-body")
@pytest.mark.parametrize(
    ("number", "chunked"),
    [*((number, False) for number in range(len(REFUSED))), (0, True)],
    ids=[*REFUSED, f"{REFUSED[0]}, in chunks"],
)
def test_body_of_a_refused_request_is_no_request(trial: Trial, number: int, *, chunked: bool) -> None:
    """The head is sent first, and the body, itself the text of a request, when the answer may already be on its way."""
    if trial.thin and (number or chunked):
        raise NotExercised("other refusals than of missing credentials are left out on a target with a quota")
    plain, refused = plain_question(trial), refused_questions(trial)[number]
    alone = answer_alone(trial, plain)
    in_chunks = with_content(plain, [plain.parts["content"]])
    if chunked and not same_answer(alone, answer_alone(trial, in_chunks)):
        raise NotExercised("the target answers otherwise if a body is sent in chunks")
    content = [HIDDEN] if chunked else HIDDEN
    request = composed(trial, with_content(refused, content)).as_bytes()
    head, _, body = request.partition(END)
    with trial.line() as line:
        begun = line.send_bytes(head + END)
        line.stray(LATE_S)
        line.send_rest(body)
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


def test_expectation_to_continue_is_observed(trial: Trial) -> None:
    request = composed(trial, plain_question(trial))
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


def test_contradicting_lengths_are_observed(trial: Trial) -> None:
    plain = plain_question(trial)
    request = composed(trial, with_content(plain, [plain.parts["content"]]))
    data = request.as_bytes().replace(b"\r\nTransfer-Encoding:", b"\r\nContent-Length: 5\r\nTransfer-Encoding:", 1)
    found = trial.raw(Kind.OUTSIDE, data)  # no HTTP that a program may send: its refusal need not come from the service

    after = "two answers" if found.answer.excess else "connection closed" if found.closed else "connection kept"
    trial.observe("open/contradicting-lengths", f"{answered(found.exchange)}, {after}", found.exchange)
