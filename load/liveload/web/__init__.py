"""What liverec adds to Locust's web UI: a tab, a page, and a guard before all of it."""

import os
from argparse import ArgumentParser
from collections.abc import Callable

from liveload.state import LiveState
from liveload.web.login import LoginMissing, require_login
from liveload.web.page import add_page
from liveload.web.same_origin import guard
from liveload.web.tab import add_tab
from liveload.web.web_ui import WebOptions, WebUI

__all__ = ["LoginMissing", "install", "loopback_by_default"]


def loopback_by_default(parser: ArgumentParser) -> None:
    """Let the UI bind to this machine only, unless the command line, the environment or a file says otherwise.

    For Locust's ``init_command_line_parser``; ``--web-host '*'`` is how to say all interfaces.
    """
    parser.set_defaults(web_host="127.0.0.1")


def install(web_ui: WebUI, parsed_options: WebOptions, state: Callable[[], LiveState]) -> None:
    """Add everything to *web_ui*; for Locust's ``init``, before the UI is served.

    Raises:
        LoginMissing: ``--web-login`` without a user or a password in the environment.
    """
    app = web_ui.app
    assert app is not None, "Locust makes the application with the UI"
    guard(app, parsed_options)
    if parsed_options.web_login:
        require_login(app, web_ui, parsed_options, os.environ)
    add_tab(app, web_ui, parsed_options, state)
    add_page(app, web_ui, parsed_options, state)
