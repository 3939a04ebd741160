"""The document as the program reads it, and what is said about one that cannot be used."""

import json
from pathlib import Path

import pytest

from liverec.assets import asset
from liverec.document import Document, DocumentError, load_document
from liverec.document.node import MAX_BYTES

PUBLISHED = asset("openapi") / "record-control.yaml"
TEXT = PUBLISHED.read_text()


@pytest.fixture
def document() -> Document:
    return load_document(PUBLISHED)


def changed(folder: Path, old: str, new: str) -> Path:
    """Write the published document with one passage changed."""
    assert old in TEXT, f"the published document no longer says {old!r}"
    file = folder / "changed.yaml"
    file.write_text(TEXT.replace(old, new))
    return file


def test_a_restart_must_wait_ten_seconds(document: Document) -> None:
    assert document.interval_ns == 10_000_000_000


def test_the_command_is_a_post_to_one_path(document: Document) -> None:
    assert (document.method, document.path_template) == ("POST", "/v1/{project_id}/record/control")


def test_there_are_two_actions(document: Document) -> None:
    assert document.actions == ("START", "STOP")


def test_a_stream_has_four_names(document: Document) -> None:
    assert document.subject == ("project_id", "publish_domain", "app", "stream")


def test_the_body_has_the_fields_of_the_page_in_its_order(document: Document) -> None:
    assert document.body_fields == ("publish_domain", "app", "stream")


def test_the_request_example_is_the_page_s(document: Document) -> None:
    assert list(document.request_example.items()) == [
        ("publish_domain", "publish.example.com"),
        ("app", "live"),
        ("stream", "mystream"),
    ]


def test_the_error_examples_are_the_page_s(document: Document) -> None:
    assert document.error_examples == {
        400: {"error_code": "LIVE.100011001", "error_msg": "Request Illegal"},
        404: {"error_code": "LIVE.100011001", "error_msg": "The resource to access is not exists"},
    }


def test_three_statuses_are_documented(document: Document) -> None:
    assert document.statuses == (200, 400, 404)


def test_either_a_token_or_three_headers_together(document: Document) -> None:
    assert document.security == (("X-Auth-Token",), ("Authorization", "X-Sdk-Date", "X-Project-Id"))


def test_a_request_id_splits_into_its_three_parts(document: Document) -> None:
    found = document.request_id_pattern.fullmatch("5f0c2a1e-7c3b-4d19-9a46-2b8e61d0f3a7-1723190400000-recorder-1")

    assert found
    assert found.groups() == ("5f0c2a1e-7c3b-4d19-9a46-2b8e61d0f3a7", "1723190400000", "recorder-1")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "d58d1fe6196832aebb76f1c43c169128",
        "5f0c2a1e-7c3b-4d19-9a46-2b8e61d0f3a7",
        "5f0c2a1e-7c3b-4d19-9a46-2b8e61d0f3a7-1723190400000",
        "5f0c2a1e-7c3b-4d19-9a46-2b8e61d0f3a7-1723190400000-",
        "5f0c2a1e-7c3b-4d19-9a46-2b8e61d0f3a7-today-recorder-1",
        "5f0c2a1e7c3b4d199a462b8e61d0f3a7-1723190400000-recorder-1",
    ],
    ids=["empty", "gateway", "UUID only", "no host", "empty host", "no digits", "no UUID"],
)
def test_what_is_no_request_id(document: Document, text: str) -> None:
    assert not document.request_id_pattern.fullmatch(text)


def test_known_codes_come_with_their_statuses(document: Document) -> None:
    assert document.error_codes["LIVE.100011022"].statuses == (400,)


def test_twelve_seconds_in_the_file_are_twelve_in_the_program(tmp_path: Path) -> None:
    file = changed(tmp_path, "exclusive-seconds: 10", "exclusive-seconds: 12")

    assert load_document(file).interval_ns == 12_000_000_000


def test_half_seconds_are_kept(tmp_path: Path) -> None:
    file = changed(tmp_path, "exclusive-seconds: 10", "exclusive-seconds: 2.5")

    assert load_document(file).interval_ns == 2_500_000_000


def test_the_environment_names_another_document(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIVEREC_DOCUMENT", str(changed(tmp_path, "exclusive-seconds: 10", "exclusive-seconds: 12")))

    assert load_document().interval_ns == 12_000_000_000


@pytest.mark.parametrize("value", [None, ""], ids=["unset", "empty"])
def test_without_another_name_it_is_the_published_one(value: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LIVEREC_DOCUMENT", raising=False)
    if value is not None:
        monkeypatch.setenv("LIVEREC_DOCUMENT", value)

    assert load_document().file == PUBLISHED


def test_statuses_may_stand_without_quotes_and_dates_are_text(tmp_path: Path) -> None:
    file = tmp_path / "loose.yaml"
    file.write_text(TEXT.replace('"200":', "200:").replace("version: 1.0.0", "version: 2024-08-09"))

    document = load_document(file)

    assert document.statuses == (200, 400, 404)
    assert json.loads(json.dumps(document.raw))["info"]["version"] == "2024-08-09"


def test_the_same_document_as_json_says_the_same(document: Document, tmp_path: Path) -> None:
    file = tmp_path / "record-control.json"
    file.write_text(json.dumps(document.raw))

    assert load_document(file).raw == document.raw


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("exclusive-seconds: 10", "exclusive-seconds: ten", ("> exclusive-seconds", "a number", "'ten'")),
        ("exclusive-seconds: 10", "exclusive-seconds: 0", ("x-min-interval > exclusive-seconds", "above 0", "0")),
        ("exclusive-seconds: 10", "exclusive-seconds: -1", ("x-min-interval > exclusive-seconds", "above 0", "-1")),
        ("exclusive-seconds: 10", "exclusive-seconds: .nan", ("x-min-interval > exclusive-seconds", "above 0", "nan")),
        ("exclusive-seconds: 10", "exclusive-seconds: yes", ("x-min-interval > exclusive-seconds", "a number", "True")),
        ("exclusive-seconds: 10", "exclusive-seconds: 86401", ("x-min-interval > exclusive-seconds", "86400", "86401")),
        ("exclusive-seconds:", "inclusive-seconds:", ("x-min-interval", "'exclusive-seconds'", "inclusive-seconds")),
        ("after: STOP", "after: PAUSE", ("x-min-interval > after", "one of START, STOP", "'PAUSE'")),
        ("subject: [project_id,", "subject: [tenant,", ("x-min-interval > subject > 0", "project_id", "'tenant'")),
        ("subject: [project_id,", "subject: [app,", ("x-min-interval > subject", "no text twice", "app")),
        ("enum: [START, STOP]", "enum: []", ("RecordControlAction > enum", "a list that is not empty", "[]")),
        ("enum: [START, STOP]", "enum: [START, yes]", ("RecordControlAction > enum > 1", "a text", "True")),
        ("  x-min-interval:", "  x-interval:", ("post", "'x-min-interval'", "operationId")),
        ("name: action", "name: verb", ("parameters", "named action", "none")),
        ("    post:", "    query:", ("paths", "one operation", "0")),
        ("    post:", "    get: {}\n    post:", ("paths", "one operation", "2")),
        ('"404":', '"405":', ("responses", "'404'", "405")),
        ('"404":', '"404": {}\n        "4XX":', ("responses > 404", "'content'", "none")),
        ('"200":', '"2XX": {}\n        "200":', ("responses", "an HTTP status", "2XX")),
        ("-([0-9]+)-(.+)$", "-([0-9]+-(.+)$", ("RequestId > schema > pattern", "a regular expression", "missing )")),
        ("-([0-9]+)-(.+)$", "-[0-9]+-(.+)$", ("RequestId > schema > pattern", "3 groups", "2")),
        ("        stream: mystream", "        name: mystream", ("ExampleStream > value", "stream", "name")),
        ("error_msg: Request Illegal", "error_msg: 7", ("RequestIllegal > value > error_msg", "a text", "7")),
        ("statuses: [429]", "statuses: [4290]", ("APIGW.0308 > statuses > 0", "three digits", "4290")),
        ("- token: []", "- tokens: []", ("securitySchemes", "'tokens'", "token")),
        ('"#/components/parameters/Action"', '"other.yaml#/Action"', ("parameters > 1", "within the", "other.yaml")),
        ("paths:", "path:", ("the document", "'paths'", "path")),
    ],
    ids=str,
)
def test_a_broken_document_is_named_with_place_expected_and_found(
    old: str, new: str, complaint: tuple[str, str, str], tmp_path: Path
) -> None:
    place, expected, found = complaint
    file = changed(tmp_path, old, new)

    with pytest.raises(DocumentError) as caught:
        load_document(file)

    assert caught.value.file == file
    assert caught.value.place.endswith(place)
    assert expected in caught.value.expected
    assert found in caught.value.found


def test_the_message_holds_file_line_place_expected_and_found(tmp_path: Path) -> None:
    file = changed(tmp_path, "exclusive-seconds: 10", "exclusive-seconds: soon")
    line = next(n for n, text in enumerate(file.read_text().splitlines(), 1) if "exclusive-seconds: soon" in text)

    with pytest.raises(DocumentError) as caught:
        load_document(file)

    assert str(caught.value) == (
        f"{file}:{line}: paths > /v1/{{project_id}}/record/control > post > x-min-interval > exclusive-seconds: "
        "expected a number above 0 and up to 86400, found 'soon'"
    )


@pytest.mark.parametrize(
    ("content", "place", "expected", "found"),
    [
        (b"", "the document", "a mapping", "None"),
        (b"- 1\n", "the document", "a mapping", "[1]"),
        (b"a: b: c\n", "the document", "YAML", "mapping values"),
        (b"a: \xff\n", "the file", "UTF-8", "3"),
        (b"a: \x00\n", "the document", "YAML", "control characters"),
        (b"a: !!python/object/apply:os.getcwd []\n", "the document", "YAML", "constructor"),
        (b"a: 2024-13-45\n", "the document", "YAML", "month"),
        (b"a: &a [*a]\n", "the document", "at most", "more"),
        (b"[" * 5_000, "the document", "", ""),
        (b"#" * (MAX_BYTES + 1), "the file", "at most 1048576 bytes", "more"),
        (
            b"a0: &a0 [1]\n"
            + b"".join(b"a%d: &a%d [%s]\n" % (n, n, b",".join([b"*a%d" % (n - 1)] * 9)) for n in range(1, 9)),
            "the document",
            "at most 100000 values",
            "more",
        ),
    ],
    ids=["empty", "list", "no YAML", "Latin-1", "NUL", "code", "no date", "cycle", "deep", "large", "aliases"],
)
def test_a_file_that_is_no_document(content: bytes, place: str, expected: str, found: str, tmp_path: Path) -> None:
    file = tmp_path / "other.yaml"
    file.write_bytes(content)

    with pytest.raises(DocumentError) as caught:
        load_document(file)

    assert caught.value.place == place
    assert expected in caught.value.expected
    assert found in caught.value.found


def test_references_that_lead_to_themselves_are_refused(tmp_path: Path) -> None:
    file = changed(tmp_path, "    RequestId:\n", "    RequestId:\n      $ref: '#/components/headers/RequestId'\n")

    with pytest.raises(DocumentError, match="references that end"):
        load_document(file)


@pytest.mark.parametrize("name", ["missing.yaml", "."], ids=["missing", "folder"])
def test_a_file_that_cannot_be_read(name: str, tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="one that can be read"):
        load_document(tmp_path / name)
