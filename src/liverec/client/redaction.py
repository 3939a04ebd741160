"""Keeping secrets out of whatever is shown or stored."""

import json
import re
from collections.abc import Iterable

from liverec.profile import Credentials
from liverec.signing import ALGORITHM, parse_authorization

Headers = tuple[tuple[str, str], ...]

_HIDDEN = {"x-subject-token": "$TOKEN", "x-security-token": "$SECURITY_TOKEN", "cookie": "$COOKIE"}
_SIGNATURE = re.compile(r"[0-9A-Fa-f]{32,}")


class Secrets:
    """What must never be shown, each with the name that stands for it."""

    def __init__(self, credentials: Credentials) -> None:
        self._names: dict[str, str] = {}
        self.learn(credentials.access_key, "$ACCESS_KEY")
        self.learn(credentials.secret_key, "$SECRET_KEY")
        self.learn(credentials.password, "$PASSWORD")
        self.learn(credentials.token, "$TOKEN")

    def __repr__(self) -> str:
        """Say how many there are, and no more."""
        return f"<{len(self._names)} secrets>"

    def learn(self, secret: str | None, name: str) -> None:
        """Hide *secret* from now on, also in what was seen before."""
        if secret:
            escaped = (json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1])
            # A new mapping, not a changed one: another thread may be reading the old one.
            self._names = {**self._names, **dict.fromkeys((secret, *escaped), name)}

    def mask(self, text: str) -> str:
        """Return *text* with every secret replaced by its name."""
        names = self._names
        for secret in sorted(names, key=len, reverse=True):
            text = text.replace(secret, names[secret])
        return text

    def headers(self, headers: Iterable[tuple[str, str]]) -> Headers:
        """Return *headers* with every secret replaced by its name."""
        return tuple((name, self._value(name.lower(), value)) for name, value in headers)

    def _value(self, name: str, value: str) -> str:
        if name == "x-auth-token":
            return self._names.get(value, "$OTHER_TOKEN") if value else ""
        if name == "authorization":
            return self._authorization(value)
        if name == "set-cookie":
            return "$COOKIE"
        return _HIDDEN[name] if name in _HIDDEN and value else self.mask(value)

    def _authorization(self, value: str) -> str:
        claimed = parse_authorization(value)
        if claimed is None:
            return _SIGNATURE.sub("$SIGNATURE", self.mask(value))
        names = ";".join(claimed.signed_headers)
        return f"{ALGORITHM} Access={self.mask(claimed.access_key)}, SignedHeaders={names}, Signature=$SIGNATURE"
