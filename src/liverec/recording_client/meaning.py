"""What an answer means, and what it means that there is none."""

from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import msgspec

from liverec.history import Action, Outcome, outcome_of
from liverec.recording_client.errors import (
    IllegalRequest,
    NotFound,
    OutcomeUnknown,
    RecordingError,
    TaskExists,
    Throttled,
    Unauthorized,
)

_TASK_EXISTS = "LIVE.100011022"  # Cloud Live API Reference: Error Codes
_BAD_CONTENT = "LIVE.103011016"  # likewise; a 403 that has nothing to do with rights
_GATEWAY = "APIG"  # begins its codes: its 404 knows no such API, and says nothing of a record
_LONGEST = 1024  # characters that are kept of a text from outside
_TURNED_AWAY = {401: Unauthorized, 403: Unauthorized, 429: Throttled}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A whole answer; ``request_id`` is the header's, or the one that a gateway puts into the body."""

    status: int
    request_id: str | None = None
    error_code: str | None = None
    error_msg: str | None = None
    retry_after: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """No whole answer, and why; unless ``was_sent``, nothing of the command can have arrived."""

    was_sent: bool
    why: str


def reply(status: int, *, request_id: str | None, retry_after: str | None, body: bytes) -> Reply:
    """Return an answer with what its body says (Tables 7 and 9); texts are cut to 1024 characters."""
    try:
        found = msgspec.json.decode(body, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        found = {}
    texts = {name: value[:_LONGEST] for name, value in found.items() if isinstance(value, str)}
    return Reply(
        status=status,
        request_id=request_id[:_LONGEST] if request_id else texts.get("request_id"),
        error_code=texts.get("error_code"),
        error_msg=texts.get("error_msg"),
        retry_after=retry_after,
    )


def may_have_arrived(answer: Reply | Lost) -> bool:
    """Tell whether the command was delivered to the rules, or may have been."""
    if isinstance(answer, Lost):
        return answer.was_sent
    return outcome_of(answer.status) is not Outcome.TURNED_AWAY


def failure(answer: Reply, action: Action) -> type[RecordingError] | None:
    """Return what kind of failure *answer* means; None if it means success."""
    match outcome_of(answer.status):
        case Outcome.OK:
            return None
        case Outcome.INFO:
            return OutcomeUnknown
        case Outcome.TURNED_AWAY:
            illegal = answer.error_code == _BAD_CONTENT
            return IllegalRequest if illegal else _TURNED_AWAY.get(answer.status, IllegalRequest)
        case Outcome.REFUSED:
            if action is Action.START and answer.error_code == _TASK_EXISTS:
                return TaskExists
            # without a code it is not the service that answers: perhaps the address is wrong
            of_service = answer.error_code is not None and not answer.error_code.startswith(_GATEWAY)
            return NotFound if answer.status == 404 and of_service else IllegalRequest


def retry_after_s(text: str | None, *, now: datetime) -> float | None:
    """Read a Retry-After (RFC 9110, 10.2.3): seconds, or a date; None if it is neither."""
    if text is None:
        return None
    if text.isascii() and text.isdigit() and len(text) <= 9:  # some thirty years
        return float(text)
    try:
        moment = parsedate_to_datetime(text[:_LONGEST])
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now).total_seconds())
