"""``/docs`` of the reference server in a real browser: the document is drawn, and nothing is fetched from elsewhere."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import ConsoleMessage, Page, Request, Route, expect

from chromium import chromium, needs_chromium
from liverec import load_document
from liverec.clock import VirtualClock
from liverec.profile_file import reference_profile
from liverec.reference.serving import running
from liverec.reference.settings import Settings

pytestmark = [pytest.mark.slow, needs_chromium]
DOCUMENT = load_document()
PROFILE = reference_profile()


@dataclass
class Visit:
    """A page, and everything it asked for and complained of; off this server, it gets nothing."""

    page: Page
    url: str
    elsewhere: list[str] = field(default_factory=list[str])
    complaints: list[str] = field(default_factory=list[str])

    def __post_init__(self) -> None:
        self.page.route(re.compile("^(?!data:)"), self._routed)
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _routed(self, route: Route, request: Request) -> None:
        if request.url.startswith(f"{self.url}/"):
            route.continue_()
        else:
            self.elsewhere.append(request.url)
            route.abort()

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(message.text)


@pytest.fixture
def visit() -> Iterator[Visit]:
    with running(Settings(profile=PROFILE, clock=VirtualClock())) as server, chromium() as browser:
        one = Visit(browser.new_page(), server.url)
        one.page.goto(f"{server.url}/docs")
        yield one


def test_the_document_is_drawn_and_nothing_fetched_from_elsewhere(visit: Visit) -> None:
    page = visit.page
    operation = page.locator(".opblock-post")
    operation.locator(".opblock-summary").click()

    expect(page.get_by_role("heading", name="Recording control")).to_be_visible()
    expect(operation.locator(".opblock-summary-path")).to_have_text(re.compile("record.*control"))
    for status in DOCUMENT.statuses:
        expect(operation.locator(f'.responses-inner [data-code="{status}"]')).to_be_visible()
    for name in ("project_id", "action"):
        expect(operation.locator(f'[data-param-name="{name}"]').first).to_be_visible()
    expect(operation.locator(".opblock-section-request-body").get_by_text("publish.example.com")).to_be_visible()
    assert (visit.elsewhere, visit.complaints) == ([], [])


def test_a_command_can_be_tried(visit: Visit) -> None:
    page = visit.page
    page.get_by_role("button", name="Authorize").first.click()
    token = page.locator(".auth-container").filter(has_text="X-Auth-Token")
    token.get_by_role("textbox").fill(str(PROFILE.credentials.token))
    token.get_by_role("button", name="Authorize").click()
    page.get_by_role("button", name="Close").first.click()
    operation = page.locator(".opblock-post")
    operation.locator(".opblock-summary").click()
    operation.get_by_role("button", name="Try it out").click()
    operation.locator('[data-param-name="project_id"] input').fill(PROFILE.project_id)
    operation.get_by_role("button", name="Execute").click()

    answer = operation.locator(".live-responses-table")
    expect(answer.locator(".response-col_status").last).to_have_text("200")
    expect(answer).to_contain_text(re.compile("x-request-id", re.IGNORECASE))
    assert (visit.elsewhere, visit.complaints) == ([], [])
