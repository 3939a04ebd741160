"""The plugin, as client teams have it: real runs of pytest in folders that know nothing of this one."""

import subprocess
import sys
from pathlib import Path

import pytest

from liverec_process import environment

PROGRAM = """
import httpx

def command(action, url="https://live.example.net", stream="mystream", **more):
    answer = httpx.post(
        url + "/v1/0123456789abcdef0123456789abcdef/record/control",
        params={"action": action},
        headers={"X-Auth-Token": "liverec-example-token-which-is-public"},
        json={"publish_domain": "publish.example.com", "app": "live", "stream": stream},
    )
    return answer.status_code

def restart(stream, *, wait_s, sleep):
    command("STOP", stream=stream)
    sleep(wait_s)
    return command("START", stream=stream)
"""


@pytest.fixture
def team(pytester: pytest.Pytester) -> pytest.Pytester:
    """A client team's folder, with their program in it."""
    pytester.makepyfile(program=PROGRAM)
    pytester.syspathinsert()
    return pytester


def run(team: pytest.Pytester, tests: str, *options: str) -> pytest.RunResult:
    team.makepyfile(test_program=f"import httpx, pytest\nfrom program import command, restart\n{tests}")
    return team.runpytest("-p", "no:randomly", "-p", "no:cacheprovider", *options)


def test_six_lines_test_a_program_against_200_400_and_404(team: pytest.Pytester) -> None:
    six_lines = """from program import command


def test_command(record_control):
    record_control.ok().illegal().not_found()
    assert [command("START") for _ in range(3)] == [200, 400, 404]
"""
    team.makepyfile(test_program=six_lines)

    result = team.runpytest()

    assert len(six_lines.splitlines()) == 6
    result.assert_outcomes(passed=1)


def test_the_wait_of_a_program_is_judged_to_the_nanosecond(team: pytest.Pytester) -> None:
    result = run(
        team,
        """
@pytest.mark.parametrize(("wait_s", "answered"), [(10, 400), (10.000000001, 200)])
def test_restart(record_control_double, wait_s, answered):
    command("START")
    assert restart("mystream", wait_s=wait_s, sleep=record_control_double.clock.sleep) == answered
""",
    )

    result.assert_outcomes(passed=2)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("record_control.ok().not_found(); command('START')", "*nobody asked for: not_found for every stream; take*"),
        ("pass", "*answers of record_control that nobody asked for*"),
    ],
)
def test_an_answer_too_many_fails_the_test(team: pytest.Pytester, body: str, said: str) -> None:
    body = body if body != "pass" else "record_control.ok()"

    result = run(team, f"def test_it(record_control):\n    {body}\n")

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([said])


@pytest.mark.parametrize("fixture", ["record_control", "record_control_double"])
@pytest.mark.parametrize("swallowed", [True, False])
def test_a_request_without_a_route_fails_the_test(team: pytest.Pytester, fixture: str, swallowed: bool) -> None:
    result = run(
        team,
        f"""
def test_it({fixture}):
    try:
        httpx.get("https://live.example.net/v1/streams")
    except {"Exception" if swallowed else "KeyError"}:
        pass
""",
    )

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [f"*GET https://live.example.net/v1/streams matches no route of {fixture}. The nearest*"]
    )


@pytest.mark.parametrize("fixture", ["record_control_double", "record_control_server"])
def test_a_double_that_nobody_uses_fails_the_test(team: pytest.Pytester, fixture: str) -> None:
    result = run(
        team,
        f"""
def test_it({fixture}):
    pass

def test_that_nothing_is_sent({fixture}):
    assert {fixture}.journal.commands() == ()
""",
    )

    result.assert_outcomes(failed=1, passed=1)
    result.stdout.fnmatch_lines([f"the test took {fixture}, and no command arrived; *record_control_server*"])


def test_requests_goes_past_respx_and_the_server_is_named(team: pytest.Pytester) -> None:
    result = run(
        team,
        """
import requests

def test_it(record_control_double):
    requests.post("http://127.0.0.1:9/v1/p/record/control?action=START")
""",
    )

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*respx sees only what goes through httpx, not requests*record_control_server*"])


def test_a_failing_test_shows_what_was_sent(team: pytest.Pytester) -> None:
    result = run(
        team,
        """
def test_it(record_control_double):
    assert command("START", stream="nowhere") == 200
""",
    )

    result.stdout.fnmatch_lines(
        [
            "*Captured record_control_double call*",
            "request 1: START of publish.example.com/live/nowhere at 0.000000000 s, answered 404 * (unknown)",
        ]
    )


@pytest.mark.parametrize(
    "line",
    [
        "pytestmark = pytest.mark.usefixtures('record_control_contract')",
        "@pytest.fixture(autouse=True)\ndef judged(record_control_contract): pass",
    ],
)
@pytest.mark.parametrize("fixture", ["record_control_double", "record_control"])
def test_one_line_has_the_program_judged(team: pytest.Pytester, line: str, fixture: str) -> None:
    scripted = "double.ok().ok().ok()" if fixture == "record_control" else ""
    result = run(
        team,
        f"""
{line}

def test_waits({fixture}):
    double = {fixture}
    {scripted}
    command("START")
    restart("mystream", wait_s=10.001, sleep=double.clock.sleep)

def test_does_not_wait({fixture}):
    double = {fixture}
    {scripted}
    command("START")
    restart("mystream", wait_s=10, sleep=double.clock.sleep)

def test_of_something_else():
    pass
""",
    )

    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines(["1. restart interval: START of mystream was sent 10.000000000 s after its STOP"])


def test_a_line_of_the_configuration_has_every_test_judged(team: pytest.Pytester) -> None:
    team.makeini("[pytest]\nusefixtures = record_control_contract")

    result = run(
        team,
        """
def test_it(record_control_server):
    httpx.post(record_control_server.url + "/v1/p/record/control", trust_env=False)
""",
    )

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["1. document: query parameter action is missing", "2. credentials: there is neither*"])


def test_two_doubles_in_one_test_are_refused(team: pytest.Pytester) -> None:
    result = run(team, "def test_it(record_control, record_control_double): pass")

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["record_control_double: the test has taken record_control already; take one of them"])


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("record_control.answer(409)", "E * canned answer 409: the document lists 200, 400, 404, and no 409, *"),
        ("record_control.clock.advance(-1)", "E * the clock of a double goes forward only: *"),
    ],
)
def test_a_mistake_is_one_sentence_at_the_line_of_the_test(team: pytest.Pytester, body: str, said: str) -> None:
    result = run(team, f"def test_it(record_control):\n    {body}\n")

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([f">*{body}", said, "", "test_program.py:4: *"])
    result.stdout.no_fnmatch_line("*liverec/doubles*: in*")


def test_a_test_of_unittest_may_use_them(team: pytest.Pytester) -> None:
    result = run(
        team,
        """
import unittest

class TestProgram(unittest.TestCase):
    @pytest.fixture(autouse=True)
    def double(self, record_control_double):
        self.double = record_control_double

    def test_it(self):
        self.assertEqual(command("START"), 200)
""",
    )

    result.assert_outcomes(passed=1)


def test_nothing_is_left_over_for_the_next_test_or_a_second_try(team: pytest.Pytester) -> None:
    team.makeconftest(
        """
import pytest
from _pytest.runner import runtestprotocol

def pytest_runtest_protocol(item, nextitem):
    for _ in range(2):
        reports = runtestprotocol(item, nextitem=nextitem, log=True)
    return True
"""
    )

    result = run(team, "def test_it(record_control_double):\n    assert command('START') == 200\n")

    result.assert_outcomes(passed=2)


def test_locust_s_plugin_and_ours_get_along(team: pytest.Pytester) -> None:
    pytest.importorskip("pytest_locust")

    result = run(
        team, "def test_it(record_control):\n    record_control.ok(); command('START')\n", "--host", "http://a"
    )

    result.assert_outcomes(passed=1)


def test_the_slow_plugins_of_others_may_be_switched_off(team: pytest.Pytester) -> None:
    options = [
        option for name in ("respx", "schemathesis", "anyio", "hypothesispytest") for option in ("-p", f"no:{name}")
    ]

    result = run(team, "def test_it(record_control):\n    record_control.ok(); command('START')\n", *options)

    result.assert_outcomes(passed=1)


def test_a_team_s_own_options_and_fixtures_stay_theirs(team: pytest.Pytester) -> None:
    team.makeconftest(
        """
def pytest_addoption(parser):
    parser.addoption("--target")
"""
    )

    result = run(team, "def test_it(pytestconfig): assert pytestconfig.getoption('--target') == 'a'", "--target", "a")

    result.assert_outcomes(passed=1)


def test_the_plugin_imports_nothing_before_a_test_takes_a_double() -> None:
    program = (
        "import sys, pytest; before = set(sys.modules); import liverec.pytest_plugin; "
        "print(*sorted(set(sys.modules) - before))"
    )

    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert told.stdout.split() == ["liverec", "liverec.pytest_plugin"]


@pytest.mark.slow
def test_a_run_of_its_own_finds_the_fixtures(tmp_path: Path) -> None:
    told = subprocess.run(
        [sys.executable, "-m", "pytest", "--fixtures"],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env=environment(),
    )

    for name in ("record_control", "record_control_double", "record_control_server", "record_control_contract"):
        assert f"\n{name} -- " in told.stdout
