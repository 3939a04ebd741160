"""Tables 5, 6 and 8: X-request-id on 200, 400 and 404, of the form request_id-timestamp-hostname."""

import random
import uuid
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from liverec.client import Exchange
from liverec.conformance.answers import (
    no_request_id,
    request_id_malformed,
    request_id_part,
    request_id_stands_still,
    request_id_untimely,
    request_id_without_host,
    request_id_without_uuid,
    timestamp_unit,
)
from liverec.conformance.conversation import plain_question
from liverec.conformance.ledger import Kind, Ledger
from liverec.conformance.trial import Trial
from liverec.conformance.verdicts import NotExercised, Violation

STATUSES = (200, 400, 404)


def judge(ledger: Ledger, identifier: str, wrong: Callable[[Exchange], str | None], *statuses: int) -> None:
    if not ledger.answers(*statuses):
        raise NotExercised(f"no answer was {' or '.join(map(str, statuses))}")
    for why, exchange in ledger.first(wrong, *statuses):
        raise Violation(identifier, why, exchange)


@pytest.mark.parametrize(
    "status",
    [pytest.param(status, marks=pytest.mark.requirement(f"request-id/present-{status}")) for status in STATUSES],
)
def test_request_id_is_present(answers: Ledger, status: int) -> None:
    judge(answers, f"request-id/present-{status}", no_request_id, status)


@pytest.mark.requirement("request-id/format")
def test_request_id_has_three_parts(trial: Trial, answers: Ledger) -> None:
    pattern = trial.document.request_id_pattern

    judge(answers, "request-id/format", lambda exchange: request_id_malformed(exchange, pattern), *STATUSES)


@pytest.mark.requirement("request-id/uuid")
def test_request_id_begins_with_a_uuid(answers: Ledger) -> None:
    judge(answers, "request-id/uuid", request_id_without_uuid, *STATUSES)


@pytest.mark.requirement("request-id/timestamp")
def test_request_id_holds_the_current_time(trial: Trial, answers: Ledger) -> None:
    now = datetime.now(UTC)

    judge(answers, "request-id/timestamp", lambda exchange: request_id_untimely(exchange, now), *STATUSES)
    still = None if trial.exact else request_id_stands_still(answers.answers(*STATUSES))
    if still is not None:
        raise Violation("request-id/timestamp", *still)


@pytest.mark.requirement("request-id/hostname")
def test_request_id_names_the_host(answers: Ledger) -> None:
    judge(answers, "request-id/hostname", request_id_without_host, *STATUSES)


@pytest.mark.requirement("request-id/unique")
def test_no_two_answers_carry_the_same_request_id(answers: Ledger) -> None:
    carrying = [exchange for exchange in answers.answers(*STATUSES) if exchange.request_id]
    for identifier, count in Counter(map(request_id_part, carrying)).most_common(1):
        if count > 1:
            raise Violation(
                "request-id/unique",
                f"{count} answers carry {identifier!r}",
                *[exchange for exchange in carrying if request_id_part(exchange) == identifier][:2],
            )


@pytest.mark.requirement("request-id/unique")
def test_the_server_makes_the_id_itself(trial: Trial) -> None:
    """Table 5: the UUID is generated on the server; two requests that bring the same one are two requests."""
    if trial.thin:
        raise NotExercised("requests with an id of their own are left out on a target with a quota")
    brought = str(uuid.UUID(int=random.Random(trial.seed).getrandbits(128), version=4))  # noqa: S311  # no secret
    headers = {"X-Request-Id": f"{brought}-{datetime.now(UTC).timestamp() * 1000:.0f}-nobody"}
    plain = plain_question(trial).parts
    found = [trial.send(Kind.OPEN, **{**plain, "headers": headers}) for _ in range(2)]
    carrying = [one for one in found if one.error is None and brought in (one.request_id or "")]

    if len(carrying) > 1:
        raise Violation("request-id/unique", f"both answers carry {brought!r}, which the requests brought", *carrying)


def test_unit_of_the_timestamp_is_observed(trial: Trial, answers: Ledger) -> None:
    for exchange in answers.answers(200):
        unit = timestamp_unit(exchange)
        if unit is not None:
            trial.observe("open/request-id-timestamp-unit", unit, exchange)
            return
