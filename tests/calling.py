"""A program that calls the API over httpx, as a client team would write it: what the doubles are tested with."""

import json
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

import httpx

from liverec import signing

HOST = "https://live.example.net"
PROJECT = "0123456789abcdef0123456789abcdef"
STREAM = {"publish_domain": "publish.example.com", "app": "live", "stream": "mystream"}
TOKEN = "liverec-example-token-which-is-public"
_TLS = ssl.create_default_context()  # once: reading the certificates takes longer than a request


class HasKeys(Protocol):
    """What signs: a double, or keys of the team's own."""

    @property
    def project_id(self) -> str: ...
    @property
    def access_key(self) -> str: ...
    @property
    def secret_key(self) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """Keys of the team's own."""

    project_id: str
    access_key: str
    secret_key: str


def request(action: str = "START", *, url: str = HOST, query: str | None = None, **changes: Any) -> httpx.Request:
    """Return a request in order, but for what is given: ``headers``, ``json``, or fields of the body."""
    headers = {"X-Auth-Token": TOKEN} | changes.pop("headers", {})
    body = changes.pop("json", {**STREAM, **changes})
    target = f"{url}/v1/{PROJECT}/record/control?{query if query is not None else f'action={action}'}"
    return httpx.Request("POST", target, headers=headers, json=body)


def signed(
    action: str, keys: HasKeys, *, url: str = HOST, age: timedelta = timedelta(), **stream: str
) -> httpx.Request:
    """Return a request that is signed with the *keys*, *age* ago."""
    moment = datetime.now(UTC) - age
    body = json.dumps({**STREAM, **stream}).encode()
    path, query = f"/v1/{keys.project_id}/record/control", f"action={action}"
    headers = {
        "Content-Type": "application/json",
        "X-Sdk-Date": signing.format_date(moment),
        "X-Project-Id": keys.project_id,
    }
    headers["Authorization"] = signing.sign(
        method="POST",
        path=path,
        query=query,
        headers=headers,
        body=body,
        access_key=keys.access_key,
        secret_key=keys.secret_key,
    )
    return httpx.Request("POST", f"{url}{path}?{query}", headers=headers, content=body)


def send(message: httpx.Request) -> httpx.Response:
    """Send *message* on a connection of its own."""
    with httpx.Client(trust_env=False, verify=_TLS) as client:
        return client.send(message)


def status(action: str = "START", *, url: str = HOST, **changes: Any) -> int:
    """Send one command, and return the status of the answer."""
    return send(request(action, url=url, **changes)).status_code
