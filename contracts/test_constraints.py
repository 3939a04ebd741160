"""Constraints: requests are valid only for streams under a COMMAND_RECORD rule."""

import pytest

from liverec.conformance.ledger import Kind
from liverec.conformance.trial import Trial
from liverec.conformance.verdicts import answered, must_be_refused
from liverec.history import Action


@pytest.mark.requirement("constraints/command-record")
def test_stream_under_another_rule_is_refused(trial: Trial) -> None:
    stream = trial.streams.other_rule()
    exchange = trial.variant(Kind.INVALID, Action.START, stream)
    trial.observe("open/other-rule-answer", answered(exchange), exchange)

    must_be_refused("constraints/command-record", "a START of a stream under another rule", exchange)
