"""The stateful double: httpx is caught by respx, and answered by the reference server without a network."""

from types import TracebackType
from typing import Self

import httpx
from starlette.types import Message

from liverec.doubles.record_control import UNSEEN
from liverec.doubles.reference_double import ReferenceDouble
from liverec.doubles.routes import Routes, body_of, completed, response_of, scope_of

NAME = "record_control_double"
_RACES = {
    "double-start",
    "double-stop",
    "double-start-of-eight",
    "double-stop-of-eight",
    "lost-update",
    "answers-swapped",
    "answers-shared",
}


class RecordControlDouble(ReferenceDouble):
    """A ReferenceDouble for programs on httpx, on any host; ``router`` is respx's, for other APIs."""

    def __init__(self) -> None:
        super().__init__(name=NAME, unseen=UNSEEN)
        self.router = Routes(self._service.document, self._respond, name=NAME)

    def __enter__(self) -> Self:
        """Begin to catch what goes through httpx."""
        self.router.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let httpx go its way again."""
        self.router.__exit__(kind, error, trace)

    def set_faults(self, *names: str) -> None:
        """Break these promises, and no others: to see what the program makes of a service that is wrong.

        Raises:
            UnknownFaultError: one of them does not exist; nothing is changed then.
            ValueError: one of them shows only where two commands are under way at once, as over HTTP.
        """
        for name in _RACES & set(names):
            raise ValueError(f"{name} shows only where two commands race over HTTP: take record_control_server")
        super().set_faults(*names)

    def problems(self) -> list[str]:
        """Return what must fail the test: requests without a route, or none at all."""
        return list(self.router.unmatched) or super().problems()

    def _respond(self, request: httpx.Request) -> httpx.Response:
        sent: list[Message] = []

        async def send(message: Message) -> None:  # ASGI wants a coroutine
            sent.append(message)

        completed(self.app(scope_of(request), lambda: body_of(request), send))
        if not sent:
            raise httpx.RemoteProtocolError("Server disconnected without sending a response.", request=request)
        head, *rest = sent
        body = b"".join(message.get("body", b"") for message in rest)
        return response_of(head["status"], head["headers"], body)
