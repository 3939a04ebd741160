"""What happened: one command about one stream, from its invocation to its completion."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Action(StrEnum):
    """The two commands (Table 2, action)."""

    START = "START"
    STOP = "STOP"


class Outcome(StrEnum):
    """What a completion says about the effect of its operation."""

    OK = "ok"  # 200: it happened
    REFUSED = "refused"  # 400 or 404: the rules refused it
    TURNED_AWAY = "turned away"  # 401, 403, 405, 413, 415, 429: it never reached the rules
    INFO = "info"  # nobody knows; it may even happen later


TURNED_AWAY = frozenset({401, 403, 405, 413, 415, 429})
REFUSED = frozenset({400, 404})
_KNOWN: dict[int | None, Outcome] = {
    200: Outcome.OK,
    **dict.fromkeys(REFUSED, Outcome.REFUSED),
    **dict.fromkeys(TURNED_AWAY, Outcome.TURNED_AWAY),
}
_UNKNOWN = Outcome.INFO


def outcome_of(status: int | None) -> Outcome:
    """Read the effect off a status; None is no answer at all."""
    return _KNOWN.get(status, _UNKNOWN)


class Stream(NamedTuple):
    """What a command is about; names are compared byte for byte. A tuple, for it is looked up with every command."""

    project_id: str
    publish_domain: str
    app: str
    stream: str

    def __str__(self) -> str:
        """Return the push path, without the project."""
        return f"{self.publish_domain}/{self.app}/{self.stream}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One command; times are nanoseconds of one monotonic clock.

    ``completed`` is None while nobody knows the outcome (INFO): its effect has no latest moment.
    ``file`` and ``index`` say where its invoke line stands.
    """

    process: int
    stream: Stream
    action: Action
    outcome: Outcome
    invoked: int
    completed: int | None
    status: int | None = None
    error_code: str | None = None
    request_id: str | None = None
    error: str | None = None
    file: str = ""
    index: int = 0
