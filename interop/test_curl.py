"""curl, by the command that ``liverec sign`` prints."""

import json
import shutil
import subprocess

import pytest

from interop.answers import shown_as_answered, six_answers
from interop.program import Shown, environment
from liverec_process import Server, run


@pytest.mark.skipif(shutil.which("curl") is None, reason="no curl on this machine")
def test_six_answers_in_order(server: Server, home: str) -> None:
    exchanges = six_answers(server, lambda action, stream: _send(server.url, home, action, stream))

    assert all(shown_as_answered(each) for each in exchanges)


def _send(url: str, home: str, action: str, stream: str) -> Shown:
    given = environment(url, home)
    printed = run(
        *("sign", "--target", url, "--action", action, "--stream", stream),
        CLOUD_SDK_AK=given["CLOUD_SDK_AK"],
        CLOUD_SDK_SK=given["CLOUD_SDK_SK"],
    )
    assert printed.returncode == 0, printed.stderr
    ended = subprocess.run(
        ["sh", "-c", printed.stdout], capture_output=True, encoding="utf-8", check=True, env=given, timeout=30
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
