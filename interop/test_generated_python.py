"""Clients for Python, generated from the document: by openapi-generator, and by openapi-python-client."""

import sys
from pathlib import Path

import pytest

from interop.answers import AnswersReachTheUser
from interop.installation import DOCUMENT, Generates, Installs
from interop.program import ID_SPELLINGS, Program

HERE = Path(__file__).parent / "python"
PROGRAMS = {"openapi-generator python": "openapi_generator.py", "openapi-python-client": "openapi_python_client.py"}
SOURCES = ("requirements.txt", "speaking.py", *PROGRAMS.values())


@pytest.fixture(scope="module")
def clients(installs: Installs, generates: Generates) -> Path:
    options = ("--path", DOCUMENT.name, "--meta", "none", "--output-path", "recording_client")
    return installs(
        "python-clients",
        {DOCUMENT.name: DOCUMENT, **{name: HERE / name for name in SOURCES}},
        [
            (sys.executable, "-m", "venv", "environment"),
            ("environment/bin/pip", "install", "-q", "-r", "requirements.txt"),
            generates("python", "generated", "--additional-properties=packageName=recording"),
            ("mv", "generated/recording", "recording"),
            # it looks for ruff on the path, which comes with it
            ("sh", "-c", 'PATH="$PWD/environment/bin:$PATH" openapi-python-client generate "$@"', "sh", *options),
        ],
    )


@pytest.fixture(scope="module", params=PROGRAMS)
def program(request: pytest.FixtureRequest, clients: Path) -> Program:
    name = str(request.param)
    command = (str(clients / "environment" / "bin" / "python"), str(clients / PROGRAMS[name]))
    # openapi-generator's has the headers of a success in a plain dictionary; our program looks as the page spells it
    spellings = ("X-request-id",) if name == "openapi-generator python" else ID_SPELLINGS
    return Program(name=name, command=command, signs=False, id_spellings=spellings)


class TestGeneratedForPython(AnswersReachTheUser):
    """Both of them."""
