"""The live page ``/liverec``: what it is made of, what it draws, and the run's files."""

import csv
from collections.abc import Callable
from io import StringIO
from pathlib import Path

from flask import Blueprint, Flask, Response, abort, jsonify, request, send_file

from liveload.state import LiveState, as_json
from liveload.style import stylesheet
from liveload.web.web_ui import View, WebOptions, WebUI
from liverec.report.text import legible

_HERE = Path(__file__).parent
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_REPORT_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what spreadsheets take for one


def add_page(app: Flask, web_ui: WebUI, options: WebOptions, state: Callable[[], LiveState]) -> None:
    """Add the page and what it fetches, all behind the login if there is one."""
    routes = Blueprint("liverec", __name__, url_prefix=f"{options.web_base_path}/liverec")

    def file(name: str) -> Response:
        return _file(state(), name)

    views: dict[str, View] = {
        "": lambda: _text((_HERE / "page.html").read_text(encoding="utf-8"), "text/html"),
        "/page.js": lambda: _text((_HERE / "page.js").read_text(encoding="utf-8"), "text/javascript"),
        "/page.css": lambda: _text(stylesheet(), "text/css"),
        "/state": lambda: _state(state()),
        "/violations.csv": lambda: _violations(state()),
        "/files/<path:name>": file,
    }
    for path, view in views.items():
        # an endpoint's name may hold no dot
        routes.add_url_rule(path, path.replace(".", "-") or "page", web_ui.auth_required_if_enabled(view))
    app.register_blueprint(routes)


def _text(text: str, kind: str) -> Response:
    headers = {"Content-Security-Policy": _POLICY, "Cache-Control": "no-cache", "Referrer-Policy": "same-origin"}
    return Response(text, content_type=f"{kind}; charset=utf-8", headers=headers)


def _state(state: LiveState) -> Response:
    since = request.args.get("since", default=0, type=int)
    response = jsonify(as_json(state, since=max(since, 0)))
    response.headers["Cache-Control"] = "no-store"
    return response


def _violations(state: LiveState) -> Response:
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(("seconds", "requirement", "stream", "why", "request id"))
    for one in state.tally.violations:
        words = (one.requirement, one.stream, one.why, one.request_id or "")
        writer.writerow((f"{state.since_zero(one):.6f}", *map(_harmless, words)))
    headers = {"Content-Disposition": "attachment; filename=violations.csv", "Cache-Control": "no-store"}
    return Response(text.getvalue(), content_type="text/csv; charset=utf-8", headers=headers)


def _harmless(cell: str) -> str:
    """Return *cell* so that no spreadsheet runs it."""
    cell = legible(cell)
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _file(state: LiveState, name: str) -> Response:
    """Send one of the run's files: *name* is looked up, never made into a path."""
    path = state.downloads.get(name)
    if path is None or not path.is_file():
        abort(404)
    shown = path.suffix == ".html"
    response = send_file(path.resolve(), as_attachment=not shown, download_name=path.name, max_age=0)
    response.headers["Content-Security-Policy"] = _REPORT_POLICY
    return response
