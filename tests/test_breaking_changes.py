"""What breaks an older document, each difference alone and by its place; and what does not."""

import copy
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from liverec import DocumentError, load_document
from liverec.document import breaking_changes

RAW = load_document().raw
OPERATION = ("paths", "/v1/{project_id}/record/control", "post")
ACTION = ("components", "schemas", "RecordControlAction")
INFO = ("components", "schemas", "RecordControlInfo")
STREAM = (*INFO, "properties", "stream")
FAILURE = ("components", "schemas", "RecordControlFailure")
CODE = (*FAILURE, "properties", "error_code")
HEADER = ("components", "headers", "RequestId")
INTERVAL = (*OPERATION, "x-min-interval")
ERROR_CODES = (*OPERATION, "x-error-codes")
GONE = object()
ANYTHING = {"type": "string"}
TOKEN, SIGNATURE = RAW["paths"][OPERATION[1]]["post"]["security"]
PARAMETERS = RAW["paths"][OPERATION[1]]["post"]["parameters"]


class Edit(NamedTuple):
    """A document with *value* in place of what stands at *keys* (GONE: without it)."""

    keys: tuple[str, ...]
    value: Any


def document(path: Path, edit: Edit | None = None) -> Path:
    """Write the published document to *path*, edited."""
    raw: Any = copy.deepcopy(RAW)
    if edit is not None:
        *way, last = edit.keys
        node = raw
        for key in way:
            node = node[key]
        if edit.value is GONE:
            del node[last]
        else:
            node[last] = edit.value
    path.write_text(yaml.safe_dump(raw, sort_keys=False), encoding="utf-8")
    return path


def differences(tmp_path: Path, *, old: Edit | None = None, new: Edit | None = None) -> list[str]:
    """Return each breaking change as place and change, with the place's common beginnings shortened."""
    found = breaking_changes(document(tmp_path / "old.yaml", old), document(tmp_path / "new.yaml", new))
    names = {" > ".join(OPERATION): "operation", " > ".join(INFO): "request", " > ".join(FAILURE): "failure"}
    told = [f"{one.place}: {one.change}" for one in found]
    for place, name in names.items():
        told = [one.replace(place, name) for one in told]
    return told


BREAKING: list[tuple[tuple[str, ...], Any, str]] = [
    ((*ACTION, "enum"), ["START"], "components > schemas > RecordControlAction > enum: no longer STOP"),
    ((*INFO, "required"), [*RAW["components"]["schemas"]["RecordControlInfo"]["required"], "quality"],
     "request > required: now also quality"),
    ((*STREAM, "maxLength"), 64, "request > properties > stream > maxLength: was nothing, is 64"),
    ((*STREAM, "minLength"), 1, "request > properties > stream > minLength: was nothing, is 1"),
    ((*STREAM, "pattern"), "^a+$", "request > properties > stream > pattern: was nothing, is ^a+$"),
    ((*STREAM, "enum"), ["a", "b"], "request > properties > stream > enum: was anything, is a, b"),
    ((*STREAM, "type"), "integer", "request > properties > stream > type: no longer string"),
    ((*STREAM, "format"), "uuid", "request > properties > stream > format: was nothing, is uuid"),
    ((*STREAM, "not"), {"$ref": "#/components/schemas/RecordControlAction"},
     "request > properties > stream > not: was nothing, is {'type': 'string'"),
    ((*INFO, "additionalProperties"), False, "request > additionalProperties: was True, is False"),
    ((*OPERATION, "parameters"), [*PARAMETERS, {"name": "dry", "in": "query", "required": True, "schema": {}}],
     "operation > parameters > 2: dry in query is new, and mandatory"),
    ((*FAILURE, "required"), ["error_code"], "failure > required: no longer error_msg"),
    ((*FAILURE, "properties", "error_msg"), GONE, "failure > properties > error_msg: is gone"),
    ((*CODE, "type"), ["string", "integer"], "failure > properties > error_code > type: now also integer"),
    ((*CODE, "type"), GONE, "failure > properties > error_code > type: was string, is anything"),
    ((*CODE, "nullable"), True, "failure > properties > error_code > type: now also null"),
    ((*HEADER, "required"), False,
     "components > headers > RequestId > required: X-request-id is no longer mandatory"),
    ((*HEADER, "schema", "pattern"), "^(.)(.)(.)$", "components > headers > RequestId > schema > pattern: was ^("),
    (("components", "parameters", "Action", "explode"), False,
     "components > parameters > Action > explode: was nothing, is False"),
    (("components", "parameters", "Action", "schema"), False,
     "components > parameters > Action > schema: was {'type': 'string'"),
    (CODE, True, "failure > properties > error_code > type: was string, is anything"),
    (("components", "responses", "Failed", "content"), {"text/plain": {"schema": {}}},
     "components > responses > Failed > content > application/json: is gone"),
    (("components", "headers", "RequestId", "schema", "pattern"), GONE,
     "components > headers > RequestId > schema > pattern: was ^("),
    ((*INTERVAL, "exclusive-seconds"), 12, "operation > x-min-interval > exclusive-seconds: was 10, is 12"),
    ((*INTERVAL, "exclusive-seconds"), 9.5, "operation > x-min-interval > exclusive-seconds: was 10, is 9.5"),
    (INTERVAL, {**RAW["paths"][OPERATION[1]]["post"]["x-min-interval"], "per": "region"},
     "operation > x-min-interval > per: was nothing, is region"),
    ((*INTERVAL, "subject"), ["stream"], "operation > x-min-interval > subject: was ['project_id', "),
    ((*OPERATION, "security"), [TOKEN],
     "operation > security: no longer Authorization with X-Project-Id with X-Sdk-Date"),
    ((*OPERATION, "security"), [{**TOKEN, **SIGNATURE}, SIGNATURE], "operation > security: no longer X-Auth-Token"),
    (("components", "securitySchemes", "token", "in"), "query", "operation > security: no longer X-Auth-Token"),
    ((*ERROR_CODES, "APIGW.0601"), GONE, "operation > x-error-codes > APIGW.0601: is gone"),
    ((*ERROR_CODES, "LIVE.100011001", "statuses"), [400],
     "operation > x-error-codes > LIVE.100011001 > statuses: was [400, 404], is [400]"),
]  # fmt: skip


@pytest.mark.parametrize(("keys", "value", "told"), BREAKING)
def test_a_change_that_breaks_is_named(tmp_path: Path, keys: tuple[str, ...], value: Any, told: str) -> None:
    (found,) = differences(tmp_path, new=Edit(keys, value))

    assert found.startswith(told)


NO_LONGER: list[tuple[tuple[str, ...], Any, str]] = [
    ((*OPERATION, "requestBody", "required"), False, "operation > requestBody > required: the body is mandatory now"),
    (("components", "parameters", "Action", "required"), False,
     "components > parameters > Action > required: action is mandatory now"),
    ((*FAILURE, "additionalProperties"), False, "failure > additionalProperties: was False, is True"),
    ((*ACTION, "enum"), ["START", "STOP", "PAUSE"],
     "components > schemas > RecordControlAction > enum: no longer PAUSE"),
    ((*INFO, "properties", "quality"), ANYTHING, "request > properties > quality: is gone"),
    ((*STREAM, "nullable"), True, "request > properties > stream > type: no longer null"),
    ((*FAILURE, "properties", "error_detail"), ANYTHING, "failure > properties > error_detail: is gone"),
    ((*CODE, "maxLength"), 64, "failure > properties > error_code > maxLength: was 64, is nothing"),
    ((*OPERATION, "responses", "409"), {"$ref": "#/components/responses/Failed"},
     "operation > responses > 409: is gone"),
    (("components", "responses", "Failed", "headers", "Retry-After"), {"required": True, "schema": {}},
     "components > responses > Failed > headers > Retry-After: is gone"),
    ((*OPERATION, "parameters"), [*PARAMETERS, {"name": "dry", "in": "query", "schema": {}}],
     "operation > parameters: dry in query is gone"),
]  # fmt: skip


@pytest.mark.parametrize(("keys", "value", "told"), NO_LONGER)
def test_what_is_no_longer_there_is_named(tmp_path: Path, keys: tuple[str, ...], value: Any, told: str) -> None:
    assert differences(tmp_path, old=Edit(keys, value)) == [told]


COMPATIBLE: list[tuple[tuple[str, ...], Any]] = [
    ((*ACTION, "enum"), ["STOP", "START", "PAUSE"]),
    ((*INFO, "properties", "quality"), ANYTHING),
    ((*INFO, "required"), ["stream", "app"]),
    ((*STREAM, "type"), ["string", "null"]),
    ((*CODE, "maxLength"), 64),
    ((*CODE, "enum"), ["LIVE.100011001"]),
    ((*CODE, "pattern"), "^LIVE"),
    (("components", "parameters", "Action", "schema"), True),
    (("components", "responses", "Failed", "headers", "Trace"), {"schema": {}}),
    ((*FAILURE, "properties", "error_detail"), ANYTHING),
    ((*FAILURE, "additionalProperties"), False),
    (("components", "responses", "Failed", "headers", "Retry-After"), {"required": True, "schema": {}}),
    ((*OPERATION, "parameters"), [*PARAMETERS, {"name": "dry", "in": "query", "schema": {}}]),
    ((*OPERATION, "responses", "409"), {"$ref": "#/components/responses/Failed"}),
    ((*OPERATION, "security"), [SIGNATURE, {"signature": []}, TOKEN]),
    ((*OPERATION, "security"), [TOKEN, {"signature": []}]),  # less to prove
    ((*OPERATION, "operationId"), "control"),
    ((*OPERATION, "description"), "Other words"),
    ((*OPERATION, "x-requirement"), GONE),
    ((*INTERVAL, "subject"), RAW["paths"][OPERATION[1]]["post"]["x-min-interval"]["subject"][::-1]),
    ((*INTERVAL, "exclusive-seconds"), 10.0),
    ((*ERROR_CODES, "LIVE.1"), {"statuses": [400], "meaning": "m", "source": "s"}),
    ((*ERROR_CODES, "LIVE.100011001", "statuses"), [404, 400]),
    ((*ERROR_CODES, "LIVE.100011001", "meaning"), "Other words"),
    (("components", "links"), {}),
    (("openapi",), "3.1.0"),
    (("info", "version"), "2.0.0"),
]


@pytest.mark.parametrize(("keys", "value"), COMPATIBLE)
def test_a_compatible_change_is_none(tmp_path: Path, keys: tuple[str, ...], value: Any) -> None:
    assert differences(tmp_path, new=Edit(keys, value)) == []


def test_the_same_document_breaks_nothing(tmp_path: Path) -> None:
    assert differences(tmp_path) == []


def test_another_path_is_told_and_nothing_else(tmp_path: Path) -> None:
    moved = {"/v2/{project_id}/record/control": RAW["paths"][OPERATION[1]]}

    (found,) = differences(tmp_path, new=Edit(("paths",), moved))

    assert found == ("paths: was POST /v1/{project_id}/record/control, is POST /v2/{project_id}/record/control")


def test_what_a_schema_is_called_and_where_a_parameter_stands_is_no_difference(tmp_path: Path) -> None:
    (project, action), operation = PARAMETERS, RAW["paths"][OPERATION[1]]["post"]
    shared = {"parameters": [project], "post": {**operation, "parameters": [action]}}
    inline = Edit(
        (*OPERATION, "requestBody", "content", "application/json", "schema"), RAW["components"]["schemas"][INFO[-1]]
    )

    assert differences(tmp_path, new=Edit(OPERATION[:2], shared)) == []
    assert differences(tmp_path, new=inline) == []
    assert differences(tmp_path, old=inline) == []


def test_a_shared_schema_is_told_of_once_and_each_difference_on_a_line(tmp_path: Path) -> None:
    found = breaking_changes(
        document(tmp_path / "old.yaml"),
        document(tmp_path / "new.yaml", Edit(FAILURE, {**RAW["components"]["schemas"][FAILURE[-1]], "required": []})),
    )

    assert [one.change for one in found] == ["no longer error_code", "no longer error_msg"]
    lines = (tmp_path / "new.yaml").read_text().splitlines()
    assert [lines[one.line - 1].strip() for one in found] == ["required: []"] * 2
    assert str(found[0]).startswith(f"{tmp_path / 'new.yaml'}:{found[0].line}: components > schemas > ")


@pytest.mark.parametrize("extension", ["x-min-interval", "x-error-codes"])
def test_an_extension_that_is_gone_is_told_key_by_key(tmp_path: Path, extension: str) -> None:
    keys = RAW["paths"][OPERATION[1]]["post"][extension].keys() - {"x-requirement"}

    found = differences(tmp_path, new=Edit((*OPERATION, extension), GONE))

    assert {one.split(" > ")[2].split(":")[0] for one in found} == keys
    assert differences(tmp_path, old=Edit((*OPERATION, "x-error-codes"), GONE)) == []


def test_a_field_is_news_where_nothing_else_was_allowed(tmp_path: Path) -> None:
    schema = RAW["components"]["schemas"][FAILURE[-1]]
    closed = {**schema, "additionalProperties": False}
    wider = {**closed, "properties": {**schema["properties"], "error_detail": ANYTHING}}

    assert differences(tmp_path, old=Edit(FAILURE, closed), new=Edit(FAILURE, wider)) == [
        "failure > properties > error_detail: is new, where nothing else was allowed"
    ]


def test_lists_are_compared_by_their_members(tmp_path: Path) -> None:
    def tags(items: Any) -> Edit:
        return Edit((*INFO, "properties", "tags"), {"type": "array", **items})

    short, described = {"items": {"type": "string", "maxLength": 3}}, {"items": {"type": "string", "title": "A tag"}}
    told = "request > properties > tags > items > maxLength: was nothing, is 3"
    assert differences(tmp_path, old=tags(described), new=tags(short)) == [told]
    assert differences(tmp_path, old=tags(short), new=tags(described)) == []
    assert differences(tmp_path, old=tags(described), new=tags({})) == []
    assert differences(tmp_path, old=tags({}), new=tags(described)) == [
        "request > properties > tags > items > type: was anything, is string"
    ]


def test_words_inside_what_cannot_be_compared_are_no_difference(tmp_path: Path) -> None:
    def apart_from(schema: Any) -> Edit:
        return Edit((*STREAM, "not"), schema)

    plain, worded = {"pattern": "^a"}, {"pattern": "^a", "description": "No a", "x-why": "a"}
    named = {"properties": {"description": {"type": "string"}}}
    assert differences(tmp_path, old=apart_from(plain), new=apart_from(worded)) == []
    assert len(differences(tmp_path, old=apart_from(named), new=apart_from({"properties": {}}))) == 1


def test_a_header_that_nobody_could_rely_on_may_go(tmp_path: Path) -> None:
    keys = ("components", "responses", "Failed", "headers", "Trace")

    assert differences(tmp_path, old=Edit(keys, {"schema": {}})) == []


def test_schemas_that_contain_themselves_are_compared(tmp_path: Path) -> None:
    def nested(kind: str) -> Edit:
        leads_back = {"type": kind, "properties": {"inner": {"$ref": "#/components/schemas/RecordControlFailure"}}}
        return Edit((*FAILURE, "properties", "cause"), leads_back)

    assert differences(tmp_path, old=nested("object"), new=nested("object")) == []
    assert differences(tmp_path, old=nested("object"), new=nested("array")) == [
        "failure > properties > cause > type: now also array"
    ]


@pytest.mark.parametrize("broken", ["old.yaml", "new.yaml"])
def test_what_is_no_such_document_is_named(tmp_path: Path, broken: str) -> None:
    document(tmp_path / "old.yaml")
    document(tmp_path / "new.yaml")
    (tmp_path / broken).write_text("openapi: 3.0.3\n")

    with pytest.raises(DocumentError, match=broken):
        breaking_changes(tmp_path / "old.yaml", tmp_path / "new.yaml")


def test_references_without_end_are_named(tmp_path: Path) -> None:
    endless = Edit(CODE, {"allOf": [{"$ref": "#/components/schemas/Endless"}]})
    text = yaml.safe_load(document(tmp_path / "new.yaml", endless).read_text())
    text["components"]["schemas"]["Endless"] = {"$ref": "#/components/schemas/Endless"}
    (tmp_path / "new.yaml").write_text(yaml.safe_dump(text))

    with pytest.raises(DocumentError, match="references that end"):
        breaking_changes(document(tmp_path / "old.yaml"), tmp_path / "new.yaml")
