"""Several requests on one connection, most of which change nothing: which answer belongs to which?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from liverec.client import Exchange, Line, OutgoingRequest
from liverec.conformance.ledger import Kind, came_late
from liverec.conformance.trial import Trial
from liverec.conformance.verdicts import NotExercised, Undecided, Violation, answered, asked_too_often
from liverec.history import Action, Stream

FRESH = {"Connection": "close"}  # with what a server may leave unread on its connection
LATE_S = 0.1  # how long an answer is waited for that nobody asked for
TRIES = 8  # of several machines behind one address, each has answered by then
UNAUTHORIZED = 401


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A request by its parts, and what it is."""

    what: str
    kind: Kind
    parts: Mapping[str, Any]


def plain_question(trial: Trial) -> Question:
    """Return a command that is right in every way, about a stream that nobody has."""
    stream = trial.streams.made_up()
    parts: dict[str, Any] = {
        "query": f"action={Action.STOP.value}",
        "content": trial.client.body(stream),
        "project_id": stream.project_id,
        "credentials": trial.client.credential_kinds[0],
    }
    return Question(what="a STOP of a stream that nobody has", kind=Kind.OPEN, parts=parts)


def stop_question(trial: Trial, stream: Stream) -> Question:
    """Return a STOP of *stream*; for the history it may have been carried out from now on."""
    trial.may_happen(Action.STOP, stream)
    parts: dict[str, Any] = {
        "query": f"action={Action.STOP.value}",
        "content": trial.client.body(stream),
        "project_id": stream.project_id,
        "credentials": trial.client.credential_kinds[-1],
    }
    return Question(what="a STOP of a stream that is recording", kind=Kind.OPEN, parts=parts)


def refused_questions(trial: Trial) -> tuple[Question, ...]:
    """Return requests that are refused for different reasons, each with a body that a server might leave unread."""
    plain = plain_question(trial).parts
    wrong_path = f"/v1/{plain['project_id']}/record/nothing"
    return (
        Question(what="without credentials", kind=Kind.STRANGER, parts={**plain, "credentials": "none"}),
        Question(
            what="with a made-up token",
            kind=Kind.STRANGER,
            parts={**plain, "credentials": "none", "headers": {"X-Auth-Token": "no-token-that-anybody-issued"}},
        ),
        Question(what="without an action", kind=Kind.INVALID, parts={**plain, "query": None}),
        Question(what="to another path", kind=Kind.OUTSIDE, parts={**plain, "path": wrong_path}),
        Question(what="with the method PUT", kind=Kind.OUTSIDE, parts={**plain, "method": "PUT"}),
        Question(
            what="of another content type",
            kind=Kind.OPEN,
            parts={**plain, "headers": {"Content-Type": "application/octet-stream"}},
        ),
    )


def with_content(question: Question, content: bytes | Sequence[bytes]) -> Question:
    """Return *question* with another body, one in chunks if it is several."""
    return replace(question, parts={**question.parts, "content": content})


def composed(trial: Trial, question: Question) -> OutgoingRequest:
    """Return the request, signed anew."""
    return trial.client.compose(**question.parts)


def asked(trial: Trial, line: Line, question: Question) -> Exchange:
    """Ask on *line*, and return what came back; it is no evidence about the run yet, which ``note`` makes of it."""
    return line.receive(line.send(composed(trial, question)))


def asked_apart(trial: Trial, question: Question) -> Exchange:
    """Return what came back on a connection of its own."""
    with trial.line() as line:
        return trial.noted(question.kind, asked(trial, line, question))


def asked_in_pieces(trial: Trial, kind: Kind, *pieces: bytes) -> Exchange:
    """Send one request in *pieces*, a moment apart, on a connection of its own, and return what came back."""
    with trial.line() as line:
        begun = line.send_bytes(pieces[0])
        for piece in pieces[1:]:
            line.stray(LATE_S)
            line.send_rest(piece)
        return trial.noted(kind, line.receive(begun))


def answer_alone(trial: Trial, question: Question) -> Exchange:
    """Return what is answered on a connection of its own.

    Raises:
        Undecided: nothing is.
    """
    exchange = asked_apart(trial, question)
    if exchange.error is not None:
        raise Undecided(f"{question.what} was not answered ({exchange.error})")
    return exchange


def asked_together(trial: Trial, questions: Sequence[Question]) -> tuple[tuple[Exchange, ...], bool]:
    """Ask all *questions* at once on one connection; return what came back until it closed, and whether more came."""
    with trial.line() as line:
        found: list[Exchange] = []
        for begun in line.send_together([composed(trial, question) for question in questions]):
            found.append(line.receive(begun))
            if found[-1].error is not None or not line.stays_open:
                break
        return tuple(found), bool(line.stray(LATE_S))


def same_answer(one: Exchange, other: Exchange) -> bool:
    """Whether two answers say the same, as far as a program that called would go by them."""
    return answered(one) == answered(other)


def asked_in_turn(trial: Trial, questions: Sequence[Question]) -> tuple[tuple[Exchange, ...], bool]:
    """Ask one after another on one connection; return what ``asked_together`` does."""
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
    if exchange.error is None and ((exchange.status or 500) >= 500 or asked_too_often(exchange) or turned_away):
        raise Undecided(f"{what} was answered {answered(exchange)}")
    for _ in range(TRIES):
        again = answer_alone(trial, question)
        if not same_answer(alone, again):
            came = f"once {answered(alone)} and once {answered(again)}"
            raise NotExercised(f"{question.what} was answered {came}, on connections of its own")
    why = f"{what} was answered {answered(exchange)}, and on a connection of its own {answered(alone)}"
    raise Violation(breaks, why, *before, exchange, alone)
