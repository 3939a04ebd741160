"""One service has one reading of the page: sequentially, and when clients race."""

import pytest

from liverec.conformance.judged import JudgedHistory
from liverec.conformance.observing import observe_dialect
from liverec.conformance.trial import Trial


@pytest.mark.requirement("consistency/one-reading")
def test_one_reading_explains_every_answer(trial: Trial, judged: JudgedHistory) -> None:
    observe_dialect(trial, judged)

    judged.expect("consistency/one-reading")
