"""The service itself: from a request to its answer, without a network."""

import time
from dataclasses import dataclass
from typing import TypeVar, cast
from urllib.parse import quote, unquote

from starlette.types import ASGIApp

from liverec.document import Document, load_document
from liverec.reference.answers import Answer, Answers
from liverec.reference.authentication import Authenticator, DeniedError
from liverec.reference.command import Command, CommandReader, InvalidCommandError, UnsupportedContentError
from liverec.reference.faults import Fault, fault
from liverec.reference.iam import answer_token_request
from liverec.reference.identity import RequestIds
from liverec.reference.journal import Journal
from liverec.reference.recorder import Recorder
from liverec.reference.request import Request
from liverec.reference.settings import Settings
from liverec.reference.streams import StreamName, StreamTable
from liverec.reference.tokens import Tokens

TOKEN_PATH = "/v3/auth/tokens"  # noqa: S105  # a path, not a token
# how the gateway turns a call away before anything else is looked at: code and message by status
TURNED_AWAY = {
    403: ("APIGW.0302", "The IAM user is not authorized to access the API."),
    429: ("APIGW.0308", "The throttling threshold has been reached: policy user over ratelimit,limit:300"),
}

Part = TypeVar("Part")


@dataclass(slots=True, kw_only=True)
class TurnAway:
    """How many of the next commands are turned away by the gateway, and with which status."""

    status: int = 429
    count: int = 0


class Service:
    """Everything that answers, put together from the settings and the faults that are on.

    State (streams, tokens, journal, clock) outlives a change of faults; the parts that act on it do not.
    """

    def __init__(self, settings: Settings, *, document: Document | None = None) -> None:
        self.settings = settings
        self.document = document or load_document()
        self.clock = settings.clock
        self.table = StreamTable(settings.profile)
        self.tokens = Tokens(settings.profile, wall_clock=settings.wall_clock)
        self.journal = Journal()
        self.turn_away = TurnAway()
        head, _, tail = self.document.path_template.partition("{project_id}")
        self._head, self._tail = head, tail
        self._own_path = head + quote(settings.profile.project_id, safe="") + tail
        self.command_line = f"{self.document.method} {head}".encode()  # how the text of a command begins
        self.set_faults(settings.faults)

    def set_faults(self, names: tuple[str, ...]) -> None:
        """Switch to exactly these faults.

        Raises:
            UnknownFaultError: one of them does not exist; nothing is changed then.
        """
        active = [fault(name) for name in dict.fromkeys(names)]
        settings, dialect = self.settings, self.settings.dialect
        request_ids = _assemble(RequestIds, [f.request_ids for f in active])(dialect.request_id_timestamp)
        recorder = _assemble(Recorder, [f.recorder for f in active])(
            table=self.table,
            clock=self.clock,
            interval_ns=self.document.interval_ns,
            threshold_s=settings.interruption_threshold_s,
            dialect=dialect,
        )
        authenticator = _assemble(Authenticator, [f.authenticator for f in active])(
            profile=settings.profile, tokens=self.tokens, wall_clock=settings.wall_clock
        )
        self.faults: tuple[Fault, ...] = tuple(active)
        self.recorder = recorder
        self.authenticator = authenticator
        self.reader = _assemble(CommandReader, [f.reader for f in active])(document=self.document, dialect=dialect)
        self.answers = _assemble(Answers, [f.answers for f in active])(
            document=self.document, dialect=dialect, request_ids=request_ids
        )

    def wrap(self, app: ASGIApp) -> ASGIApp:
        """Put the wrappers of the active faults round *app*, the first outermost."""
        for active in reversed(self.faults):
            if active.wrap is not None:
                app = active.wrap(app)
        return app

    def reset(self) -> None:
        """Return streams, journal and the gateway's mood to the beginning; clock, faults and tokens stay."""
        self.recorder.reset()
        self.journal.clear()
        self.turn_away.count = 0

    def answer(self, request: Request) -> Answer:
        """Answer *request*, and write both into the journal."""
        clock_ns, wall_ns = self.clock.now(), time.time_ns()
        answer, command, outcome = self._answer(request)
        self.journal.record(request, answer, clock_ns=clock_ns, wall_ns=wall_ns, command=command, outcome=outcome)
        return answer

    def _answer(self, request: Request) -> tuple[Answer, Command | None, str]:
        if request.excess is not None:
            excess = request.excess
            answer = self.answers.gateway(excess.status, "APIGW.0201", excess.message, closes=excess.fatal)
            return answer, None, "too large"
        project_id = self._project_id(request.path)
        if project_id is not None and request.method == self.document.method:
            return self._control(request, project_id)
        if request.path == TOKEN_PATH and request.method == "POST":
            return answer_token_request(request, self.tokens), None, "token"
        # so the gateway says also of a path that exists under another method
        return self.answers.gateway(404, "APIGW.0101", "The API does not exist."), None, "no such API"

    def _project_id(self, path: str) -> str | None:
        if path == self._own_path:
            return self.settings.profile.project_id
        if not (path.startswith(self._head) and path.endswith(self._tail)):
            return None
        project_id = path[len(self._head) : len(path) - len(self._tail)]
        return None if "/" in project_id or not project_id else unquote(project_id)

    def _control(self, request: Request, project_id: str) -> tuple[Answer, Command | None, str]:
        """The order of the checks is a choice: gateway, who asks, what is asked, may it be done."""
        if self.turn_away.count:
            self.turn_away.count -= 1
            code, message = TURNED_AWAY[self.turn_away.status]
            return self.answers.gateway(self.turn_away.status, code, message), None, "turned away"
        try:
            caller = self.authenticator.authenticate(request)
            self.authenticator.authorize(caller, request, project_id=project_id)
            command = self.reader.read(request, project_id=project_id)
        except DeniedError as denial:
            make = self.answers.gateway if denial.from_gateway else self.answers.denied
            return make(denial.status, denial.code, denial.message), None, "denied"
        except UnsupportedContentError as problem:
            return self.answers.unsupported(str(problem)), None, "invalid"
        except InvalidCommandError as problem:
            return self.answers.invalid(str(problem)), None, "invalid"
        decision = self.recorder.command(command.action, command.stream)
        return self.answers.decided(decision), command, str(decision)

    def name(self, publish_domain: str, app: str, stream: str) -> StreamName:
        """Return the name of a stream of the profile's project."""
        return StreamName(self.settings.profile.project_id, publish_domain, app, stream)


def _assemble(base: type[Part], variants: list[type[Part] | None]) -> type[Part]:
    chosen = list(dict.fromkeys(variant for variant in variants if variant is not None))  # two faults may share one
    if len(chosen) <= 1:
        return chosen[0] if chosen else base
    return cast("type[Part]", type(f"Faulty{base.__name__}", tuple(chosen), {}))
