"""Faults in the HTTP around a command; those that show in bytes need a real connection."""

from collections.abc import Mapping
from dataclasses import replace
from itertools import count
from typing import Any
from weakref import WeakKeyDictionary, WeakSet

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from liverec import signing
from liverec.reference.authentication import Authenticator, DeniedError
from liverec.reference.command import CommandReader
from liverec.reference.faults.fault import Fault
from liverec.reference.hanging_up import hang_up, hang_up_after, nowhere
from liverec.reference.request import Request, is_command

_LOSES_EVERY = 7
_LONGEST_NAME = 255
_TURNED_AWAY = {401, 403}


def _lose_replies(app: ASGIApp) -> ASGIApp:
    """Carry every command out, and hang up instead of answering on every seventh."""
    commands = count(1)

    async def faulty(scope: Scope, receive: Receive, send: Send) -> None:
        if not is_command(scope) or next(commands) % _LOSES_EVERY:
            await app(scope, receive, send)
        else:
            await hang_up_after(app, scope, receive)

    return faulty


def _lose_replies_on_reused(app: ASGIApp) -> ASGIApp:
    """Carry every command out, and hang up instead of answering unless it is the first request of its connection."""
    known: WeakSet[Any] = WeakSet()

    async def faulty(scope: Scope, receive: Receive, send: Send) -> None:
        transport = scope.get("liverec.transport")
        if transport in known and is_command(scope):
            await hang_up_after(app, scope, receive)
            return
        if transport is not None:
            known.add(transport)
        await app(scope, receive, send)

    return faulty


def _say_nothing_of_404(app: ASGIApp) -> ASGIApp:
    """Hang up instead of answering 404."""

    async def faulty(scope: Scope, receive: Receive, send: Send) -> None:
        answer: list[Message] = []

        async def keep(message: Message) -> None:
            answer.append(message)

        await app(scope, receive, keep)
        if is_command(scope) and answer and answer[0].get("status") == 404:
            await hang_up(scope, receive)
        else:
            for message in answer:
                await send(message)

    return faulty


def _miscount(app: ASGIApp) -> ASGIApp:
    """End every error with a line break that its Content-Length does not count."""

    async def faulty(scope: Scope, receive: Receive, send: Send) -> None:
        failed = False

        async def miscounted(message: Message) -> None:
            nonlocal failed
            if message["type"] == "http.response.start" and message["status"] >= 400:
                failed = True
                # closed behind it, lest it spoil the next answer
                message = {**message, "headers": [*message["headers"], (b"Connection", b"close")]}
            elif failed and "liverec.transport" in scope:
                await send({**message, "more_body": True})
                scope["liverec.transport"].write(b"\r\n")
                message = {"type": "http.response.body"}
            await send(message)

        await app(scope, receive, miscounted)

    return faulty


def _repeat_answers(app: ASGIApp) -> ASGIApp:
    """Give a request that waited for another one on its connection the other one's answer."""
    repeated: WeakKeyDictionary[Any, list[Message]] = WeakKeyDictionary()

    async def faulty(scope: Scope, receive: Receive, send: Send) -> None:
        transport = scope.get("liverec.transport")
        before = repeated.pop(transport, None) if transport is not None else None
        if before is not None:
            await app(scope, receive, nowhere)
            for message in before:
                await send(message)
            return
        messages: list[Message] = []

        async def kept(message: Message) -> None:
            messages.append(message)
            if transport is not None and not message.get("more_body") and _others_wait(transport):
                repeated[transport] = messages
            await send(message)

        await app(scope, receive, kept)

    return faulty


def _others_wait(transport: Any) -> bool:
    return bool(transport.get_protocol().pipeline)


def _leave_body(app: ASGIApp) -> ASGIApp:
    """Take the body of a request that was turned away for the next one on its connection."""
    left: WeakSet[Any] = WeakSet()

    async def faulty(scope: Scope, receive: Receive, send: Send) -> None:
        transport = scope.get("liverec.transport")
        if transport is not None and transport in left:
            await _send_bad_request(send)
            return

        async def noted(message: Message) -> None:
            if transport is not None and message.get("status") in _TURNED_AWAY:
                left.add(transport)
            await send(message)

        await app(scope, receive, noted)

    return faulty


async def _send_bad_request(send: Send) -> None:
    headers = [(b"Content-Length", b"0"), (b"Connection", b"close")]
    await send({"type": "http.response.start", "status": 400, "headers": headers})
    await send({"type": "http.response.body"})


def _act_on_get(app: ASGIApp) -> ASGIApp:
    """Take GET for POST."""

    async def faulty(scope: Scope, receive: Receive, send: Send) -> None:
        acts = scope["method"] == "GET" and is_command(scope)
        await app({**scope, "method": "POST"} if acts else scope, receive, send)

    return faulty


class _SignedAsGet(Authenticator):
    """Verifies a GET that was taken for a POST as what was signed."""

    def _signature_right(self, request: Request, given: signing.Authorization) -> bool:
        right = super()._signature_right
        return right(request, given) or right(replace(request, method="GET"), given)


def _ignore_chunks(app: ASGIApp) -> ASGIApp:
    """Go by Content-Length alone: without one, there is no body."""

    async def faulty(scope: Scope, receive: Receive, send: Send) -> None:
        async def emptied() -> Message:
            return {**await receive(), "body": b""}

        chunked = any(name == b"transfer-encoding" for name, _ in scope["headers"])
        await app(scope, emptied if chunked else receive, send)

    return faulty


def _read_one_piece(app: ASGIApp) -> ASGIApp:
    """Take what has arrived of a body for all of it."""

    async def faulty(scope: Scope, receive: Receive, send: Send) -> None:
        async def first() -> Message:
            return {**await receive(), "more_body": False}

        await app(scope, first, send)

    return faulty


class _Crashes(CommandReader):
    """Has room for 255 letters of ASCII."""

    def _field(self, body: Mapping[str, Any], name: str) -> str:
        value = super()._field(body, name)
        if not value.isascii() or len(value) > _LONGEST_NAME:
            raise DeniedError("Internal server error.", status=500, code="LIVE.100011005", from_gateway=False)
        return value


WIRE_FAULTS = (
    Fault(
        name="lost-reply",
        breaks="http/answered",
        summary="every seventh command is carried out, and the connection closed without an answer",
        wrap=_lose_replies,
    ),
    Fault(
        name="silent-on-404",
        breaks="http/answered",
        summary="of what would be answered 404 nothing is said, and the connection closed",
        wrap=_say_nothing_of_404,
    ),
    Fault(
        name="wrong-length",
        breaks="http/well-formed",
        summary="an error has two bytes more than its Content-Length says",
        wrap=_miscount,
    ),
    Fault(
        name="get-acts",
        breaks="http/method",
        summary="a GET is carried out like a POST",
        wrap=_act_on_get,
        authenticator=_SignedAsGet,
    ),
    Fault(
        name="crashes-on-odd-names",
        breaks="http/no-server-error",
        summary="a name beyond ASCII, or of more than 255 characters, is answered 500",
        reader=_Crashes,
    ),
    Fault(
        name="chunked-ignored",
        breaks="http/chunked-request",
        summary="a body sent in chunks is taken for an empty one",
        wrap=_ignore_chunks,
    ),
    Fault(
        name="body-in-one-piece",
        breaks="http/whole-body",
        summary="of a body that arrives in several pieces only the first is read",
        wrap=_read_one_piece,
    ),
    Fault(
        name="answers-repeated",
        breaks="http/in-order",
        summary="of requests sent at once on one connection, a later one gets the answer of the one before it",
        wrap=_repeat_answers,
    ),
    Fault(
        name="body-left-unread",
        breaks="http/unread-body",
        summary="the body of a request that is turned away is taken for the next request on its connection",
        wrap=_leave_body,
    ),
)
# HTTP lets a server close a connection at any time, so nobody can be convicted of it
WIRE_HAZARDS = (
    Fault(
        name="lost-reply-reused",
        breaks="",
        summary="of each connection all but the first command are carried out, and it is closed without an answer",
        wrap=_lose_replies_on_reused,
    ),
)
