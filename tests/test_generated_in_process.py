"""The same generated requests as ``contracts/`` sends, against the server as an object: no socket, no clock."""

import asyncio
from dataclasses import replace

import httpx
from hypothesis import HealthCheck, given, settings

from liverec.clock import VirtualClock
from liverec.conformance.generation import Generated, boundaries, requests, rightly_about
from liverec.conformance.validity import invalid_because
from liverec.document import load_document
from liverec.history import Stream
from liverec.profile_file import reference_profile
from liverec.reference.app import ReferenceApp, create_app
from liverec.reference.settings import Settings

DOCUMENT = load_document()
PROFILE = reference_profile()
NAMES = PROFILE.recordable
SPARE = Stream(PROFILE.project_id, NAMES.publish_domain, NAMES.app, "rehearsal-1")
examples = settings(deadline=None, database=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])


def answer(app: ReferenceApp, request: Generated) -> httpx.Response:
    async def send() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://127.0.0.1") as client:
            path = DOCUMENT.path_template.replace("{project_id}", PROFILE.project_id)
            return await client.post(
                f"{path}?{request.query}" if request.query is not None else path,
                content=request.content,
                headers={"Content-Type": "application/json", "X-Auth-Token": PROFILE.credentials.token or ""},
            )

    return asyncio.run(send())


def accepted_against_the_page(*faults: str, most: int = 60) -> list[str]:
    """Return the requirements that say no to what the server accepted, at the edges and of *most* more requests."""
    app = create_app(Settings(profile=PROFILE, clock=VirtualClock(), faults=faults))
    found: list[str] = []

    def judge(request: Generated) -> None:
        reason = invalid_because(DOCUMENT, request.query, request.content)
        content = request.content if reason is None else rightly_about(DOCUMENT, SPARE, request.content)
        response = answer(app, replace(request, content=content))
        assert response.status_code in {200, 400, 404}
        if reason is not None and response.status_code == 200:
            found.append(reason)

    for request in boundaries(DOCUMENT):
        judge(request)
    settings(examples, max_examples=most)(given(requests(DOCUMENT))(judge))()
    return found


def test_reference_server_accepts_nothing_that_the_page_forbids() -> None:
    assert accepted_against_the_page() == []


def test_generated_requests_convict_a_server_that_accepts_any_action() -> None:
    assert set(accepted_against_the_page("action-unchecked")) == {"query/action-options"}


def test_generated_requests_are_of_both_kinds() -> None:
    seen: set[str | None] = set()

    @settings(examples, max_examples=600)  # what is drawn depends on the modules that are loaded
    @given(requests(DOCUMENT))
    def every(request: Generated) -> None:
        seen.add(invalid_because(DOCUMENT, request.query, request.content))

    every()
    assert None in seen
    assert {"query/action-mandatory", "query/action-options", "body/json", "body/publish-domain-mandatory"} <= seen
