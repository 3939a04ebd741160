"""One service has one reading of the page: sequentially, and when clients race."""

import pytest

from liverec.conformance.judged import JudgedHistory
from liverec.conformance.ledger import Ledger
from liverec.conformance.session import Session
from liverec.conformance.verdicts import NotExercised

SHARE = 6  # of the time that the run may take, one part in so many


@pytest.mark.requirement("consistency/one-reading")
def test_commands_at_once_are_sent_to_unused_streams(liverec_session: Session) -> None:
    """What they show is in the history, which is judged below."""
    if liverec_session.trial.thin:
        raise NotExercised("commands at once are left out on a target with a quota")
    budget = liverec_session.trial.budget
    liverec_session.crowd.race(budget.raced, seconds=budget.seconds / SHARE)


@pytest.mark.requirement("consistency/one-reading")
def test_commands_at_once_are_sent_after_the_interval(liverec_session: Session, answers: Ledger) -> None:
    del answers  # only so that the windows have passed
    liverec_session.crowd.race_again(seconds=liverec_session.trial.budget.seconds / SHARE)


@pytest.mark.requirement("consistency/one-reading")
def test_one_reading_explains_every_answer(judged: JudgedHistory) -> None:
    judged.expect("consistency/one-reading")
