"""Canned answers: what a script gives, and what it says where script and program do not fit."""

import asyncio
from pathlib import Path

import httpx
import pytest
import respx

from calling import HOST, PROJECT, TOKEN, request, send, status
from liverec import CannedAnswerError, RecordControl, load_document
from liverec_process import document_with

DOCUMENT = load_document()


@pytest.mark.parametrize(
    ("name", "answered", "code"),
    [
        ("ok", 200, None),
        ("illegal", 400, DOCUMENT.error_examples[400]["error_code"]),
        ("not_found", 404, DOCUMENT.error_examples[404]["error_code"]),
        ("too_soon", 400, "LIVE.100011022"),
        ("unauthorized", 401, "APIGW.0301"),
        ("throttled", 429, "APIGW.0308"),
    ],
)
def test_an_answer_by_its_name(record_control: RecordControl, name: str, answered: int, code: str | None) -> None:
    getattr(record_control, name)()

    response = send(request())

    assert response.status_code == answered
    assert (response.json()["error_code"] if response.content else None) == code


def test_the_page_s_answers_are_the_examples_of_the_document(record_control: RecordControl) -> None:
    record_control.illegal().not_found()

    bodies = [send(request()).json() for _ in range(2)]

    assert bodies == [dict(DOCUMENT.error_examples[number]) for number in (400, 404)]


def test_each_answer_has_a_request_id_of_its_own(record_control: RecordControl) -> None:
    record_control.ok().ok()

    ids = [send(request()).headers["X-request-id"] for _ in range(2)]

    assert all(DOCUMENT.request_id_pattern.fullmatch(one) for one in ids)
    assert ids[0] != ids[1]
    assert [command.request_id for command in record_control.journal.commands()] == ids


def test_a_stream_has_its_own_answers_first_then_those_for_all(record_control: RecordControl) -> None:
    record_control.ok().not_found("encore").ok("encore").illegal()

    answered = [status(stream=name) for name in ("encore", "mystream", "encore", "encore")]

    assert answered == [404, 200, 200, 400]


def test_an_asynchronous_client_is_answered_too(record_control: RecordControl) -> None:
    record_control.ok().timeout().not_found()

    async def play() -> list[object]:
        async with httpx.AsyncClient() as client:
            first = await client.send(request())
            with pytest.raises(httpx.ReadTimeout):
                await client.send(request())
            return [first.status_code, (await client.send(request())).status_code]

    assert asyncio.run(play()) == [200, 404]


def test_no_answer_is_a_read_timeout(record_control: RecordControl) -> None:
    record_control.timeout()

    with pytest.raises(httpx.ReadTimeout) as raised:
        status("STOP")

    assert raised.value.request.url.query == b"action=STOP"
    assert [(command.status, command.outcome) for command in record_control.journal.commands()] == [(None, "timeout")]


def test_a_token_is_to_be_had(record_control: RecordControl) -> None:
    response = httpx.post("https://iam.example.net/v3/auth/tokens", json={"auth": {}})

    assert response.status_code == 201
    assert response.headers["X-Subject-Token"]
    assert record_control.journal.commands() == ()


@pytest.mark.parametrize(
    ("number", "code", "answered"),
    [(400, "LIVE.103011022", 400), (404, None, 404), (401, "LIVE.100011015", 401), (500, "LIVE.100011005", 500)],
)
def test_other_answers_that_the_document_knows(
    record_control: RecordControl, number: int, code: str | None, answered: int
) -> None:
    record_control.answer(number, error_code=code, error_msg="made up")

    response = send(request())

    assert response.status_code == answered
    assert response.json() == {
        "error_code": code or DOCUMENT.error_examples[404]["error_code"],
        "error_msg": "made up",
    }


@pytest.mark.parametrize(
    ("number", "given", "said"),
    [
        (409, {"error_code": "LIVE.100011022"}, r"canned answer 409: the document lists 200, 400, 404, and no 409"),
        (500, {}, r"canned answer 500: .* with 500 only the codes APIGW\.0601, LIVE\.100011000, .* take respx_mock"),
        (200, {"error_code": "LIVE.1"}, r"canned answer 200: the document gives it no body"),
        (400, {"error_code": 17}, r"canned answer 400: at error_code: 17 is not of type \"string\""),
    ],
)
def test_what_the_document_does_not_allow_is_refused(number: int, given: dict[str, str], said: str) -> None:
    with pytest.raises(CannedAnswerError, match=said):
        RecordControl().answer(number, **given)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            "string\n          description: What went wrong, for p -> integer\n          description: For p",
            r"canned answer 400: at error_code: .* is not of type \"integer\"",
        ),
        ('"^([0-9A-Fa-f]{8} -> "^(id-[0-9A-Fa-f]{8}', r"canned answer 200: X-request-id: .* has not the pattern of"),
    ],
    ids=["error_code", "request id"],
)
def test_an_answer_that_contradicts_its_document_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: str, said: str
) -> None:
    monkeypatch.setenv("LIVEREC_DOCUMENT", document_with(tmp_path, change=change))

    with pytest.raises(CannedAnswerError, match=said):
        RecordControl()


@pytest.mark.parametrize(
    ("message", "said"),
    [
        (httpx.Request("GET", f"{HOST}/v1/{PROJECT}/record/control"), "here the method is GET"),
        (
            httpx.Request("POST", f"{HOST}/v1/{PROJECT}/record/control/"),
            f"here the path is /v1/{PROJECT}/record/control/",
        ),
        (httpx.Request("GET", f"{HOST}/v2/streams?key=s3cret"), "here the method is GET and the path is /v2/streams"),
    ],
    ids=["method", "slash", "other"],
)
def test_a_request_without_a_route_names_the_nearest(message: httpx.Request, said: str) -> None:
    with RecordControl() as double, pytest.raises(AssertionError, match="matches no route of record_control") as raised:
        send(message)

    assert "s3cret" not in str(raised.value)
    assert f"The nearest is POST /v1/{{project_id}}/record/control, on any host; {said}. If" in str(raised.value)
    assert double.problems() == [str(raised.value)]


def test_a_command_that_the_script_forgot_says_what_is_left() -> None:
    with RecordControl() as double:
        double.ok("encore").not_found("encore")
        with pytest.raises(AssertionError) as raised:
            status()

    refused, left_over = double.problems()
    assert "no command arrived" not in left_over
    assert refused == str(raised.value)
    assert refused == (
        "START of mystream had no answer in the script of record_control; left are ok for encore, "
        "not_found for encore. Add one, for example record_control.ok('mystream')"
    )


def test_answers_that_nobody_asked_for_are_a_problem() -> None:
    with RecordControl() as double:
        double.ok().timeout("encore").illegal()
        status()

    (problem,) = double.problems()
    assert problem == (
        "answers of record_control that nobody asked for: illegal for every stream, timeout for encore; "
        "take them out of the script, or see why the program sent less"
    )


def test_where_nothing_arrived_the_server_is_named() -> None:
    with RecordControl() as double:
        double.ok()

    (problem,) = double.problems()
    assert "no command arrived; respx sees only what goes through httpx, not requests, httpx2" in problem
    assert "record_control_server" in problem


@pytest.mark.parametrize("first", [True, False], ids=["ours first", "theirs first"])
def test_another_api_may_be_mocked_beside_it(first: bool) -> None:
    double, other = RecordControl(), respx.MockRouter()
    other.get("https://other.example.net/").respond(204)
    double.router.get("https://third.example.net/").respond(202)
    with double if first else other, other if first else double:
        double.ok()
        answered = [httpx.get(f"https://{name}.example.net/").status_code for name in ("other", "third")]
        answered.append(status())

    assert answered == [204, 202, 200]
    assert double.problems() == []


def test_httpx_goes_its_way_again_afterwards() -> None:
    with RecordControl():
        pass

    with pytest.raises(httpx.ConnectError):
        status(url="http://127.0.0.1:9")


def test_nothing_of_a_token_is_shown(record_control: RecordControl) -> None:
    record_control.ok()
    status()

    (command,) = record_control.journal.commands()
    assert TOKEN not in f"{command!r} {command} {record_control.journal}"
    assert command.headers["X-Auth-Token"] == "<redacted>"
