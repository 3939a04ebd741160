"""The document in ``openapi/`` as other teams' linters see it, by the strict rulesets in ``linters/``."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from interop.installation import DOCUMENT, NPM_INSTALL, Installs

HERE = Path(__file__).parent / "linters"
LINTERS: Mapping[str, Sequence[str]] = {
    "redocly": ("lint", "--format=checkstyle", "--config", str(HERE / "redocly.yaml")),
    "spectral": ("lint", "--fail-severity=hint", "--ruleset", str(HERE / "spectral.yaml")),
}
FLAWS = {
    "redocly": ("    url: https://www.apache.org/licenses/LICENSE-2.0\n", "", "info-license-strict"),
    "spectral": ("  contact:\n    name: The liverec developers\n", "", "info-contact"),
}

each_linter = pytest.mark.parametrize("name", LINTERS)


@pytest.fixture(scope="module")
def linters(installs: Installs) -> Path:
    return installs("linters", {"package.json": HERE / "package.json"}, [NPM_INSTALL]) / "node_modules" / ".bin"


def lint(linters: Path, name: str, document: Path) -> tuple[int, str]:
    ended = subprocess.run(
        [linters / name, *LINTERS[name], document],
        capture_output=True,
        encoding="utf-8",
        check=False,
        env={"PATH": os.environ["PATH"], "REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"},
        timeout=60,
    )
    return ended.returncode, ended.stdout + ended.stderr


@each_linter
def test_the_document_is_clean(linters: Path, name: str) -> None:
    code, said = lint(linters, name, DOCUMENT)

    assert code == 0, said


@each_linter
def test_a_careless_document_is_not(linters: Path, name: str, tmp_path: Path) -> None:
    flawless, flawed, rule = FLAWS[name]
    text = DOCUMENT.read_text(encoding="utf-8")
    assert flawless in text
    careless = tmp_path / DOCUMENT.name
    careless.write_text(text.replace(flawless, flawed), encoding="utf-8")
    code, said = lint(linters, name, careless)

    assert (code, rule in said) == (1, True), said
