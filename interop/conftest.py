"""The fixtures of the interop group, and its options."""

import shutil
import sys
from collections import Counter
from collections.abc import Generator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from interop import table
from interop.answers import Running, Shows, Starts
from interop.installation import (
    CACHE,
    DOCUMENT,
    JAVA,
    MAVEN,
    MAVEN_PLUGIN,
    ROOT,
    Command,
    Generates,
    InstallationError,
    Installs,
    installed,
)
from interop.program import Exchange, Program, environment
from liverec_process import Server, serving

PAGE = ROOT.parent / "shared" / "seed" / "submitting-a-recording-command.txt"
PROGRAMS = (
    *("Python SDK", "Java SDK", "Go SDK", "Node SDK core"),
    *("openapi-generator python", "openapi-python-client"),
    *("openapi-generator java native", "openapi-generator java okhttp-gson"),
    *("openapi-generator go", "oapi-codegen"),
    *("openapi-generator typescript-fetch", "openapi-fetch"),
)
GENERATOR = "org.openapitools:openapi-generator-cli:7.25.0"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add what this group can be told."""
    group = parser.getgroup("interop")
    group.addoption("--page", metavar="FILE", type=Path, default=PAGE, help="text of the API page, for its samples")
    group.addoption("--write-table", action="store_true", help="write what is seen into docs/interop.md")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what was not run, a line for each reason."""
    skipped: list[pytest.TestReport] = terminalreporter.stats.get("skipped", [])
    told = [report.longrepr[2] for report in skipped if isinstance(report.longrepr, tuple)]
    reasons = Counter(reason.removeprefix("Skipped: ") for reason in told)
    for reason, count in sorted(reasons.items()):
        terminalreporter.write_line(f"not run ({count}): {reason}")


@pytest.fixture(scope="session")
def _serving() -> Generator[Server]:
    with serving("--clock", "virtual") as server:
        yield server


@pytest.fixture
def server(_serving: Server) -> Server:
    """A reference server on a virtual clock, as at the beginning."""
    _serving.ask("reset", {})
    _serving.ask("faults", {"active": []}, method="PUT")
    return _serving


@pytest.fixture(scope="session")
def home() -> str:
    """Where SDKs may write."""
    folder = CACHE / "home"
    folder.mkdir(parents=True, exist_ok=True)
    return str(folder)


@pytest.fixture(scope="session")
def installs(pytestconfig: pytest.Config) -> Installs:
    """Return what installs: a program that is missing skips the test, a step that fails is an error."""
    capture: Any = pytestconfig.pluginmanager.getplugin("capturemanager")

    def announce(line: str) -> None:
        with capture.global_and_fixture_disabled():
            print(f"  {line}", file=sys.stderr, flush=True)

    def install(name: str, sources: Mapping[str, Path], steps: Sequence[Command]) -> Path:
        for program in dict.fromkeys(step[0] for step in steps):
            if "/" not in program and shutil.which(program) is None:
                pytest.skip(f"no {program} on this machine")
        try:
            return installed(name, sources, steps, announce=announce)
        except InstallationError as error:
            failure = str(error)
        pytest.fail(failure, pytrace=False)

    return install


@pytest.fixture(scope="session")
def generates(installs: Installs) -> Generates:
    """Return what makes the step in which openapi-generator writes a client into a folder."""
    copy = (*MAVEN, f"{MAVEN_PLUGIN}:copy", f"-Dartifact={GENERATOR}", "-DoutputDirectory=.")
    folder = installs("openapi-generator", {}, [copy])
    (jar,) = folder.glob("*.jar")

    def step(language: str, target: str, *options: str) -> Command:
        made_from = ("-i", DOCUMENT.name, "-g", language, "-o", target)
        return (*JAVA, "-jar", str(jar), "generate", *made_from, *options)

    return step


@pytest.fixture
def starts(server: Server, program: Program, home: str) -> Starts:
    """Return what starts the program of this test."""

    def start(*, right: bool = True) -> Running:
        return program.running(environment(server.url, home, right=right))

    return start


@pytest.fixture
def shows(program: Program, pytestconfig: pytest.Config) -> Shows:
    """Return what compares exchanges with the table in the documents, or writes them there."""

    def compare(*exchanges: Exchange) -> None:
        seen = dict(table.row(program, each) for each in exchanges)
        if pytestconfig.getoption("--write-table"):
            table.write(PROGRAMS, seen)
        known = table.rows()
        assert seen == {key: known.get(key) for key in seen}, table.HOW

    return compare


@pytest.fixture(scope="session")
def page(pytestconfig: pytest.Config) -> str:
    """The text of the API page."""
    path = Path(str(pytestconfig.getoption("--page")))
    if not path.exists():
        pytest.skip("the text of the API page is not here; --page FILE names it")
    return path.read_text(encoding="utf-8")
