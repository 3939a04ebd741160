"""Faults in what is commanded: the rule, the project in the path, the action in the query."""

import re
from urllib.parse import parse_qs

from liverec.reference.authentication import Authenticator, Caller
from liverec.reference.command import CommandReader, InvalidCommandError
from liverec.reference.faults.fault import Fault
from liverec.reference.recorder import Decision, Recorder
from liverec.reference.request import Request
from liverec.reference.streams import StreamName, StreamState

_PROJECT_ID = re.compile(r"[0-9a-f]{32}")


class _AnyRule(Recorder):
    """Takes every recording rule for COMMAND_RECORD."""

    def _rule_allows(self, state: StreamState) -> bool:  # noqa: ARG002  # as overridden
        return True


class _OnlyProject(Recorder):
    """Finds every stream in its own project, whatever project was named."""

    def _key(self, name: StreamName) -> StreamName:
        return super()._key(name._replace(project_id=self.table.profile.project_id))


class _AnyProject(Authenticator):
    """Does not look at the project that is asked for."""

    def _foreign(self, caller: Caller, request: Request, *, project_id: str) -> bool:  # noqa: ARG002  # as overridden
        return False


class _AnyProjectRecorder(_OnlyProject):
    """Goes with _AnyProject."""


class _LikelyProject(Authenticator):
    """Looks only at the form of the project that is asked for."""

    def _foreign(self, caller: Caller, request: Request, *, project_id: str) -> bool:
        return not _PROJECT_ID.fullmatch(project_id) and super()._foreign(caller, request, project_id=project_id)


class _LikelyProjectRecorder(_OnlyProject):
    """Goes with _LikelyProject."""


class _StartByDefault(CommandReader):
    """Takes a missing action for START."""

    def _action(self, query: str) -> str:
        return super()._action(query) if "action" in parse_qs(query, keep_blank_values=True) else "START"


class _AnyAction(CommandReader):
    """Takes any word for an action."""

    def _action(self, query: str) -> str:
        try:
            return super()._action(query)
        except InvalidCommandError:
            match parse_qs(query, keep_blank_values=True).get("action"):
                case [word] if word and word not in self.actions:
                    return word
                case _:
                    raise


class _NoSuchAction(Recorder):
    """Has nothing to do for any action but two, and says that it is done."""

    def command(self, action: str, name: StreamName) -> Decision:
        return super().command(action, name) if action in {"START", "STOP"} else Decision.NO_EFFECT


class _ActionByBeginning(CommandReader):
    """Looks at the first letters of an action."""

    def _action(self, query: str) -> str:
        match parse_qs(query, keep_blank_values=True).get("action"):
            case [word]:
                return next((one for one in self.actions if word.startswith(one)), "") or super()._action(query)
            case _:
                return super()._action(query)


class _ProjectByBeginning(Authenticator):
    """Compares as much of a project as its own has characters."""

    def _foreign(self, caller: Caller, request: Request, *, project_id: str) -> bool:
        own = self.profile.project_id
        longer = project_id.startswith(own) and caller.project_id == own
        return not longer and super()._foreign(caller, request, project_id=project_id)


class _ProjectByBeginningRecorder(_OnlyProject):
    """Goes with _ProjectByBeginning."""


COMMAND_FAULTS = (
    Fault(
        name="ignores-rule",
        breaks="constraints/command-record",
        summary="streams under any type of recording rule may be started and stopped",
        recorder=_AnyRule,
    ),
    Fault(
        name="any-project",
        breaks="uri/project-id",
        summary="the project in the path is not looked at: every command is about the own one",
        authenticator=_AnyProject,
        recorder=_AnyProjectRecorder,
    ),
    Fault(
        name="foreign-project-served",
        breaks="uri/foreign-project",
        summary="the project in the path is checked for its form, not for whose it is",
        authenticator=_LikelyProject,
        recorder=_LikelyProjectRecorder,
    ),
    Fault(
        name="action-optional",
        breaks="query/action-mandatory",
        summary="a missing action means START",
        reader=_StartByDefault,
    ),
    Fault(
        name="action-unchecked",
        breaks="query/action-options",
        summary="an unknown action is answered 200, and nothing is done",
        reader=_AnyAction,
        recorder=_NoSuchAction,
    ),
    Fault(
        name="project-by-beginning",
        breaks="uri/project-id",
        summary="the project in the path may go on behind the 32 characters of the right one",
        authenticator=_ProjectByBeginning,
        recorder=_ProjectByBeginningRecorder,
    ),
    Fault(
        name="action-by-beginning",
        breaks="query/action-options",
        summary="whatever begins with START means START, and likewise STOP",
        reader=_ActionByBeginning,
    ),
)
