"""A run from Locust's web UI, in a real browser: begun in the form, followed on the page, judged after Stop."""

import re
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, Page, expect

from chromium import chromium, needs_chromium
from liverec_process import PATIENCE_S, environment, serving, wait_until
from locust_process import LOCUST, free_port

pytestmark = [pytest.mark.slow, needs_chromium]
PATIENCE_MS = PATIENCE_S * 500


@pytest.fixture(scope="module")
def browser() -> Generator[Browser]:
    with chromium() as browser:
        yield browser


@contextmanager
def web_ui(folder: Path, host: str) -> Generator[tuple[str, "subprocess.Popen[bytes]"]]:
    """Run Locust with its web UI; yield where that is, and the process."""
    port = str(free_port())
    command = [*LOCUST, "--web-port", port, "--host", host, "--out", str(folder), "--scenario", "ping-pong"]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL, env=environment()) as locust:
        url = f"http://127.0.0.1:{port}"
        try:
            wait_until(lambda: answers(url), "the web UI is there")
            yield url, locust
        finally:
            locust.kill()


def answers(url: str) -> bool:
    try:
        with urlopen(url, timeout=5):
            return True
    except URLError:
        return False


def begin(page: Page, url: str, **fields: str) -> None:
    page.goto(url)
    for label, value in fields.items():
        page.get_by_label(re.compile(label.replace("_", " "), re.IGNORECASE)).first.fill(value)
    page.get_by_role("button", name="Start").first.click()


def test_a_broken_contract_is_seen_while_running_and_judged_after_stop(tmp_path: Path, browser: Browser) -> None:
    with serving("--fault", "no-interval") as server, web_ui(tmp_path / "run", server.url) as (url, locust):
        locusts, ours = browser.new_page(), browser.new_page()
        begin(locusts, url, number_of_users="6")
        ours.goto(f"{url}/liverec")

        expect(ours.get_by_text("restart/too-soon").first).to_be_visible(timeout=PATIENCE_MS)
        locusts.get_by_role("button", name="Stop").first.click()
        expect(ours.get_by_role("heading", name="The contract is broken")).to_be_visible(timeout=PATIENCE_MS)
        expect(ours.get_by_role("link", name="result.json")).to_be_visible(timeout=PATIENCE_MS)
        locusts.goto(f"{url}/?tab=correctness")
        expect(locusts.get_by_text("STARTs accepted too soon")).to_be_visible(timeout=PATIENCE_MS)

        assert server.recording() == []
        locust.terminate()
        assert locust.wait(PATIENCE_S) == 10
    assert (tmp_path / "run" / "report.html").exists()


def test_a_host_off_this_machine_that_is_typed_into_the_form_is_refused(tmp_path: Path, browser: Browser) -> None:
    with web_ui(tmp_path / "run", "http://127.0.0.1:9") as (url, _):
        page = browser.new_page()
        begin(page, url, host="http://192.0.2.1:8080")
        page.goto(f"{url}/liverec")

        expect(page.get_by_text("is not this machine").first).to_be_visible(timeout=PATIENCE_MS)
    assert not list(tmp_path.glob("run/*"))
