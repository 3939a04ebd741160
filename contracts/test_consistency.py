"""One service has one reading of the page: sequentially, and when clients race."""

import pytest

from liverec.conformance.judged import JudgedHistory


@pytest.mark.requirement("consistency/one-reading")
def test_one_reading_explains_every_answer(judged: JudgedHistory) -> None:
    judged.expect("consistency/one-reading")
