"""The command line: one file per subcommand, imported when it is called."""

from importlib import import_module

import click

from liverec.verdict import ExitCode

# A wrong option must not look like UNDECIDED, which is click's 2.
click.UsageError.exit_code = int(ExitCode.REFUSED)

_COMMANDS = ("verify", "check", "diff", "serve", "sign", "spec", "profile", "where", "locustfile")


class _Commands(click.Group):
    """Finds a subcommand in the module of its name, so that none waits for another's imports."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's signature
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  # click's signature
        if cmd_name not in _COMMANDS:
            return None
        command: click.Command = getattr(import_module(f"liverec.cli.{cmd_name}"), cmd_name)
        return command


EXAMPLES = """\b
Examples:
  liverec verify                                  judge the embedded reference server
  liverec serve --clock virtual                   a server to test a client against
  liverec check runs/20261122T101500Z-7f3a        judge what was recorded earlier
"""


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]}, epilog=EXAMPLES)
@click.version_option(package_name="liverec")
def main() -> None:
    """Judge, imitate and load the recording command of a live-streaming service."""
