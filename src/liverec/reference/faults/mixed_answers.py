"""Faults that give a request the answer to another one that is under way at the same time."""

import asyncio
from itertools import count

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from liverec.reference.faults.fault import Fault
from liverec.reference.request import is_command

_REQUEST_ID = b"X-Request-Id"
_SWAPS_EVERY = 100
_WAITS_S = 0.2  # for the answer to swap with
_UNDER_WAY_S = 0.001  # between the decision about a command and its answer

_Messages = list[Message]


async def _answer(app: ASGIApp, scope: Scope, receive: Receive) -> _Messages:
    """Return the answer of *app*, unsent."""
    messages: _Messages = []

    async def keep(message: Message) -> None:
        messages.append(message)

    await app(scope, receive, keep)
    return messages


def _swap_answers(app: ASGIApp) -> ASGIApp:
    """Give every hundredth command the answer to the next one, and that one the first one's."""
    commands = count(1)
    waiting: list[tuple[_Messages, asyncio.Future[_Messages]]] = []

    async def faulty(scope: Scope, receive: Receive, send: Send) -> None:
        if not is_command(scope):
            await app(scope, receive, send)
            return
        number = next(commands)
        given = own = await _answer(app, scope, receive)
        if waiting:
            given, other = waiting.pop()
            other.set_result(own)
        elif number % _SWAPS_EVERY == 0:
            others: asyncio.Future[_Messages] = asyncio.get_running_loop().create_future()
            waiting.append((own, others))
            await asyncio.wait([others], timeout=_WAITS_S)
            given = others.result() if others.done() else own
            waiting.clear()
        for message in given:
            await send(message)

    return faulty


def _share_answers(app: ASGIApp) -> ASGIApp:
    """Keep the answer in a place that all commands share until it is sent: the latest one overwrites the others."""
    latest: _Messages = []

    async def faulty(scope: Scope, receive: Receive, send: Send) -> None:
        nonlocal latest
        if not is_command(scope):
            await app(scope, receive, send)
            return
        own = latest = await _answer(app, scope, receive)
        await asyncio.sleep(_UNDER_WAY_S)
        for message in _with_request_id_of(own, latest):
            await send(message)

    return faulty


def _with_request_id_of(own: _Messages, given: _Messages) -> _Messages:
    """Return what is *given* under the own request id: who looks at that alone sees nothing."""
    if own is given or not own or not given:
        return own
    others = [header for header in given[0]["headers"] if header[0] != _REQUEST_ID]
    begin = {**given[0], "headers": [*others, *(header for header in own[0]["headers"] if header[0] == _REQUEST_ID)]}
    return [begin, *given[1:]]


MIXED_ANSWER_FAULTS = (
    Fault(
        name="answers-swapped",
        breaks="http/own-answer",
        summary="every hundredth command gets the answer to the one after it, and that one gets the other's",
        wrap=_swap_answers,
    ),
    Fault(
        name="answers-shared",
        breaks="http/own-answer",
        summary="of commands under way at once, all get the answer of the latest, each with its own request id",
        wrap=_share_answers,
    ),
)
