"""The streams that the reference server knows, and what each is doing."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from liverec.profile import Profile, StreamSet

COMMAND_RECORD = "COMMAND_RECORD"
# the values that the provider's other pages give for a recording rule
RULES = (COMMAND_RECORD, "CONTINUOUS_RECORD", "PLAN_RECORD", "ON_DEMAND_RECORD")
MAX_STREAMS = 250_000


class StreamName(NamedTuple):
    """What a command is about: "the same stream" of Table 2 is the same four names."""

    project_id: str
    publish_domain: str
    app: str
    stream: str


@dataclass(slots=True, kw_only=True)
class StreamState:
    """What one stream is doing; times are nanoseconds of the recorder's clock."""

    rule: str = COMMAND_RECORD
    pushed: bool = True
    recording: bool = False
    recorded: bool = False  # a START has taken effect at some time
    interrupted_at: int | None = None  # when the push was lost under a recording; until it resumes
    stopped_at: int | None = None  # where the restart window begins


class TableFullError(Exception):
    """No room for one more stream."""


class StreamTable:
    """Every known stream by name; whoever reads or changes a state holds ``lock``."""

    def __init__(self, profile: Profile) -> None:
        self.lock = threading.Lock()
        self.profile = profile
        self._states: dict[StreamName, StreamState] = dict(_initial(profile))

    def find(self, name: StreamName) -> StreamState | None:
        """Return the state of *name*, or None if nobody has ever heard of it."""
        return self._states.get(name)

    def add(self, name: StreamName) -> StreamState:
        """Return the state of *name*, made known by this call if need be.

        Raises:
            TableFullError: MAX_STREAMS are known already.
        """
        state = self._states.get(name)
        if state is None:
            if len(self._states) >= MAX_STREAMS:
                raise TableFullError(f"{MAX_STREAMS} streams are known already; reset the server")
            state = self._states[name] = StreamState()
        return state

    def items(self) -> list[tuple[StreamName, StreamState]]:
        """Return every known stream, oldest first."""
        return list(self._states.items())

    def reset(self) -> None:
        """Forget everything but what the profile says."""
        self._states = dict(_initial(self.profile))


def _initial(profile: Profile) -> Iterator[tuple[StreamName, StreamState]]:
    sets = (
        (profile.recordable, StreamState()),
        (profile.other_rule, StreamState(rule="CONTINUOUS_RECORD")),
        (profile.unpushed, StreamState(pushed=False)),
    )
    for streams, state in sets:
        if streams is not None:
            for name in _names(profile.project_id, streams):
                yield name, StreamState(rule=state.rule, pushed=state.pushed)
    # the page's example stream, so that the page's samples run as they stand
    yield StreamName(profile.project_id, "publish.example.com", "live", "mystream"), StreamState()


def _names(project_id: str, streams: StreamSet) -> Iterator[StreamName]:
    domain = streams.publish_domain.lower()
    for n in range(1, streams.count + 1):
        yield StreamName(project_id, domain, streams.app, streams.name(n))
