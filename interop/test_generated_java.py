"""Clients for Java that openapi-generator makes from the document: for Java's own HTTP client, and for OkHttp."""

from pathlib import Path

import pytest

from interop.answers import AnswersReachTheUser
from interop.installation import DOCUMENT, JAVA, JAVAC, MAVEN_CLASSPATH, Command, Generates, Installs
from interop.program import Program

HERE = Path(__file__).parent / "java"
SOURCES = {name: HERE / "clients" / name for name in ("pom.xml", "Native.java", "Okhttp.java")}
COMPILE = 'javac -nowarn -d classes -cp "$(cat classpath.txt)" $(find . -path "*/src/main/*.java") *.java'


@pytest.fixture(scope="module")
def clients(installs: Installs, generates: Generates) -> Path:
    def generated(library: str, package: str) -> Command:
        names = f"invokerPackage={package},apiPackage={package}.api,modelPackage={package}.model"
        return generates("java", package, f"--additional-properties=library={library},{names}")

    return installs(
        "java-clients",
        {DOCUMENT.name: DOCUMENT, "Speaking.java": HERE / "Speaking.java", **SOURCES},
        [
            JAVAC,
            generated("native", "nativeclient"),
            generated("okhttp-gson", "okhttpclient"),
            MAVEN_CLASSPATH,
            ("sh", "-c", COMPILE),
        ],
    )


@pytest.fixture(scope="module", params=["Native", "Okhttp"])
def program(request: pytest.FixtureRequest, clients: Path) -> Program:
    classpath = f"{clients / 'classes'}:{(clients / 'classpath.txt').read_text()}"
    command = (*JAVA, "-cp", classpath, request.param)
    if request.param == "Native":
        return Program(name="openapi-generator java native", command=command, signs=False)
    return Program(name="openapi-generator java okhttp-gson", command=command, signs=False, sends_again=True)


class TestGeneratedForJava(AnswersReachTheUser):
    """Both of them."""
