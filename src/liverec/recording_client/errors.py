"""Everything that can become of a command but success, as one tree of exceptions."""

from functools import partial
from typing import Any, ClassVar

from liverec.history import Action, Stream


class RecordingError(Exception):
    """A command did not succeed, or nobody knows whether it did.

    ``status`` is None where no whole answer came; ``error_code``, ``error_msg`` and ``request_id`` are what the answer
    said, or None. ``action`` is the command that it became of; in a restart, START means that the STOP is behind it.
    """

    summary: ClassVar[str] = "failed"

    def __init__(
        self,
        *,
        action: Action,
        stream: Stream,
        why: str | None = None,
        status: int | None = None,
        error_code: str | None = None,
        error_msg: str | None = None,
        request_id: str | None = None,
    ) -> None:
        self.why = why
        self.action = action
        self.stream = stream
        self.status = status
        self.error_code = error_code
        self.error_msg = error_msg
        self.request_id = request_id
        answer = " ".join(str(said) for said in (status, error_code, error_msg) if said is not None) or None
        trace = f"request id {request_id}" if request_id is not None else None
        super().__init__("; ".join(filter(None, (f"{action} of {stream}: {self.summary}", why, answer, trace))))

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel between processes with every attribute."""
        names = ("action", "stream", "why", "status", "error_code", "error_msg", "request_id")
        return partial(type(self), **{name: getattr(self, name) for name in names}), (), self.__dict__


class NotSent(RecordingError):
    """The command never left: no connection, or none that can be trusted. Nothing happened."""

    summary = "not sent, nothing happened"


class Refused(RecordingError):
    """The service refused the command; by the page, it changed nothing."""

    summary = "refused"


class IllegalRequest(Refused):
    """The request as such: 400, but for TaskExists; 405, 413, 415; and a 404 that is not about a record.

    By the page also a stream whose recording rule has not the type COMMAND_RECORD; ``error_code`` may say more. A 404
    without a code of the service mostly means that there is no such API under the URL.
    """

    summary = "refused as illegal"


class TaskExists(Refused):
    """A START met LIVE.100011022: a recording task exists, or the interval is not over; one code for both.

    Which one it is, the subclasses say as far as the STOPs of this client tell. Where other programs send STOPs about
    the same stream, only this class is certain.
    """

    summary = "refused, a recording task exists"


class TooSoon(TaskExists):
    """The interval after a STOP of this client was not over, which may be why.

    ``wait_s`` seconds after the answer, by this client's clock, it is.
    """

    summary = "refused, perhaps too soon after the STOP (wait_s says how long to wait)"
    wait_s: float = 0.0


class AlreadyRecording(TaskExists):
    """No STOP of this client can be why: the stream is recording, unless another program sent a STOP.

    After a START whose answer was lost, that is how one learns that it was carried out.
    """

    summary = "refused, the stream is recording"


class NotFound(Refused):
    """404: the record does not exist. To a STOP: nothing is recording. To a START: there is no such stream."""

    summary = "refused, not found"


class Unauthorized(RecordingError):
    """401 or 403: credentials, rights, project or account; the command never reached the rules."""

    summary = "turned away, check credentials, rights and project"


class Throttled(RecordingError):
    """429: too many requests; the command never reached the rules.

    ``retry_after_s`` is what the answer asks for, in seconds; None if it does not say, as none is documented to.
    """

    summary = "turned away, too many requests (retry_after_s says when to come back, if the service does)"
    retry_after_s: float | None = None


class OutcomeUnknown(RecordingError):
    """The command may have been carried out, or not, or may be yet.

    No whole answer in time, the connection lost behind the command, 5xx, or a status that the page does not know.
    """

    summary = "outcome unknown, it may have been carried out"
