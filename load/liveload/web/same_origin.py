"""Who may talk to the web UI: pages of its own origin, under a name that nobody else can point here.

Locust answers every origin, so any page that its user has open could read a run or begin one. A foreign name that is
made to resolve to this address (DNS rebinding) would even pass for the same origin; an address written as digits or
the name ``localhost`` cannot be made to.
"""

from collections.abc import Mapping
from ipaddress import ip_address
from urllib.parse import urlsplit

from flask import Flask, Response, make_response, request

from liveload.web.web_ui import WebOptions

_MOST_BYTES = 1_000_000  # of a request's body; the UI's forms are far smaller
_READING = frozenset({"GET", "HEAD", "OPTIONS"})
_OWN_SITES = frozenset({"same-origin", "none"})  # none: typed, or a bookmark


def guard(app: Flask, options: WebOptions) -> None:
    """Refuse (403) whatever comes from elsewhere, on every route, Locust's own included."""
    names = frozenset(name for name in (options.web_host.lower(), _display_origin(options)[0]) if name)
    origin = _display_origin(options)[1]
    app.config["MAX_CONTENT_LENGTH"] = _MOST_BYTES

    def refuse_foreign() -> Response | None:
        why = refusal(request.method, dict(request.headers), names=names, origin=origin)
        return None if why is None else make_response(why, 403, {"Content-Type": "text/plain; charset=utf-8"})

    def refuse_framing(response: Response) -> Response:
        response.headers["X-Frame-Options"] = "DENY"
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response

    app.before_request(refuse_foreign)
    app.after_request(refuse_framing)


def refusal(method: str, headers: Mapping[str, str], *, names: frozenset[str], origin: str = "") -> str | None:
    """Return why a request is refused, or None.

    *names* are the host names, besides loopback and plain addresses, that this UI goes by. *origin* (``host:port``) is
    what a proxy in front of it is reached as.
    """
    host = headers.get("Host", "").lower()
    if not _is_ours(host, names):
        return "Refused: this UI does not go by that host name. To allow it: --web-host-display-name NAME.\n"
    sender = headers.get("Origin")
    if sender is not None and urlsplit(sender.lower()).netloc not in {host, origin} - {""}:
        return "Refused: the request comes from another origin.\n"
    if method not in _READING and headers.get("Sec-Fetch-Site", "none") not in _OWN_SITES:
        return "Refused: the request comes from another site.\n"
    return None


def _is_ours(host: str, names: frozenset[str]) -> bool:
    name = _name_of(host)
    return name in names or name == "localhost" or name.endswith(".localhost") or _is_address(name)


def _name_of(host: str) -> str:
    try:
        return (urlsplit(f"//{host}").hostname or "").removesuffix(".")
    except ValueError:  # no host at all: an open bracket, say
        return ""


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def _display_origin(options: WebOptions) -> tuple[str, str]:
    """Return the host name and the ``host:port`` of ``--web-host-display-name``, which may be a URL or a name."""
    shown = (options.web_host_display_name or "").lower()
    netloc = urlsplit(shown if "//" in shown else f"//{shown}").netloc
    return _name_of(netloc), netloc
