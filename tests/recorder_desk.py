"""A recorder on a virtual clock, and the commands in short."""

from typing import Any

from liverec.clock import NANOSECONDS, VirtualClock
from liverec.profile import Credentials, Profile, StreamSet
from liverec.reference.dialect import Dialect
from liverec.reference.recorder import Decision, Recorder
from liverec.reference.streams import StreamName, StreamTable

PROJECT = "0123456789abcdef0123456789abcdef"
DOMAIN = "publish.example.com"
THRESHOLD_S = 3


def _profile() -> Profile:
    return Profile(
        url="http://127.0.0.1:8080",
        project_id=PROJECT,
        credentials=Credentials(token="t"),
        recordable=StreamSet(publish_domain=DOMAIN, app="live", names="rehearsal-{n}", count=3),
        other_rule=StreamSet(publish_domain="continuous.example.com", app="live", names="continuous-{n}", count=1),
        unpushed=StreamSet(publish_domain=DOMAIN, app="live", names="unpushed-{n}", count=1),
    )


def stream_name(stream: str = "rehearsal-1", domain: str = DOMAIN, app: str = "live") -> StreamName:
    return StreamName(PROJECT, domain, app, stream)


class Desk:
    """A recorder with its clock, and the commands in short."""

    def __init__(self, **choices: Any) -> None:
        self.clock = VirtualClock()
        self.recorder = Recorder(
            table=StreamTable(_profile()),
            clock=self.clock,
            interval_ns=10 * NANOSECONDS,
            threshold_s=THRESHOLD_S,
            dialect=Dialect(**choices),
        )

    def begin(self, name: StreamName | None = None) -> Decision:
        return self.recorder.command("START", name or stream_name())

    def end(self, name: StreamName | None = None) -> Decision:
        return self.recorder.command("STOP", name or stream_name())

    def recording(self, name: StreamName | None = None) -> bool:
        return dict(self.recorder.streams())[name or stream_name()].recording

    def stopped_once(self) -> "Desk":
        assert (self.begin(), self.end()) == (Decision.DONE, Decision.DONE)
        return self
