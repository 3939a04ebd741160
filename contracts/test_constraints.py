"""Constraints: requests are valid only for streams under a COMMAND_RECORD rule."""

import pytest

from liverec.conformance.ledger import Kind
from liverec.conformance.trial import Trial
from liverec.conformance.verdicts import NotExercised, answered, must_be_refused
from liverec.history import Action

TIMES = 4


@pytest.mark.requirement("constraints/command-record")
def test_stream_under_another_rule_is_refused(trial: Trial) -> None:
    """After a stream of the same name that may be recorded, and again and again, with each kind of credentials."""
    stream = trial.streams.other_rule()
    namesake = None if trial.thin else trial.streams.namesake(stream)
    if namesake is not None:
        trial.command(Action.START, namesake)
    exchange = trial.variant(Kind.INVALID, Action.START, stream)
    trial.observe("open/other-rule-answer", answered(exchange), exchange)

    must_be_refused("constraints/command-record", "a START of a stream under another rule", exchange)
    if trial.thin:
        return
    for kind in TIMES * trial.client.credential_kinds:
        again = trial.variant(Kind.INVALID, Action.START, stream, credentials=kind)
        must_be_refused("constraints/command-record", f"a START of a stream under another rule (by {kind})", again)


@pytest.mark.requirement("constraints/command-record")
def test_stop_under_another_rule_is_refused_where_one_of_an_idle_stream_is(trial: Trial) -> None:
    if trial.thin:
        raise NotExercised("a STOP of a stream under another rule is left out on a target with a quota")
    stream = trial.streams.other_rule()
    if trial.command(Action.STOP, trial.streams.recordable(fresh=True)).status not in {400, 404}:
        raise NotExercised("a STOP of a stream that is idle is accepted")
    stopped = trial.variant(Kind.INVALID, Action.STOP, stream)
    must_be_refused("constraints/command-record", "a STOP of a stream under another rule", stopped)
