"""The recording client: for programs that start and stop recordings, blocking or asynchronous."""

from liverec.recording_client.async_client import AsyncRecordingClient
from liverec.recording_client.client import RecordingClient
from liverec.recording_client.errors import (
    AlreadyRecording,
    IllegalRequest,
    NotFound,
    NotSent,
    OutcomeUnknown,
    RecordingError,
    Refused,
    TaskExists,
    Throttled,
    TooSoon,
    Unauthorized,
)
from liverec.recording_client.results import Accepted, Restarted

__all__ = [
    "Accepted",
    "AlreadyRecording",
    "AsyncRecordingClient",
    "IllegalRequest",
    "NotFound",
    "NotSent",
    "OutcomeUnknown",
    "RecordingClient",
    "RecordingError",
    "Refused",
    "Restarted",
    "TaskExists",
    "Throttled",
    "TooSoon",
    "Unauthorized",
]
