"""Table 2: action is mandatory, and START or STOP."""

import pytest

from liverec.conformance.ledger import Kind
from liverec.conformance.trial import Trial
from liverec.conformance.verdicts import answered, is_success, must_be_refused
from liverec.history import Action


@pytest.mark.requirement("query/action-mandatory")
@pytest.mark.parametrize("query", [None, "action", "action=", "other=START"], ids=["none", "bare", "empty", "other"])
def test_action_is_mandatory(trial: Trial, query: str | None) -> None:
    stream = trial.streams.recordable()
    exchange = trial.variant(Kind.INVALID, Action.START, stream, query=query)
    trial.observe("open/action-missing-answer", answered(exchange), exchange)

    must_be_refused("query/action-mandatory", "a command without an action", exchange)


@pytest.mark.requirement("query/action-options")
@pytest.mark.parametrize("action", ["PAUSE", "RESTART", "STARTED", "STAR", "0", "START,STOP", "%53%54ART%00"])
def test_action_is_start_or_stop(trial: Trial, action: str) -> None:
    stream = trial.streams.recordable()
    exchange = trial.variant(Kind.INVALID, Action.START, stream, query=f"action={action}")

    must_be_refused("query/action-options", f"the action {action}", exchange)


def test_letter_case_of_the_action_is_observed(trial: Trial) -> None:
    stream = trial.streams.recordable()
    exchange = trial.variant(Kind.OPEN, Action.START, stream, query="action=start")

    trial.observe(
        "open/action-case", "accepted" if is_success(exchange) else f"refused ({answered(exchange)})", exchange
    )
