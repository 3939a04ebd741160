"""Asking an ASGI application without a network."""

import asyncio
import json
from typing import Any

from starlette.types import ASGIApp, Message

from reference_requests import BODY, PATH, TOKEN


class Reply:
    """What an ASGI application sent."""

    def __init__(self, messages: list[Message]) -> None:
        self.status: int = messages[0]["status"]
        self.headers: dict[bytes, bytes] = {name.lower(): value for name, value in messages[0]["headers"]}
        self.body = b"".join(message.get("body", b"") for message in messages[1:])

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def ask(
    app: ASGIApp,
    method: str,
    target: str,
    body: object = None,
    *,
    headers: tuple[tuple[bytes, bytes], ...] = ((b"host", b"127.0.0.1:8080"),),
    client: tuple[str, int] | None = ("127.0.0.1", 50_000),
) -> Reply:
    path, _, query = target.partition("?")
    scope: dict[str, Any] = {
        "type": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "headers": list(headers),
    }
    scope |= {"query_string": query.encode(), "client": client}
    content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": content, "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    asyncio.run(app(scope, receive, send))  # type: ignore[arg-type]  # an awaitable that is a coroutine
    return Reply(sent)


def command(app: ASGIApp, action: str, **body: str) -> Reply:
    headers = ((b"host", b"x"), (b"content-type", b"application/json"), (b"x-auth-token", TOKEN.encode()))
    return ask(app, "POST", f"{PATH}?action={action}", {**BODY, **body}, headers=headers)
