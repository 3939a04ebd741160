"""What is judged of many answers together: whether their ids are made anew, and whether their time goes on."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from liverec.client import Exchange
from liverec.client.redaction import Secrets
from liverec.clock import NANOSECONDS
from liverec.conformance.answers import (
    body_no_object,
    falsely_encoded,
    given_twice,
    repeated_headers,
    request_id_part,
    request_id_stands_still,
    request_id_untimely,
    status_wrong,
)
from liverec.conformance.ledger import Kind
from liverec.profile import Credentials

UUID = "5f0c2a1e-7c3b-4d19-9a46-2b8e61d0f3a7"


def answer(request_id: str, *, at: float = 0.0) -> Exchange:
    moment = round(at * NANOSECONDS)
    return Exchange(
        method="POST",
        url="http://127.0.0.1/",
        request_headers=(),
        request_body=b"",
        invoked_ns=moment,
        completed_ns=moment,
        status=200,
        headers=(("X-Request-Id", request_id),),
        secrets=Secrets(Credentials(token="t")),
    )


@pytest.mark.parametrize(
    ("body", "is_object"),
    [
        pytest.param(rb'{"error_code": "LIVE.100011001", "error_msg": "\ud83d"}', True, id="half a pair, escaped"),
        pytest.param(b'{"error_code": "LIVE.100011001", "error_msg": "\xed\xa0\xbd"}', False, id="half a pair, raw"),
        pytest.param(b'{"error_code": "LIVE.100011001", "n": ' + b"9" * 5000 + b"}", True, id="a long number"),
        pytest.param(b'{"error_code": "LIVE.100011001", "n": NaN}', False, id="no number"),
        pytest.param(b'\xef\xbb\xbf{"error_code": "LIVE.100011001"}', False, id="a byte order mark"),
        pytest.param(b'{"error_code": "LIVE.100011001"} {}', False, id="two"),
        pytest.param(b'["error_code"]', False, id="a list"),
        pytest.param(b"[" * 100_000, False, id="deeper than anybody reads"),
        pytest.param(b"", False, id="nothing"),
    ],
)
def test_a_body_is_an_object_if_the_grammar_of_json_says_so(body: bytes, *, is_object: bool) -> None:
    exchange = replace(answer(UUID), body=body)

    assert (body_no_object(exchange) is None) is is_object
    assert exchange.error_code == ("LIVE.100011001" if is_object else None)


def test_an_error_code_can_be_written_down() -> None:
    assert replace(answer(UUID), body=rb'{"error_code": "LIVE\ud83d"}').error_code == "LIVE?"


@pytest.mark.parametrize(
    ("request_id", "part"),
    [
        (f"{UUID}-1723190400000-recorder-1", UUID),
        (f"{UUID.upper()}-1723190400001-recorder-2", UUID),
        ("no-id-at-all", "no-id-at-all"),
    ],
)
def test_what_identifies_a_request_is_the_part_before_the_time(request_id: str, part: str) -> None:
    assert request_id_part(answer(request_id)) == part


@pytest.mark.parametrize(
    ("time", "is_now"),
    [
        *[pytest.param(str(1723190400 * 10**power), True, id=f"1e-{power} s") for power in range(10)],
        pytest.param("133676640000000000", True, id="100 ns since 1601"),
        pytest.param("638587872000000000", True, id="100 ns since the year 1"),
        pytest.param("20240809080000", True, id="by the calendar"),
        pytest.param("20240809T080000Z", True, id="by ISO 8601"),
        pytest.param("1723000000", False, id="two days ago"),
        pytest.param("9" * 400, False, id="of many digits"),
    ],
)
def test_the_time_may_be_in_any_unit(time: str, *, is_now: bool) -> None:
    now = datetime.fromtimestamp(1723190400, tz=UTC)

    assert (request_id_untimely(answer(f"{UUID}-{time}-host"), now) is None) is is_now


def answers(*times: str, apart: float) -> list[Exchange]:
    return [answer(f"{number:08}{UUID[8:]}-{time}-host", at=number * apart) for number, time in enumerate(times)]


@pytest.mark.parametrize("time", ["1723190400000", "1723190400", "20240809080000"])
def test_a_time_that_stands_still_is_found(time: str) -> None:
    found = request_id_stands_still(answers(time, time, time, apart=6.0))

    assert found is not None
    assert found[0] == f"it is {time!r} in answers that are 12 s apart"


@pytest.mark.parametrize(
    ("times", "apart"),
    [
        pytest.param(("1723190400000", "1723190400000"), 9.0, id="too short to tell"),
        pytest.param(("1723190400", "1723190400", "1723190460"), 30.0, id="goes on at last"),
        pytest.param(("202408090800", "202408090800"), 30.0, id="to the minute"),
        pytest.param(("1723190400000",), 0.0, id="one answer"),
        pytest.param((), 0.0, id="no answer"),
    ],
)
def test_a_time_that_may_go_on_is_no_breach(times: tuple[str, ...], apart: float) -> None:
    assert request_id_stands_still(answers(*times, apart=apart)) is None


def test_the_time_of_an_id_that_comes_again_is_that_of_its_first_answer() -> None:
    ids = [f"{number:08}{UUID[8:]}-1723190400000-host" for number in (1, 2, 1, 2)]

    assert request_id_stands_still([answer(one, at=6.0 * number) for number, one in enumerate(ids)]) is None


@pytest.mark.parametrize(
    ("headers", "why"),
    [
        pytest.param({"Content-Type": ("application/json", "text/html")}, "Content-Type", id="two types"),
        pytest.param({"x-request-ID": ("a-1-b", "c-1-d")}, "X-request-id", id="two ids, in any letter case"),
        pytest.param({"Content-Type": ("application/json", "application/json")}, None, id="the same type again"),
        pytest.param({"Set-Cookie": ("a=1", "b=2"), "Date": ("1", "2")}, None, id="what nobody asks for"),
    ],
)
def test_a_header_that_is_no_list_has_one_value(headers: dict[str, tuple[str, str]], why: str | None) -> None:
    pairs = tuple((name, value) for name, values in headers.items() for value in values)
    found = given_twice(replace(answer("id"), headers=pairs))

    assert (found is None) if why is None else str(found).startswith(f"{why} is given with different values: ")


def test_headers_that_come_again_as_they_were_are_named() -> None:
    pairs = (
        ("Vary", "A"),
        ("vary", "A"),
        ("Date", "1"),
        ("Date", "2"),
        ("Content-Length", "0"),
        ("Content-Length", "0"),
    )

    assert repeated_headers(replace(answer("id"), headers=pairs)) == ["content-length", "vary"]


@pytest.mark.parametrize(
    ("status", "kind", "wrong"),
    [
        pytest.param(501, Kind.OUTSIDE, False, id="a method that the server does not know"),
        pytest.param(505, Kind.OUTSIDE, False, id="a version that the server does not know"),
        pytest.param(500, Kind.OUTSIDE, True, id="another method, and it fails"),
        pytest.param(501, Kind.OPEN, True, id="a command, and it has none"),
    ],
)
def test_what_http_refuses_with_5xx_is_no_failure_of_the_server(status: int, kind: Kind, *, wrong: bool) -> None:
    found = status_wrong(kind, replace(answer(f"{UUID}-1723190400000-host"), status=status))

    assert found == (("http/no-server-error", f"the answer is {status}") if wrong else None)


@pytest.mark.parametrize(
    ("coding", "body", "wrong"),
    [
        pytest.param("gzip", b'{"error_code":"LIVE.100011001"}', True, id="says gzip, and is not"),
        pytest.param("gzip", b"\x1f\x8b\x08", False, id="may be gzip"),
        pytest.param("identity", b"{}", False, id="says that it is plain"),
        pytest.param("gzip", b"", False, id="nothing to encode"),
    ],
)
def test_a_body_is_in_the_coding_that_is_named(coding: str, body: bytes, *, wrong: bool) -> None:
    encoded = replace(
        answer(f"{UUID}-1723190400000-host"), status=404, headers=(("content-encoding", coding),), body=body
    )

    assert (falsely_encoded(encoded) is not None) is wrong
