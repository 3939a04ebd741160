"""The vendor's SDK for Python."""

import json
import sys
from pathlib import Path

import pytest

from interop.answers import AnswersReachTheUser, shown_as_answered, six_answers
from interop.page import Sample
from interop.program import Program, Shown, environment, exchange
from interop.samples import check_completed, four_lines, run, sending
from liverec_process import Server

HERE = Path(__file__).parent / "python"


@pytest.fixture(scope="module")
def program() -> Program:
    return Program(name="Python SDK", command=(sys.executable, str(HERE / "sdk.py")))


class TestPythonSdk(AnswersReachTheUser):
    """``huaweicloudsdklive`` of the environment that runs the tests."""


SAMPLE = Sample(first="# coding: utf-8", added={"request = RunRecordRequest()": 'request.action = "{action}"'})


class TestPageSample:
    """The page's sample for Python."""

    def test_it_lacks_only_the_action(self, page: str) -> None:
        check_completed(SAMPLE, page, 'request.action = "START"')

    def test_six_answers_in_order(self, page: str, server: Server, home: str) -> None:
        commands = {action: (sys.executable, "-c", SAMPLE.completed(page, action)) for action in ("START", "STOP")}
        exchanges = six_answers(server, sending(commands, environment(server.url, home), _read))

        assert all(shown_as_answered(each) for each in exchanges)

    def test_wrong_secret(self, page: str, server: Server, home: str) -> None:
        command = (sys.executable, "-c", SAMPLE.completed(page, "START"))
        found = exchange(
            server, sending({"START": command}, environment(server.url, home, right=False), _read), "START"
        )

        assert (found.shown.status, shown_as_answered(found)) == (401, True)

    def test_as_printed_it_sends_no_action(self, page: str, server: Server, home: str, tmp_path: Path) -> None:
        regions = tmp_path / "regions.yaml"
        regions.write_text(f'LIVE:\n  - id: "<YOUR REGION>"\n    endpoint: {server.url}\n')
        to_server = environment(server.url, home) | {"HUAWEICLOUD_SDK_REGIONS_FILE": str(regions)}
        ended = run((sys.executable, "-c", SAMPLE.printed(page)), to_server)
        (request,) = server.commands()

        assert request["request_line"] == "POST /v1/%7Bproject_id%7D/record/control HTTP/1.1"
        assert four_lines(ended.stdout).request_id == request["request_id"]
        assert (request["status"], request["error_code"]) == (401, "LIVE.100011015")  # signed well, for no project


def _read(printed: str) -> Shown:
    if not printed.startswith("{"):
        return four_lines(printed)
    return Shown(what="printed", status=200, request_id=json.loads(printed)["X-Request-Id"])
