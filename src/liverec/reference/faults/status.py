"""Faults in the status of an answer, and in what a refused command does."""

from dataclasses import replace

from liverec.reference.answers import Answer, Answers
from liverec.reference.command import CommandReader, InvalidCommandError
from liverec.reference.faults.fault import Fault
from liverec.reference.recorder import Decision, Recorder
from liverec.reference.streams import StreamName


class _Created(Answers):
    """Answers 201 where it should be 200."""

    def _accepted(self) -> Answer:
        return replace(super()._accepted(), status=201)


class _Unprocessable(Answers):
    """Answers 422 what holds no command."""

    def invalid(self, problem: str) -> Answer:
        return replace(super().invalid(problem), status=422)


class _Conflict(Answers):
    """Answers 409 where the state of the stream stands against a START."""

    def decided(self, decision: Decision) -> Answer:
        answer = super().decided(decision)
        return replace(answer, status=409) if decision in {Decision.RECORDING, Decision.TOO_SOON} else answer


class _UnknownAccepted(Recorder):
    """Accepts a START of anything."""

    def command(self, action: str, name: StreamName) -> Decision:
        decision = super().command(action, name)
        return Decision.NO_EFFECT if decision is Decision.UNKNOWN and action == "START" else decision


class _LetsInvalidThrough(CommandReader):
    """Leaves it to the recorder to refuse what is no action."""

    def _action(self, query: str) -> str:
        try:
            return super()._action(query)
        except InvalidCommandError:
            return ""


class _RefusesTooLate(Recorder):
    """Takes whatever is not START for STOP, and looks only then whether it was one."""

    def command(self, action: str, name: StreamName) -> Decision:
        decision = super().command(action, name)
        return decision if action in {"START", "STOP"} else Decision.OTHER_RULE  # answered as an illegal request is


class _BeginsTooEarly(Recorder):
    """Takes whatever is not STOP for START, and looks only then whether it was one."""

    def command(self, action: str, name: StreamName) -> Decision:
        decision = super().command(action or "START", name)
        return decision if action else Decision.OTHER_RULE


class _ClosesWhatItRefuses(Recorder):
    """Takes whatever is neither START nor STOP for the end of a window."""

    def command(self, action: str, name: StreamName) -> Decision:
        state = self.table.find(self._key(name))
        if not action and state is not None:
            state.stopped_at = None
        return super().command(action, name) if action else Decision.OTHER_RULE


class _Gone(Answers):
    """Answers 410 where there is no recording to stop."""

    def decided(self, decision: Decision) -> Answer:
        answer = super().decided(decision)
        return replace(answer, status=410) if decision is Decision.IDLE else answer


class _Forbidden(Answers):
    """Answers 403 where there is no recording to stop."""

    def decided(self, decision: Decision) -> Answer:
        answer = super().decided(decision)
        return replace(answer, status=403) if decision is Decision.IDLE else answer


STATUS_FAULTS = (
    Fault(
        name="created",
        breaks="status/200",
        summary="success is answered 201",
        answers=_Created,
    ),
    Fault(
        name="unprocessable",
        breaks="status/400",
        summary="an invalid request is answered 422",
        answers=_Unprocessable,
    ),
    Fault(
        name="conflict",
        breaks="status/documented",
        summary="a START that comes too soon, or while recording, is answered 409",
        answers=_Conflict,
    ),
    Fault(
        name="unknown-accepted",
        breaks="status/404",
        summary="a START of a stream that does not exist is answered 200",
        recorder=_UnknownAccepted,
    ),
    Fault(
        name="refused-takes-effect",
        breaks="status/no-effect",
        summary="a command without a right action is refused, but ends the recording",
        reader=_LetsInvalidThrough,
        recorder=_RefusesTooLate,
    ),
    Fault(
        name="refused-begins",
        breaks="status/no-effect",
        summary="a command without a right action is refused, but begins a recording",
        reader=_LetsInvalidThrough,
        recorder=_BeginsTooEarly,
    ),
    Fault(
        name="invalid-clears",
        breaks="restart/too-soon",
        summary="a command without a right action is refused, but ends the window of its stream",
        reader=_LetsInvalidThrough,
        recorder=_ClosesWhatItRefuses,
    ),
    Fault(
        name="gone",
        breaks="status/documented",
        summary="a STOP of an idle stream is answered 410",
        answers=_Gone,
    ),
    Fault(
        name="forbidden",
        breaks="status/documented",
        summary="a STOP of an idle stream is answered 403, with an error code of the service",
        answers=_Forbidden,
    ),
)
