"""Sends commands through the client that openapi-python-client makes."""

import os

import httpx
from recording_client import AuthenticatedClient
from recording_client.api.recording_management import run_record
from recording_client.models import RecordControlAction, RecordControlFailure, RecordControlInfo

from speaking import Shown, from_text, loop

CLIENT = AuthenticatedClient(
    base_url=os.environ["ENDPOINT"], token=os.environ["TOKEN"], prefix="", auth_header_name="X-Auth-Token"
)


def send(action: str, stream: str) -> Shown:
    """Send one command."""
    body = RecordControlInfo(publish_domain="publish.example.com", app="live", stream=stream)
    try:
        answer = run_record.sync_detailed(
            os.environ["PROJECT_ID"], client=CLIENT, body=body, action=RecordControlAction(action)
        )
    except httpx.TransportError as lost:
        return {"what": type(lost).__name__}
    shown = {
        "what": type(answer).__name__,
        "status": answer.status_code,
        "request_id": answer.headers["X-request-id"],
    }
    if isinstance(answer.parsed, RecordControlFailure):
        what = f"{type(answer).__name__}[{type(answer.parsed).__name__}]"
        return shown | {"what": what, "code": answer.parsed.error_code, "message": answer.parsed.error_msg}
    return shown | (from_text(answer.content) if answer.content else {})


loop(send)
