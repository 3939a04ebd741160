"""Ending a connection without an answer."""

from starlette.types import Receive, Scope


async def hang_up(scope: Scope, receive: Receive) -> None:
    """Close the connection that *scope* came on; within a process there is none, and nothing is sent."""
    transport = scope.get("liverec.transport")
    if transport is not None:
        transport.close()
        while (await receive())["type"] != "http.disconnect":  # lest the server make up an answer
            pass
