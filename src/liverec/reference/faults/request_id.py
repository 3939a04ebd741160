"""Faults in X-request-id: whether it is there, and what it is made of."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from itertools import count, cycle
from typing import Any
from uuid import NAMESPACE_OID, uuid5

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from liverec.reference.answers import Answer, Answers
from liverec.reference.faults.fault import Fault
from liverec.reference.identity import HOST_NAME, RequestIds

_UUID_LENGTH = 36
_PLAIN_ID_LENGTH = 24
_POOL = 200
_LONG_AGO = 1_000_000_000_000  # not the current time in any unit


def _silent_on(silent: int) -> type[Answers]:
    """Return answers that leave the id out where the status is *silent*."""

    class Silent(Answers):
        def _accepted(self) -> Answer:
            return _without_id(super()._accepted(), silent)

        def _json(self, status: int, body: Mapping[str, Any], **how: Any) -> Answer:
            return _without_id(super()._json(status, body, **how), silent)

    return Silent


def _without_id(answer: Answer, silent: int) -> Answer:
    if answer.status != silent:
        return answer
    headers = tuple(header for header in answer.headers if bytes(header[0]) != b"X-Request-Id")
    return replace(answer, headers=headers, request_id=None)


class _Plain(RequestIds):
    """Makes a UUID, and leaves it at that."""

    def new(self) -> str:
        return super().new()[:_UUID_LENGTH]


class _NoUuid(RequestIds):
    """Makes a shorter id of its own kind in place of the UUID."""

    def new(self) -> str:
        made = super().new()
        return made[:_UUID_LENGTH].replace("-", "")[:_PLAIN_ID_LENGTH] + made[_UUID_LENGTH:]


class _Stale(RequestIds):
    """Gives the same time for ever."""

    def new(self) -> str:
        return f"{super().new()[:_UUID_LENGTH]}-{_LONG_AGO}-{HOST_NAME}"


class _Nameless(RequestIds):
    """Does not know the name of this server."""

    def new(self) -> str:
        return super().new().removesuffix(HOST_NAME)


class _Reused(RequestIds):
    """Makes a new id for every other answer only."""

    @cached_property
    def _turns(self) -> Iterator[int]:
        return count()

    def new(self) -> str:
        if next(self._turns) % 2 == 0:
            self._last = super().new()
        return self._last


class _SilentOnInvalid(Answers):
    """Makes no id before a command has been read."""

    def invalid(self, problem: str) -> Answer:
        answer = super().invalid(problem)
        return _without_id(answer, answer.status)


class _Repeating(RequestIds):
    """Has two hundred ids, made beforehand."""

    @cached_property
    def _made(self) -> Iterator[str]:
        return cycle([super(_Repeating, self).new() for _ in range(_POOL)])

    def new(self) -> str:
        return next(self._made)


class _OfTheMillisecond(RequestIds):
    """Makes a UUID of the time alone: whatever is answered within a millisecond has the same."""

    def new(self) -> str:
        moment = time.time_ns() // 1_000_000
        return f"{uuid5(NAMESPACE_OID, str(moment))}-{moment}-{HOST_NAME}"


def _hand_back(app: ASGIApp) -> ASGIApp:
    """Answer with the X-request-id that a request brings, if it brings one."""

    async def faulty(scope: Scope, receive: Receive, send: Send) -> None:
        brought = dict(scope["headers"]).get(b"x-request-id") if scope["type"] == "http" else None

        async def sent(message: Message) -> None:
            if brought is not None and message["type"] == "http.response.start":
                kept = [header for header in message["headers"] if bytes(header[0]).lower() != b"x-request-id"]
                message = {**message, "headers": [*kept, (b"X-Request-Id", brought)]}
            await send(message)

        await app(scope, receive, sent)

    return faulty


REQUEST_ID_FAULTS = (
    Fault(
        name="request-id-missing-on-200",
        breaks="request-id/present-200",
        summary="an answer 200 carries no X-request-id",
        answers=_silent_on(200),
    ),
    Fault(
        name="request-id-missing-on-400",
        breaks="request-id/present-400",
        summary="an answer 400 carries no X-request-id",
        answers=_silent_on(400),
    ),
    Fault(
        name="request-id-missing-on-404",
        breaks="request-id/present-404",
        summary="an answer 404 carries no X-request-id",
        answers=_silent_on(404),
    ),
    Fault(
        name="request-id-plain",
        breaks="request-id/format",
        summary="X-request-id is a UUID, without time and host name",
        request_ids=_Plain,
    ),
    Fault(
        name="request-id-not-uuid",
        breaks="request-id/uuid",
        summary="X-request-id begins with 24 hexadecimal digits instead of a UUID",
        request_ids=_NoUuid,
    ),
    Fault(
        name="request-id-stale",
        breaks="request-id/timestamp",
        summary="the time in X-request-id stands still",
        request_ids=_Stale,
    ),
    Fault(
        name="request-id-nameless",
        breaks="request-id/hostname",
        summary="X-request-id ends where the host name should begin",
        request_ids=_Nameless,
    ),
    Fault(
        name="request-id-reused",
        breaks="request-id/unique",
        summary="every other answer carries the X-request-id of the one before",
        request_ids=_Reused,
    ),
    Fault(
        name="request-id-missing-on-invalid",
        breaks="request-id/present-400",
        summary="an answer to a request that holds no command carries no X-request-id",
        answers=_SilentOnInvalid,
    ),
    Fault(
        name="request-id-repeating",
        breaks="request-id/unique",
        summary="X-request-id comes again after 200 answers",
        request_ids=_Repeating,
    ),
    Fault(
        name="request-id-of-the-millisecond",
        breaks="request-id/unique",
        summary="answers of the same millisecond carry the same X-request-id",
        request_ids=_OfTheMillisecond,
    ),
    Fault(
        name="request-id-handed-back",
        breaks="request-id/unique",
        summary="who brings an X-request-id gets it back as the answer's own",
        wrap=_hand_back,
    ),
)
