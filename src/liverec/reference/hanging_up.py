"""Ending a connection without an answer."""

from starlette.types import ASGIApp, Message, Receive, Scope


async def hang_up(scope: Scope, receive: Receive) -> None:
    """Close the connection that *scope* came on; within a process there is none, and nothing is sent."""
    transport = scope.get("liverec.transport")
    if transport is not None:
        transport.close()
        while (await receive())["type"] != "http.disconnect":  # lest the server make up an answer
            pass


async def hang_up_after(app: ASGIApp, scope: Scope, receive: Receive) -> None:
    """Have *app* carry the request out, and close the connection instead of answering."""
    await app(scope, receive, nowhere)
    await hang_up(scope, receive)


async def nowhere(_message: Message) -> None:
    """Send nothing."""
