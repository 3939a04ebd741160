"""Where httpx is caught: respx routes for the command and for tokens, whatever the host is."""

import re
from collections.abc import Callable, Coroutine, Iterable
from typing import Any, TypeVar, cast

import httpx
import respx
from respx.mocks import HTTPCoreMocker
from respx.models import AllMockedAssertionError
from starlette.types import Message, Scope

from liverec.document import Document
from liverec.reference.service import TOKEN_PATH

__tracebackhide__ = True  # pytest shows the line of the test, not ours

Value = TypeVar("Value")


class Routes(respx.MockRouter):
    """The routes of one double; a test may add its own for other APIs.

    A request that none matches is kept in ``unmatched`` and raises an error that names the nearest route, unless
    another router of respx (``respx_mock``) has a route for it.
    """

    def __init__(self, document: Document, respond: Callable[[httpx.Request], httpx.Response], *, name: str) -> None:
        super().__init__(assert_all_called=False)
        self.unmatched: list[str] = []
        self._document = document
        self._name = name
        fixed = re.split("{[^}]*}", document.path_template)
        self._path = re.compile(f"^{'[^/]+'.join(map(re.escape, fixed))}$")
        self.command = self.route(method=document.method, path__regex=self._path).mock(side_effect=respond)
        self.tokens = self.route(method="POST", path=TOKEN_PATH).mock(side_effect=respond)

    def handler(self, request: httpx.Request) -> httpx.Response:
        """Answer *request* of a synchronous client."""
        try:
            return super().handler(request)
        except AllMockedAssertionError as error:
            raise self._explained(request, error) from None

    async def async_handler(self, request: httpx.Request) -> httpx.Response:
        """Answer *request* of an asynchronous client."""
        try:
            return await super().async_handler(request)
        except AllMockedAssertionError as error:
            raise self._explained(request, error) from None

    def refuse(self, message: str) -> AllMockedAssertionError:
        """Note that a request had no answer, and return the error to raise."""
        self.unmatched.append(message)
        return AllMockedAssertionError(message)

    def _explained(self, request: httpx.Request, error: AllMockedAssertionError) -> AllMockedAssertionError:
        if str(error) in self.unmatched or self._of_another(request):
            return error
        document, url = self._document, request.url
        wrong = [
            *([f"the method is {request.method}"] if request.method != document.method else []),
            *([] if self._path.match(url.path) else [f"the path is {url.path}"]),
        ]
        shown = f"{url.scheme}://{url.netloc.decode()}{url.path}"  # a query may hold a secret
        return self.refuse(
            f"{request.method} {shown} matches no route of {self._name}. The nearest is {document.method} "
            f"{document.path_template}, on any host; here {' and '.join(wrong)}. If the request is wrong, "
            f"mend the program; if it is for another API, mock it: {self._name}.router.route(...).respond(...)"
        )

    def _of_another(self, request: httpx.Request) -> bool:
        others = [router for router in HTTPCoreMocker.routers if router is not self]
        return any(route.pattern.match(request) for router in others for route in router.routes)


def scope_of(request: httpx.Request) -> Scope:
    """Return *request* as ASGI has it, its header names as spelled beside it."""
    path, _, query = request.url.raw_path.partition(b"?")
    return {
        "type": "http",
        "http_version": "1.1",
        "method": request.method,
        "path": request.url.path,
        "raw_path": path,
        "query_string": query,
        "headers": [(name.lower(), value) for name, value in request.headers.raw],
        "client": None,
        "liverec.header_names": [name for name, _ in request.headers.raw],
    }


async def body_of(request: httpx.Request) -> Message:
    """Return the body of *request* as ASGI has it: all of it, at once."""
    return {"type": "http.request", "body": request.read(), "more_body": False}


def response_of(status: int, headers: Iterable[tuple[bytes, bytes]], body: bytes) -> httpx.Response:
    """Return an answer as httpx has it."""
    # plain bytes: a HeaderName has no lower case, and httpx looks names up in it
    return httpx.Response(status, headers=[(bytes(name), value) for name, value in headers], content=body)


def completed(coroutine: Coroutine[Any, Any, Value]) -> Value:
    """Run *coroutine*, which waits for nothing, to its end, whether or not an event loop is running."""
    try:
        coroutine.send(None)
    except StopIteration as ended:
        return cast("Value", ended.value)
    coroutine.close()
    raise RuntimeError("a double must not wait: its clock stands still")
