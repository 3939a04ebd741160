"""Every constraint of the document at once: requests that schemathesis generates from it, valid and not."""

import pytest
from hypothesis import given, seed

from liverec.conformance import generation
from liverec.conformance.generation import Generated
from liverec.conformance.ledger import Kind
from liverec.conformance.trial import Trial
from liverec.conformance.validity import invalid_because
from liverec.conformance.verdicts import Violation, is_success


def judge(trial: Trial, request: Generated) -> None:
    reason = invalid_because(trial.document, request.query, request.content)
    kind = Kind.INVALID if reason else Kind.COMMAND
    content = trial.streams.nobodys(request.content) if reason is None else request.content
    exchange = trial.send(kind, query=request.query, content=content)
    if not is_success(exchange):
        return
    if reason is not None:
        raise Violation(
            reason, f"a generated request that the page does not allow was answered {exchange.status}", exchange
        )
    if "action=START" in (request.query or ""):
        trial.send(Kind.OPEN, query="action=STOP", content=content)
        raise Violation("status/404", "a START of a stream with a made-up name was accepted", exchange)


@pytest.mark.requirement(
    "query/action-mandatory",
    "query/action-options",
    "body/json",
    "body/publish-domain-mandatory",
    "body/app-mandatory",
    "body/stream-mandatory",
    "body/publish-domain-string",
    "body/app-string",
    "body/stream-string",
    "status/404",
)
def test_generated_requests_get_what_the_page_says(trial: Trial) -> None:
    found: list[Violation] = []

    @generation.effort(trial.budget, thin=trial.thin)
    @seed(trial.seed)
    @given(generation.requests(trial.document))
    def every(request: Generated) -> None:
        try:
            judge(trial, request)
        except Violation as violation:
            found.append(violation)
            raise

    try:
        every()
    except Exception:
        if found:
            raise found[-1] from None  # the smallest; also when the target does not do it every time
        raise
