"""What is used of Locust's web UI; that is all, so Locust need not be imported to build or to test on it."""

from collections.abc import Callable
from typing import Any, Protocol

from flask import Flask
from flask.typing import ResponseReturnValue

View = Callable[..., ResponseReturnValue]


class WebUI(Protocol):
    """``locust.web.WebUI``, as far as it is used."""

    template_args: dict[str, Any]

    @property
    def app(self) -> Flask | None:
        """The Flask application; None only before there is one."""
        ...

    @property
    def auth_args(self) -> Any:
        """What the login page shows and where it sends its form."""
        ...

    @property
    def login_manager(self) -> Any:
        """Flask-Login's manager; only with ``--web-login``."""
        ...

    def auth_required_if_enabled(self, view_func: View) -> View:
        """Wrap a view so that it asks for a login, if there is one."""
        ...


class WebOptions(Protocol):
    """Locust's own options that decide how its web UI is reached."""

    web_host: str
    web_host_display_name: str | None
    web_base_path: str
    web_login: bool
    tls_cert: str
