"""``liverec locustfile``: where the locustfile lies, for Locust's -f."""

import click

from liverec.assets import asset


@click.command(epilog="Example:  locust -f $(liverec locustfile) --host http://127.0.0.1:8080")
def locustfile() -> None:
    """Print where the locustfile of this installation lies; it needs the extra liverec[load]."""
    click.echo(asset("load") / "locustfile.py")
