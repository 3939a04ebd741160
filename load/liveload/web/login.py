"""The login behind Locust's ``--web-login``: one operator, whose name and password come from the environment."""

from collections import defaultdict, deque
from collections.abc import Callable, Mapping
from hmac import compare_digest
from secrets import token_bytes
from time import monotonic

from flask import Blueprint, Flask, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import (  # type: ignore[import-untyped]  # it ships no types
    login_user,  # pyright: ignore[reportUnknownVariableType]  # likewise
)

from liveload.web.web_ui import WebOptions, WebUI

USER_VARIABLE = "LIVEREC_WEB_USER"
PASSWORD_VARIABLE = "LIVEREC_WEB_PASSWORD"  # noqa: S105  # the name of a variable, not a password
_MOST_WRONG = 10  # from one address within _A_WHILE_S
_A_WHILE_S = 60.0
_MOST_ADDRESSES = 1000


class LoginMissing(Exception):
    """A login is asked for, but nobody could log in; the run must not begin (exit 64)."""


class Operator:
    """The one who may log in, as Flask-Login wants to see a user."""

    is_authenticated = True
    is_active = True
    is_anonymous = False

    def __init__(self, name: str) -> None:
        self.name = name

    def get_id(self) -> str:
        """Return what the session keeps."""
        return self.name


class Attempts:
    """Counts wrong logins by address, so that nobody can try passwords as fast as the network is; *now* in seconds."""

    def __init__(self, now: Callable[[], float] = monotonic) -> None:
        self._now = now
        self._wrong: defaultdict[str, deque[float]] = defaultdict(lambda: deque(maxlen=_MOST_WRONG))

    def wait_s(self, address: str) -> float:
        """Return for how many seconds *address* may not try; 0 if it may."""
        wrong = self._wrong.get(address)
        if wrong is None or len(wrong) < _MOST_WRONG:
            return 0.0
        return max(0.0, wrong[0] + _A_WHILE_S - self._now())

    def failed(self, address: str) -> None:
        """Count a wrong login."""
        if address not in self._wrong and len(self._wrong) >= _MOST_ADDRESSES:
            del self._wrong[next(iter(self._wrong))]
        self._wrong[address].append(self._now())


def require_login(app: Flask, web_ui: WebUI, options: WebOptions, environ: Mapping[str, str]) -> None:
    """Put a login before every page of the UI.

    Sessions end with this process: their key is random and kept nowhere.

    Raises:
        LoginMissing: the user's name or the password is not in *environ*, or is empty.
    """
    user, password = environ.get(USER_VARIABLE, ""), environ.get(PASSWORD_VARIABLE, "")
    if not user or not password:
        missing = " and ".join(
            name for name, value in ((USER_VARIABLE, user), (PASSWORD_VARIABLE, password)) if not value
        )
        raise LoginMissing(f"--web-login: set {missing} in the environment; without it nobody could log in")
    app.config["SECRET_KEY"] = token_bytes(32)
    app.config["SESSION_COOKIE_SAMESITE"] = "Strict"
    app.config["SESSION_COOKIE_SECURE"] = bool(options.tls_cert)

    def known(name: str) -> Operator | None:
        return Operator(user) if name == user else None

    web_ui.login_manager.user_loader(known)
    web_ui.auth_args["username_password_callback"] = f"{options.web_base_path}/liverec/login"
    web_ui.auth_args["title"] = "liverec"
    attempts = Attempts()
    routes = Blueprint("liverec_login", __name__, url_prefix=f"{options.web_base_path}/liverec")

    def log_in() -> ResponseReturnValue:
        """Both are compared in full, whichever is wrong, in constant time."""
        address = request.remote_addr or ""
        if wait_s := attempts.wait_s(address):
            session["auth_error"] = f"Too many wrong logins; try again in {wait_s:.0f} s"
            return redirect(url_for("locust.login"))
        right_user = _equal(request.form.get("username", ""), user)
        right_password = _equal(request.form.get("password", ""), password)
        if right_user & right_password:
            login_user(Operator(user))
            return redirect(url_for("locust.index"))
        attempts.failed(address)
        session["auth_error"] = "Wrong user or password"
        return redirect(url_for("locust.login"))

    routes.add_url_rule("/login", "log_in", log_in, methods=["POST"])
    app.register_blueprint(routes)


def _equal(given: str, wanted: str) -> bool:
    return compare_digest(given.encode("utf-8", "replace"), wanted.encode("utf-8", "replace"))
