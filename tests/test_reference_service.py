"""The reference service: which answer each request gets."""

import os
import random
import re
from typing import Any

import pytest

from liverec.document import load_document
from liverec.reference.command import Command, CommandReader, InvalidCommandError
from liverec.reference.dialect import Dialect
from liverec.reference.identity import RequestIds
from liverec.reference.request import MAX_BODY, Excess, Request
from liverec.reference.service import Service
from reference_requests import BODY, PATH, PROJECT, advance, fields, request, send, service, statuses

ILLEGAL = "LIVE.100011001"
EXISTS = "LIVE.100011022"


def test_accepted_is_200_without_a_body() -> None:
    answer = service().answer(request())

    assert (answer.status, answer.body, dict(answer.headers)[b"Content-Length"]) == (200, b"", b"0")


def test_refusals_are_the_examples_of_the_page() -> None:
    examples = load_document().error_examples
    target = service()

    unknown = target.answer(request(body={**BODY, "stream": "nowhere"}))
    other_rule = target.answer(
        request(body={"publish_domain": "continuous.example.com", "app": "live", "stream": "continuous-1"})
    )

    assert (unknown.status, fields(unknown)) == (404, examples[404])
    assert (other_rule.status, fields(other_rule)) == (400, examples[400])


def test_too_soon_and_already_recording_say_that_a_task_exists() -> None:
    _, again, _, early = send(service(), "START", "START", "STOP", "START")

    assert [(a.status, a.error_code) for a in (again, early)] == [(400, EXISTS), (400, EXISTS)]


def test_the_interval_is_the_document_s(tmp_path: Any) -> None:
    text = load_document().file.read_text().replace("exclusive-seconds: 10", "exclusive-seconds: 12")
    longer = tmp_path / "longer.yaml"
    longer.write_text(text)
    target = Service(service().settings, document=load_document(longer))
    send(target, "START", "STOP")
    advance(target, 11)

    early = statuses(target, "START")
    advance(target, 1.1)

    assert (early, statuses(target, "START")) == ([400], [200])


@pytest.mark.parametrize(
    "query",
    [
        "",
        "action",
        "action=",
        "action=start",
        "action=PAUSE",
        "action=START&action=STOP",
        "action=START&action=START",
        "action=START%20",
        "ACTION=START",
        "&".join(["a=b"] * 200) + "&action=START",
    ],
)
def test_an_action_that_is_not_one_of_the_two_is_400(query: str) -> None:
    answer = service().answer(request(query))

    assert (answer.status, answer.error_code) == (400, ILLEGAL)


def test_an_encoded_action_is_the_action() -> None:
    assert service().answer(request("%61ction=ST%41RT")).status == 200


@pytest.mark.parametrize("field", ["publish_domain", "app", "stream"])
@pytest.mark.parametrize("value", [None, "", 7, True, ["live"], {"name": "live"}, "*"])
def test_a_field_that_is_no_name_is_400(field: str, value: object) -> None:
    answer = service().answer(request(body={**BODY, field: value}))

    assert (answer.status, answer.error_code) == (400, ILLEGAL)
    assert field in fields(answer)["error_msg"]


@pytest.mark.parametrize("field", ["publish_domain", "app", "stream"])
def test_a_field_left_out_is_400(field: str) -> None:
    answer = service().answer(request(body={name: value for name, value in BODY.items() if name != field}))

    assert (answer.status, answer.error_code) == (400, ILLEGAL)


GOOD = b'{"publish_domain":"publish.example.com","app":"live","stream":"rehearsal-1"}'


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b'"text"',
        b"\xef\xbb\xbf" + GOOD,
        GOOD.decode().encode("utf-16"),
        GOOD.replace(b"rehearsal-1", b"rehearsal-1\xff"),
        GOOD.replace(b'"app"', b'"app":"x","app"'),
        GOOD.replace(b"}", b',"x":NaN}'),
        GOOD + b"x",
        b"[" * 100_000,
        GOOD.replace(b"}", b',"x":' + b"9" * 5000 + b"}"),
    ],
    ids=[
        *("empty", "cut", "null", "array", "text", "mark", "utf-16", "latin-1", "twice", "NaN", "trailing", "deep"),
        "huge number",
    ],
)
def test_a_body_that_is_no_json_object_is_400(body: bytes) -> None:
    answer = service().answer(request(body=body))

    assert (answer.status, answer.error_code) == (400, ILLEGAL)


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "application/json; charset=utf-8",
        "application/json; charset=UTF-8",
        'application/json;charset="utf-8"',
        "Application/JSON",
        "application/json; version=1",
    ],
)
def test_json_in_utf_8_is_taken(content_type: str) -> None:
    assert service().answer(request(headers={"content-type": content_type})).status == 200


@pytest.mark.parametrize(
    "content_type", ["", "text/plain", "application/x-www-form-urlencoded", "application/json; charset=latin1"]
)
def test_other_content_types_are_400(content_type: str) -> None:
    answer = service().answer(request(headers={"content-type": content_type}))

    assert (answer.status, answer.error_code) == (400, "LIVE.100011012")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", PATH),
        ("PUT", PATH),
        ("HEAD", PATH),
        ("POST", PATH + "/"),
        ("POST", "/" + PATH),
        ("POST", "/"),
        ("POST", "/v1//record/control"),
        ("POST", f"/v1/{PROJECT}/x/record/control"),
        ("GET", "/v3/auth/tokens"),
    ],
)
def test_another_method_or_path_is_the_gateway_s_404(method: str, path: str) -> None:
    answer = service().answer(request(method=method, path=path))

    assert (answer.status, answer.error_code) == (404, "APIGW.0101")
    assert list(fields(answer)) == ["error_msg", "error_code", "request_id"]


def test_a_project_nobody_has_is_refused_and_changes_nothing() -> None:
    target = service()

    answer = target.answer(request(path="/v1/%7Bproject_id%7D/record/control"))

    assert (answer.status, answer.error_code) == (401, "LIVE.100011015")
    assert statuses(target, "STOP") == [404]


def test_an_invalid_command_changes_nothing() -> None:
    target = service()

    target.answer(request("action=START&action=START"))

    assert statuses(target, "STOP", "START") == [404, 200]


@pytest.mark.parametrize(
    "sent",
    [request(), request("action=X"), request(body={**BODY, "stream": "nowhere"}), request(method="GET")],
    ids=["200", "400", "404", "no such API"],
)
def test_the_statuses_of_the_page_carry_its_request_id(sent: Request) -> None:
    answer = service().answer(sent)

    assert answer.request_id is not None
    assert load_document().request_id_pattern.fullmatch(answer.request_id)
    assert (b"X-Request-Id", answer.request_id.encode()) in answer.headers


def test_other_statuses_carry_the_gateway_s() -> None:
    answer = service().answer(request(token=None))

    assert re.fullmatch("[0-9a-f]{32}", str(answer.request_id))
    assert fields(answer)["request_id"] == answer.request_id


class FieldByField(CommandReader):
    """Takes no body for granted; as the reader of any fault."""


def test_a_body_read_at_a_glance_is_read_as_field_by_field() -> None:
    """Bodies put together from what makes them odd: escapes, names and values twice, no strings, no JSON."""
    readers = [kind(document=load_document(), dialect=Dialect()) for kind in (CommandReader, FieldByField)]
    names = [b'"publish_domain"', b'"app"', b'"stream"', b'"more"', b'"\\u0061pp"', b'"a"pp"', b"app", b'"App"']
    values = [b'"a.b"', b'"live"', b'""', b'"*"', b'"\\""', b'"\\u0022:"', b'"\\ud800"', b'"\\ud83d\\ude00"', b'"\xff"']
    values += [
        '"\u00fc"'.encode(),
        b'"a\nb"',
        b'"a\x00"',
        b'"\\x"',
        b'"\\/"',
        b"1",
        b"null",
        b"[]",
        b'{"app":"b"}',
        b'["x"]',
        b"NaN",
    ]
    spaces = [b"", b" ", b"\n\t\r ", b"\x0b", b"\xef\xbb\xbf", b"\xc2\xa0", b",", b"//"]
    chosen = random.Random(5)  # bodies, not secrets
    taken = 0
    for _ in range(6_000):
        few = chosen.random() < 0.5
        kinds = names[:3] if few else chosen.choices(names, k=chosen.randint(2, 5))
        pairs = [
            chosen.choice(names[:5]) if chosen.random() < 0.05 else name for name in chosen.sample(kinds, len(kinds))
        ]
        around = [chosen.choice(spaces[:3] if chosen.random() < 0.9 else spaces) for _ in range(4)]
        inside = b",".join(
            around[0] + name + around[1] + b":" + chosen.choice(values[: 2 if chosen.random() < 0.6 else None])
            for name in pairs
        )
        body = around[2] + b"{" + inside + b"}" + around[3]
        glanced, read = (read_body(reader, body) for reader in readers)
        assert glanced == read, body
        taken += isinstance(read, Command)
    assert 500 < taken < 5_500


def read_body(reader: CommandReader, body: bytes) -> Command | str:
    """Return the command, or what is wrong with it."""
    try:
        return reader.read(request(body=body), project_id=PROJECT)
    except InvalidCommandError as error:
        return str(error)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_request_ids_are_unique_over_processes_that_were_forked() -> None:
    ids = RequestIds("ms")
    own = {ids.new()[:36] for _ in range(2)}
    reading, writing = os.pipe()
    if not os.fork():  # pragma: no cover  # another process
        os.write(writing, " ".join(ids.new()[:36] for _ in range(400)).encode())
        os._exit(0)
    os.close(writing)
    own |= {ids.new()[:36] for _ in range(400)}
    with os.fdopen(reading, "rb") as told:
        others = set(told.read().decode().split(" "))

    assert (len(own), len(others), own & others) == (402, 400, set())


def test_request_ids_are_unique() -> None:
    target = service()

    ids = {answer.request_id for answer in send(target, *["START"] * 500)}

    assert len(ids) == 500


@pytest.mark.parametrize("status", [413, 414, 494])
def test_a_request_beyond_the_bounds_is_turned_away(status: int) -> None:
    excess = Request(
        method="POST", path=PATH, query="", headers={}, body=b"", excess=Excess(status=status, message="!")
    )

    answer = service().answer(excess)

    assert (answer.status, answer.error_code) == (status, "APIGW.0201")
    assert MAX_BODY == 12 * 1024 * 1024


@pytest.mark.parametrize(("status", "code"), [(403, "APIGW.0302"), (429, "APIGW.0308")])
def test_the_gateway_turns_away_when_told_to(status: int, code: str) -> None:
    target = service()
    target.turn_away.status, target.turn_away.count = status, 2

    answers = send(target, "START", "START", "START")

    assert [(a.status, a.error_code) for a in answers] == [(status, code), (status, code), (200, None)]
