"""curl, with a signature made beforehand."""

import json
import shutil
import subprocess
from datetime import UTC, datetime

import pytest

from interop.answers import shown_as_answered, six_answers
from interop.program import PROFILE, Shown
from liverec import signing
from liverec_process import Server


@pytest.mark.skipif(shutil.which("curl") is None, reason="no curl on this machine")
def test_six_answers_in_order(server: Server) -> None:
    exchanges = six_answers(server, lambda action, stream: _send(server.url, action, stream))

    assert all(shown_as_answered(each) for each in exchanges)


def _send(url: str, action: str, stream: str) -> Shown:
    path, query = f"/v1/{PROFILE.project_id}/record/control", f"action={action}"
    body = f'{{"publish_domain":"publish.example.com","app":"live","stream":"{stream}"}}'
    headers = {
        "X-Sdk-Date": signing.format_date(datetime.now(UTC)),
        "X-Project-Id": PROFILE.project_id,
        "Content-Type": "application/json",
    }
    headers["Authorization"] = signing.sign(
        method="POST",
        path=path,
        query=query,
        headers=headers,
        body=body.encode(),
        access_key=str(PROFILE.credentials.access_key),
        secret_key=str(PROFILE.credentials.secret_key),
    )
    fields = (word for name, value in headers.items() for word in ("-H", f"{name}: {value}"))
    ended = subprocess.run(
        ["curl", "-q", "-sS", "-i", "--noproxy", "*", *fields, "--data-raw", body, f"{url}{path}?{query}"],
        capture_output=True,
        encoding="utf-8",
        check=True,
        timeout=30,
    )
    return _read(ended.stdout)


def _read(printed: str) -> Shown:
    head, _, body = printed.partition("\n\n")
    status_line, *lines = head.splitlines()
    headers = dict(line.split(": ", 1) for line in lines)
    error: dict[str, str] = json.loads(body or "{}")
    return Shown(
        what="printed",
        status=int(status_line.split()[1]),
        code=error.get("error_code"),
        message=error.get("error_msg"),
        request_id=headers["X-Request-Id"],
    )
