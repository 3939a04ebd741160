"""The command line as a whole: help, refusals, and what goes into a pipe."""

import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from liverec.cli import main
from liverec_process import run, serving

COMMANDS = tuple(main.list_commands(click.Context(main)))
HISTORIES = Path(__file__).with_name("histories")


def helped(*names: str) -> tuple[click.Command, str]:
    """Return a command, and the help that it prints."""
    command: click.Command | None = main
    for name in names:
        command = main.get_command(click.Context(main), name)
    assert command is not None
    shown = CliRunner().invoke(main, [*names, "--help"], terminal_width=200)
    assert shown.exit_code == 0
    return command, shown.output


@pytest.mark.parametrize("names", [(), *((name,) for name in COMMANDS)], ids=lambda names: " ".join(names) or "liverec")
def test_help_explains_every_option_and_shows_examples(names: tuple[str, ...]) -> None:
    command, shown = helped(*names)
    options = [parameter for parameter in command.params if isinstance(parameter, click.Option)]

    assert [option.name for option in options if not (option.help and option.help.split()[0] in shown)] == []
    assert [spelled for option in options for spelled in option.opts if spelled not in shown] == []
    assert "Example" in shown
    assert f"liverec {' '.join(names)}".strip() in shown.partition("Example")[2]


def test_help_waits_for_no_engine() -> None:
    said = "from liverec.cli import main; main(['--help'], standalone_mode=False)"
    told = f"import sys; {said}; print(*{{'httpx', 'uvicorn', 'jinja2', 'schemathesis'}} & set(sys.modules))"

    ended = run("-c", told, program=(sys.executable,))

    assert (ended.returncode, ended.stdout.splitlines()[-1]) == (0, "")


@pytest.mark.parametrize("name", COMMANDS)
def test_an_unknown_option_is_refused_and_says_where_help_is(name: str) -> None:
    refused = CliRunner().invoke(main, [name, "--loudly"])

    assert (refused.exit_code, refused.stdout) == (64, "")
    assert "No such option '--loudly'" in refused.stderr
    assert f"{name} --help" in refused.stderr


def test_an_unknown_command_is_refused() -> None:
    refused = CliRunner().invoke(main, ["judge"])

    assert (refused.exit_code, refused.stdout) == (64, "")
    assert "No such command 'judge'" in refused.stderr


def test_what_is_piped_has_no_colours() -> None:
    judged = run("check", HISTORIES / "broken-restart-too-soon.ndjson", TERM="xterm-256color")

    assert judged.returncode == 1
    assert "restart/too-soon" in judged.stdout
    assert "\x1b" not in judged.stdout + judged.stderr


def test_a_taken_port_is_told_in_one_line() -> None:
    with serving("--clock", "virtual") as server:
        port = server.url.rpartition(":")[2]

        refused = run("serve", "--port", port)

    assert (refused.returncode, refused.stdout) == (64, "")
    assert refused.stderr == f"Error: port {port} of 127.0.0.1 is taken; --port 0 takes a free one\n"


def test_the_module_is_the_command() -> None:
    as_module = run("where", "openapi")
    as_command = run("where", "openapi", program=(str(Path(sys.executable).with_name("liverec")),))

    assert (as_module.returncode, as_module.stdout, as_module.stderr) == (0, as_command.stdout, "")
    assert (Path(as_module.stdout.strip()) / "record-control.yaml").is_file()
