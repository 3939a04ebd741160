"""Faults in the headers of an answer that say what HTTP forbids to say twice; they show on a real connection alone."""

from collections.abc import Callable, Iterable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from liverec.reference.faults.fault import Fault

_Headers = Iterable[tuple[bytes, bytes]]


def _changing(change: Callable[[_Headers], _Headers]) -> Callable[[ASGIApp], ASGIApp]:
    """Return what changes the headers of every error."""

    def wrap(app: ASGIApp) -> ASGIApp:
        async def faulty(scope: Scope, receive: Receive, send: Send) -> None:
            async def changed(message: Message) -> None:
                if message["type"] == "http.response.start" and message["status"] >= 400:
                    message = {**message, "headers": change(message["headers"])}
                await send(message)

            await app(scope, receive, changed)

        return faulty

    return wrap


def _in_chunks_too(headers: _Headers) -> _Headers:
    return (*headers, (b"Transfer-Encoding", b"chunked"))  # and so the server sends it


def _two_lengths(headers: _Headers) -> _Headers:
    return (*headers, (b"Content-Length", b"0"))


def _two_types(headers: _Headers) -> _Headers:
    return ((b"Content-Type", b"text/html"), *headers)


def _two_ids(headers: _Headers) -> _Headers:
    ids = [(name, b"0%b" % value[1:]) for name, value in headers if name.upper() == b"X-REQUEST-ID"]
    return (*headers, *ids)


HEADER_FAULTS = (
    Fault(
        name="length-and-chunks",
        breaks="http/well-formed",
        summary="an error is sent in chunks, and has a Content-Length as well",
        wrap=_changing(_in_chunks_too),
    ),
    Fault(
        name="two-lengths",
        breaks="http/well-formed",
        summary="an error has a second Content-Length, of 0",
        wrap=_changing(_two_lengths),
    ),
    Fault(
        name="two-content-types",
        breaks="http/well-formed",
        summary="an error is said to be HTML first, and then JSON",
        wrap=_changing(_two_types),
    ),
    Fault(
        name="two-request-ids",
        breaks="http/well-formed",
        summary="an error has two different request ids",
        wrap=_changing(_two_ids),
    ),
)
