"""The journal: what it keeps, and what it must never show."""

import json
from dataclasses import replace

import pytest

from liverec.reference import journal as journal_module
from liverec.reference.service import TOKEN_PATH
from reference_requests import ACCESS_KEY, BODY, PROFILE, PROJECT, SECRET_KEY, TOKEN, request, service, signed


def test_an_entry_says_what_was_sent_and_what_came_of_it() -> None:
    target = service()

    answer = target.answer(replace(request("action=START"), names=(b"Host", b"Content-Type", b"X-Auth-Token")))

    (entry,) = target.journal.entries()
    assert entry["request_line"] == f"POST /v1/{PROJECT}/record/control?action=START HTTP/1.1"
    assert entry["headers"][:2] == [["Host", "127.0.0.1:8080"], ["Content-Type", "application/json"]]
    assert json.loads(entry["body"]) == BODY
    assert (entry["action"], entry["stream"]) == ("START", [PROJECT, "publish.example.com", "live", "rehearsal-1"])
    assert (entry["outcome"], entry["status"], entry["request_id"]) == ("done", 200, answer.request_id)
    assert (entry["number"], entry["clock_ns"], entry["connection"]) == (1, 0, "127.0.0.1:50000")


@pytest.mark.parametrize("answered", ["denied", "invalid", "too soon"])
def test_what_was_refused_is_kept_too(answered: str) -> None:
    target = service()
    for query, token in (("action=START", None), ("action=X", TOKEN), ("action=START", TOKEN), ("action=STOP", TOKEN)):
        target.answer(request(query, token=token))
    target.answer(request())

    outcomes = [entry["outcome"] for entry in target.journal.entries()]

    assert answered in outcomes


def test_no_secret_is_shown() -> None:
    target = service()
    sent = signed(headers={"cookie": "c00kie", "proxy-authorization": "pr0xy", "x-security-token": "s3curity"})
    log_in = {"auth": {"identity": {"password": PROFILE.credentials.password}}}

    target.answer(sent)
    target.answer(request())
    target.answer(replace(sent, headers={**sent.headers, "authorization": "Bearer b3arer"}))
    target.answer(request("", log_in, path=TOKEN_PATH, token=None))
    target.answer(request("", log_in, path="/auth/tokens", token=None))

    shown = json.dumps(target.journal.entries())
    signature = sent.headers["authorization"].rpartition("=")[2]
    secrets = [SECRET_KEY, TOKEN, str(PROFILE.credentials.password), signature, "c00kie", "pr0xy", "s3curity", "b3arer"]
    assert [secret for secret in secrets if secret in shown] == []
    assert ACCESS_KEY in shown


def test_a_repeated_signature_shows() -> None:
    target = service()
    sent, other = signed(), signed("action=STOP")

    for each in (sent, replace(sent, peer=("127.0.0.1", 50_001)), other):
        target.answer(each)

    first, again, third = (dict(map(tuple, entry["headers"]))["authorization"] for entry in target.journal.entries())
    assert first == again
    assert first != third


def test_long_requests_are_cut_but_never_within_a_header() -> None:
    target = service()
    secret = "z" * 9_000

    target.answer(request(headers={"x-long": "y" * 9_000, "x-auth-token": secret}, body=b"x" * 5_000, token=None))
    target.answer(replace(request("q" * 20_000), head_size=20_100))
    target.answer(replace(request(headers={"x-long": "y" * 9_000}), head_size=9_100))

    first, second, third = target.journal.entries()
    assert len(first["body"]) == journal_module.MAX_BODY_KEPT
    assert secret[:100] not in json.dumps(first)
    assert len(second["request_line"]) < 10_000
    assert "x-long" not in dict(map(tuple, third["headers"]))


def test_the_journal_is_a_ring(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal_module, "CAPACITY", 3)
    target = service()

    for _ in range(5):
        target.answer(request())

    assert [entry["number"] for entry in target.journal.entries()] == [3, 4, 5]
    assert [entry["number"] for entry in target.journal.entries(after=4)] == [5]
    assert target.journal.forgotten == 2
    target.reset()
    assert target.journal.forgotten == 0


def test_clearing_forgets_entries_but_numbers_go_on() -> None:
    target = service()
    target.answer(request())
    target.reset()

    target.answer(request())

    assert [entry["number"] for entry in target.journal.entries()] == [2]
