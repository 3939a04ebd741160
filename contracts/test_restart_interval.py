"""After a STOP, START of the same stream must wait for more than 10 seconds (Table 2, action)."""

import pytest

from liverec.conformance.judged import JudgedHistory
from liverec.conformance.session import Session
from liverec.conformance.verdicts import NotExercised, Undecided, Violation, answered


@pytest.mark.requirement("restart/too-soon")
def test_start_within_the_interval_is_not_accepted(judged: JudgedHistory) -> None:
    judged.expect("restart/too-soon")


@pytest.mark.requirement("restart/after-interval")
def test_start_after_the_interval_is_not_refused(judged: JudgedHistory) -> None:
    judged.expect("restart/after-interval")


@pytest.mark.requirement("restart/same-stream")
def test_window_concerns_the_same_stream_only(liverec_session: Session) -> None:
    story = liverec_session.isolated
    if story is None:
        raise NotExercised("the streams for this story are missing: raise streams.recordable.count to 10 at least")
    if story.stopped is None or story.stopped.status != 200 or story.after is None:
        raise Undecided("no START and STOP of one stream came before the START of another")
    if story.after.status in {400, 404} and story.excuse is not None:
        raise Undecided(story.excuse)
    if story.after.status in {400, 404}:
        raise Violation(
            "restart/same-stream",
            f"a START was accepted before a STOP of another stream; after it, one was answered {answered(story.after)}",
            *story.begun,
            story.stopped,
            story.after,
        )
