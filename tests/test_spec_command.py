"""``liverec spec``: the document as it stands, and what it breaks of the releases before it."""

import json
import subprocess
from pathlib import Path

import pytest
import yaml

from liverec import __version__, load_document
from liverec.assets import asset
from liverec_process import PROGRAM, document_with, environment, interval_of, run

DOCUMENT = asset("openapi") / "record-control.yaml"
RELEASED = sorted((asset("openapi") / "released").glob("*.yaml"))


@pytest.mark.parametrize("options", [(), ("--format", "yaml")])
def test_yaml_is_the_file_to_the_byte(options: tuple[str, ...]) -> None:
    printed = subprocess.run([*PROGRAM, "spec", *options], capture_output=True, check=True, env=environment()).stdout

    assert printed == DOCUMENT.read_bytes()


def test_json_says_the_same() -> None:
    printed = run("spec", "--format", "json")

    assert (printed.returncode, printed.stderr) == (0, "")
    assert json.loads(printed.stdout) == yaml.safe_load(DOCUMENT.read_text(encoding="utf-8"))


def test_another_document_can_be_printed(tmp_path: Path) -> None:
    longer = interval_of(tmp_path, 12)

    assert run("spec", LIVEREC_DOCUMENT=longer).stdout == Path(longer).read_text(encoding="utf-8")


@pytest.mark.parametrize("released", RELEASED, ids=[one.stem for one in RELEASED])
def test_the_document_breaks_no_release(released: Path) -> None:
    compared = run("spec", "--against", released)

    assert (compared.returncode, compared.stdout) == (0, "")
    assert compared.stderr == f"KEPT: nothing in {DOCUMENT} breaks {released}\n"


def test_this_version_s_document_is_kept() -> None:
    assert __version__ in {one.stem for one in RELEASED}


def test_what_breaks_is_named_with_its_place(tmp_path: Path) -> None:
    changed = document_with(
        tmp_path,
        interval="exclusive-seconds: 10 -> exclusive-seconds: 20",
        actions="enum: [START, STOP] -> enum: [START]",
        fields="required: [publish_domain, app, stream] -> required: [publish_domain, app, stream, quality]",
    )
    lines = {line.strip(): number for number, line in enumerate(Path(changed).read_text().splitlines(), 1)}

    compared = run("spec", "--against", RELEASED[-1], LIVEREC_DOCUMENT=changed)

    operation = "paths > /v1/{project_id}/record/control > post"
    interval, actions = lines["exclusive-seconds: 20"], lines["enum: [START]"]
    required = lines["required: [publish_domain, app, stream, quality]"]
    assert compared.returncode == 1
    assert compared.stdout.splitlines() == [
        f"{changed}:{interval}: {operation} > x-min-interval > exclusive-seconds: was 10, is 20",
        f"{changed}:{actions}: components > schemas > RecordControlAction > enum: no longer STOP",
        f"{changed}:{required}: components > schemas > RecordControlInfo > required: now also quality",
    ]
    assert compared.stderr == f"BROKEN: breaking changes since {RELEASED[-1]}: 3\n"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (None, "one that can be read"),
        (b"\xff", "UTF-8"),
        (b"a: [", "YAML"),
        (b"- a list", "a mapping"),
        (b"openapi: 3.0.3\n", "paths"),
        (b"#" * (1024 * 1024 + 1), "at most 1048576 bytes"),
    ],
)
def test_what_is_no_document_is_one_sentence_and_exit_code_64(tmp_path: Path, text: bytes | None, told: str) -> None:
    old = tmp_path / "old.yaml"
    if text is not None:
        old.write_bytes(text)

    refused = run("spec", "--against", old)

    assert (refused.returncode, refused.stdout, refused.stderr.count("\n")) == (64, "", 1)
    assert str(old) in refused.stderr
    assert told in refused.stderr


def test_a_broken_document_is_not_printed(tmp_path: Path) -> None:
    broken = tmp_path / "broken.yaml"
    broken.write_text("openapi: 3.0.3\n")

    refused = run("spec", LIVEREC_DOCUMENT=str(broken))

    assert (refused.returncode, refused.stdout, "broken.yaml" in refused.stderr) == (64, "", True)


def test_a_format_and_a_comparison_exclude_one_another() -> None:
    refused = run("spec", "--format", "json", "--against", RELEASED[-1])

    assert (refused.returncode, refused.stdout) == (64, "")
    assert "exclude one another" in refused.stderr


def test_the_documents_of_releases_can_be_loaded() -> None:
    assert [load_document(one).interval_ns for one in RELEASED]
