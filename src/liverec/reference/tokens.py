"""User tokens: issued as IAM issues them, and looked up again."""

import hashlib
import hmac
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from liverec.profile import Profile

LIFETIME = timedelta(hours=24)
MAX_ISSUED = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What a token stands for; ``expires`` is None for the profile's own token, which never does."""

    project_id: str | None  # None: not scoped to a project
    issued: datetime
    expires: datetime | None

    def expired(self, now: datetime) -> bool:
        """Return whether the token has had its time."""
        return self.expires is not None and now >= self.expires


class Tokens:
    """Every token that is known, by its SHA-256: a lookup by hash tells nothing about near misses."""

    def __init__(self, profile: Profile, *, wall_clock: Callable[[], datetime]) -> None:
        self._profile = profile
        self._wall_clock = wall_clock
        self._lock = threading.Lock()
        self._grants: dict[bytes, Grant] = {}
        token = profile.credentials.token
        self._own = _digest(token) if token else None
        self._own_grant = Grant(project_id=profile.project_id, issued=wall_clock(), expires=None)

    def issue(self, *, project_id: str | None, lifetime: timedelta = LIFETIME) -> tuple[str, Grant]:
        """Return a new token and what it stands for; the oldest is forgotten beyond MAX_ISSUED."""
        token = secrets.token_urlsafe(48)
        now = self._wall_clock()
        grant = Grant(project_id=project_id, issued=now, expires=now + lifetime)
        with self._lock:
            while len(self._grants) >= MAX_ISSUED:
                self._grants.pop(next(iter(self._grants)))
            self._grants[_digest(token)] = grant
        return token, grant

    def find(self, token: str) -> Grant | None:
        """Return what *token* stands for, or None if nobody issued it."""
        digest = _digest(token)
        return self._own_grant if digest == self._own else self._grants.get(digest)

    def log_in(self, body: Any) -> tuple[str, Grant] | None:
        """Issue a token for an IAM request (identity method password), or None if user or password is wrong.

        Raises:
            LookupError, TypeError: the body has another shape.
        """
        auth = body["auth"]
        if auth["identity"]["methods"] != ["password"]:
            raise LookupError("methods")
        user = auth["identity"]["password"]["user"]
        own = self._profile.credentials
        given = (user["domain"]["name"], user["name"], user["password"])
        if None in (own.domain, own.user, own.password) or not _same(given, (own.domain, own.user, own.password)):
            return None
        project = auth.get("scope", {}).get("project")
        if project is None:
            return self.issue(project_id=None)
        # a project is named by its id or by the name of its region; the profile knows the id only
        if "id" in project and project["id"] != self._profile.project_id:
            return None
        return self.issue(project_id=self._profile.project_id)


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def _same(given: tuple[Any, ...], own: tuple[str | None, ...]) -> bool:
    return hmac.compare_digest(_digest(repr(given)), _digest(repr(own)))
