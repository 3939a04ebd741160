"""The web part in a real browser on a real Locust: what it shows, whom it answers, and what it does not run."""

import os
import socket
import subprocess
import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, Page

from chromium import chromium, needs_chromium
from liveload.web.login import Attempts
from liverec.clock import NANOSECONDS, VirtualClock
from liverec_process import PATIENCE_S, environment, wait_until
from made_up_run import HOSTILE

HERE = Path(__file__).parent
PASSWORD = "open sesame"

pytestmark = pytest.mark.slow


class Site:
    """A Locust UI on loopback, asked without a browser."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.url = f"http://127.0.0.1:{port}"

    def ask(
        self, path: str, *, method: str = "GET", form: Mapping[str, str] | None = None, **headers: str
    ) -> tuple[int, dict[str, str], str]:
        """Return the status, the headers and the body of the answer; an underscore in *headers* is a hyphen."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        body = None
        if form is not None:
            body, sent["Content-Type"] = urlencode(form), "application/x-www-form-urlencoded"
        try:
            connection.request(method, path, body=body, headers=sent)
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read().decode()
        finally:
            connection.close()

    def answers(self) -> bool:
        try:
            return self.ask("/login")[0] in {200, 302}
        except OSError:
            return False


def command(port: int, *options: str) -> list[str]:
    return [sys.executable, "-m", "locust", "-f", str(HERE / "web_locustfile.py"), "-P", str(port), *options]


def surroundings(**changes: str) -> dict[str, str]:
    path = os.pathsep.join((str(HERE), str(HERE.parent / "load")))
    return environment(PYTHONPATH=path, **changes)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextmanager
def locust(*options: str, **changes: str) -> Generator[Site]:
    """Run Locust with its UI for the length of the block."""
    site = Site(free_port())
    with subprocess.Popen(
        command(site.port, *options), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=surroundings(**changes)
    ) as process:
        try:
            wait_until(site.answers, "Locust serves its UI")
            yield site
        finally:
            process.kill()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Generator[Site]:
    folder = tmp_path_factory.mktemp("run")
    with locust(MADE_UP_FOLDER=str(folder)) as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Generator[Browser]:
    with chromium() as browser:
        yield browser


class Visit:
    """A page that has been opened, and everything it complained about or asked for."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.complaints: list[str] = []
        self.asked: list[str] = []
        page.on("console", lambda message: self.complaints.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("dialog", lambda dialog: self.complaints.append(f"dialog: {dialog.message}"))
        page.on("request", lambda request: self.asked.append(request.url))


@pytest.fixture
def visit(browser: Browser) -> Generator[Visit]:
    context = browser.new_context()
    yield Visit(context.new_page())
    context.close()


@needs_chromium
def test_the_page_draws_the_run_without_a_complaint_or_a_request_elsewhere(site: Site, visit: Visit) -> None:
    visit.page.goto(f"{site.url}/liverec")
    visit.page.get_by_role("heading", name="The contract is broken").wait_for()

    assert visit.page.locator("#gaps svg .column.accepted").count() > 10
    assert visit.page.locator("#latency-time svg .curve").count() >= 3
    assert "START no answer" in visit.page.locator("#latency").inner_text()
    assert "3f0c0b7e-1c2d" in visit.page.locator("#violations").inner_text()
    assert visit.complaints == []
    assert all(url.startswith((f"{site.url}/", "data:")) for url in visit.asked)


@needs_chromium
def test_a_hostile_stream_name_is_only_text(site: Site, visit: Visit) -> None:
    visit.page.goto(f"{site.url}/liverec")
    visit.page.locator("#violations td").first.wait_for()

    assert HOSTILE in visit.page.locator("#violations").inner_text()
    assert visit.page.locator("#violations img").count() == 0
    assert visit.complaints == []


@needs_chromium
def test_the_tab_shows_the_numbers_in_order(site: Site, visit: Visit) -> None:
    site.ask("/swarm", method="POST", form={"user_count": "1", "spawn_rate": "1"})
    visit.page.goto(f"{site.url}/?tab=correctness")
    rows = visit.page.locator("tbody tr")
    rows.first.wait_for()
    named = [text.split("\t")[0] for text in rows.all_inner_texts()]

    assert visit.page.get_by_role("tab", name="Correctness").count() == 1
    assert named[:2] == ["01 phase", "02 verdict"]
    assert named == sorted(named)


@needs_chromium
def test_the_page_says_so_when_nothing_has_run(visit: Visit) -> None:
    with locust() as idle:
        visit.page.goto(f"{idle.url}/liverec")
        visit.page.get_by_role("heading", name="Ready").wait_for()

    assert visit.page.get_by_text("No answers yet.").count() == 3
    assert visit.complaints == []


@needs_chromium
def test_the_files_of_the_run_can_be_fetched(site: Site, visit: Visit) -> None:
    visit.page.goto(f"{site.url}/liverec")
    with visit.page.expect_download() as download:
        visit.page.get_by_role("link", name="histories/worker-0.ndjson").click()

    assert download.value.suggested_filename == "worker-0.ndjson"
    assert download.value.path().read_text() == '{"liverec_history":1}\n'


@pytest.mark.parametrize(
    "name",
    ["nothing", "worker-0.ndjson", "../report.html", "..%2freport.html", "%2e%2e/%2e%2e/etc/passwd", "/etc/passwd"],
)
def test_nothing_but_the_files_of_the_run_can_be_fetched(site: Site, name: str) -> None:
    status, _, _ = site.ask(f"/liverec/files/{name}")

    assert status in {308, 404}


def test_the_report_among_the_files_may_run_nothing(site: Site) -> None:
    status, headers, _ = site.ask("/liverec/files/report.html")

    assert status == 200
    assert "sandbox" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_a_page_of_another_origin_cannot_begin_a_run(site: Site) -> None:
    form = {"user_count": "1", "spawn_rate": "1", "host": "http://evil.example"}
    foreign, _, _ = site.ask("/swarm", method="POST", form=form, Origin="http://evil.example")
    neighbour, _, _ = site.ask("/swarm", method="POST", form=form, Sec_Fetch_Site="same-site")
    own, _, _ = site.ask("/stats/reset", method="POST", Origin=site.url, Sec_Fetch_Site="same-origin")

    assert (foreign, neighbour, own) == (403, 403, 200)


def test_a_page_of_another_origin_cannot_read_the_run(site: Site) -> None:
    state, _, _ = site.ask("/liverec/state", Origin="http://evil.example")
    stock, _, _ = site.ask("/stats/requests", Origin="null")

    assert (state, stock) == (403, 403)


def test_a_foreign_name_made_to_resolve_here_is_refused(site: Site) -> None:
    rebound, _, why = site.ask("/liverec/state", Host=f"evil.example:{site.port}")
    named, _, _ = site.ask("/liverec/state", Host=f"localhost:{site.port}")

    assert (rebound, named) == (403, 200)
    assert "--web-host-display-name" in why


def test_the_ui_is_reached_from_this_machine_only_unless_told_otherwise(site: Site) -> None:
    everywhere = HTTPConnection("127.0.0.2", site.port, timeout=PATIENCE_S)

    with pytest.raises(ConnectionRefusedError):
        everywhere.connect()


def test_the_ui_binds_where_it_is_told_to() -> None:
    with locust("--web-host", "*") as site:
        everywhere = HTTPConnection("127.0.0.2", site.port, timeout=PATIENCE_S)
        everywhere.connect()
        everywhere.close()


def test_with_a_login_nothing_is_shown_before_it(tmp_path: Path) -> None:
    with locust(
        "--web-login", MADE_UP_FOLDER=str(tmp_path), LIVEREC_WEB_USER="operator", LIVEREC_WEB_PASSWORD=PASSWORD
    ) as site:
        paths = ("liverec", "liverec/state", "liverec/page.js", "liverec/files/report.html", "stats/requests")
        before = {path: site.ask(f"/{path}")[0] for path in paths}
        wrong = site.ask("/liverec/login", method="POST", form={"username": "operator", "password": "guess"})
        right = site.ask("/liverec/login", method="POST", form={"username": "operator", "password": PASSWORD})
        cookie = right[1]["Set-Cookie"].split(";")[0]
        after = site.ask("/liverec/state", Cookie=cookie)

    assert before == dict.fromkeys(paths, 302)
    assert wrong[1]["Location"].endswith("/login")
    assert right[1]["Location"].endswith("/")
    assert after[0] == 200


def test_who_guesses_ten_times_must_wait_even_with_the_right_password(tmp_path: Path) -> None:
    with locust(
        "--web-login", MADE_UP_FOLDER=str(tmp_path), LIVEREC_WEB_USER="operator", LIVEREC_WEB_PASSWORD=PASSWORD
    ) as site:
        for number in range(10):
            site.ask("/liverec/login", method="POST", form={"username": "operator", "password": f"guess {number}"})
        right = site.ask("/liverec/login", method="POST", form={"username": "operator", "password": PASSWORD})

    assert right[1]["Location"].endswith("/login")


def test_the_eleventh_guess_waits_until_the_first_is_a_minute_old() -> None:
    clock = VirtualClock()
    attempts = Attempts(now=lambda: clock.now() / NANOSECONDS)
    for _ in range(10):
        assert attempts.wait_s("127.0.0.1") == 0
        attempts.failed("127.0.0.1")
        clock.advance(1)

    waits = attempts.wait_s("127.0.0.1")
    clock.advance(waits)

    assert waits == 50
    assert attempts.wait_s("127.0.0.2") == 0
    assert attempts.wait_s("127.0.0.1") == 0


@needs_chromium
def test_one_logs_in_with_the_form(visit: Visit, tmp_path: Path) -> None:
    with locust(
        "--web-login", MADE_UP_FOLDER=str(tmp_path), LIVEREC_WEB_USER="operator", LIVEREC_WEB_PASSWORD=PASSWORD
    ) as site:
        visit.page.goto(f"{site.url}/liverec")
        visit.page.get_by_label("Username").fill("operator")
        visit.page.locator("input[name=password]").fill(PASSWORD)
        visit.page.get_by_role("button", name="Login").click()
        visit.page.get_by_role("button", name="Start").wait_for()
        visit.page.goto(f"{site.url}/liverec")
        visit.page.get_by_role("heading", name="The contract is broken").wait_for()


def test_a_login_without_a_password_is_refused_before_the_ui_is_there() -> None:
    ended = subprocess.run(
        command(free_port(), "--web-login"),
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_S,
        env=surroundings(LIVEREC_WEB_USER="operator"),
    )

    assert ended.returncode == 1
    assert "set LIVEREC_WEB_PASSWORD in the environment" in ended.stderr
    assert "Traceback" not in ended.stderr
