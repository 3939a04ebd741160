"""Table 4: publish_domain, app and stream, each mandatory and a string."""

import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

import msgspec
import pytest

from liverec.conformance.ledger import Kind
from liverec.conformance.names import spellings
from liverec.conformance.refusals import Wrong, must_all_be_refused, observe_each
from liverec.conformance.trial import Trial
from liverec.conformance.verdicts import NotExercised, Undecided, Violation, answered, asked_too_often, is_success
from liverec.history import Action, Stream

SPELLINGS = tuple(spellings({}))
FIELDS = ("publish_domain", "app", "stream")


def fields(stream: Stream) -> dict[str, Any]:
    return {name: getattr(stream, name) for name in FIELDS}


def without(field: str, body: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name != field}


def sent(change: Callable[[dict[str, Any]], Any]) -> Wrong:
    """Return a request whose body is JSON, but for *change* to the fields of the right one."""
    return lambda _action, stream: {"content": msgspec.json.encode(change(fields(stream)))}


def instead(change: Callable[[bytes], bytes]) -> Wrong:
    """Return a request whose body is what *change* makes of the right one."""
    return lambda _action, stream: {"content": change(msgspec.json.encode(fields(stream)))}


@pytest.mark.parametrize(
    "field",
    [
        pytest.param(
            name, marks=pytest.mark.requirement(f"body/{name.replace('_', '-')}-mandatory", "status/no-effect")
        )
        for name in FIELDS
    ],
)
def test_field_is_mandatory(trial: Trial, field: str) -> None:
    def in_the_query(action: Action, stream: Stream) -> Mapping[str, Any]:
        body = fields(stream)
        query = urlencode({"action": action.value, field: body.pop(field)})
        return {"query": query, "content": msgspec.json.encode(body)}

    must_all_be_refused(
        trial,
        f"body/{field.replace('_', '-')}-mandatory",
        {
            f"without {field}": sent(lambda body: without(field, body)),
            f"with an empty {field}": sent(lambda body: body | {field: ""}),
            f"with {field} in the query": in_the_query,
            f"with {field} one level too deep": sent(lambda body: without(field, body) | {"stream_info": body}),
        },
        kind=Kind.INVALID,
        answer="open/body-field-answer",
    )


@pytest.mark.parametrize(
    "field",
    [
        pytest.param(name, marks=pytest.mark.requirement(f"body/{name.replace('_', '-')}-string", "status/no-effect"))
        for name in FIELDS
    ],
)
def test_field_is_a_string(trial: Trial, field: str) -> None:
    def replaced(value: Callable[[str], Any]) -> Wrong:
        return sent(lambda body: body | {field: value(body[field])})

    must_all_be_refused(
        trial,
        f"body/{field.replace('_', '-')}-string",
        {
            f"whose {field} is null": replaced(lambda _: None),
            f"whose {field} is an array": replaced(lambda right: [right]),
            f"whose {field} is a number": replaced(lambda _: 7),
            f"whose {field} is an object": replaced(lambda right: {"name": right}),
            f"whose {field} is true": replaced(lambda _: True),
            f"whose {field} is false": replaced(lambda _: False),
            f"whose {field} is an empty array": replaced(lambda _: []),
            f"whose {field} is an array of two": replaced(lambda right: [right, right]),
        },
        kind=Kind.INVALID,
    )


@pytest.mark.requirement("body/json", "status/no-effect")
def test_body_is_a_json_object(trial: Trial) -> None:
    must_all_be_refused(
        trial,
        "body/json",
        {
            "without a body": instead(lambda _: b""),
            "whose body is cut off": instead(lambda right: right[:-1]),
            "whose body is a form": lambda _, stream: {"content": urlencode(fields(stream)).encode()},
            "with something after its body": instead(lambda right: right + b"}"),
            "with single quotes in its body": instead(lambda right: right.replace(b'"', b"'")),
            "with a comma behind its last field": instead(lambda right: right[:-1] + b",}"),
            "whose body is an array": instead(lambda right: b"[" + right + b"]"),
            "whose body is a text": sent(lambda body: body["stream"]),
            "whose body is a text that holds the right one": sent(json.dumps),
            "whose body is an array of the values": sent(lambda body: list(body.values())),
            "whose body is an array of pairs": sent(lambda body: [list(pair) for pair in body.items()]),
            "whose body is null": instead(lambda _: b"null"),
            "whose body is a number": instead(lambda _: b"7"),
            "whose body is true": instead(lambda _: b"true"),
        },
        kind=Kind.INVALID,
        answer="open/malformed-body-answer",
    )


@pytest.mark.requirement("body/content-type-charset")
@pytest.mark.parametrize("charset", ["; charset=utf-8", "; charset=UTF-8", ";charset=utf-8"])
def test_charset_of_the_media_type_is_accepted(trial: Trial, charset: str) -> None:
    if trial.thin and charset != "; charset=utf-8":
        raise NotExercised("other spellings of the charset are left out on a target with a quota")
    stream, proof = trial.recording(), trial.client.credential_kinds[-1]
    plain = trial.command(Action.STOP, stream, credentials=proof)
    other = trial.recording()
    media_type = f"application/json{charset}"
    headers = {"Content-Type": media_type}
    exchange = trial.variant(Kind.COMMAND, Action.STOP, other, headers=headers, credentials=proof)

    if asked_too_often(exchange):
        raise Undecided(f"with {media_type} a STOP was answered {answered(exchange)}")
    if plain.status == 200 and not is_success(exchange) and exchange.status is not None and exchange.status < 500:
        raise Violation(
            "body/content-type-charset", f"with {media_type} a STOP was answered {answered(exchange)}", plain, exchange
        )


@pytest.mark.requirement("body/json")
def test_any_spelling_of_the_body_is_read(trial: Trial) -> None:
    plain = trial.command(Action.STOP, trial.recording())
    if plain.status != 200:
        raise Undecided(f"the plain STOP of a recording stream was answered {answered(plain)}")
    for what in SPELLINGS[-1:] if trial.thin else SPELLINGS:
        stream = trial.recording()
        content = spellings(fields(stream))[what]
        exchange = trial.variant(Kind.COMMAND, Action.STOP, stream, content=content)
        if exchange.error is None and exchange.status in {400, 404, 415, 422}:
            said = f"a STOP {what} of a recording stream was answered {answered(exchange)}"
            raise Violation("body/json", said, plain, exchange)


def test_ambiguous_bodies_are_observed(trial: Trial) -> None:
    if trial.thin:
        raise NotExercised("ambiguous bodies are left out on a target with a quota")
    ways: dict[str, Callable[[bytes], bytes]] = {
        "a field twice": lambda right: b'{"stream":"nobody",' + right[1:],
        "a byte order mark": lambda right: b"\xef\xbb\xbf" + right,
        "UTF-16": lambda right: right.decode().encode("utf-16"),
        "a comment": lambda right: b"/**/" + right,
        "a comma too many": lambda right: right[:-1] + b",}",
        "NaN": lambda right: right[:-1] + b',"x":NaN}',
        "a number too great": lambda right: right[:-1] + b',"x":1e999}',
        "500 arrays in each other": lambda right: right[:-1] + b',"x":' + b"[" * 500 + b"]" * 500 + b"}",
        "60 kB of white space": lambda right: right + b" " * 60_000,
    }
    observe_each(trial, "open/malformed-body-answer", {what: instead(change) for what, change in ways.items()})


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
