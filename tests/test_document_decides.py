"""The OpenAPI document decides: what is changed there changes what is served and what is judged."""

import json
from pathlib import Path
from typing import Any

import pytest

from asgi_reply import command
from liverec.clock import VirtualClock
from liverec.profile_file import reference_profile
from liverec.reference.app import ReferenceApp, create_app
from liverec.reference.settings import Settings
from liverec_process import Server, document_with, interval_of, run, serving


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


def _judged(server: Server, document: str, *only: str) -> tuple[int, Any]:
    chosen = [part for one in only for part in ("--only", one)]
    ended = run("verify", "--target", server.url, *chosen, "--json", "-", LIVEREC_DOCUMENT=document)
    return ended.returncode, json.loads(ended.stdout)


@pytest.mark.slow
def test_a_server_that_keeps_another_interval_is_convicted(tmp_path: Path) -> None:
    with serving("--clock", "virtual") as server:
        code, result = _judged(server, interval_of(tmp_path, 12), "restart/too-soon", "restart/after-interval")

    assert (code, result["verdict"]) == (1, "broken")
    assert result["findings"] == ["restart/too-soon"]
    assert 10 <= result["interval_s"]["accepted_from"] < 12


@pytest.mark.slow
def test_a_server_with_other_request_ids_is_convicted(tmp_path: Path) -> None:
    document = document_with(tmp_path, identifier="([0-9A-Fa-f]{8}- -> ([G-Z]{8}-")
    with serving("--clock", "virtual") as server:
        code, result = _judged(server, document, "request-id/format", "request-id/uuid")

    assert code == 1
    assert set(result["findings"]) <= {"request-id/format", "request-id/uuid"}
