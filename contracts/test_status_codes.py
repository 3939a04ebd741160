"""Status Codes: 200 operation succeeded, 400 operation failed, 404 the record does not exist."""

import json
from collections.abc import Sequence
from typing import Any

import pytest

from liverec.client import Exchange
from liverec.conformance.answers import status_wrong
from liverec.conformance.ledger import Kind, Ledger
from liverec.conformance.session import Session
from liverec.conformance.trial import Trial
from liverec.conformance.verdicts import NotExercised, Violation, answered, must_be_refused
from liverec.history import Action

TIMES = 3


def judge(ledger: Ledger, identifier: str) -> None:
    for entry in ledger.entries():
        found = status_wrong(entry.kind, entry.exchange)
        if found is not None and found[0] == identifier:
            raise Violation(identifier, found[1], entry.exchange)


def first(exchanges: Sequence[Exchange], missing: str) -> Exchange:
    if not exchanges:
        raise NotExercised(missing)
    return exchanges[0]


@pytest.mark.requirement("status/200")
def test_success_is_200(answers: Ledger) -> None:
    judge(answers, "status/200")
    first(answers.answers(200), "no command succeeded")


@pytest.mark.requirement("status/400")
def test_failure_is_400(answers: Ledger) -> None:
    judge(answers, "status/400")
    first(answers.answers(400, 404), "nothing was refused")


@pytest.mark.requirement("status/documented")
def test_commands_are_answered_200_400_or_404(answers: Ledger) -> None:
    judge(answers, "status/documented")
    first(answers.answers(200, 400, 404), "no answer was one of 200, 400 and 404")


@pytest.mark.requirement("http/no-server-error")
def test_no_request_causes_a_server_error(answers: Ledger) -> None:
    judge(answers, "http/no-server-error")


@pytest.mark.requirement("status/404")
def test_start_of_an_unknown_stream_is_refused(trial: Trial) -> None:
    stream = trial.streams.unknown()
    exchange = trial.variant(Kind.OPEN, Action.START, stream)
    trial.observe("open/unknown-domain-answer", answered(exchange), exchange)

    must_be_refused("status/404", "a START of a stream that nobody knows", exchange)


@pytest.mark.requirement("status/404")
def test_start_of_unknown_streams_among_many_is_refused(liverec_session: Session) -> None:
    if not liverec_session.volume.asked:
        raise NotExercised("no streams that nobody knows were among many commands")
    for exchange in liverec_session.volume.strangers_accepted():
        raise Violation(
            "status/404", "among many commands, a START of a stream that nobody knows was accepted", exchange
        )


@pytest.mark.requirement("status/no-effect")
def test_refused_command_changes_nothing(trial: Trial) -> None:
    stream = trial.recording()
    right = json.loads(trial.client.body(stream))
    without_stream = {name: value for name, value in right.items() if name != "stream"}
    ways: dict[str, tuple[str, dict[str, Any]]] = {
        "without an action": ("query/action-mandatory", {"query": None}),
        "with an unknown action": ("query/action-options", {"query": "action=STOPPED"}),
        "without a body": ("body/json", {"content": b""}),
        "without a stream": ("body/stream-mandatory", {"content": json.dumps(without_stream).encode()}),
        "whose stream is an array": (
            "body/stream-string",
            {"content": json.dumps(right | {"stream": [right["stream"]]}).encode()},
        ),
    }
    refused: list[Exchange] = []
    for what, (identifier, parts) in ways.items():
        refused.append(trial.variant(Kind.INVALID, Action.STOP, stream, **parts))
        must_be_refused(identifier, f"a STOP {what}", refused[-1])
    after = trial.command(Action.STOP, stream)

    if after.status in {400, 404}:
        raise Violation(
            "status/no-effect",
            f"after refused STOPs ({', '.join(ways)}) of a recording stream, STOP was answered {answered(after)}",
            *refused[:3],
            after,
        )


@pytest.mark.requirement("status/no-effect")
def test_command_of_another_form_changes_nothing_if_it_is_refused(trial: Trial) -> None:
    """Whether it is refused is left open."""
    if trial.thin:
        raise NotExercised("commands of other forms are left out on a target with a quota")
    forms: dict[str, dict[str, Any]] = {
        "of another media type": {"headers": {"Content-Type": "text/plain"}},
        "without a media type": {"headers": {"Content-Type": None}},
        "whose action is written small": {"query": "action=stop"},
        "with another parameter": {"query": "action=STOP&nobody=1"},
    }
    for what, parts in forms.items():
        stream = trial.recording()
        refused = trial.variant(Kind.OPEN, Action.STOP, stream, **parts)
        if refused.error is not None or not 400 <= (refused.status or 0) < 500:
            continue
        after = trial.command(Action.STOP, stream)
        if after.status in {400, 404}:
            why = f"after a refused STOP {what} of a recording stream, STOP was answered {answered(after)}"
            raise Violation("status/no-effect", why, refused, after)


def opened_by_a_stranger(trial: Trial) -> tuple[Exchange, ...]:
    """Return what shows that a stranger's STOP has opened a window; nothing if it has not."""
    stream, other = (trial.streams.recordable(fresh=True) for _ in range(2))
    strangers: tuple[dict[str, str], ...] = ({}, {"X-Auth-Token": "no-token-that-anybody-issued"})
    asked = [
        trial.variant(Kind.STRANGER, Action.STOP, stream, credentials="none", headers=headers) for headers in strangers
    ]
    soon, idle, without = (
        trial.command(*one) for one in ((Action.START, stream), (Action.STOP, stream), (Action.START, other))
    )
    opened = soon.status in {400, 404} and idle.status in {400, 404} and without.status == 200
    return (*asked, soon, idle, without) if opened else ()


@pytest.mark.requirement("status/no-effect")
def test_stop_of_a_stranger_opens_no_window(afterwards: Trial) -> None:
    """Told by a START right after it. That nothing records is told by STOP; no window is as old as the run."""
    if afterwards.thin:
        raise NotExercised("a STOP of a stranger before a START is left out on a target with a quota")
    shown = [opened_by_a_stranger(afterwards) for _ in range(TIMES)]
    if all(shown):  # one stream may be refused for a reason of its own
        why = f"after a STOP of a stranger, a START of an idle stream was refused, {TIMES} times of {TIMES}"
        raise Violation("status/no-effect", why, *shown[0])


@pytest.mark.requirement("status/no-effect")
def test_start_refused_of_an_unpushed_stream_begins_nothing(trial: Trial) -> None:
    """Told by STOP, which is refused before it and accepted after it."""
    if trial.thin:
        raise NotExercised("a stream that nobody pushes is left out on a target with a quota")
    stream = trial.streams.unpushed()
    idle, refused, after = (
        trial.variant(Kind.OPEN, action, stream) for action in (Action.STOP, Action.START, Action.STOP)
    )
    if all(one.error is None and one.status in {400, 404} for one in (idle, refused)) and after.status == 200:
        why = "STOP of a stream that nobody pushes is refused, and after a refused START it was accepted"
        raise Violation("status/no-effect", why, idle, refused, after)


@pytest.mark.requirement("status/no-effect")
def test_start_refused_within_the_interval_begins_nothing(trial: Trial) -> None:
    """Told by STOP, which finds nothing to stop after the first one, and again after the START that came too soon."""
    if trial.thin:
        raise NotExercised("a START that comes too soon is left out on a target with a quota")
    stream = trial.recording()
    stopped, idle, soon, after = (
        trial.command(action, stream) for action in (Action.STOP, Action.STOP, Action.START, Action.STOP)
    )
    if stopped.status != 200 or idle.status not in {400, 404} or soon.status not in {400, 404}:
        raise NotExercised("no START was refused of a stream whose STOPs are refused while it is idle")
    if after.status == 200:
        why = "STOP of an idle stream is refused, and after a START that came too soon and was refused it was accepted"
        raise Violation("status/no-effect", why, stopped, idle, soon, after)


def test_body_of_a_200_is_observed(trial: Trial, answers: Ledger) -> None:
    succeeded = first(answers.answers(200), "no command succeeded")

    trial.observe("open/ok-body", succeeded.body[:80].decode(errors="replace") or "empty", succeeded)
