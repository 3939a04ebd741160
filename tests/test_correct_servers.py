"""Correct servers with habits that HTTP allows, and few have: each is acquitted, and of nothing but HTTP in doubt."""

import socket
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from judged_server import judged
from liverec.conformance.trial import Trial
from liverec.verdict import Verdict
from relay_server import (
    Habits,
    after_interim_answers,
    by_two_machines,
    in_chunks,
    in_odd_case,
    in_old_http,
    locking_out,
    relaying,
    until_the_end,
    without_reason,
)

DOUBTFUL = {Verdict.BROKEN, Verdict.UNDECIDED, Verdict.ERROR}
SERVERS = [
    pytest.param(
        Habits(slow_s=0.005, stalls=300, changes=(without_reason, in_odd_case)),
        None,
        id="slow, with stalls, terse",
        marks=pytest.mark.long,
    ),
    pytest.param(
        Habits(requests=1, says_so=True, changes=(in_chunks, after_interim_answers)),
        "the target closes each connection after its answer",
        id="closes each connection and says so",
    ),
    pytest.param(
        Habits(requests=1, piece=40), "the target closes connections without saying so", id="closes without a word"
    ),
    pytest.param(
        Habits(requests=6, idle_s=0.1, changes=(in_chunks,)),
        "the target closes connections without saying so",
        id="closes after some, and when idle",
        marks=pytest.mark.long,
    ),
    pytest.param(
        Habits(requests=1, changes=(in_old_http, until_the_end)),
        "the target closes each connection after its answer",
        id="HTTP/1.0, until the end",
    ),
    pytest.param(Habits(changes=(locking_out(4, within_s=2),)), None, id="answers strangers otherwise if many come"),
    pytest.param(Habits(changes=(by_two_machines(),)), None, id="two machines with codes of their own"),
    pytest.param(Habits(strict=True), None, id="refuses below the service what is no POST of HTTP/1.1"),
    pytest.param(
        Habits(alone=True, family=socket.AF_INET6),
        "the target serves one connection at a time",
        id="one at a time",
        marks=pytest.mark.long,
    ),
]


@pytest.mark.parametrize(("habits", "noted"), SERVERS)
def test_a_correct_server_is_acquitted_whatever_its_habits(habits: Habits, noted: str | None, tmp_path: Path) -> None:
    result = judged(tmp_path, generated="none", through=partial(relaying, habits=habits))

    assert [(row.id, row.verdict, row.why) for row in result.judgements if row.verdict in DOUBTFUL] == []
    assert (result.verdict, result.findings) == ("kept", ())
    assert [note for note in result.notes if "each request had one of its own" in note] == (
        [f"{noted}: each request had one of its own"] if noted else []
    )


def test_what_only_observes_and_fails_by_itself_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    observe = Trial.observe

    def broken(trial: Trial, identifier: str, value: str, *evidence: Any) -> None:
        if identifier == "open/project-header-absent":
            raise ZeroDivisionError("of our own")
        observe(trial, identifier, value, *evidence)

    monkeypatch.setattr(Trial, "observe", broken)
    result = judged(tmp_path, generated="none")

    assert result.findings == ()
    told = [note for note in result.notes if "ZeroDivisionError: of our own" in note]
    assert [one.partition(" only observes")[0] for one in told] == [
        "test_request_signatures.py::test_signature_without_the_project_header_is_observed"
    ]
