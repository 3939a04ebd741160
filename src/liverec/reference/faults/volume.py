"""Faults that show only once in so many commands."""

from collections.abc import Awaitable, Callable
from itertools import count

from starlette.types import ASGIApp, Receive, Scope, Send

from liverec.reference.faults.fault import Fault
from liverec.reference.hanging_up import hang_up_after
from liverec.reference.request import is_command


def _each(number: int, instead: Callable[[ASGIApp, Scope, Receive, Send], Awaitable[None]]) -> Callable[..., ASGIApp]:
    """Return a wrapper that does *instead* with every so many-th command."""

    def wrap(app: ASGIApp) -> ASGIApp:
        commands = count(1)

        async def faulty(scope: Scope, receive: Receive, send: Send) -> None:
            is_due = is_command(scope) and next(commands) % number == 0
            await (instead(app, scope, receive, send) if is_due else app(scope, receive, send))

        return faulty

    return wrap


async def _answer_nothing(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG001  # as called
    await hang_up_after(app, scope, receive)


async def _answer_503(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG001  # as called
    await send({"type": "http.response.start", "status": 503, "headers": [(b"Content-Length", b"0")]})
    await send({"type": "http.response.body"})


VOLUME_FAULTS = (
    Fault(
        name="lost-reply-seldom",
        breaks="http/answered",
        summary="every five hundredth command is carried out, and the connection closed without an answer",
        wrap=_each(500, _answer_nothing),
    ),
    Fault(
        name="fails-seldom",
        breaks="http/no-server-error",
        summary="every three hundredth command is answered 503",
        wrap=_each(300, _answer_503),
    ),
)
