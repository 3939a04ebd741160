"""Requests to the reference server, as values: no network between the test and the service."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from liverec import signing
from liverec.clock import VirtualClock
from liverec.profile_file import reference_profile
from liverec.reference.answers import Answer
from liverec.reference.dialect import Dialect
from liverec.reference.request import Request
from liverec.reference.service import Service
from liverec.reference.settings import Settings

PROFILE = reference_profile()
PROJECT = PROFILE.project_id
PATH = f"/v1/{PROJECT}/record/control"
TOKEN = str(PROFILE.credentials.token)
ACCESS_KEY = str(PROFILE.credentials.access_key)
SECRET_KEY = str(PROFILE.credentials.secret_key)
BODY = {"publish_domain": "publish.example.com", "app": "live", "stream": "rehearsal-1"}
NOW = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)


def service(**choices: Any) -> Service:
    """Return a service on a virtual clock, its wall clock at NOW; *choices* are those of the dialect."""
    return Service(Settings(profile=PROFILE, clock=VirtualClock(), wall_clock=lambda: NOW, dialect=Dialect(**choices)))


def request(
    query: str = "action=START",
    body: bytes | Mapping[str, Any] = BODY,
    *,
    method: str = "POST",
    path: str = PATH,
    headers: Mapping[str, str] | None = None,
    token: str | None = TOKEN,
) -> Request:
    """Return a request in order, but for what is given."""
    sent = {"host": "127.0.0.1:8080", "content-type": "application/json"}
    if token is not None:
        sent["x-auth-token"] = token
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Request(
        method=method,
        path=path,
        query=query,
        headers={**sent, **(headers or {})},
        body=content,
        peer=("127.0.0.1", 50_000),
    )


def signed(
    query: str = "action=START",
    body: bytes | Mapping[str, Any] = BODY,
    *,
    date: datetime = NOW,
    access_key: str = ACCESS_KEY,
    secret_key: str = SECRET_KEY,
    headers: Mapping[str, str] | None = None,
    names: tuple[str, ...] | None = None,
) -> Request:
    """Return a request signed over all its headers, or over those in *names*."""
    extra = {"x-sdk-date": signing.format_date(date), "x-project-id": PROJECT, **(headers or {})}
    unsigned = request(query, body, headers=extra, token=None)
    authorization = signing.sign(
        method=unsigned.method,
        path=unsigned.path,
        query=unsigned.query,
        headers=unsigned.headers,
        body=unsigned.body,
        access_key=access_key,
        secret_key=secret_key,
        signed=names,
    )
    return request(query, body, headers={**extra, "authorization": authorization}, token=None)


def fields(answer: Answer) -> dict[str, Any]:
    """Return the JSON object that an answer carries."""
    content: dict[str, Any] = json.loads(answer.body)
    return content


def send(target: Service, *actions: str, **body: str) -> list[Answer]:
    """Send one command for each of *actions*, about one stream."""
    return [target.answer(request(f"action={action}", {**BODY, **body})) for action in actions]


def statuses(target: Service, *actions: str, **body: str) -> list[int]:
    """Send one command for each of *actions*, and return the statuses."""
    return [answer.status for answer in send(target, *actions, **body)]


def advance(target: Service, seconds: float) -> None:
    """Move the clock of *target*."""
    assert isinstance(target.clock, VirtualClock)
    target.clock.advance(seconds)
