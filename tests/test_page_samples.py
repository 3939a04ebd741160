"""The page's Python sample, run by the vendor's SDK against the reference server."""

import json
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from liverec.profile_file import reference_profile
from liverec_process import PATIENCE_S, Server, environment, serving

# what the page's sample does, by the calls that the SDK documents, and the one line that it lacks: the action
SAMPLE = """
import os, sys
from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException
from huaweicloudsdklive.v1 import LiveClient, RecordControlInfo, RunRecordRequest
from huaweicloudsdklive.v1.region.live_region import LiveRegion

keys = BasicCredentials(os.environ["CLOUD_SDK_AK"], os.environ["CLOUD_SDK_SK"], "0123456789abcdef0123456789abcdef")
region = LiveRegion.value_of("cn-north-4")
client = LiveClient.new_builder().with_credentials(keys).with_region(region).build()
command = RunRecordRequest(action=sys.argv[1])
command.body = RecordControlInfo(publish_domain="publish.example.com", app="live", stream="mystream")
try:
    print(client.run_record(command))
except ClientRequestException as refusal:
    for said in (refusal.status_code, refusal.request_id, refusal.error_code, refusal.error_msg):
        print(said)
"""
SECRET = str(reference_profile().credentials.secret_key)


class Answer(NamedTuple):
    """What the sample printed."""

    status: int
    error_code: str | None
    request_id: str


def _send(action: str, server: Server, home: Path, *, secret_key: str = SECRET) -> Answer:
    """Run the sample once; nothing in its environment leads anywhere but to the server."""
    ended = subprocess.run(
        [sys.executable, "-c", SAMPLE, action],
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_S,
        env=environment(
            CLOUD_SDK_AK=str(reference_profile().credentials.access_key),
            CLOUD_SDK_SK=secret_key,
            HUAWEICLOUD_SDK_REGION_LIVE_CN_NORTH_4=server.url,
            HUAWEICLOUD_SDK_IAM_ENDPOINT=server.url,
            HOME=str(home),
            no_proxy="127.0.0.1",
        ),
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    if ended.stdout.startswith("{"):
        return Answer(200, None, json.loads(ended.stdout)["X-Request-Id"])
    status, request_id, error_code, _message = ended.stdout.splitlines()
    return Answer(int(status), error_code, request_id)


@pytest.mark.slow
def test_the_sample_meets_the_contract_step_by_step(tmp_path: Path) -> None:
    script = ["STOP", "START", "START", "STOP", "START"]
    with serving("--clock", "virtual") as server:
        answers = [_send(action, server, tmp_path) for action in script]
        server.advance(10.1)
        answers.append(_send("START", server, tmp_path))
        commands = server.commands()
        requests = len(server.ask("journal")["entries"])

    assert [answer[:2] for answer in answers] == [
        (404, "LIVE.100011001"),
        (200, None),
        (400, "LIVE.100011022"),
        (200, None),
        (400, "LIVE.100011022"),
        (200, None),
    ]
    assert [(one["action"], one["status"], one["request_id"]) for one in commands] == [
        (action, answer.status, answer.request_id) for action, answer in zip([*script, "START"], answers, strict=True)
    ]
    assert requests == len(answers)


@pytest.mark.slow
def test_the_sample_with_a_wrong_secret_is_turned_away(tmp_path: Path) -> None:
    with serving("--clock", "virtual") as server:
        answer = _send("START", server, tmp_path, secret_key="another-" + SECRET)

        assert answer[:2] == (401, "APIGW.0301")
        assert [one["request_id"] for one in server.commands()] == [answer.request_id]
        assert server.recording() == []
