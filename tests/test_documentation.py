"""The documents say what the program does: names and tables are compared with it, cheap examples are run."""

import ast
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import Mock

import click
import httpx
import pytest

from liverec import RecordingError, __version__
from liverec.checker import CheckResult, check
from liverec.cli import main
from liverec.clock import VirtualClock
from liverec.conformance.plugin import pytest_addoption
from liverec.history.merge import merge
from liverec.history.reader import read_file
from liverec.profile_file import reference_profile
from liverec.reference.dialect import AXES
from liverec.reference.faults import FAULTS, HAZARDS
from liverec.reference.serving import running
from liverec.reference.settings import Settings
from liverec.report.json_result import as_json
from liverec.requirements import NORMATIVE, OPEN_POINTS
from liverec.verdict import ExitCode, Judgement, Result, Verdict

ROOT = Path(__file__).parents[1]
DOCUMENTS = sorted(
    (*ROOT.glob("*.md"), *(ROOT / "contracts").glob("*.md"), *(ROOT / "docs").rglob("*.md")),
    key=lambda path: path.relative_to(ROOT).as_posix(),
)
README, FORMATS, CLIENT = ROOT / "README.md", ROOT / "docs" / "formats.md", ROOT / "docs" / "recording-client.md"
MATRIX = ROOT / "docs" / "kill-matrix.md"
SERVER = "http://127.0.0.1:8080"  # as the documents print it
COMMANDS = main.list_commands(click.Context(main))

each_document = pytest.mark.parametrize("path", DOCUMENTS, ids=[str(path.relative_to(ROOT)) for path in DOCUMENTS])


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def table(path: Path, title: str) -> dict[str, tuple[str, ...]]:
    """Return the table whose first column is called *title*: the other cells by the first one."""
    _, found, rest = text_of(path).partition(f"| {title} |")
    assert found, f"{path.name} has no table that begins with {title!r}"
    lines = rest.split("\n\n")[0].splitlines()[2:]
    cells = [[cell.strip().replace("`", "") for cell in line.strip("|").split("|")] for line in lines]
    return {first: tuple(others) for first, *others in cells}


def named(text: str) -> list[str]:
    """Return everything in backticks."""
    return re.findall(r"`([^`\n]+)`", text)


def blocks(path: Path, mark: str, language: str) -> list[str]:
    """Return the blocks of code that the documents mark as runnable."""
    return re.findall(rf"<!-- {mark} -->\n```{language}\n(.*?)```", text_of(path), re.DOTALL)


@pytest.mark.parametrize("name", COMMANDS)
def test_readme_lists_each_command_with_its_options(name: str) -> None:
    command = main.get_command(click.Context(main), name)

    assert command is not None
    options = {option for one in command.params if isinstance(one, click.Option) for option in one.opts}
    assert set(table(README, "command")[f"liverec {name}"][1].split()) == options


def test_readme_lists_no_other_command() -> None:
    assert [row.split()[1] for row in table(README, "command")] == COMMANDS


def test_readme_lists_the_verdicts() -> None:
    assert list(table(README, "verdict")) == [verdict.value for verdict in Verdict]


def test_readme_lists_the_exit_codes() -> None:
    assert [int(code) for code in table(README, "exit code")] == [int(code) for code in ExitCode]


def matrix(width: int) -> dict[str, tuple[str, ...]]:
    """Return the rows of the kill matrix that have so many cells, by their first."""
    lines = [line for line in text_of(MATRIX).splitlines() if line.startswith("| `")]
    rows = [[cell.strip().replace("`", "") for cell in line.strip("|").split(" | ")] for line in lines]
    return {first: tuple(others) for first, *others in rows if len(others) == width - 1}


WRITE_MATRIX = "run: python benchmarks/matrix.py --write docs/kill-matrix.md NAME..."


def test_kill_matrix_says_what_was_found_of_each_fault() -> None:
    rows = {name: cells[:3] for name, cells in matrix(5).items()}

    assert rows == {one.name: (one.summary, one.breaks, one.breaks) for one in FAULTS.values() if not one.needs}, (
        WRITE_MATRIX
    )


def test_kill_matrix_says_what_the_other_faults_need_and_that_no_hazard_is_convicted() -> None:
    needs = {one.name: (one.summary, one.breaks, one.needs) for one in FAULTS.values() if one.needs}
    hazards = {one.name: (one.summary, "kept") for one in HAZARDS.values()}
    rows = matrix(4)

    assert {name: cells for name, cells in rows.items() if name not in HAZARDS} == needs, WRITE_MATRIX
    assert {name: cells[:2] for name, cells in rows.items() if name in HAZARDS} == hazards, WRITE_MATRIX


def test_kill_matrix_says_that_each_reading_is_acquitted() -> None:
    rows = matrix(3)

    assert set(rows) == {f"{axis}={value}" for axis, values in AXES.items() for value in values}, WRITE_MATRIX
    assert all(servers == acquitted for servers, acquitted in rows.values())


def test_reference_server_names_the_hazards() -> None:
    assert set(HAZARDS) <= set(named(text_of(ROOT / "docs" / "reference-server.md")))


def test_readme_counts_the_requirements() -> None:
    said = text_of(README)

    assert f"each of {len(NORMATIVE)} requirements" in said
    assert f"leaves open ({len(OPEN_POINTS)} points)" in said


def judged_by(file: Path) -> set[str]:
    """Return the ids that the marks of a contract test file name."""
    calls = [node for node in ast.walk(ast.parse(text_of(file))) if isinstance(node, ast.Call)]
    marks = [call for call in calls if isinstance(call.func, ast.Attribute) and call.func.attr == "requirement"]
    found: set[str] = set()
    for given in (argument for mark in marks for argument in mark.args):
        if isinstance(given, ast.Constant):
            found.add(str(given.value))
        elif isinstance(given, ast.JoinedStr) and isinstance(given.values[0], ast.Constant):
            beginning = str(given.values[0].value)
            found |= {row.id for row in NORMATIVE if row.id.startswith(beginning)}
    return found


def test_contracts_are_listed_with_what_they_judge() -> None:
    listed = table(ROOT / "contracts" / "README.md", "file")

    files = {f"[{one.name}]({one.name})": judged_by(one) for one in (ROOT / "contracts").glob("test_*.py")}
    assert {name: set(filter(None, ids.split(", "))) for name, (_, ids) in listed.items()} == files


def test_contracts_list_the_options_of_the_plugin() -> None:
    parser = Mock()
    pytest_addoption(parser)

    options = [call.args[0] for call in parser.getgroup.return_value.addoption.call_args_list]
    assert sorted(table(ROOT / "contracts" / "README.md", "option")) == sorted(options)


def test_formats_name_each_key() -> None:
    result = Result(
        verdict="kept",
        exit_code=ExitCode.KEPT,
        started="2026-11-22T10:15:00Z",
        seconds=1.0,
        seed=0,
        target={},
        versions={},
        findings=(),
        judgements=(Judgement(id="status/200", verdict=Verdict.KEPT, why="", echo_of="http/answered"),),
        dialect={},
        interval_s={},
        counts={},
    )
    written = as_json(result)
    checked = CheckResult(verdict="kept", complete=True, operations=0, streams=0).as_json()

    assert {*written, *written["requirements"][0], *checked} - set(named(text_of(FORMATS))) == set()


def test_the_history_in_the_readme_is_one(tmp_path: Path) -> None:
    example = next(block for block in re.findall(r"```json\n(.*?)```", text_of(README), re.DOTALL) if "invoke" in block)
    file = tmp_path / "history.ndjson"
    file.write_text(example, encoding="utf-8")

    history = merge([read_file(file)])

    assert (history.complete, check(history).verdict) == (True, "kept")


def test_reference_server_lists_each_axis() -> None:
    listed = table(ROOT / "docs" / "reference-server.md", "axis")

    assert {axis: tuple(values.split(", ")) for axis, (values,) in listed.items()} == dict(AXES)


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with running(Settings(profile=reference_profile(), clock=VirtualClock())) as one:
        yield one.url


def test_reference_server_lists_each_control(server: str) -> None:
    listed = table(ROOT / "docs" / "reference-server.md", "request")
    told = httpx.get(f"{server}/_reference/nothing", trust_env=False).json()["error"]

    assert {name for row in listed for name in re.findall(r"[A-Z]+ ([a-z/-]+)", row)} == set(
        told.partition("there are ")[2].split(", ")
    )


def test_python_in_the_readme_runs(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    (example,) = blocks(README, "runs: against that server", "python")

    assert SERVER in example
    exec(compile(example.replace(SERVER, server), "README.md", "exec"), {})  # our own text


@pytest.mark.parametrize("example", blocks(CLIENT, "runs: against that server", "python"), ids=len)
def test_python_about_the_client_runs(server: str, monkeypatch: pytest.MonkeyPatch, example: str) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")

    assert SERVER in example
    exec(compile(example.replace(SERVER, server), CLIENT.name, "exec"), {})  # our own text


def test_the_errors_of_the_client_are_listed_with_their_place() -> None:
    def below(error: type[RecordingError]) -> dict[str, str]:
        found = {one.__name__: error.__name__ for one in error.__subclasses__()}
        return found | {name: base for one in error.__subclasses__() for name, base in below(one).items()}

    listed = {name: base for name, (base, *_) in table(CLIENT, "error").items()}
    assert listed == {"RecordingError": "", **below(RecordingError)}


def test_python_about_histories_in_the_readme_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    (example,) = blocks(README, "runs: in a checkout", "python")

    exec(compile(example, "README.md", "exec"), {})  # our own text


def run(line: str) -> str:
    """Run a command of ours as a shell would; ``; echo $?`` adds its exit code."""
    command, _, code_wanted = line.partition("; echo ")
    program, *arguments = shlex.split(command)
    assert program == "liverec", line
    done = subprocess.run(
        [sys.executable, "-m", "liverec", *arguments], cwd=ROOT, capture_output=True, encoding="utf-8", check=False
    )
    return done.stdout + done.stderr + (f"{done.returncode}\n" if code_wanted else "")


def told_alike(shown: list[str], real: list[str]) -> bool:
    """Tell whether *shown* is *real*, where ``...`` stands for any lines."""
    pieces = ["(?:.*\n)*" if line == "..." else re.escape(f"{line}\n") for line in shown]
    return re.fullmatch("".join(pieces), "".join(f"{line.rstrip()}\n" for line in real)) is not None


def runnable() -> list[str]:
    return [block for path in DOCUMENTS for block in blocks(path, "runs", "console")]


@pytest.mark.parametrize("block", runnable(), ids=lambda block: str(block).splitlines()[0])
def test_console_shows_what_is_printed(block: str) -> None:
    for part in filter(None, re.split(r"^\$ ", block, flags=re.MULTILINE)):
        line, *shown = part.splitlines()
        real = run(line).splitlines()

        assert told_alike(shown, real), "\n".join([f"$ {line}", *real])


@each_document
def test_links_lead_somewhere(path: Path) -> None:
    for link in re.findall(r"\]\(([^)\s]+)\)", text_of(path)):
        if re.match(r"https?://", link):
            continue
        name, _, anchor = link.partition("#")
        target = (path.parent / name).resolve() if name else path

        assert target.exists(), link
        if anchor:
            headings = re.findall(r"^#+ (.+)$", text_of(target), re.MULTILINE)
            assert anchor in {re.sub(r"[^\w\- ]", "", one.lower()).replace(" ", "-") for one in headings}, link


@each_document
def test_nothing_of_one_machine_is_told(path: Path) -> None:
    assert re.findall(r"(?:^|[\s\"'(`=])/(?:home|root|tmp|work|Users|opt|var)/\S*", text_of(path)) == []


@each_document
def test_what_is_made_has_a_rule(path: Path) -> None:
    made = re.findall(r"(?:^\$ |`)make ([a-z]+)", text_of(path), re.MULTILINE)

    assert set(made) <= set(targets())


def targets() -> list[str]:
    return re.findall(r"^([a-z]+):", text_of(ROOT / "Makefile"), re.MULTILINE)


def test_contributing_lists_each_rule_of_the_makefile() -> None:
    assert sorted(table(ROOT / "CONTRIBUTING.md", "command")) == sorted(f"make {name}" for name in targets())


def test_architecture_names_each_part() -> None:
    source = ROOT / "src" / "liverec"
    parts = {one.stem for one in source.iterdir() if one.suffix == ".py" or (one / "__init__.py").exists()}

    assert {name for row in table(ROOT / "ARCHITECTURE.md", "part") for name in row.split(", ")} == {
        name for name in parts if not name.startswith("__")
    }


def test_changelog_tells_of_this_version() -> None:
    assert re.search(
        rf"^## \[{re.escape(__version__)}\] - \d{{4}}-\d\d-\d\d$", text_of(ROOT / "CHANGELOG.md"), re.MULTILINE
    )
