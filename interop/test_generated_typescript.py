"""Clients for TypeScript, generated from the document: by openapi-generator, and by openapi-typescript."""

from pathlib import Path

import pytest

from interop.answers import AnswersReachTheUser
from interop.installation import DOCUMENT, NPM_INSTALL, Generates, Installs
from interop.program import Program

HERE = Path(__file__).parent / "node" / "clients"
PROGRAMS = {"openapi-generator typescript-fetch": "openapi-generator", "openapi-fetch": "openapi-fetch"}
SOURCES = ("package.json", "tsconfig.json", "speaking.ts", *(f"{name}.ts" for name in PROGRAMS.values()))


@pytest.fixture(scope="module")
def clients(installs: Installs, generates: Generates) -> Path:
    return installs(
        "typescript-clients",
        {DOCUMENT.name: DOCUMENT, **{name: HERE / name for name in SOURCES}},
        [
            NPM_INSTALL,
            generates("typescript-fetch", "recording"),
            ("node", "node_modules/.bin/openapi-typescript", DOCUMENT.name, "-o", "schema.d.ts"),
            ("node", "node_modules/.bin/tsc", "-p", "."),
        ],
    )


@pytest.fixture(scope="module", params=PROGRAMS)
def program(request: pytest.FixtureRequest, clients: Path) -> Program:
    name = str(request.param)
    return Program(name=name, command=("node", str(clients / "built" / f"{PROGRAMS[name]}.js")), signs=False)


class TestGeneratedForTypeScript(AnswersReachTheUser):
    """Both of them."""
