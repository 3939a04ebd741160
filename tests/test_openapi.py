"""The published document: valid twice over, traceable, and kind to other people's tools."""

import re
from collections.abc import Iterator
from typing import Any, cast

import pytest
import yaml
from openapi_schema_validator import OAS30Validator
from openapi_spec_validator import OpenAPIV30SpecValidator, OpenAPIV31SpecValidator

from liverec.assets import asset
from liverec.document import load_document
from liverec.requirements import NORMATIVE, REQUIREMENTS

FILE = asset("openapi") / "record-control.yaml"
TEXT = FILE.read_text()
RAW: dict[str, Any] = yaml.safe_load(TEXT)
OPERATION: dict[str, Any] = RAW["paths"]["/v1/{project_id}/record/control"]["post"]
COMPONENTS: dict[str, Any] = RAW["components"]
SCHEMAS: dict[str, Any] = COMPONENTS["schemas"]
RESPONSES: dict[str, Any] = COMPONENTS["responses"]
FAILURES: list[dict[str, Any]] = [RESPONSES["Failed"], RESPONSES["NoSuchRecord"]]


def nodes(value: object, place: str = "#") -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every mapping of the document with its place."""
    if isinstance(value, dict):
        pairs: dict[str, Any] = cast("Any", value)
        yield place, pairs
        for key, inner in pairs.items():
            yield from nodes(inner, f"{place}/{key.replace('/', '~1')}")
    if isinstance(value, list):
        for index, inner in enumerate(cast("Any", value)):
            yield from nodes(inner, f"{place}/{index}")


NODES = dict(nodes(RAW))
TRACED = {place: node["x-requirement"] for place, node in NODES.items() if "x-requirement" in node}


@pytest.mark.parametrize(
    ("version", "validator"), [("3.0.3", OpenAPIV30SpecValidator), ("3.1.0", OpenAPIV31SpecValidator)]
)
def test_the_same_text_is_valid_in_both_versions(version: str, validator: Any) -> None:
    text, swapped = re.subn(r"^openapi: 3\.0\.3$", f"openapi: {version}", TEXT, flags=re.MULTILINE)

    errors = [error.message for error in validator(yaml.safe_load(text)).iter_errors()]

    assert swapped == 1
    assert errors == []


def test_every_named_requirement_exists() -> None:
    assert {identifier for ids in TRACED.values() for identifier in ids} <= set(REQUIREMENTS)


def test_every_requirement_is_named_somewhere() -> None:
    assert {row.id for row in NORMATIVE} == {identifier for ids in TRACED.values() for identifier in ids}


@pytest.mark.parametrize("kind", ["parameters", "headers", "responses", "securitySchemes"])
def test_every_constraint_is_traceable(kind: str) -> None:
    assert [name for name, node in COMPONENTS[kind].items() if not node.get("x-requirement")] == []


@pytest.mark.parametrize("schema", ["RecordControlInfo", "RecordControlFailure"])
def test_every_field_is_traceable(schema: str) -> None:
    fields = SCHEMAS[schema]["properties"]

    assert [name for name, node in fields.items() if not node.get("x-requirement")] == []


def test_the_rest_of_the_operation_is_traceable() -> None:
    traced = [OPERATION, OPERATION["x-min-interval"], OPERATION["requestBody"], SCHEMAS["RecordControlAction"]]

    assert all(node.get("x-requirement") for node in traced)


def test_the_interval_is_stated_once() -> None:
    prose = re.sub(r"^ *#.*$", "", TEXT, flags=re.MULTILINE)

    assert TEXT.count("exclusive-seconds:") == 1
    assert not re.search(r"(?i)\b(10|ten)[ -]*s(econds?)?\b", prose)


def test_references_lead_somewhere_and_stand_alone() -> None:
    references = {place: node for place, node in NODES.items() if "$ref" in node}

    assert references
    assert [node["$ref"] for node in references.values() if node["$ref"] not in NODES] == []
    assert [place for place, node in references.items() if len(node) > 1] == []


def test_nothing_is_declared_that_nothing_uses() -> None:
    declared = {f"#/components/{kind}/{name}" for kind, named in COMPONENTS.items() for name in named}
    used = {node["$ref"] for node in NODES.values() if "$ref" in node}
    schemes = {f"#/components/securitySchemes/{name}" for option in OPERATION["security"] for name in option}

    assert declared == used | schemes


def test_links_name_the_operation_its_parameters_and_an_action() -> None:
    links = COMPONENTS["links"]
    parameters = {f"{node['in']}.{node['name']}" for node in COMPONENTS["parameters"].values()}

    assert {link["operationId"] for link in links.values()} == {OPERATION["operationId"]}
    assert all(set(link["parameters"]) == parameters for link in links.values())
    assert [link["parameters"]["query.action"] for link in links.values()] == ["STOP", "START"]


def test_start_follows_every_answer_and_stop_all_but_a_missing_record() -> None:
    followed = {name: sorted(response["links"]) for name, response in RESPONSES.items()}

    assert followed == {
        "Succeeded": ["StartSameStream", "StopSameStream"],
        "Failed": ["StartSameStream", "StopSameStream"],
        "NoSuchRecord": ["StartSameStream"],
    }


def test_a_200_has_no_content() -> None:
    assert "content" not in RESPONSES["Succeeded"]


def test_every_answer_carries_the_same_request_id() -> None:
    headers = [response["headers"] for response in RESPONSES.values()]

    assert headers == [{"X-request-id": {"$ref": "#/components/headers/RequestId"}}] * 3
    assert COMPONENTS["headers"]["RequestId"]["required"] is True


def test_the_example_of_a_request_id_fits_its_pattern() -> None:
    assert load_document(FILE).request_id_pattern.fullmatch(COMPONENTS["headers"]["RequestId"]["example"])


def test_the_pattern_is_one_for_every_engine() -> None:
    pattern = COMPONENTS["headers"]["RequestId"]["schema"]["pattern"]

    assert not re.search(r"\(\?|\\", pattern), "groups with options, look-around and escapes differ between engines"


def test_errors_may_have_more_fields_and_new_codes() -> None:
    failure = SCHEMAS["RecordControlFailure"]

    assert failure["required"] == ["error_code", "error_msg"]
    assert failure["additionalProperties"] is True
    assert "enum" not in failure["properties"]["error_code"]


def test_the_page_s_examples_fit_their_schemas() -> None:
    media = [OPERATION["requestBody"], *FAILURES]
    for content in (node["content"]["application/json"] for node in media):
        schema = NODES[content["schema"]["$ref"]]
        (example,) = content["examples"].values()

        assert [error.message for error in OAS30Validator(schema).iter_errors(NODES[example["$ref"]]["value"])] == []


def test_the_schema_states_nothing_that_the_page_does_not() -> None:
    stated = {key for schema in SCHEMAS.values() for _, node in nodes(schema) for key in node}

    assert not stated & {"minLength", "maxLength", "pattern", "format", "default", "nullable", "minProperties"}


def test_credentials_are_security_and_not_parameters() -> None:
    names = {scheme["name"] for scheme in COMPONENTS["securitySchemes"].values()}

    assert names == {"X-Auth-Token", "Authorization", "X-Sdk-Date", "X-Project-Id"}
    assert {scheme["type"] for scheme in COMPONENTS["securitySchemes"].values()} == {"apiKey"}
    assert {node["in"] for node in COMPONENTS["parameters"].values()} == {"path", "query"}


def test_the_default_server_resolves_nowhere() -> None:
    (server,) = RAW["servers"]

    assert server["url"] == "https://{endpoint}"
    assert server["variables"]["endpoint"]["default"].endswith(".invalid")


@pytest.mark.parametrize("status", [400, 404])
def test_the_catalogue_knows_the_codes_of_the_examples(status: int) -> None:
    document = load_document(FILE)

    code = document.error_codes[document.error_examples[status]["error_code"]]

    assert status in code.statuses
