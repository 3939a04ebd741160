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


def test_what_a_target_does_not_offer_is_skipped_also_where_it_is_only_observed(tmp_path: Path) -> None:
    profile = tmp_path / "plain.toml"
    chosen = "interrupted_streams or unpushed or cannot_be_shown or after_an_interruption or short_interruption"
    with serving() as server:
        text = (
            reference_profile_text().partition("[streams.other_rule]")[0].replace("http://127.0.0.1:8080", server.url)
        )
        profile.write_text(text.replace("reference_control = true", ""))
        ended = run("--target", profile, "-x", "-k", chosen, "-rs", "-n", "2", program=PYTEST, cwd=tmp_path)
    ran = re.search(r"^=+ (\d+) skipped in", ended.stdout, re.MULTILINE)

    assert (ended.returncode, bool(ran), "Traceback" in ended.stdout) == (0, True, False), ended.stdout
    for why in ("nobody can interrupt a push here", "add [streams.unpushed]", "needs a token that has expired"):
        assert ": NOT EXERCISED: " in ended.stdout
        assert why in ended.stdout


@pytest.mark.parametrize("workers", [(), pytest.param(("-n", "2"), marks=pytest.mark.long)], ids=["alone", "xdist"])
def test_a_target_that_cannot_be_judged_ends_it_with_the_reason(tmp_path: Path, workers: tuple[str, ...]) -> None:
    ended = run("--target", "http://192.0.2.1", "-k", "uri", *workers, program=PYTEST, cwd=tmp_path)

    assert (ended.returncode, "INTERNALERROR" in ended.stdout) == (64, False), ended.stdout
    assert "Exit: liverec: the target http://192.0.2.1 is not this machine" in ended.stdout


@pytest.mark.long
def test_the_first_failure_ends_it(tmp_path: Path) -> None:
    with serving("--clock", "virtual", "--fault", "inclusive-interval") as server:
        ended = run("--target", server.url, "-x", "-k", "restart_interval", program=PYTEST, cwd=tmp_path)

    assert (ended.returncode, "stopping after 1 failures" in ended.stdout) == (1, True), ended.stdout


def test_what_is_broken_comes_with_the_command_that_judges_it_again(tmp_path: Path) -> None:
    chosen = ("-k", "test_only_post", "--liverec-seed", "5", "--liverec-explore", "3", "--liverec-time", "normal")
    with serving("--clock", "virtual", "--fault", "get-acts") as server:
        ended = run("--target", server.url, *chosen, program=PYTEST, cwd=tmp_path)

        assert ended.returncode == 1, ended.stdout
        command = f"liverec verify --target {server.url} --seed 5 --time normal --explore 3 --only http/method"
        assert command in ended.stdout.splitlines()
        assert run(*command.split()[1:]).returncode == 1


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
