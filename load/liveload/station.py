"""Where a worker's part is played: makes the worker when a plan arrives, whichever process that is in."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from locust.env import Environment

from liveload.exit_code import LoadExit
from liveload.final import Final
from liveload.plan import Plan, TooFewStreams
from liveload.prepared import CredentialsMissing
from liveload.request_statistics import RequestStatistics
from liveload.worker import Worker
from liverec import __version__
from liverec.document import load_document
from liverec.profile_file import ProfileError
from liverec.target import TargetRefused, resolve_target


@dataclass(frozen=True, slots=True, kw_only=True)
class Readiness:
    """A worker's answer to a plan; ``problem`` is empty if it can begin, and ``exit_code`` what it asks for if not."""

    worker: int
    version: str = __version__
    problem: str = ""
    exit_code: int = 0

    def as_message(self) -> dict[str, Any]:
        """Return plain values, as Locust's messages carry them."""
        return asdict(self)


def readiness_of(message: Mapping[str, Any]) -> Readiness:
    """Read what ``Readiness.as_message`` made."""
    return Readiness(**message)


class Station:
    """One process that loads. *allow* is what this process itself was started with, not what a master says."""

    def __init__(self, environment: Environment, *, allow: bool, abort: Callable[[str], None]) -> None:
        self._statistics = RequestStatistics(environment)
        self._allow = allow
        self._abort = abort
        self.worker: Worker | None = None

    def begin(self, plan: Plan) -> Readiness:
        """Make ready for a run; whatever stands in the way is in the answer."""
        problem, code = "", LoadExit.KEPT
        self.worker = None
        try:
            _expect_version(plan)
            worker = Worker(
                plan,
                resolve_target(plan.target, allow=self._allow),
                load_document(),
                fire=self._statistics.answered,
                abort=self._abort,
            )
            worker.begin()
            self.worker = worker
        except (TargetRefused, ProfileError, TooFewStreams, CredentialsMissing) as refused:
            problem, code = str(refused), LoadExit.REFUSED
        except OSError as error:
            problem, code = f"{error.filename or plan.target}: {error.strerror or error}", LoadExit.ERROR
        return Readiness(worker=plan.worker, problem=problem, exit_code=int(code))

    def drain(self) -> Final | None:
        """End this worker's part in order; None if it has none."""
        final = self.worker.drain() if self.worker is not None else None
        self._statistics.flush()
        return final

    def dismiss(self) -> None:
        """Forget the worker: its run is over, and a further one brings a plan of its own."""
        self.worker = None

    def take_report(self) -> dict[str, Any] | None:
        """Return what was counted since the last report; None between runs."""
        return self.worker.take_report() if self.worker is not None else None


def _expect_version(plan: Plan) -> None:
    if plan.version != __version__:
        raise TargetRefused(f"this worker is liverec {__version__}, its master {plan.version}: install the same")
