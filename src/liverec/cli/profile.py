"""``liverec profile``: the reference profile, to copy and edit."""

import click


@click.command()
def profile() -> None:
    """Print the profile of the reference server: the file to copy and edit for your own target.

    \b
    Examples:
      liverec profile > profile.toml
      liverec verify --target profile.toml
    """  # noqa: D301  # click reads \b as "keep these lines"
    from liverec.profile_file import reference_profile_text  # noqa: PLC0415  # --help must not wait for it

    click.echo(reference_profile_text(), nl=False)
