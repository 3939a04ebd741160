"""A locustfile with the web part and a made-up run: what the browser tests look at. It sends nothing."""

import os
import sys
from pathlib import Path
from typing import Any

from locust import User, constant, events, task

from liveload.web import LoginMissing, install, loopback_by_default
from made_up_run import a_run, nothing_yet

_STATE = a_run(Path(os.environ["MADE_UP_FOLDER"])) if "MADE_UP_FOLDER" in os.environ else nothing_yet()


class Idle(User):
    """Does nothing."""

    wait_time = constant(1)

    @task
    def rest(self) -> None:
        """Wait."""


def _options(parser: Any, **_: Any) -> None:
    loopback_by_default(parser)


def _web(environment: Any, web_ui: Any, **_: Any) -> None:
    if web_ui is None:
        return
    try:
        install(web_ui, environment.parsed_options, lambda: _STATE)
    except LoginMissing as missing:
        sys.exit(f"{missing}")


_hooks: Any = events  # Locust does not type its listeners
_hooks.init_command_line_parser.add_listener(_options)
_hooks.init.add_listener(_web)
