"""The vendor's SDK for Go, which comes through the module proxy."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from interop.answers import AnswersReachTheUser, shown_as_answered, six_answers
from interop.installation import InstallationError, Installs, run_step
from interop.page import Sample
from interop.program import Program, Shown, environment, exchange
from interop.samples import check_completed, sending
from liverec_process import Server

HERE = Path(__file__).parent / "go"
SAMPLE = Sample(
    first="package main",
    added={
        '"fmt"': '"os"',
        "request := &model.RunRecordRequest{}": "request.Action = model.GetRunRecordRequestActionEnum().{action}",
    },
)


@pytest.fixture(scope="module")
def sdk(installs: Installs) -> Path:
    sources = {name: HERE / name for name in ("go.mod", "go.sum", "speaking/speaking.go", "sdk/main.go")}
    return installs("go-sdk", sources, [("go", "build", "-o", "built/sdk", "./sdk")])


@pytest.fixture(scope="module")
def program(sdk: Path) -> Program:
    return Program(name="Go SDK", command=(str(sdk / "built" / "sdk"),))


class TestGoSdk(AnswersReachTheUser):
    """``huaweicloud-sdk-go-v3``."""


def compiled(text: str, name: str, sdk: Path) -> tuple[str, ...]:
    """Compile a sample within the module and return the command that runs it."""
    folder = sdk / name
    folder.mkdir(exist_ok=True)
    (folder / "main.go").write_text(text, encoding="utf-8")
    run_step(("go", "build", "-o", f"built/{name}", f"./{name}"), sdk)
    return (str(sdk / "built" / name),)


@pytest.fixture(scope="module")
def samples(page: str, sdk: Path) -> Mapping[str, tuple[str, ...]]:
    return {
        action: compiled(SAMPLE.completed(page, action), f"sample-{action.lower()}", sdk)
        for action in ("START", "STOP")
    }


class TestPageSample:
    """The page's sample for Go."""

    def test_it_lacks_only_an_import_and_the_action(self, page: str) -> None:
        check_completed(SAMPLE, page, '"os"', "request.Action = model.GetRunRecordRequestActionEnum().START")

    def test_six_answers_in_order(self, samples: Mapping[str, tuple[str, ...]], server: Server, home: str) -> None:
        exchanges = six_answers(server, sending(samples, environment(server.url, home), _read))

        assert all(shown_as_answered(each) for each in exchanges)

    def test_wrong_secret(self, samples: Mapping[str, tuple[str, ...]], server: Server, home: str) -> None:
        send = sending(samples, environment(server.url, home, right=False), _read)
        found = exchange(server, send, "START")

        assert (found.shown.status, shown_as_answered(found)) == (401, True)

    def test_as_printed_it_does_not_compile(self, page: str, sdk: Path) -> None:
        with pytest.raises(InstallationError, match="undefined: os"):
            compiled(SAMPLE.printed(page), "sample-printed", sdk)


def _read(printed: str) -> Shown:
    said = json.loads(printed.removeprefix("RunRecordResponse "))
    if printed.startswith("RunRecordResponse "):
        return Shown(what="printed", status=200, request_id=said["X-Request-Id"])
    return Shown(
        what="printed",
        status=said["status_code"],
        code=said["error_code"],
        message=said["error_message"],
        request_id=said["request_id"],
    )
