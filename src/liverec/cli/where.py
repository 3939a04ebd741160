"""``liverec where``: the folders that other tools are pointed at."""

import click

from liverec.assets import asset


@click.command(epilog="Example:  npx prism mock $(liverec where openapi)/record-control.yaml")
@click.argument("folder", type=click.Choice(["openapi", "contracts", "load"]))
def where(folder: str) -> None:
    """Print where FOLDER of this installation lies."""
    click.echo(asset(folder))
