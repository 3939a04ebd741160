"""The reference server as an ASGI application."""

import asyncio
from collections.abc import Callable

from starlette.types import ASGIApp, Receive, Scope, Send

from liverec.reference import documentation
from liverec.reference.answers import Answer
from liverec.reference.control import PREFIX, Control
from liverec.reference.documentation import answer_documentation
from liverec.reference.hanging_up import hang_up
from liverec.reference.request import Request, raw_path, read_request
from liverec.reference.service import Service
from liverec.reference.settings import Settings

_CONTROL = PREFIX.encode()
_DOCUMENTATION = frozenset(path.encode() for path in documentation.PATHS)


class ReferenceApp:
    """The service, wrapped by the faults that are on; beside it, never wrapped, the control plane and ``/docs``."""

    def __init__(self, settings: Settings) -> None:
        self.service = Service(settings)
        self.control = Control(self.service, rewire=self._wire)
        self.replies_to_lose = 0  # how many of the next commands are carried out without an answer
        self._latency_s = settings.latency_ms / 1000
        self._entry: ASGIApp
        self._wire()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "lifespan":
            await _live(receive, send)
            return
        path = raw_path(scope)
        if path.startswith(_CONTROL):
            await self._answer_control(scope, receive, send)
        elif path in _DOCUMENTATION and scope["method"] in {"GET", "HEAD"}:
            await _send(answer_documentation(path.decode(), self.service.document), send)
        else:
            await self._entry(scope, receive, send)

    def set_faults(self, names: tuple[str, ...]) -> None:
        """Switch to exactly these faults.

        Raises:
            UnknownFaultError: one of them does not exist; nothing is changed then.
        """
        self.service.set_faults(names)
        self._wire()

    def desk(self) -> Callable[[Request], Answer] | None:
        """Return what answers a request to the service at once; None while anything stands in between."""
        between = self._latency_s or self.replies_to_lose or self.service.faults
        return None if between else self.service.answer

    def _wire(self) -> None:
        self._entry = self.service.wrap(self._answer_service)

    async def _answer_service(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = await read_request(scope, receive)
        if request is None:
            return
        answer = self.service.answer(request)
        if self.replies_to_lose:
            self.replies_to_lose -= 1
            self.service.journal.lose_answer()
            await hang_up(scope, receive)
            return
        if self._latency_s:
            await asyncio.sleep(self._latency_s)
        await _send(answer, send)

    async def _answer_control(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = await read_request(scope, receive)
        if request is not None:
            await _send(self.control.answer(request), send)


def create_app(settings: Settings) -> ReferenceApp:
    """Return a new reference server, with streams and tokens of its own.

    Raises:
        UnknownFaultError: a fault of the settings does not exist.
        DocumentError: the OpenAPI document cannot be used.
    """
    return ReferenceApp(settings)


async def _send(answer: Answer, send: Send) -> None:
    headers = list(answer.headers)
    if answer.closes:
        headers.append((b"Connection", b"close"))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})


async def _live(receive: Receive, send: Send) -> None:
    """There is nothing to begin or to end; some servers ask all the same."""
    for phase in ("startup", "shutdown"):
        await receive()
        await send({"type": f"lifespan.{phase}.complete"})
