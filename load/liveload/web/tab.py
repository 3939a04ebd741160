"""The Correctness tab of Locust's own page: a table, and links beside its downloads."""

from collections.abc import Callable

from flask import Flask, Response, jsonify, request

from liveload.state import LiveState, tab_rows
from liveload.web.web_ui import WebOptions, WebUI

_KEY = "correctness"
_COLUMNS = (("name", "Correctness"), ("value", "Value"), ("meaning", "Meaning"))


def add_tab(app: Flask, web_ui: WebUI, options: WebOptions, state: Callable[[], LiveState]) -> None:
    """Add the tab; its rows ride on the answer that the page asks for anyway."""
    page = f"{options.web_base_path}/liverec"
    web_ui.template_args["extended_tabs"] = [{"title": "Correctness", "key": _KEY}]
    web_ui.template_args["extended_tables"] = [
        {"key": _KEY, "structure": [{"key": key, "title": title} for key, title in _COLUMNS]}
    ]
    web_ui.template_args["extended_csv_files"] = [
        {"href": page, "title": "Correctness: live page, reports and histories"},
        {"href": f"{page}/violations.csv", "title": "Violations CSV"},
    ]

    def with_rows(response: Response) -> Response:
        """Return a new answer: Locust keeps its own for two seconds and gives it to others, headers and all."""
        if request.path != f"{options.web_base_path}/stats/requests" or not response.is_json:
            return response  # with a login, the same path may answer with a redirect
        report = response.get_json()
        return jsonify({**report, "extended_stats": [{"key": _KEY, "data": tab_rows(state())}]})

    app.after_request(with_rows)
