"""The judge of a caller: what it finds, what it leaves alone, and what it says."""

import httpx
import pytest

from calling import HOST, PROJECT, TOKEN, Keys, request, send, signed, status
from liverec import CommandJournal, RecordControl, RecordControlDouble, RecordControlServer, SentCommand, load_document
from liverec.doubles.caller import sent_twice, too_soon
from liverec.reference import journal as journal_module

INTERVAL = load_document().interval_ns


def story(script: str) -> list[SentCommand]:
    """Return the commands of a script such as ``0 STOP 200, 10 START 400``: second, action, status (- for none)."""
    commands: list[SentCommand] = []
    for number, line in enumerate(script.split(", "), start=1):
        second, action, status, *more = line.split()
        changed = dict(part.split("=") for part in more)
        commands.append(
            SentCommand(
                number=number,
                sent_ns=round(float(second) * 1e9),
                connection=changed.get("connection", "1"),
                method="POST",
                path="",
                query="",
                headers={},
                body="",
                project_id="p",
                action=action,
                publish_domain=changed.get("domain", "d"),
                app="a",
                stream=changed.get("stream", "s"),
                credentials="signature",
                credentials_problem=None,
                document_problem=None,
                outcome="",
                status=None if status == "-" else int(status),
                error_code=None,
                request_id=None,
                message=changed.get("message", action),
            )
        )
    return commands


@pytest.mark.parametrize(
    ("script", "at_fault"),
    [
        ("0 STOP 200, 10 START 400", [2]),
        ("0 STOP 200, 10 START 200", [2]),
        ("0 STOP 200, 10.000000001 START 200", []),
        ("0 STOP 200, 5 START 429, 9 START 400, 11 START 200", [2, 3]),
        ("0 STOP -, 10 START 200", [2]),
        ("0 STOP 503, 10 START 200", [2]),
        ("0 STOP 404, 0 START 200", []),
        ("0 STOP 401, 0 START 200", []),
        ("0 STOP 200, 6 STOP 404, 11 START 200", []),
        ("0 STOP 200, 6 STOP 200, 11 START 200", [3]),
        ("0 STOP 200, 6 STOP -, 11 START 200", [3]),
        ("0 STOP 200, 1 START 200 stream=t", []),
        ("0 STOP 200, 1 START 200 domain=D", [2]),
        ("0 START 200, 1 STOP 200", []),
    ],
)
def test_too_soon(script: str, at_fault: list[int]) -> None:
    found = list(too_soon(story(script), interval_ns=INTERVAL))

    assert [violation.commands[-1].number for violation in found] == at_fault


@pytest.mark.parametrize(
    ("script", "at_fault"),
    [
        ("0 START -, 0 START 400", [2]),
        ("0 START 503, 0.999 START 400", [2]),
        ("0 START 200, 0 START 400 connection=2", [2]),
        ("0 START 200, 0 START 400", []),  # the answer was seen: meant so
        ("0 START -, 1 START 400", []),  # waited, then asked again
        ("0 START -, 0 START 400 message=anew", []),
        ("0 START 400, 0 START 400 connection=2", []),  # nothing had happened
        ("0 START 429, 0 START 200 connection=2", []),
        ("0 START -, 0 STOP 200, 0 START 400", []),
        ("0 START -, 0 STOP 200 stream=t, 0 START 400", [3]),
        ("0 STOP -, 0 STOP -, 0 STOP 404", [2, 3]),
    ],
)
def test_sent_twice(script: str, at_fault: list[int]) -> None:
    assert [violation.commands[-1].number for violation in sent_twice(story(script))] == at_fault


def test_too_soon_says_how_much_and_what_to_do() -> None:
    (violation,) = too_soon(story("0 STOP 200, 10 START 400"), interval_ns=INTERVAL)

    assert str(violation).splitlines() == [
        "restart interval: START of s was sent 10.000000000 s after its STOP",
        "    request 1: STOP of d/a/s at 0.000000000 s, answered 200 ()",
        "    request 2: START of d/a/s at 10.000000000 s, answered 400 ()",
        "  expected: more than 10 s between them; exactly 10 s is too early (Table 2, action)",
        f"  to do: {violation.advice}",
    ]
    assert "give your program its clock.sleep" in violation.advice


def test_what_okhttp_does_is_found(record_control_server: RecordControlServer) -> None:
    message = signed("START", record_control_server, url=record_control_server.url)
    record_control_server.lose_replies()
    with pytest.raises(httpx.RemoteProtocolError):
        send(message)
    answer = send(message)

    assert (answer.status_code, answer.json()["error_code"]) == (400, "LIVE.100011022")
    assert record_control_server.is_recording("mystream")
    with pytest.raises(AssertionError, match="sent twice, with the same signature on two connections"):
        record_control_server.journal.assert_nothing_sent_twice()


def test_a_blind_retry_is_found(record_control: RecordControl) -> None:
    record_control.timeout().too_soon()
    with pytest.raises(httpx.ReadTimeout):
        status()
    status()

    with pytest.raises(AssertionError, match=r"(?s)START of mystream was sent twice, byte for byte.*means: recording"):
        record_control.journal.assert_nothing_sent_twice()


@pytest.mark.parametrize(
    ("message", "said"),
    [
        (request(query=""), "query parameter action is missing"),
        (request("PAUSE"), "query parameter action must be START or STOP"),
        (request("start"), "query parameter action must be START or STOP"),
        (request(json={"publish_domain": "d", "app": "a"}), "stream is missing"),
        (request(stream=7), "stream must be a string"),
        (request(headers={"Content-Type": "text/plain"}), "Content-Type must be application/json"),
        (
            httpx.Request("POST", f"{HOST}/v1/%7Bproject_id%7D/record/control?action=START", json={}),
            "{project_id} in the path is still the placeholder",
        ),
    ],
)
def test_what_the_document_does_not_say_is_found(
    record_control: RecordControl, message: httpx.Request, said: str
) -> None:
    record_control.illegal()
    send(message)

    with pytest.raises(AssertionError) as raised:
        record_control.journal.assert_as_documented()
    assert f"document: {said}\n" in str(raised.value)
    assert "expected: POST /v1/{project_id}/record/control?action=START|STOP, Content-Type" in str(raised.value)


def test_another_path_and_method_are_found_on_the_server(record_control_server: RecordControlServer) -> None:
    path = f"/v1/{PROJECT}/record/controls"
    for _ in range(2):
        httpx.put(f"{record_control_server.url}{path}", trust_env=False)

    record_control_server.journal.assert_nothing_sent_twice()  # it names no stream
    with pytest.raises(AssertionError, match=rf"document: PUT {path} is not POST /v1/{{project_id}}/record/control"):
        record_control_server.journal.assert_as_documented()


@pytest.mark.parametrize(
    "message",
    [
        request(headers={"Content-Type": "application/json; charset=UTF-8"}),
        request(remark="one field more"),
        request(stream="x" * 5_000),  # longer than the journal keeps
        request(stream="Bühne 7"),
    ],
    ids=["charset", "extra field", "long", "beyond ASCII"],
)
def test_what_the_document_allows_or_leaves_open_is_left_alone(
    record_control: RecordControl, message: httpx.Request
) -> None:
    record_control.ok()
    send(message)

    record_control.journal.assert_contract_kept()


@pytest.mark.parametrize(
    ("headers", "said"),
    [
        ({}, "there is neither X-Auth-Token nor Authorization"),
        ({"X-Auth-Token": " "}, "X-Auth-Token is empty"),
        ({"Authorization": "Bearer abc"}, "Authorization has not the form SDK-HMAC-SHA256 Access=..., "),
        ({"Authorization": "GOOD"}, "X-Sdk-Date is missing, or not of the form YYYYMMDDTHHMMSSZ"),
        ({"Authorization": "GOOD", "X-Sdk-Date": "2026-11-25"}, "X-Sdk-Date is missing, or not of the form"),
        ({"Authorization": "UNDATED", "X-Sdk-Date": "20261125T120000Z"}, "X-Sdk-Date is not among SignedHeaders"),
        ({"Authorization": "GOOD", "X-Sdk-Date": "20261125T120000Z"}, "X-Project-Id is missing"),
    ],
)
def test_credentials_without_the_right_form_are_found(
    record_control: RecordControl, headers: dict[str, str], said: str
) -> None:
    form = f"SDK-HMAC-SHA256 Access=A, SignedHeaders={{}}, Signature={'0' * 64}"
    replaced = {"GOOD": form.format("host;x-sdk-date"), "UNDATED": form.format("host")}
    message = request()
    del message.headers["X-Auth-Token"]
    message.headers.update({name: replaced.get(value, value) for name, value in headers.items()})
    record_control.unauthorized()
    send(message)

    with pytest.raises(AssertionError) as raised:
        record_control.journal.assert_credentials_right()
    assert f"credentials: {said}" in str(raised.value)


def test_a_signature_over_something_else_is_found(record_control_double: RecordControlDouble) -> None:
    message = signed("START", record_control_double)
    send(
        httpx.Request(
            "POST", str(message.url).replace("START", "STOP"), headers=message.headers, content=message.content
        )
    )

    with pytest.raises(AssertionError, match="verify aksk signature fail"):
        record_control_double.journal.assert_credentials_right()


def test_a_service_that_is_wrong_about_credentials_is_not_the_caller_s_fault(
    record_control_double: RecordControlDouble,
) -> None:
    record_control_double.set_faults("rejects-signatures")
    refused = send(signed("START", record_control_double)).status_code

    record_control_double.journal.assert_credentials_right()
    assert refused == 401


def test_secrets_that_nobody_knows_are_not_judged(record_control: RecordControl) -> None:
    record_control.ok()
    send(signed("START", Keys(project_id=PROJECT, access_key="OWN", secret_key="own")))

    record_control.journal.assert_contract_kept()


def test_a_program_that_keeps_the_contract_is_left_alone(record_control_double: RecordControlDouble) -> None:
    double = record_control_double
    for action in ("START", "STOP", "START", "STOP"):
        send(signed(action, double))
        double.clock.advance(10.001)

    journal = double.journal
    journal.assert_never_too_soon()
    journal.assert_nothing_sent_twice()
    journal.assert_credentials_right()
    journal.assert_as_documented()
    journal.assert_contract_kept()
    assert journal.violations() == ()


def test_all_violations_are_told_at_once(record_control_double: RecordControlDouble) -> None:
    for action in ("START", "STOP", "START"):
        status(action)
    status("PAUSE", headers={"X-Auth-Token": "another"})

    with pytest.raises(AssertionError) as raised:
        record_control_double.journal.assert_contract_kept()
    told = str(raised.value).splitlines()
    assert [line.partition(":")[0] for line in told if line[0].isdigit()] == [
        "1. document",
        "2. credentials",
        "3. restart interval",
    ]
    assert TOKEN not in str(raised.value)


@pytest.mark.parametrize(
    "assertion",
    [
        CommandJournal.assert_never_too_soon,
        CommandJournal.assert_nothing_sent_twice,
        CommandJournal.assert_credentials_right,
        CommandJournal.assert_as_documented,
        CommandJournal.assert_contract_kept,
    ],
)
def test_about_nothing_nothing_is_claimed(record_control_double: RecordControlDouble, assertion: object) -> None:
    assert callable(assertion)

    with pytest.raises(AssertionError, match="no command arrived, so that there is nothing to judge; respx sees only"):
        assertion(record_control_double.journal)


def test_what_the_journal_has_forgotten_is_not_called_right(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal_module, "CAPACITY", 2)
    with RecordControlDouble() as double:
        for number in range(1, 4):
            status(stream=f"rehearsal-{number}")

    with pytest.raises(AssertionError, match="the journal keeps the latest 2 requests; 1 before them cannot be judged"):
        double.journal.assert_never_too_soon()


def test_a_long_journal_shows_its_end(record_control_double: RecordControlDouble) -> None:
    for number in range(1, 24):
        status(stream=f"rehearsal-{number}")

    lines = str(record_control_double.journal).splitlines()
    assert (len(lines), lines[0]) == (21, "(3 earlier ones)")
    assert "rehearsal-23" in lines[-1]
