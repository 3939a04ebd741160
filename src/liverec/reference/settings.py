"""How one reference server is set up."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from liverec.clock import Clock, MonotonicClock
from liverec.profile import Profile
from liverec.reference.dialect import Dialect


def utc_now() -> datetime:
    """Return the wall clock's time, which signatures and tokens are judged by."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that a reference server is given; a VirtualClock makes its times virtual.

    ``interruption_threshold_s`` is the page's "threshold" (Table 2, START), which it leaves without a number.
    ``latency_ms`` is added to every answer of the service. ``key`` opens the control plane to peers off this machine.
    ``request_timeout_s`` cuts off who does not finish a request; ``keep_alive_s`` who sends none.
    """

    profile: Profile
    clock: Clock = field(default_factory=MonotonicClock)
    wall_clock: Callable[[], datetime] = utc_now
    dialect: Dialect = field(default_factory=Dialect)
    faults: tuple[str, ...] = ()
    interruption_threshold_s: float = 3.0
    latency_ms: float = 0.0
    key: str | None = field(default=None, repr=False)
    request_timeout_s: float = 10.0
    keep_alive_s: float = 75.0
