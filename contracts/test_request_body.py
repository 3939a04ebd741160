"""Table 4: publish_domain, app and stream, each mandatory and a string."""

import json
from typing import Any

import pytest

from liverec.conformance.ledger import Kind
from liverec.conformance.trial import Trial
from liverec.conformance.verdicts import Violation, answered, is_success, must_be_refused
from liverec.history import Action, Stream

FIELDS = ("publish_domain", "app", "stream")


def fields(stream: Stream) -> dict[str, Any]:
    return {name: getattr(stream, name) for name in FIELDS}


@pytest.mark.parametrize(
    "field",
    [pytest.param(name, marks=pytest.mark.requirement(f"body/{name.replace('_', '-')}-mandatory")) for name in FIELDS],
)
def test_field_is_mandatory(trial: Trial, field: str) -> None:
    stream = trial.streams.recordable()
    body = {name: value for name, value in fields(stream).items() if name != field}
    exchange = trial.variant(Kind.INVALID, Action.START, stream, content=json.dumps(body).encode())
    trial.observe("open/body-field-answer", answered(exchange), exchange)

    must_be_refused(f"body/{field.replace('_', '-')}-mandatory", f"a START without {field}", exchange)


@pytest.mark.parametrize("wrong", ["null", "number", "array", "object", "true"])
@pytest.mark.parametrize(
    "field",
    [pytest.param(name, marks=pytest.mark.requirement(f"body/{name.replace('_', '-')}-string")) for name in FIELDS],
)
def test_field_is_a_string(trial: Trial, field: str, wrong: str) -> None:
    stream = trial.streams.recordable()
    right = fields(stream)[field]
    values: dict[str, Any] = {"null": None, "number": 7, "array": [right], "object": {"name": right}, "true": True}
    body = fields(stream) | {field: values[wrong]}
    exchange = trial.variant(Kind.INVALID, Action.START, stream, content=json.dumps(body).encode())

    must_be_refused(f"body/{field.replace('_', '-')}-string", f"a START whose {field} is a {wrong}", exchange)


@pytest.mark.requirement("body/json")
@pytest.mark.parametrize("broken", ["empty", "cut", "trailing", "quotes", "array", "text", "form"])
def test_body_is_a_json_object(trial: Trial, broken: str) -> None:
    stream = trial.streams.recordable()
    right = trial.client.body(stream)
    bodies = {
        "empty": b"",
        "cut": right[:-1],
        "trailing": right + b"}",
        "quotes": right.replace(b'"', b"'"),
        "array": b"[" + right + b"]",
        "text": b'"' + stream.stream.encode() + b'"',
        "form": "&".join(f"{name}={value}" for name, value in fields(stream).items()).encode(),
    }
    exchange = trial.variant(Kind.INVALID, Action.START, stream, content=bodies[broken])
    trial.observe("open/malformed-body-answer", answered(exchange), exchange)

    must_be_refused("body/json", f"a START whose body is no JSON object ({broken})", exchange)


@pytest.mark.requirement("body/content-type-charset")
@pytest.mark.parametrize("charset", ["utf-8", "UTF-8"])
def test_charset_of_the_media_type_is_accepted(trial: Trial, charset: str) -> None:
    stream = trial.recording()
    plain = trial.command(Action.STOP, stream)
    other = trial.recording()
    media_type = f"application/json; charset={charset}"
    exchange = trial.variant(Kind.COMMAND, Action.STOP, other, headers={"Content-Type": media_type})

    if plain.status == 200 and not is_success(exchange) and exchange.status is not None and exchange.status < 500:
        raise Violation(
            "body/content-type-charset", f"with {media_type} a STOP was answered {answered(exchange)}", plain, exchange
        )


def test_extra_fields_are_observed(trial: Trial) -> None:
    stream = trial.streams.recordable()
    body = json.dumps(fields(stream) | {"comment": "not on the page"}).encode()
    exchange = trial.variant(Kind.OPEN, Action.START, stream, content=body)

    trial.observe(
        "open/extra-fields", "ignored" if is_success(exchange) else f"refused ({answered(exchange)})", exchange
    )


def test_wildcard_is_observed(trial: Trial) -> None:
    stream = trial.streams.recordable()
    body = json.dumps(fields(stream) | {"stream": "*"}).encode()
    exchange = trial.variant(Kind.OPEN, Action.STOP, stream, content=body)

    trial.observe("open/wildcard", answered(exchange), exchange)


def test_other_media_type_is_observed(trial: Trial) -> None:
    stream = trial.streams.recordable()
    exchange = trial.variant(Kind.OPEN, Action.START, stream, headers={"Content-Type": "text/plain; charset=utf-8"})

    trial.observe(
        "open/content-type", "accepted" if is_success(exchange) else f"refused ({answered(exchange)})", exchange
    )


def test_letter_case_of_the_domain_is_observed(trial: Trial) -> None:
    stream = trial.recording()
    body = json.dumps(fields(stream) | {"publish_domain": stream.publish_domain.upper()}).encode()
    exchange = trial.variant(Kind.OPEN, Action.STOP, stream, content=body)

    trial.observe(
        "open/letter-case",
        "the domain's letter case does not matter" if is_success(exchange) else f"refused ({answered(exchange)})",
        exchange,
    )
