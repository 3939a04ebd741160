"""What is judged of many answers together: whether their ids are made anew, and whether their time goes on."""

import pytest

from liverec.client import Exchange
from liverec.client.redaction import Secrets
from liverec.clock import NANOSECONDS
from liverec.conformance.answers import request_id_part, request_id_stands_still
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
    ("request_id", "part"),
    [
        (f"{UUID}-1723190400000-recorder-1", UUID),
        (f"{UUID.upper()}-1723190400001-recorder-2", UUID),
        ("no-id-at-all", "no-id-at-all"),
    ],
)
def test_what_identifies_a_request_is_the_part_before_the_time(request_id: str, part: str) -> None:
    assert request_id_part(answer(request_id)) == part


def answers(*times: str, apart: float) -> list[Exchange]:
    return [answer(f"{UUID}-{time}-host", at=number * apart) for number, time in enumerate(times)]


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
