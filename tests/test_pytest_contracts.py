"""``pytest contracts --target URL``: pytest's own switches mean what they always mean."""

import re
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from liverec.assets import asset
from liverec.profile_file import reference_profile_text
from liverec_process import interval_of, run, serving

PYTEST = (sys.executable, "-m", "pytest", str(asset("contracts")), "-p", "no:cacheprovider", "-p", "no:randomly")
pytestmark = pytest.mark.slow


def test_a_selection_and_a_junit_file(tmp_path: Path) -> None:
    with serving("--clock", "virtual") as server:
        options = ("--target", server.url, "-k", "uri", "--junitxml", "out.xml")
        ended = run(*options, program=PYTEST, cwd=tmp_path)
    cases = list(ET.parse(tmp_path / "out.xml").getroot().iter("testcase"))

    assert ended.returncode == 0, ended.stdout
    assert {case.attrib["classname"].rpartition(".")[2] for case in cases} == {"test_uri"}


def test_what_nobody_can_bring_about_is_skipped(tmp_path: Path) -> None:
    """Whether it judges a requirement, or only observes."""
    with serving() as server:
        profile = reference_profile_text().replace("http://127.0.0.1:8080", server.url)
        assert "\nreference_control = true\n" in profile
        (tmp_path / "own.toml").write_text(profile.replace("\nreference_control = true\n", "\n"))
        options = ("--target", "own.toml", "-k", "interruption and (short or observed)", "-rs")
        ended = run(*options, program=PYTEST, cwd=tmp_path)

    assert (ended.returncode, "2 skipped" in ended.stdout) == (0, True), ended.stdout
    assert ended.stdout.count("nobody can interrupt a push here") == 2


@pytest.mark.long
def test_the_first_failure_ends_it(tmp_path: Path) -> None:
    with serving("--clock", "virtual", "--fault", "inclusive-interval") as server:
        ended = run("--target", server.url, "-x", "-k", "restart_interval", program=PYTEST, cwd=tmp_path)

    assert (ended.returncode, "stopping after 1 failures" in ended.stdout) == (1, True), ended.stdout


@pytest.mark.long
def test_workers_do_not_use_one_another_s_streams(tmp_path: Path) -> None:
    document = interval_of(tmp_path, 3)
    chosen = ("-n", "2", "-v", "-k", "test_restart or test_uri or window_scope")

    with serving(LIVEREC_DOCUMENT=document) as server:
        ended = run("--target", server.url, *chosen, program=PYTEST, cwd=tmp_path, LIVEREC_DOCUMENT=document)

    assert ended.returncode == 0, ended.stdout
    assert len(set(re.findall(r"^\[(gw\d)\]", ended.stdout, re.MULTILINE))) == 1, ended.stdout


@pytest.mark.long
def test_a_declared_deviation_fails_no_test(tmp_path: Path) -> None:
    known = tmp_path / "known.toml"
    known.write_text('["restart/too-soon"]\nreason = "ticket 4711"\n')
    with serving("--clock", "virtual", "--fault", "inclusive-interval") as server:
        options = ("--target", server.url, "-k", "restart_interval", "-rx", "--liverec-expect", known)
        ended = run(*options, program=PYTEST, cwd=tmp_path)

    assert ended.returncode == 0, ended.stdout
    assert "declared: restart/too-soon: ticket 4711" in ended.stdout


@pytest.mark.long
def test_a_deviation_that_is_none_any_more_fails_the_run(tmp_path: Path) -> None:
    known = tmp_path / "known.toml"
    known.write_text('["query/action-options"]\nreason = "ticket 4711"\n')
    with serving("--clock", "virtual") as server:
        options = ("--target", server.url, "--liverec-only", "query/action-options", "--liverec-expect", known)
        ended = run(*options, program=PYTEST, cwd=tmp_path)

    assert ended.returncode == 1, ended.stdout
    assert "query/action-options was declared as a known deviation (ticket 4711), but is kept" in ended.stdout
