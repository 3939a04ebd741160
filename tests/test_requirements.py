"""The requirement table: complete, traceable, and free of circles."""

import dataclasses
from graphlib import TopologicalSorter

import pytest

from liverec.requirements import (
    NORMATIVE,
    OPEN_POINTS,
    REQUIREMENTS,
    Requirement,
    Strength,
    UnknownRequirementError,
    foundations,
    requirement,
    sections,
)

AGREED = {
    "constraints": "command-record",
    "uri": "project-id foreign-project",
    "query": "action-mandatory action-options",
    "authentication": "token credentials-mandatory token-wrong token-issued signature authorization-mandatory"
    " sdk-date-mandatory signature-wrong signature-covers-request date-skew",
    "body": "publish-domain-mandatory app-mandatory stream-mandatory publish-domain-string app-string stream-string"
    " json content-type-charset",
    "recording": "start stop specific-stream interruption short-interruption no-resume",
    "restart": "too-soon after-interval same-stream",
    "status": "200 400 404 documented no-effect",
    "request-id": "present-200 present-400 present-404 format uuid timestamp hostname unique",
    "error-body": "object code message content-type",
    "http": "answered own-answer well-formed method no-server-error chunked-request whole-body in-order unread-body",
    "consistency": "one-reading",
}
# in the order of the points in the facts about the API, 1 to 41; then those of HTTP
OPEN = """
start-while-recording stop-while-idle too-soon-answer exactly-the-interval refused-stop-restarts refused-start-restarts
second-stop-in-window window-scope window-clock other-rule-answer unknown-domain-answer unpushed-answer
stop-after-interruption start-after-interruption short-interruption start-during-interruption action-case
action-missing-answer body-field-answer extra-fields wildcard letter-case content-type malformed-body-answer
method-answer no-credentials-answer bad-signature-answer expired-token-answer foreign-project-answer
project-header-absent both-credentials no-permission-answer validation-order ok-body ok-meaning gateway-request-id
request-id-timestamp-unit racing retried-start quota-count overload-answer
kept-connection old-http expect-continue contradicting-lengths header-case repeated-headers
"""
SECTIONS = tuple(AGREED)
NORMATIVE_IDS = [f"{section}/{name}" for section, names in AGREED.items() for name in names.split()]
OPEN_IDS = [f"open/{name}" for name in OPEN.split()]

# the page's headings and tables, each with its rows
ACTION: dict[str, tuple[str, ...]] = {"action": ("START", "STOP")}
ERROR: dict[str, tuple[str, ...]] = {"error_code": (), "error_msg": ()}
REQUEST_ID: dict[str, tuple[str, ...]] = {"X-request-id": ()}
PAGE: dict[str, dict[str, tuple[str, ...]]] = {
    "Function": {},
    "Constraints": {},
    "Calling Method": {},
    "URI": {},
    "Table 1": {"project_id": ()},
    "Table 2": ACTION,
    "Request Parameters": {},
    "Table 3": {"X-Auth-Token": (), "Authorization": (), "X-Sdk-Date": (), "X-Project-Id": ()},
    "Table 4": {"publish_domain": (), "app": (), "stream": ()},
    "Response Parameters": {},
    "Table 5": REQUEST_ID,
    "Table 6": REQUEST_ID,
    "Table 7": ERROR,
    "Table 8": REQUEST_ID,
    "Table 9": ERROR,
    "Example Requests": {},
    "Example Responses": {},
    "SDK Sample Code": {},
    "Status Codes": {"200": (), "400": (), "404": ()},
    "Error Codes": {},
}
ON_PAGE = [row for row in REQUIREMENTS.values() if row.source.page == "Submitting a Recording Command"]


def of(strength: Strength) -> set[str]:
    return {row.id for row in REQUIREMENTS.values() if row.strength is strength}


def row_id(row: Requirement) -> str:
    return row.id


def test_every_agreed_id_is_there_exactly_once() -> None:
    assert sorted(row.id for row in NORMATIVE) == sorted(NORMATIVE_IDS)


def test_every_open_point_is_there_once_and_in_order() -> None:
    assert len(OPEN_IDS) == 47
    assert [row.id for row in OPEN_POINTS] == OPEN_IDS


def test_the_table_holds_both_kinds() -> None:
    assert sorted(REQUIREMENTS) == sorted(NORMATIVE_IDS + OPEN_IDS)


def test_the_table_is_ordered_by_section() -> None:
    order = [SECTIONS.index(row.section) for row in REQUIREMENTS.values()]

    assert sections() == SECTIONS
    assert order == sorted(order)


def test_normative_rows_stand_in_the_section_of_their_id() -> None:
    assert [row.section for row in NORMATIVE] == [row.id.partition("/")[0] for row in NORMATIVE]


def test_no_section_is_empty() -> None:
    assert {row.section for row in NORMATIVE} == set(SECTIONS)


def test_our_own_policy_is_called_so() -> None:
    assert of(Strength.HARNESS) == {"http/no-server-error", "consistency/one-reading"}


def test_what_only_other_official_pages_ask_is_called_so() -> None:
    assert of(Strength.SHOULD) == {
        "uri/foreign-project",
        "authentication/token-wrong",
        "authentication/signature-wrong",
        "authentication/signature-covers-request",
        "authentication/date-skew",
    }


def test_what_is_open_is_called_so() -> None:
    assert of(Strength.OPEN) == set(OPEN_IDS)


def test_musts_rest_on_the_page_or_on_http() -> None:
    pages = {row.source.page for row in REQUIREMENTS.values() if row.strength is Strength.MUST}

    assert pages == {"Submitting a Recording Command", "RFC 9110, HTTP Semantics", "RFC 9112, HTTP/1.1"}


def test_shoulds_rest_on_other_pages_and_name_them() -> None:
    rows = [requirement(identifier) for identifier in of(Strength.SHOULD)]

    assert {row.source.page.split(",")[0] for row in rows} == {"Cloud Live API Reference", "API Request Signing Guide"}
    assert all("signing guide" in row.text or "Live error code page" in row.text for row in rows)


@pytest.mark.parametrize("row", ON_PAGE, ids=row_id)
def test_every_place_is_a_real_one_of_the_page(row: Requirement) -> None:
    for place in row.source.place.split("; "):
        heading, *rest = place.split(", ")
        options = {(heading,), *((heading, cell) for cell in PAGE[heading])}
        options |= {(heading, cell, option) for cell, names in PAGE[heading].items() for option in names}

        assert (heading, *rest) in options


@pytest.mark.parametrize("row", REQUIREMENTS.values(), ids=row_id)
def test_every_row_says_something_and_where_it_stands(row: Requirement) -> None:
    assert len(row.text) > 20
    assert row.text.endswith((".", ")"))
    assert (
        str(row.source) == f"{row.source.page}{f' ({row.source.date})' if row.source.date else ''}: {row.source.place}"
    )
    assert row.source.date or row.strength is Strength.HARNESS


@pytest.mark.parametrize("row", OPEN_POINTS, ids=row_id)
def test_every_open_point_asks_and_offers_different_answers(row: Requirement) -> None:
    assert row.question.endswith("?")
    assert len(set(row.picks)) == len(row.picks) >= 2


def test_only_open_points_ask() -> None:
    assert not [row.id for row in NORMATIVE if row.question or row.picks]


def test_no_text_and_no_question_comes_twice() -> None:
    said = [row.text for row in REQUIREMENTS.values()] + [row.question for row in OPEN_POINTS]

    assert len(set(said)) == len(said)


def test_rows_rest_on_normative_rows_without_a_circle() -> None:
    resting = {row.id: set(row.rests_on) for row in REQUIREMENTS.values()}

    order = list(TopologicalSorter(resting).static_order())

    assert set(order) == set(REQUIREMENTS)
    assert set[str]().union(*resting.values()) <= set(NORMATIVE_IDS)


def test_no_row_names_the_same_foundation_twice() -> None:
    assert not [row.id for row in NORMATIVE if len(set(row.rests_on)) < len(row.rests_on)]


@pytest.mark.parametrize(
    ("echo", "root"),
    [
        ("restart/too-soon", "recording/stop"),
        ("restart/too-soon", "authentication/token"),
        ("recording/start", "status/200"),
        ("recording/no-resume", "recording/start"),
        ("request-id/uuid", "request-id/present-404"),
        ("error-body/message", "error-body/object"),
        ("authentication/signature-covers-request", "authentication/credentials-mandatory"),
        ("authentication/signature", "http/whole-body"),
        ("status/400", "body/json"),
        ("http/answered", "http/well-formed"),
        ("consistency/one-reading", "restart/same-stream"),
    ],
)
def test_a_breach_further_down_explains_one_further_up(echo: str, root: str) -> None:
    assert root in foundations(echo)
    assert echo not in foundations(root)


def test_the_nearest_foundation_comes_first() -> None:
    assert foundations("authentication/date-skew") == (
        "authentication/signature-wrong",
        "authentication/credentials-mandatory",
        "http/own-answer",
    )


@pytest.mark.parametrize(
    "root",
    [
        "constraints/command-record",
        "uri/project-id",
        "authentication/token",
        "authentication/credentials-mandatory",
        "status/200",
        "http/well-formed",
    ],
)
def test_a_root_rests_only_on_its_answer_being_its_own(root: str) -> None:
    assert foundations(root) == ("http/own-answer",)


def test_whoever_gets_the_answers_of_others_is_told_nothing_by_any() -> None:
    assert [row.id for row in NORMATIVE if "http/own-answer" not in foundations(row.id)] == ["http/own-answer"]


@pytest.mark.parametrize("echo", ["request-id/present-400", "error-body/object", "http/no-server-error"])
def test_what_an_unread_body_provokes_is_its_echo(echo: str) -> None:
    """It passes for a request, and whatever HTTP library reads it refuses that in its own way."""
    assert "http/unread-body" in foundations(echo)


def test_a_row_is_found_by_its_id() -> None:
    assert requirement("restart/too-soon").strength is Strength.MUST


@pytest.mark.parametrize("find", [requirement, foundations])
def test_an_unknown_id_is_answered_with_the_nearest(find: object) -> None:
    assert callable(find)

    with pytest.raises(UnknownRequirementError, match=r"no requirement 'restart/to-soon'; perhaps restart/too-soon"):
        find("restart/to-soon")


def test_a_row_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(requirement("status/200"), "text", "other")  # noqa: B010  # a plain assignment does not pass the type checks
