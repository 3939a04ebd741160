"""Sends commands through the vendor's SDK for Python."""

import os

from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.exceptions.exceptions import SdkException, ServiceResponseException
from huaweicloudsdklive.v1 import LiveClient, RecordControlInfo, RunRecordRequest

from speaking import Shown, loop

KEYS = BasicCredentials(os.environ["CLOUD_SDK_AK"], os.environ["CLOUD_SDK_SK"], os.environ["PROJECT_ID"])
CLIENT = LiveClient.new_builder().with_credentials(KEYS).with_endpoint(os.environ["ENDPOINT"]).build()


def send(action: str, stream: str) -> Shown:
    """Send one command."""
    body = RecordControlInfo(publish_domain="publish.example.com", app="live", stream=stream)
    try:
        answer = CLIENT.run_record(RunRecordRequest(action=action, body=body))
    except ServiceResponseException as refused:
        return {
            "what": type(refused).__name__,
            "status": refused.status_code,
            "code": refused.error_code,
            "message": refused.error_msg,
            "request_id": refused.request_id,
        }
    except SdkException as lost:
        return {"what": type(lost).__name__}
    return {"what": type(answer).__name__, "status": answer.status_code, "request_id": answer.x_request_id}


loop(send)
