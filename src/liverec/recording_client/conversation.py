"""The core that both clients share: which requests to send, when, and what their answers amount to.

A method that takes more than one answer, or a pause, is a generator. It yields a CommandRequest, and is sent the Reply
or Lost that became of it; or a Pause, and is sent None. Who drives it closes it, whatever happens.
"""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeAlias, TypeVar

from liverec.address import is_loopback, parse_address
from liverec.clock import NANOSECONDS, Clock
from liverec.command import CommandRequest, check_keys, check_token, command_request, with_signature, with_token
from liverec.document import Document
from liverec.history import Action, Stream
from liverec.recording_client.errors import (
    AlreadyRecording,
    NotFound,
    NotSent,
    OutcomeUnknown,
    RecordingError,
    TaskExists,
    Throttled,
    TooSoon,
)
from liverec.recording_client.meaning import Lost, Reply, failure, may_have_arrived, retry_after_s
from liverec.recording_client.results import Accepted, Restarted
from liverec.recording_client.window import Windows
from liverec.signing import parse_authorization

_MOST_PAUSES = 100  # one, unless sleep returns too early
_SHORTEST_PAUSE_S = 0.001
_SHORTEST_SECRET = 8  # what is shorter was made up for a test, and stands in many a word

T = TypeVar("T")
Token: TypeAlias = str | Callable[[], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """Nothing to send for so many seconds."""

    seconds: float


Steps: TypeAlias = Generator[CommandRequest | Pause, Reply | Lost | None, T]
Proof: TypeAlias = Callable[[CommandRequest], CommandRequest]


def utc_now() -> datetime:
    """Return the wall clock's time, which signatures are dated by."""
    return datetime.now(UTC)


def proof(*, token: Token | None, access_key: str | None, secret_key: str | None) -> Proof:
    """Return what makes a command prove who sends it.

    Raises:
        ValueError: it is not exactly one kind of credentials, or one of a wrong form.
    """
    if token is not None and access_key is None and secret_key is None:
        if isinstance(token, str):
            check_token(token)
        return lambda request: with_token(request, token if isinstance(token, str) else token())
    if token is None and access_key is not None and secret_key is not None:
        check_keys(access_key, secret_key)
        return lambda request: with_signature(request, access_key=access_key, secret_key=secret_key, moment=utc_now())
    raise ValueError("expected credentials: either token, or access_key and secret_key")


class Conversation:
    """Commands to the service at *url*, and what is known of its answers; safe to share between threads.

    Raises:
        ValueError: *url* is no base URL, or credentials would travel to another machine unencrypted.
    """

    def __init__(self, url: str, *, prove: Proof, document: Document, clock: Clock) -> None:
        self._address = parse_address(url)
        if self._address.scheme == "http" and not is_loopback(self._address):
            raise ValueError("expected https://: credentials for another machine must not travel unencrypted")
        self._prove = prove
        self._document = document
        self._clock = clock
        self._windows = Windows(document.interval_ns)

    def seconds_until_start(self, stream: Stream) -> float:
        """Return how long until a START keeps the interval."""
        return self._windows.left_ns(stream, self._clock.now()) / NANOSECONDS

    def command(self, action: Action, stream: Stream) -> Steps[Accepted]:
        """Send one command, once.

        Raises:
            RecordingError: it did not succeed, or nobody knows.
            ValueError: the names cannot be sent, or the token is of a wrong form; nothing was.
        """
        request = self._prove(command_request(self._document, self._address, action, stream))
        early = self._windows.left_ns(stream, self._clock.now()) > 0
        arrived = True  # unless it turns out otherwise: whoever sends it may be interrupted
        try:
            answer = yield request
            assert answer is not None
            arrived = may_have_arrived(answer)
        finally:
            if action is Action.STOP and arrived:
                self._windows.opened(stream, self._clock.now())
        if isinstance(answer, Lost):
            kind = OutcomeUnknown if answer.was_sent else NotSent
            raise kind(action=action, stream=stream, why=_masked(answer.why, request))
        problem = failure(answer, action)
        if problem is None:
            return Accepted(
                action=action, stream=stream, status=answer.status, request_id=_masked(answer.request_id, request)
            )
        if problem is TaskExists:
            problem = TooSoon if early else AlreadyRecording
        raise self._told(problem, answer, action, stream, request)

    def restart(self, stream: Stream) -> Steps[Restarted]:
        """Send STOP, wait until the interval is over, and send START.

        Where the STOP meets no recording, or its outcome stays unknown, this goes on: what counts is that the stream
        records in the end.

        Raises:
            RecordingError: the STOP failed in another way, or the START did.
            RuntimeError: the clock stands still while it sleeps.
            ValueError: as for ``command``.
        """
        stopped: Accepted | NotFound | OutcomeUnknown
        try:
            stopped = yield from self.command(Action.STOP, stream)
        except (NotFound, OutcomeUnknown) as error:
            stopped = error
        for _ in range(_MOST_PAUSES):
            left = self.seconds_until_start(stream)
            if left == 0:
                break
            yield Pause(seconds=max(left, _SHORTEST_PAUSE_S))
        else:
            raise RuntimeError(f"the clock stands still: {_MOST_PAUSES} calls of sleep did not advance it")
        started = yield from self.command(Action.START, stream)
        return Restarted(stopped=stopped, started=started)

    def _told(
        self, kind: type[RecordingError], answer: Reply, action: Action, stream: Stream, request: CommandRequest
    ) -> RecordingError:
        error = kind(
            action=action,
            stream=stream,
            status=answer.status,
            error_code=_masked(answer.error_code, request),
            error_msg=_masked(answer.error_msg, request),
            request_id=_masked(answer.request_id, request),
        )
        if isinstance(error, TooSoon):
            error.wait_s = self.seconds_until_start(stream)
        if isinstance(error, Throttled):
            error.retry_after_s = retry_after_s(answer.retry_after, now=utc_now())
        return error


def _masked(text: str | None, request: CommandRequest) -> str | None:
    """Return *text* from outside without what *request* proved itself with: a service may echo it."""
    if text is None:
        return None
    authorization = parse_authorization(request.headers.get("Authorization", ""))
    secrets = [request.headers.get("X-Auth-Token")]
    if authorization is not None:
        secrets += [authorization.signature, authorization.access_key]
    for secret in secrets:
        if secret is not None and len(secret) >= _SHORTEST_SECRET:
            text = text.replace(secret, "***")
    return text
