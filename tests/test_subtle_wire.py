"""Servers that take requests of rarer forms wrongly are convicted; correct ones that look like them are not."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from weakref import WeakSet

import pytest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from judged_server import judged
from liverec.profile_file import reference_profile
from liverec.reference.faults import FAULTS, Fault
from liverec.reference.recorder import Decision, Recorder
from liverec.reference.streams import StreamName
from liverec.verdict import Verdict

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("default")]

PROVEN = [
    (b"content-type", b"application/json"),
    (b"x-auth-token", str(reference_profile().credentials.token).encode()),
]
HTML = (b"content-type", b"text/html")
CONTROLS = re.compile(rb"%(?:[01][0-9A-F]|7F)")


def header(scope: Scope, name: bytes) -> bytes:
    return next((value for key, value in scope.get("headers", ()) if key == name), b"")


async def whole(receive: Receive) -> list[Message]:
    body = [await receive()]
    while body[-1].get("more_body", False):
        body.append(await receive())
    return body


async def replayed(app: ASGIApp, scope: Scope, body: list[Message], **parts: Any) -> list[Message]:
    """Return what *app* says to the same request with other *parts*."""
    said: list[Message] = []
    rest: Iterator[Message] = iter(body)

    async def again() -> Message:
        return next(rest)

    async def keep(message: Message) -> None:
        said.append(message)

    await app({**scope, **parts}, again, keep)
    return said


async def refused(send: Send, status: int, *headers: tuple[bytes, bytes], body: bytes = b"") -> None:
    fields = [*headers, (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": fields})
    await send({"type": "http.response.body", "body": body})


Serving = Callable[[ASGIApp, Scope, Receive, Send], Any]


def where(applies: Callable[[Scope], bool], serve: Serving) -> Callable[[ASGIApp], ASGIApp]:
    """Return a server that serves what *applies* in its own way."""

    def wrap(app: ASGIApp) -> ASGIApp:
        async def served(scope: Scope, receive: Receive, send: Send) -> None:
            own = scope["type"] == "http" and applies(scope)
            await (serve(app, scope, receive, send) if own else app(scope, receive, send))

        return served

    return wrap


def is_chunked(scope: Scope) -> bool:
    return bool(header(scope, b"transfer-encoding"))


def is_strangers_stop(scope: Scope) -> bool:
    anybody = (b"x-auth-token", b"authorization")
    return scope["query_string"] == b"action=STOP" and not any(header(scope, name) for name in anybody)


async def windowed(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """Open the window of an idle stream, before the stranger is turned away."""
    body = await whole(receive)
    if (await replayed(app, scope, body, headers=PROVEN, query_string=b"action=START"))[0]["status"] == 200:
        await replayed(app, scope, body, headers=PROVEN)
    for message in await replayed(app, scope, body):
        await send(message)


async def carried_out(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """Refuse a media type, having carried the command out."""
    await replayed(app, scope, await whole(receive), headers=PROVEN)
    await refused(send, 400, (b"content-type", b"application/json"), body=b'{"error_code":"LIVE.1","error_msg":""}')


async def said_compressed(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    async def said(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message["headers"], (b"content-encoding", b"gzip")]
        await send(message)

    await app(scope, receive, said)


async def one_piece(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    async def first() -> Message:
        return {**await receive(), "more_body": False}

    await app(scope, first, send)


def leaving_chunks(app: ASGIApp) -> ASGIApp:
    """Take the chunks of a request that was turned away for the next one on its connection."""
    left: WeakSet[Any] = WeakSet()

    async def served(scope: Scope, receive: Receive, send: Send) -> None:
        transport = scope.get("liverec.transport")

        async def noted(message: Message) -> None:
            if message.get("status") == 401 and is_chunked(scope):
                left.add(transport)
            await send(message)

        if transport is not None and transport in left:
            await refused(send, 400, (b"connection", b"close"))
        else:
            await app(scope, receive, noted)

    return served


async def let_in(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """Take the path in lower case, from anybody."""
    await app({**scope, "headers": PROVEN, "path": scope["path"].lower(), "raw_path": b""}, receive, send)


def stopping_the_unpushed() -> Serving:
    """Return what takes a START of a stream that nobody pushes for a recording, though it was refused."""
    asked = set[bytes]()

    async def serve(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        body = await whole(receive)
        named = next(iter(re.findall(rb"unpushed-\d+", body[0]["body"])), b"")
        said = await replayed(app, scope, body)
        if scope["query_string"] == b"action=START":
            asked.add(named)
        elif named in asked:
            said[0]["status"] = 200
        for message in said:
            await send(message)

    return serve


async def too_often(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    del app, scope, receive
    await refused(send, 429, HTML)


async def by_a_proxy(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    del app, scope, receive
    await refused(send, 400, HTML, body=b"<h1>400 Bad Request</h1>")


BROKEN = {
    "window by strangers": ("status/no-effect", where(is_strangers_stop, windowed)),
    "media type looked at last": (
        "status/no-effect",
        where(lambda scope: header(scope, b"content-type").startswith(b"text/plain"), carried_out),
    ),
    "said to be compressed": (
        "http/well-formed",
        where(lambda scope: b"gzip" in header(scope, b"accept-encoding"), said_compressed),
    ),
    "chunks in one piece": ("http/whole-body", where(is_chunked, one_piece)),
    "chunks left unread": ("http/unread-body", leaving_chunks),
    "capitals let in": (
        "authentication/credentials-mandatory",
        where(lambda scope: scope["path"].startswith("/V1/"), let_in),
    ),
    "begun though nobody pushes": (
        "status/no-effect",
        where(lambda scope: scope["query_string"].startswith(b"action="), stopping_the_unpushed()),
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_server_that_mistakes_a_rarer_form_is_convicted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    breaks, wrap = BROKEN[name]
    monkeypatch.setitem(FAULTS, name, Fault(name=name, breaks=breaks, summary=name, wrap=wrap))

    result = judged(tmp_path, faults=(name,), generated="none", only=(breaks,))

    assert result.findings == (breaks,), [(one.id, one.verdict, one.why) for one in result.judgements]


class RecordingBefore(Recorder):
    """Some streams are recording before the run."""

    def command(self, action: str, name: StreamName) -> Decision:
        state = self.table.find(self._key(name))
        begun = self.__dict__.setdefault("begun", set[StreamName]())
        if state is not None and name not in begun and name.stream.endswith(("1", "4", "7")):
            state.recording = True
        begun.add(name)
        return super().command(action, name)


CORRECT = {
    "too often, with a charset": (
        where(lambda scope: b"charset" in header(scope, b"content-type"), too_often),
        {"body/content-type-charset"},
    ),
    "behind a proxy that takes no control characters": (
        where(lambda scope: CONTROLS.search(scope["query_string"]) is not None, by_a_proxy),
        set[str](),
    ),
}


@pytest.mark.parametrize("name", CORRECT)
def test_correct_server_is_not_convicted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    wrap, doubtful = CORRECT[name]
    monkeypatch.setitem(FAULTS, name, Fault(name=name, breaks="", summary=name, wrap=wrap))

    result = judged(tmp_path, faults=(name,))

    assert result.findings == ()
    assert {one.id for one in result.judgements if one.verdict is Verdict.UNDECIDED} == doubtful


def test_streams_may_be_recording_before_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(FAULTS, "before", Fault(name="before", breaks="", summary="", recorder=RecordingBefore))

    result = judged(tmp_path, faults=("before",), generated="none", used=True)

    assert [(one.id, one.why) for one in result.judgements if one.verdict is Verdict.UNDECIDED] == []
    assert result.verdict == "kept"
