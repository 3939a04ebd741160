"""Every constraint of the document at once: requests that schemathesis generates from it, valid and not."""

import pytest
from hypothesis import given, seed

from liverec.conformance import generation
from liverec.conformance.generation import Generated
from liverec.conformance.ledger import Kind
from liverec.conformance.trial import Trial
from liverec.conformance.validity import invalid_because
from liverec.conformance.verdicts import Violation, is_success
from liverec.history import Action

MOST_USED = 20  # streams: each request that is accepted uses one up, and making it smaller takes a few


class Judge:
    """Sends generated requests; what is wrong with one that must be refused is never its stream."""

    def __init__(self, trial: Trial) -> None:
        self.trial = trial
        self.spare = trial.streams.recordable()
        self.most = min(MOST_USED, trial.streams.free // 4)
        self.found: list[Violation] = []

    def judge(self, request: Generated) -> None:
        """Judge one request, and keep what was found; once that is much, nothing more is found."""
        if len(self.found) > self.most:
            return
        document = self.trial.document
        reason = invalid_because(document, request.query, request.content)
        try:
            if reason is None:
                self.judge_allowed(request)
            else:
                self.judge_forbidden(reason, request)
        except Violation as violation:
            self.found.append(violation)
            raise

    def judge_allowed(self, request: Generated) -> None:
        """Judge a command about a stream that nobody has."""
        content = self.trial.streams.nobodys(request.content)
        exchange = self.trial.send(Kind.COMMAND, query=request.query, content=content)
        if is_success(exchange) and "action=START" in (request.query or ""):
            self.trial.send(Kind.OPEN, query="action=STOP", content=content)
            raise Violation("status/404", "a START of a stream with a made-up name was accepted", exchange)

    def judge_forbidden(self, reason: str, request: Generated) -> None:
        """Judge a request that the page does not allow, about a stream of the profile."""
        content = generation.rightly_about(self.trial.document, self.spare, request.content)
        exchange = self.trial.send(Kind.INVALID, query=request.query, content=content)
        if is_success(exchange):
            self.trial.variant(Kind.OPEN, Action.START, self.spare, query="action=STOP")  # it may be recording now
            self.spare = self.trial.streams.recordable()
            raise Violation(
                reason, f"a generated request that the page does not allow was answered {exchange.status}", exchange
            )


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
    sender = Judge(trial)
    if not trial.thin:
        for request in generation.boundaries(trial.document):
            sender.judge(request)

    @generation.effort(trial.budget, thin=trial.thin)
    @seed(trial.seed)
    @given(generation.requests(trial.document))
    def every(request: Generated) -> None:
        sender.judge(request)

    try:
        every()
    except Exception:
        if sender.found:
            raise sender.found[-1] from None  # the smallest; also when the target does not do it every time
        raise
