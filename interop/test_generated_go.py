"""Clients for Go, generated from the document: by openapi-generator, and by oapi-codegen."""

from pathlib import Path

import pytest

from interop.answers import AnswersReachTheUser
from interop.installation import DOCUMENT, Generates, Installs
from interop.program import Program

HERE = Path(__file__).parent / "go"
CODEGEN = "github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen@v2.8.2"
SOURCES = ("go.mod", "go.sum", "speaking/speaking.go", "openapi-generator/main.go", "oapi-codegen/main.go")
PROGRAMS = {"openapi-generator go": "openapi-generator", "oapi-codegen": "oapi-codegen"}


@pytest.fixture(scope="module")
def clients(installs: Installs, generates: Generates) -> Path:
    package = "--additional-properties=packageName=openapigenerator,withGoMod=false"
    options = ("-generate", "types,client", "-package", "oapicodegen", "-o", "oapicodegen/client.go")
    return installs(
        "go-clients",
        {DOCUMENT.name: DOCUMENT, **{name: HERE / name for name in SOURCES}},
        [
            generates("go", "openapigenerator", package),
            ("mkdir", "oapicodegen"),
            ("go", "run", CODEGEN, *options, DOCUMENT.name),
            *(("go", "build", "-o", f"built/{name}", f"./{name}") for name in PROGRAMS.values()),
        ],
    )


@pytest.fixture(scope="module", params=PROGRAMS)
def program(request: pytest.FixtureRequest, clients: Path) -> Program:
    name = str(request.param)
    return Program(name=name, command=(str(clients / "built" / PROGRAMS[name]),), signs=False)


class TestGeneratedForGo(AnswersReachTheUser):
    """Both of them."""
