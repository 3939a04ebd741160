"""The reference application: faults that come and go, and the pages beside the service."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import yaml
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from asgi_reply import ask, command
from liverec.clock import VirtualClock
from liverec.document import load_document
from liverec.reference.app import ReferenceApp, create_app
from liverec.reference.faults import FAULTS, Fault, UnknownFaultError
from liverec.reference.recorder import Recorder
from liverec.reference.settings import Settings
from liverec.reference.streams import StreamState
from reference_requests import PROFILE

SETTINGS = Settings(profile=PROFILE, clock=VirtualClock())


@pytest.fixture
def app() -> ReferenceApp:
    return create_app(replace(SETTINGS, clock=VirtualClock()))


class Lenient(Recorder):
    """Knows no window."""

    def _window_open(self, state: StreamState, now: int) -> bool:  # noqa: ARG002  # what is overridden
        return False


class Forgiving(Recorder):
    """Lets every rule pass."""

    def _rule_allows(self, state: StreamState) -> bool:  # noqa: ARG002  # what is overridden
        return True


def _teapot(app: ASGIApp) -> ASGIApp:
    async def faulty(scope: Scope, receive: Receive, send: Send) -> None:
        async def changed(message: Message) -> None:
            await send({**message, "status": 418} if message["type"] == "http.response.start" else message)

        await app(scope, receive, changed)

    return faulty


@pytest.fixture
def registered(monkeypatch: pytest.MonkeyPatch) -> Callable[..., dict[str, list[str]]]:
    made = [
        Fault(name="made-up-lenient", breaks="restart/too-soon", summary="-", recorder=Lenient),
        Fault(name="made-up-forgiving", breaks="constraints/command-record", summary="-", recorder=Forgiving),
        Fault(name="made-up-teapot", breaks="status/200", summary="-", wrap=_teapot),
    ]
    for fault in made:
        monkeypatch.setitem(FAULTS, fault.name, fault)

    def active(*names: str) -> dict[str, list[str]]:
        return {"active": [f"made-up-{name}" for name in names]}

    return active


OTHER = {"publish_domain": "continuous.example.com", "stream": "continuous-1"}


def test_faults_are_switched_on_and_off_while_streams_stay(app: ReferenceApp, registered: Any) -> None:
    command(app, "START")
    command(app, "STOP")

    ask(app, "PUT", "/_reference/faults", registered("lenient", "forgiving"))
    broken = [command(app, "START").status, command(app, "START", **OTHER).status]
    command(app, "STOP")
    ask(app, "PUT", "/_reference/faults", registered())

    assert broken == [200, 200]
    assert [command(app, "START").status, command(app, "STOP", **OTHER).status] == [400, 400]


def test_a_wrapper_goes_round_the_service_only(app: ReferenceApp, registered: Any) -> None:
    switched = ask(app, "PUT", "/_reference/faults", registered("teapot"))

    statuses = [command(app, "START").status, ask(app, "GET", "/docs").status]

    assert (switched.status, switched.json["active"], statuses) == (200, ["made-up-teapot"], [418, 200])


def test_a_fault_named_twice_is_on_once(app: ReferenceApp, registered: Any) -> None:
    reply = ask(app, "PUT", "/_reference/faults", registered("lenient", "lenient"))

    assert reply.json["active"] == ["made-up-lenient"]


def test_an_unknown_fault_changes_nothing(app: ReferenceApp, registered: Any) -> None:
    ask(app, "PUT", "/_reference/faults", registered("teapot"))

    reply = ask(app, "PUT", "/_reference/faults", registered("lenient", "nonsense"))

    assert reply.status == 400
    assert ask(app, "GET", "/_reference/faults").json["active"] == ["made-up-teapot"]


def test_an_unknown_fault_in_the_settings_is_told() -> None:
    with pytest.raises(UnknownFaultError, match="no fault is called 'nonsense'"):
        create_app(replace(SETTINGS, faults=("nonsense",)))


def test_the_document_is_served_with_this_server_as_its_only_one(app: ReferenceApp) -> None:
    as_json = ask(app, "GET", "/openapi.json").json
    as_yaml = yaml.safe_load(ask(app, "GET", "/openapi.yaml").body)

    assert as_json["servers"] == [{"url": "/"}]
    assert as_yaml == as_json
    assert as_json["paths"] == load_document().raw["paths"]


def test_docs_need_nothing_from_elsewhere(app: ReferenceApp) -> None:
    page = ask(app, "GET", "/docs")

    loaded = [part.split(b'"')[0] for part in page.body.replace(b'src="', b'href="').split(b'href="')[1:]]
    assert loaded == [b"/docs/swagger-ui.css", b"/docs/swagger-ui-bundle.js", b"/docs/page.js"]
    assert [ask(app, "GET", path.decode()).status for path in loaded] == [200, 200, 200]
    assert b"default-src 'self'" in page.headers[b"content-security-policy"]


def test_a_server_without_raw_paths_will_do(app: ReferenceApp) -> None:
    async def without(scope: Scope, receive: Receive, send: Send) -> None:
        await app({name: value for name, value in scope.items() if name != "raw_path"}, receive, send)

    assert (command(without, "START").status, ask(without, "GET", "/_reference/info").status) == (200, 200)


def test_a_server_that_announces_its_life_will_do(app: ReferenceApp) -> None:
    sent: list[str] = []

    async def receive() -> Message:
        return {"type": "lifespan.startup" if not sent else "lifespan.shutdown"}

    async def send(message: Message) -> None:
        sent.append(message["type"])

    asyncio.run(app({"type": "lifespan"}, receive, send))

    assert sent == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
