"""The dialect: how it is chosen, and that each value shows in the answers."""

import pytest

from liverec.document import load_document
from liverec.reference.dialect import AXES, Dialect, DialectError, read_dialect
from reference_requests import advance, fields, request, send, service, statuses


def test_without_choices_each_axis_takes_its_first_value() -> None:
    assert read_dialect([]).as_dict() == {axis: values[0] for axis, values in AXES.items()}


def test_the_four_axes_of_the_model_are_there() -> None:
    assert AXES["start_while_recording"] == ("refused", "accepted")
    assert AXES["stop_while_idle"] == ("refused", "accepted", "accepted_restarts", "accepted_once_recorded")
    assert AXES["refused_start_restarts"] == AXES["refused_stop_restarts"] == ("no", "yes")


def test_choices_are_read() -> None:
    dialect = read_dialect(["stop_while_idle=accepted", "too_soon_status=404"])

    assert dialect == Dialect(stop_while_idle="accepted", too_soon_status="404")


@pytest.mark.parametrize(
    ("choices", "told"),
    [
        (["stop_while_idle"], "AXIS=VALUE"),
        (["colour=red"], "there are start_while_recording, stop_while_idle"),
        (["too_soon_status=500"], "takes 400, 404"),
        (["ok_body=empty", "ok_body=object"], "already 'empty'"),
        (["refused_stop_restarts=yes", "stop_while_idle=accepted"], "needs stop_while_idle=refused"),
    ],
)
def test_a_mistake_is_told_with_what_exists(choices: list[str], told: str) -> None:
    with pytest.raises(DialectError, match=told):
        read_dialect(choices)


UNKNOWN = {"stream": "nowhere"}
UNPUSHED = {"stream": "unpushed-1"}
OTHER = {"publish_domain": "continuous.example.com", "stream": "continuous-1"}


# each axis, each value: what is sent, and the statuses that show the value
SHOWN: dict[str, dict[str, tuple[tuple[str, ...], dict[str, str], list[int]]]] = {
    "start_while_recording": {
        "refused": (("START", "START"), {}, [200, 400]),
        "accepted": (("START", "START"), {}, [200, 200]),
    },
    "stop_while_idle": {
        "refused": (("STOP", "START"), {}, [404, 200]),
        "accepted": (("STOP", "START"), {}, [200, 200]),
        "accepted_restarts": (("STOP", "START"), {}, [200, 400]),
        "accepted_once_recorded": (("STOP", "START", "STOP", "STOP"), {}, [404, 200, 200, 200]),
    },
    "refused_start_restarts": {
        "no": (("START", "STOP", "6", "START", "6", "START"), {}, [200, 200, 400, 200]),
        "yes": (("START", "STOP", "6", "START", "6", "START"), {}, [200, 200, 400, 400]),
    },
    "refused_stop_restarts": {
        "no": (("STOP", "START"), {}, [404, 200]),
        "yes": (("STOP", "START"), {}, [404, 400]),
    },
    "too_soon_status": {
        "400": (("START", "STOP", "START"), {}, [200, 200, 400]),
        "404": (("START", "STOP", "START"), {}, [200, 200, 404]),
    },
    "start_while_recording_status": {
        "400": (("START", "START"), {}, [200, 400]),
        "404": (("START", "START"), {}, [200, 404]),
    },
    "stop_while_idle_status": {"404": (("STOP",), {}, [404]), "400": (("STOP",), {}, [400])},
    "unknown_status": {
        "404": (("START", "STOP"), UNKNOWN, [404, 404]),
        "400": (("START", "STOP"), UNKNOWN, [400, 400]),
    },
    "unpushed_status": {"400": (("START",), UNPUSHED, [400]), "404": (("START",), UNPUSHED, [404])},
    "other_rule_status": {"400": (("START", "STOP"), OTHER, [400, 400]), "404": (("START", "STOP"), OTHER, [404, 404])},
    "extra_fields": {"ignored": (("START",), {"note": "x"}, [200]), "refused": (("START",), {"note": "x"}, [400])},
    "action_case": {"exact": (("start",), {}, [400]), "any": (("start", "Stop"), {}, [200, 200])},
}
ELSEWHERE = {"ok_body", "content_type", "request_id_timestamp"}


@pytest.mark.parametrize(
    ("axis", "value"), [(axis, value) for axis, values in AXES.items() if axis not in ELSEWHERE for value in values]
)
def test_every_value_of_the_dialect_shows(axis: str, value: str) -> None:
    script, body, expected = SHOWN[axis][value]
    target = service(**{axis: value})

    seen: list[int] = []
    for word in script:
        if word.isdigit():
            advance(target, int(word))
        else:
            seen += statuses(target, word, **body)

    assert seen == expected


def test_a_404_is_the_page_s_whatever_the_reason() -> None:
    *_, early = send(service(too_soon_status="404"), "START", "STOP", "START")

    assert fields(early) == load_document().error_examples[404]


def test_extra_query_parameters_can_be_refused() -> None:
    sent = request("action=START&note=x")

    assert (service().answer(sent).status, service(extra_fields="refused").answer(sent).status) == (200, 400)


def test_any_case_is_of_ascii_letters_only() -> None:
    assert service(action_case="any").answer(request("action=%C5%BFTART")).status == 400  # a long s: upper case S


def test_a_200_can_carry_an_object() -> None:
    answer = service(ok_body="object").answer(request())

    assert (answer.status, answer.body, dict(answer.headers)[b"Content-Type"]) == (200, b"{}", b"application/json")


def test_any_content_type_can_be_taken() -> None:
    assert service(content_type="any").answer(request(headers={"content-type": "text/plain"})).status == 200


@pytest.mark.parametrize(("value", "digits"), [("ms", 13), ("s", 10)])
def test_the_unit_of_the_request_id_s_time(value: str, digits: int) -> None:
    answer = service(request_id_timestamp=value).answer(request())

    match = load_document().request_id_pattern.fullmatch(str(answer.request_id))

    assert match is not None
    assert len(match[2]) == digits
