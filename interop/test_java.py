"""The vendor's SDK for Java, which Maven fetches."""

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from interop.answers import AnswersReachTheUser, shown_as_answered, six_answers
from interop.installation import JAVA, JAVAC, MAVEN_CLASSPATH, Installs, run_step
from interop.page import Sample
from interop.program import Program, Shown, environment, exchange
from interop.samples import check_completed, four_lines, run, sending
from liverec_process import Server

HERE = Path(__file__).parent / "java"
SOURCES = {
    "pom.xml": HERE / "sdk" / "pom.xml",
    "Sdk.java": HERE / "sdk" / "Sdk.java",
    "Speaking.java": HERE / "Speaking.java",
}
STEPS = (JAVAC, MAVEN_CLASSPATH, ("sh", "-c", 'javac -d classes -cp "$(cat classpath.txt)" Sdk.java Speaking.java'))
REQUEST = "RunRecordRequest request = new RunRecordRequest();"
ACTION = "request.withAction(RunRecordRequest.ActionEnum.{action});"
SAMPLE = Sample(first="package com.huaweicloud.sdk.test;", added={REQUEST: ACTION})


@pytest.fixture(scope="module")
def sdk(installs: Installs) -> Path:
    return installs("java-sdk", SOURCES, STEPS)


@pytest.fixture(scope="module")
def classpath(sdk: Path) -> str:
    return (sdk / "classpath.txt").read_text()


@pytest.fixture(scope="module")
def program(sdk: Path, classpath: str) -> Program:
    command = (*JAVA, "-cp", f"{sdk / 'classes'}:{classpath}", "Sdk")
    return Program(name="Java SDK", command=command, id_spellings=("X-Request-Id",), sends_again=True)


class TestJavaSdk(AnswersReachTheUser):
    """``huaweicloud-sdk-live``; its HTTP client, okhttp, sends a command again without a word."""

    def test_without_used_connections_nothing_is_sent_again(self, program: Program, server: Server, home: str) -> None:
        careful = replace(program, command=(*program.command, "--keep-no-connection"))
        server.ask("faults", {"active": ["lost-reply"]}, method="PUT")  # every seventh, on whatever connection
        with careful.running(environment(server.url, home)) as send:
            exchanges = [exchange(server, send, "STOP") for _ in range(6)]
            lost = exchange(server, send, "START")

        assert len({each.requests[0]["connection"] for each in (*exchanges, lost)}) == 7
        assert (lost.shown.what, len(lost.requests), server.recording()) == ("ConnectionException", 1, ["mystream"])


def compiled(text: str, folder: Path, classpath: str) -> tuple[str, ...]:
    """Compile a sample in *folder* and return the command that runs it."""
    folder.mkdir()
    (folder / "RunRecordSolution.java").write_text(text, encoding="utf-8")
    run_step(("javac", "-d", ".", "-cp", classpath, "RunRecordSolution.java"), folder)
    return (*JAVA, "-cp", f"{folder}:{classpath}", "com.huaweicloud.sdk.test.RunRecordSolution")


@pytest.fixture(scope="module")
def samples(page: str, classpath: str, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, tuple[str, ...]]:
    folder = tmp_path_factory.mktemp("samples")
    return {
        action: compiled(SAMPLE.completed(page, action), folder / action, classpath) for action in ("START", "STOP")
    }


class TestPageSample:
    """The page's sample for Java."""

    def test_it_lacks_only_the_action(self, page: str) -> None:
        check_completed(SAMPLE, page, "request.withAction(RunRecordRequest.ActionEnum.START);")

    def test_six_answers_in_order(self, samples: Mapping[str, tuple[str, ...]], server: Server, home: str) -> None:
        exchanges = six_answers(server, sending(samples, environment(server.url, home), _read))

        assert all(shown_as_answered(each) for each in exchanges)

    def test_wrong_secret(self, samples: Mapping[str, tuple[str, ...]], server: Server, home: str) -> None:
        send = sending(samples, environment(server.url, home, right=False), _read)
        found = exchange(server, send, "START")

        assert (found.shown.status, shown_as_answered(found)) == (401, True)

    def test_without_the_action_it_sends_nothing(
        self, page: str, classpath: str, server: Server, home: str, tmp_path: Path
    ) -> None:
        incomplete = Sample(first=SAMPLE.first).completed(page, "START")
        command = compiled(incomplete, tmp_path / "incomplete", classpath)
        ended = run(command, environment(server.url, home))

        assert ended.returncode == 1
        assert "request field action read null value" in ended.stderr
        assert server.commands() == []


def _read(printed: str) -> Shown:
    if not printed.startswith("class RunRecordResponse {"):
        return four_lines(printed)
    (request_id,) = re.findall(r"xRequestId: (\S+)", printed)
    return Shown(what="printed", status=200, request_id=request_id)
