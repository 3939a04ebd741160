"""How a contract test says what it found: by raising, or by returning when the requirement is kept."""

from collections.abc import Mapping
from typing import Any

from liverec.client import Exchange
from liverec.requirements import requirement

_TOO_MANY_REQUESTS = 429


class Violation(AssertionError):
    """The target broke a requirement; ``evidence`` is JSON-ready and can be replayed."""

    def __init__(self, identifier: str, why: str, *evidence: Exchange | Mapping[str, Any]) -> None:
        row = requirement(identifier)
        self.identifier = identifier
        self.why = why
        self.evidence = tuple(as_evidence(one) for one in evidence)
        super().__init__(
            "\n".join([f"{row.id}: {row.text}", f"  source: {row.source}", f"  found: {why}", *self._told()])
        )

    def _told(self) -> list[str]:
        return [f"  {one['curl']}\n    -> {one['status'] or one['error']}" for one in self.evidence if "curl" in one]


class Undecided(Exception):  # a verdict, not an error
    """The evidence cannot decide."""


class NotExercised(Exception):  # a verdict, not an error
    """The target offers nothing to judge the requirement by; the message says what to add."""


def as_evidence(one: Exchange | Mapping[str, Any]) -> Mapping[str, Any]:
    """Return *one* as a report shows it."""
    return one.as_json() if isinstance(one, Exchange) else one


def answered(exchange: Exchange) -> str:
    """Say what came back, in a few words."""
    if exchange.status is None or exchange.error is not None:
        return exchange.error or "no answer"
    code = exchange.error_code
    return f"{exchange.status} {code}" if code else str(exchange.status)


def is_success(exchange: Exchange) -> bool:
    """Whether the answer says that the command was carried out."""
    return exchange.error is None and exchange.status is not None and 200 <= exchange.status < 300


def asked_too_often(exchange: Exchange) -> bool:
    """Whether the answer is 429: it says nothing of what was asked."""
    return exchange.status == _TOO_MANY_REQUESTS


def must_be_refused(identifier: str, what: str, exchange: Exchange, *context: Exchange) -> None:
    """Judge that *what* was not carried out: a 4xx is what the page asks for.

    Raises:
        Violation: it was accepted.
        Undecided: there was no answer, a redirect, or a server error, which other requirements judge.
    """
    if is_success(exchange):
        raise Violation(identifier, f"{what} was answered {answered(exchange)}", *context, exchange)
    if exchange.status is None or exchange.error is not None or not 400 <= exchange.status < 500:
        raise Undecided(f"{what}: {answered(exchange)}")
