"""Sends commands through the vendor's SDK for Python: reads ``ACTION STREAM`` a line, prints what its user gets."""

import json
import os
import sys

from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.exceptions.exceptions import SdkException, ServiceResponseException
from huaweicloudsdklive.v1 import LiveClient, RecordControlInfo, RunRecordRequest


def main() -> None:
    """Send what standard input says."""
    keys = BasicCredentials(os.environ["CLOUD_SDK_AK"], os.environ["CLOUD_SDK_SK"], os.environ["PROJECT_ID"])
    client = LiveClient.new_builder().with_credentials(keys).with_endpoint(os.environ["ENDPOINT"]).build()
    for line in sys.stdin:
        action, stream = line.split()
        body = RecordControlInfo(publish_domain="publish.example.com", app="live", stream=stream)
        print(json.dumps(_shown(client, RunRecordRequest(action=action, body=body))), flush=True)


def _shown(client: LiveClient, request: RunRecordRequest) -> dict[str, object]:
    try:
        answer = client.run_record(request)
    except ServiceResponseException as refused:
        return {
            "what": type(refused).__name__,
            "status": refused.status_code,
            "code": refused.error_code,
            "message": refused.error_msg,
            "request_id": refused.request_id,
        }
    except SdkException as lost:
        return {"what": type(lost).__name__, "message": str(lost)}
    return {"what": type(answer).__name__, "status": answer.status_code, "request_id": answer.x_request_id}


main()
