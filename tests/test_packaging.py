"""The wheel, installed in an environment of its own with the checkout out of reach, is all of the product."""

import json
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from liverec_process import PATIENCE_S, environment, run, serving
from test_client_documents import PROGRAM, TESTS

CHECKOUT = Path(__file__).parents[1]
FOLDERS = ("openapi", "contracts", "load")


def _python(*arguments: str | Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        env=environment(),
        timeout=PATIENCE_S,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the source distribution."""
    folder = tmp_path_factory.mktemp("dist")
    _python("build", "--no-isolation", "--outdir", folder, CHECKOUT)
    (built,) = folder.glob("*.whl")
    return built


def _published(folder: Path) -> set[str]:
    return {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and path.suffix != ".pyc"
    }


@pytest.mark.slow
def test_the_wheel_holds_every_published_file_and_none_besides(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        packed = {name for name in archive.namelist() if ".dist-info/" not in name}
    package = {f"liverec/{name}" for name in _published(CHECKOUT / "src" / "liverec")}
    shared = {f"liverec/share/{top}/{name}" for top in FOLDERS for name in _published(CHECKOUT / top)}

    assert packed == package | shared
    assert {
        "liverec/py.typed",
        "liverec/reference/profile.toml",
        "liverec/share/openapi/record-control.yaml",
        "liverec/share/contracts/test_restart_interval.py",
        "liverec/share/load/README.md",
    } <= packed
    assert {Path(name).suffix for name in packed if name.startswith("liverec/report/templates/")} >= {".html", ".css"}


@pytest.fixture
def installed(wheel: Path, tmp_path: Path) -> Path:
    """A new environment with the wheel in it; what liverec depends on is borrowed from the one that runs the tests."""
    environment_folder = tmp_path / "environment"
    _python("venv", "--without-pip", environment_folder)
    python = environment_folder / "bin" / "python"
    _python(
        *("pip", "--python", python, "install", "--quiet", "--disable-pip-version-check"),
        *("--no-index", "--no-deps", "--no-compile", wheel),
    )
    (site_packages,) = environment_folder.glob("lib/python*/site-packages")
    # by a path alone: the .pth of an editable install over there is not read
    (site_packages / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return environment_folder


@pytest.mark.slow
def test_the_installed_wheel_judges_a_server_without_the_checkout(installed: Path, tmp_path: Path) -> None:
    program = (str(installed / "bin" / "liverec"),)
    empty = tmp_path / "empty"
    empty.mkdir()

    version = run("--version", cwd=empty, program=program, PYTHONPATH="")
    where = {name: run("where", name, cwd=empty, program=program, PYTHONPATH="").stdout.strip() for name in FOLDERS}
    with serving("--clock", "virtual", program=program, PYTHONPATH="") as server:
        verified = run(
            "verify", "--target", server.url, "--report", empty / "report", cwd=empty, program=program, PYTHONPATH=""
        )
    result = json.loads((empty / "report" / "result.json").read_bytes())
    said = run(
        "-c",
        "import liverec; print(liverec.__file__)",
        cwd=empty,
        program=(str(installed / "bin" / "python"),),
        PYTHONPATH="",
    )

    assert (version.returncode, version.stderr) == (0, "")
    for path in (*where.values(), said.stdout.strip()):
        assert Path(path).exists()
        assert Path(path).is_relative_to(installed)
    assert (verified.returncode, result["verdict"]) == (0, "kept")


@pytest.mark.slow
@pytest.mark.long
def test_the_installed_wheel_gives_client_teams_their_fixtures(installed: Path, tmp_path: Path) -> None:
    team = tmp_path / "team"
    team.mkdir()
    (team / "recording.py").write_text(PROGRAM)
    for name in ("test_answers.py", "test_restart.py"):
        (team / name).write_text(TESTS[name])
    python = (str(installed / "bin" / "python"),)

    tested = run("-m", "pytest", "-q", "-p", "no:cacheprovider", cwd=team, program=python, PYTHONPATH="")
    told = run("-c", "import liverec.doubles; print(liverec.doubles.__file__)", program=python, PYTHONPATH="", cwd=team)

    assert (tested.returncode, tested.stdout.splitlines()[-1][:8]) == (0, "2 passed"), tested.stdout
    assert Path(told.stdout.strip()).is_relative_to(installed)


@pytest.mark.slow
@pytest.mark.long
def test_the_example_is_tested_with_the_installed_wheel(installed: Path, tmp_path: Path) -> None:
    example = shutil.copytree(CHECKOUT / "examples" / "scheduler", tmp_path / "scheduler")
    python = (str(installed / "bin" / "python"),)

    tested = run("-m", "pytest", "-q", "-p", "no:cacheprovider", cwd=example, program=python, PYTHONPATH="")

    assert (tested.returncode, "passed" in tested.stdout) == (0, True), tested.stdout


@pytest.mark.slow
@pytest.mark.long
def test_the_installed_contracts_run_by_their_path(installed: Path, tmp_path: Path) -> None:
    python = (str(installed / "bin" / "python"),)
    folder = run("-m", "liverec", "where", "contracts", program=python, PYTHONPATH="", cwd=tmp_path).stdout.strip()

    with serving("--clock", "virtual") as server:
        tested = run(
            *("-m", "pytest", folder, "--target", server.url, "-k", "test_uri", "-q", "-p", "no:cacheprovider"),
            *("--rootdir", tmp_path),
            program=python,
            PYTHONPATH="",
            cwd=tmp_path,
        )

    assert (tested.returncode, "passed" in tested.stdout) == (0, True), tested.stdout
