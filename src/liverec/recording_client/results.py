"""What a command that succeeded tells."""

from dataclasses import dataclass

from liverec.history import Action, Stream
from liverec.recording_client.errors import NotFound, OutcomeUnknown


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """The service answered 200: the operation succeeded. ``request_id`` is None if it sent none."""

    action: Action
    stream: Stream
    status: int
    request_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Restarted:
    """Both answers of a restart; ``stopped`` is an error where the STOP met no recording, or its answer was lost."""

    stopped: Accepted | NotFound | OutcomeUnknown
    started: Accepted
