"""The reference server as a test drives it: the same controls, whether it answers within the process or over HTTP."""

from dataclasses import replace
from datetime import timedelta
from difflib import get_close_matches

from liverec.doubles.clock import DoubleClock
from liverec.doubles.journal import CommandJournal
from liverec.profile_file import reference_profile
from liverec.reference.app import create_app
from liverec.reference.authentication import Authenticator
from liverec.reference.dialect import read_dialect
from liverec.reference.service import TURNED_AWAY
from liverec.reference.settings import Settings
from liverec.reference.streams import COMMAND_RECORD, RULES, StreamName

__tracebackhide__ = True  # pytest shows the line of the test, not ours

APP, PUBLISH_DOMAIN = "live", "publish.example.com"  # the page's example
_DAY_S = 86_400.0


class UnknownStreamError(LookupError):
    """The double knows no such stream; says which it knows, and how to make one known."""


class ReferenceDouble:
    """A service that keeps the contract, on a clock that stands still until it is advanced.

    ``project_id``, ``token``, ``access_key`` and ``secret_key`` are what the program under test must be given: they are
    made up and public, and verified for real. Streams are named by ``stream``, with the page's example for the rest.
    ``clock`` and ``journal`` are the test's; ``mystream`` and ``rehearsal-1`` to ``rehearsal-1000`` are being pushed.
    """

    def __init__(self, *, name: str, unseen: str) -> None:
        profile = reference_profile()
        self.clock = DoubleClock()
        self.project_id = profile.project_id
        self.token = profile.credentials.token or ""
        self.access_key = profile.credentials.access_key or ""
        self.secret_key = profile.credentials.secret_key or ""
        self.app = create_app(Settings(profile=profile, clock=self.clock))
        self._name, self._unseen = name, unseen
        self._service = service = self.app.service
        honest = Authenticator(profile=profile, tokens=service.tokens, wall_clock=service.settings.wall_clock)
        self.journal = CommandJournal(service.journal, document=service.document, authenticator=honest, unseen=unseen)

    def add_stream(
        self,
        stream: str,
        *,
        app: str = APP,
        publish_domain: str = PUBLISH_DOMAIN,
        pushed: bool = True,
        rule: str = COMMAND_RECORD,
    ) -> None:
        """Make a stream known, or change it: whether it is being pushed, and the type of its recording rule.

        Raises:
            ValueError: there is no such type of rule.
        """
        if rule not in RULES:
            raise ValueError(f"rule: expected one of {', '.join(RULES)}, found {rule!r}")
        self._service.recorder.set_stream(self._service.name(publish_domain, app, stream), pushed=pushed, rule=rule)

    def interrupt(self, stream: str, *, app: str = APP, publish_domain: str = PUBLISH_DOMAIN) -> None:
        """Break the push of a stream off; when this lasts longer than 3 s, its recording ends.

        Raises:
            UnknownStreamError: there is no such stream.
        """
        self._service.recorder.interrupt(self._known(stream, app, publish_domain))

    def resume(self, stream: str, *, app: str = APP, publish_domain: str = PUBLISH_DOMAIN) -> None:
        """Take the push of a stream up again; a recording that has ended does not begin again.

        Raises:
            UnknownStreamError: there is no such stream.
        """
        self._service.recorder.resume(self._known(stream, app, publish_domain))

    def is_recording(self, stream: str, *, app: str = APP, publish_domain: str = PUBLISH_DOMAIN) -> bool:
        """Return whether a stream is being recorded: what no caller of the real API can ask.

        Raises:
            UnknownStreamError: there is no such stream.
        """
        name = self._known(stream, app, publish_domain)
        return next(state.recording for known, state in self._service.recorder.streams() if known == name)

    def set_dialect(self, **choices: str) -> None:
        """Read the page in another way where it is silent: ``set_dialect(stop_while_idle="accepted")``.

        An axis that is not named takes its first value.

        Raises:
            DialectError: no such axis or value.
        """
        service = self._service
        dialect = read_dialect(f"{axis}={value}" for axis, value in choices.items())
        service.settings = replace(service.settings, dialect=dialect)
        self.set_faults(*(fault.name for fault in service.faults))

    def set_faults(self, *names: str) -> None:
        """Break these promises, and no others: to see what the program makes of a service that is wrong.

        Raises:
            UnknownFaultError: one of them does not exist; nothing is changed then.
        """
        self.app.set_faults(names)

    def turn_away(self, *, status: int = 429, count: int = 1) -> None:
        """Let the gateway turn the next commands away: 429 for too many of them, 403 for want of permission.

        Raises:
            ValueError: another status.
        """
        if status not in TURNED_AWAY:
            raise ValueError(f"status: expected {' or '.join(map(str, TURNED_AWAY))}, found {status}")
        self._service.turn_away.status, self._service.turn_away.count = status, count

    def lose_replies(self, count: int = 1) -> None:
        """Carry the next commands out, and end the connection without an answer: the caller cannot know."""
        self.app.replies_to_lose = count

    def issue_token(self, *, lifetime_s: float = _DAY_S) -> str:
        """Return a new token; below zero, one that has had its time."""
        return self._service.tokens.issue(project_id=self.project_id, lifetime=timedelta(seconds=lifetime_s))[0]

    def problems(self) -> list[str]:
        """Return what must fail the test: that nothing arrived, if the test has not looked at the journal to see so."""
        if self.journal.looked_at or self.journal.commands():
            return []
        return [f"the test took {self._name}, and no command arrived; {self._unseen}"]

    def _known(self, stream: str, app: str, publish_domain: str) -> StreamName:
        name = self._service.name(publish_domain.lower(), app, stream)
        known = [one for one, _ in self._service.recorder.streams()]
        if name in known:
            return name
        beside = [one.stream for one in known if (one.publish_domain, one.app) == (name.publish_domain, app)]
        near = ", ".join(get_close_matches(stream, beside, n=2, cutoff=0.4) or beside[-1:]) or "none"
        raise UnknownStreamError(
            f"no stream is called {stream!r} in {publish_domain}/{app}; near it: {near}. "
            f"{self._name}.add_stream({stream!r}) makes it known"
        )
