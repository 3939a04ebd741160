"""Tables 7 and 9: a 400 and a 404 carry error_code and error_msg, both strings."""

from collections.abc import Callable

import pytest

from liverec.client import Exchange
from liverec.conformance.answers import body_no_object, code_wrong, media_type_wrong, message_wrong
from liverec.conformance.ledger import Ledger
from liverec.conformance.verdicts import NotExercised, Violation


def judge(ledger: Ledger, identifier: str, wrong: Callable[[Exchange], str | None]) -> None:
    if not ledger.answers(400, 404):
        raise NotExercised("nothing was refused with 400 or 404")
    for why, exchange in ledger.first(wrong, 400, 404):
        raise Violation(identifier, why, exchange)


@pytest.mark.requirement("error-body/object")
def test_error_body_is_an_object(answers: Ledger) -> None:
    judge(answers, "error-body/object", body_no_object)


@pytest.mark.requirement("error-body/code")
def test_error_code_is_a_string(answers: Ledger) -> None:
    judge(answers, "error-body/code", code_wrong)


@pytest.mark.requirement("error-body/message")
def test_error_message_is_a_string(answers: Ledger) -> None:
    judge(answers, "error-body/message", message_wrong)


@pytest.mark.requirement("error-body/content-type")
def test_error_body_is_labelled_json(answers: Ledger) -> None:
    judge(answers, "error-body/content-type", media_type_wrong)
