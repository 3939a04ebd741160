"""The OpenAPI document decides: what is changed there changes what is served and what is judged."""

import json
from pathlib import Path

import pytest

from asgi_reply import command
from liverec.clock import VirtualClock
from liverec.profile_file import reference_profile
from liverec.reference.app import ReferenceApp, create_app
from liverec.reference.settings import Settings
from liverec_process import document_with, interval_of, run, serving


def _served(document: str, clock: VirtualClock, monkeypatch: pytest.MonkeyPatch) -> ReferenceApp:
    monkeypatch.setenv("LIVEREC_DOCUMENT", document)
    return create_app(Settings(profile=reference_profile(), clock=clock))


@pytest.mark.parametrize(
    ("passed", "status"), [(11.0, 400), (12.0, 400), (12.001, 200)], ids=["eleven", "exactly twelve", "more"]
)
def test_twelve_seconds_there_are_twelve_seconds_here(
    passed: float, status: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = VirtualClock()
    app = _served(interval_of(tmp_path, 12), clock, monkeypatch)
    for action in ("START", "STOP"):
        assert command(app, action).status == 200

    clock.advance(passed)

    assert command(app, "START").status == status


def test_an_action_renamed_there_is_renamed_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    document = document_with(
        tmp_path, options="enum: [START, STOP] -> enum: [START, HALT]", interval="after: STOP -> after: HALT"
    )
    app = _served(document, VirtualClock(), monkeypatch)

    answers = [command(app, action).status for action in ("START", "STOP", "HALT", "START")]

    assert answers == [200, 400, 200, 400]


@pytest.mark.slow
def test_a_server_that_goes_by_another_document_is_convicted_of_each_difference(tmp_path: Path) -> None:
    document = document_with(
        tmp_path,
        interval="exclusive-seconds: 10 -> exclusive-seconds: 12",
        identifier="([0-9A-Fa-f]{8}- -> ([G-Z]{8}-",
    )
    only = ("--only", "restart/too-soon", "--only", "restart/after-interval", "--only", "request-id/format")
    with serving("--clock", "virtual") as server:
        ended = run("verify", "--target", server.url, *only, "--json", "-", LIVEREC_DOCUMENT=document)
    result = json.loads(ended.stdout)

    assert (ended.returncode, result["verdict"]) == (1, "broken")
    assert set(result["findings"]) == {"restart/too-soon", "request-id/format"}
    assert 10 <= result["interval_s"]["accepted_from"] < 12
