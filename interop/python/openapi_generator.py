"""Sends commands through the client that openapi-generator makes for Python."""

import os

from recording import ApiClient, ApiException, Configuration, RecordControlAction, RecordControlInfo
from recording.api import RecordingManagementApi
from urllib3.exceptions import HTTPError

from speaking import Shown, from_text, loop

CONFIGURATION = Configuration(host=os.environ["ENDPOINT"], api_key={"token": os.environ["TOKEN"]})
API = RecordingManagementApi(ApiClient(CONFIGURATION))


def send(action: str, stream: str) -> Shown:
    """Send one command."""
    body = RecordControlInfo(publish_domain="publish.example.com", app="live", stream=stream)
    try:
        answer = API.run_record_with_http_info(os.environ["PROJECT_ID"], RecordControlAction(action), body)
    except ApiException as refused:
        shown = {
            "what": type(refused).__name__,
            "status": refused.status,
            "request_id": refused.headers["X-request-id"],
        }
        if refused.data is None:
            return shown | from_text(refused.body)
        return shown | {"code": refused.data.error_code, "message": refused.data.error_msg}
    except HTTPError as lost:
        return {"what": type(lost).__name__}
    return {
        "what": type(answer).__name__,
        "status": answer.status_code,
        "request_id": answer.headers.get("X-request-id"),
    }


loop(send)
