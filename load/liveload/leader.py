"""Whoever leads a run: plans it, follows it, ends it in order, and says what it came to."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex
from time import monotonic, monotonic_ns

import gevent

from liveload.conclusion import Conclusion, Ended, conclude
from liveload.crew import Crew
from liveload.exit_code import LoadExit, gravest
from liveload.final import Final
from liveload.judging import JudgingFailed, judge
from liveload.load_report import LoadReport
from liveload.options import OptionRefused, Settings, is_used, output_folder
from liveload.phase import Phase
from liveload.plan import plans
from liveload.reporting import report_of, versions, write_reports
from liveload.scenarios import SCENARIOS
from liveload.state import LiveState
from liveload.tally import Tally
from liveload.worker import RESOLUTION_NS
from liverec import __version__
from liverec.document import load_document
from liverec.profile_file import ProfileError
from liverec.report.text import measured_interval
from liverec.target import Target, TargetRefused, describe, resolve_target

logger = logging.getLogger("liverec")
_LOOK_S = 1.0


class Refused(Exception):  # it says what happened
    """The run cannot begin; the message says what to change."""

    def __init__(self, message: str, code: LoadExit = LoadExit.REFUSED) -> None:
        super().__init__(message)
        self.code = code


@dataclass(slots=True, kw_only=True)
class _Run:
    """The run that is under way."""

    name: str
    settings: Settings
    target: Target
    folder: Path
    started: str
    begun: float  # monotonic seconds
    workers: int
    tally: Tally = field(default_factory=Tally)
    finals: tuple[Final, ...] = ()
    aborted: str = ""
    operator: bool = False
    seconds: float = 0.0


class Leader:
    """Leads one run after another. *settings* reads what was chosen for the next, *end* ends the one under way."""

    def __init__(
        self,
        crew: Crew,
        *,
        settings: Callable[[], Settings],
        end: Callable[[], None],
        locust_failures: Callable[[], int],
    ) -> None:
        self._crew = crew
        self._settings = settings
        self._end = end
        self._locust_failures = locust_failures
        self._state = LiveState(interval_ns=load_document().interval_ns, resolution_ns=RESOLUTION_NS)
        self._run: _Run | None = None
        self._judging: gevent.Greenlet[[_Run], None] | None = None
        self.report: LoadReport | None = None  # of the last run that was judged

    @property
    def exit_code(self) -> int | None:
        """The exit code of the last run; None while there is none."""
        return self._state.exit_code

    def state(self) -> LiveState:
        """Return the run as it stands."""
        run = self._run
        if run is None:
            return self._state
        run.tally.add(self._crew.tally())
        elapsed = run.seconds or monotonic() - run.begun
        return replace(self._state, tally=run.tally, elapsed_s=elapsed, workers_final=len(run.finals))

    def begin(self) -> None:
        """Plan a run and hand it out; if it cannot begin, it is ended at once, and its state says why."""
        self.join()
        try:
            self._run = self._planned()
        except Refused as refused:
            logger.error("the run cannot begin: %s", refused)  # noqa: TRY400  # a user's mistake needs no traceback
            self._state = replace(
                self._state,
                phase=Phase.ENDED,
                verdict="refused" if refused.code is LoadExit.REFUSED else "error",
                exit_code=int(refused.code),
                reasons=(str(refused),),
            )
            gevent.spawn(self._end)
        else:
            gevent.spawn(self._watch, self._run)

    def _watch(self, run: _Run) -> None:
        """Collect what the workers count, so that each can say that its target is gone; keep the run's length."""
        while self._run is run and self._state.phase is Phase.RUNNING:
            run.tally.add(self._crew.tally())
            if monotonic() - run.begun > run.settings.max_seconds:
                self.abort(f"the run lasted longer than --max-seconds {run.settings.max_seconds}")
            gevent.sleep(_LOOK_S)

    def _planned(self) -> _Run:
        started = datetime.now(UTC)
        name = f"{started:%Y%m%dT%H%M%SZ}-{token_hex(2)}"
        self._state = replace(
            self._state, run=name, phase=Phase.RUNNING, verdict="none yet", exit_code=None, reasons=()
        )
        try:
            settings = self._settings()
            target = guarded(settings)
        except (OptionRefused, TargetRefused, ProfileError) as refused:
            raise Refused(str(refused)) from None
        folder = writable(output_folder(settings, name).absolute())
        workers = self._crew.size
        dealt = plans(settings, run=name, version=__version__, folder=str(folder), workers=workers)
        problems = [ready for ready in self._crew.begin(dealt) if ready.problem]
        if problems:
            self._crew.drain()
            text = "; ".join(dict.fromkeys(ready.problem for ready in problems))
            raise Refused(text, gravest(LoadExit(ready.exit_code) for ready in problems))
        logger.info("run %s: scenario %s against %s; histories in %s", name, settings.scenario, target.url, folder)
        self._state = LiveState(
            scenario=settings.scenario,
            run=name,
            target=target.url,
            phase=Phase.RUNNING,
            workers_expected=workers,
            interval_ns=self._state.interval_ns,
            resolution_ns=RESOLUTION_NS,
            zero_ns=monotonic_ns(),
            started=f"{started:%Y-%m-%dT%H:%M:%SZ}",
        )
        return _Run(
            name=name,
            settings=settings,
            target=target,
            folder=folder,
            started=self._state.started,
            begun=monotonic(),
            workers=workers,
        )

    def abort(self, why: str) -> None:
        """Cut the run short: it makes no sense to go on, or is not allowed to."""
        if self._run is not None and not self._run.aborted and self._state.phase is Phase.RUNNING:
            self._run.aborted = why
            logger.error("the run ends early: %s", why)
            gevent.spawn(self._end)

    def ended_by_operator(self) -> None:
        """Note that the end came by a signal."""
        if self._run is not None and self._state.phase is Phase.RUNNING:
            self._run.operator = True

    def drain(self) -> None:
        """Let everything under way come to its end; afterwards the histories are whole."""
        run = self._run
        if run is None or self._state.phase is not Phase.RUNNING:
            return
        self._state = replace(self._state, phase=Phase.DRAINING)
        run.finals = self._crew.drain()
        run.seconds = monotonic() - run.begun
        run.tally.add(self._crew.tally())

    def conclude(self) -> None:
        """Judge the histories and write the reports, in the background; ``join`` waits for it."""
        run = self._run
        if run is None or self._state.phase is not Phase.DRAINING:
            return
        self._state = replace(self.state(), phase=Phase.JUDGING)
        self._judging = gevent.spawn(self._conclude, run)

    def join(self) -> None:
        """Wait until the last run is judged and its reports are written."""
        if self._judging is not None:
            self._judging.join()

    def _conclude(self, run: _Run) -> None:
        try:
            conclusion = self._concluded(run)
            self._state = self._final_state(run, conclusion)
            self.report = report_of(conclusion, self._state, run.finals)
            self._state = replace(self._state, files=write_reports(run.folder, conclusion, self.report))
        except Exception as failure:
            logger.exception("the run cannot be concluded; its histories are in %s", run.folder)
            self._state = replace(
                self._state,
                phase=Phase.ENDED,
                verdict="error",
                exit_code=int(LoadExit.ERROR),
                reasons=(f"the run could not be concluded: {failure}",),
            )
        else:
            for reason in conclusion.reasons:
                logger.warning("%s", reason.text)
            measured = measured_interval(self._state.interval_s)
            if measured:
                logger.info("measured restart interval: %s", measured)
            logger.info("%s (exit code %d); report in %s", self._state.verdict, conclusion.exit_code, run.folder)
        finally:
            self._run = None

    def _concluded(self, run: _Run) -> Conclusion:
        checked, problems = None, list[str]()
        histories = [str(path) for path in sorted(run.folder.glob("worker-*.ndjson"))]
        logger.info("judging %d histories", len(histories))
        try:
            checked = judge(histories)
        except JudgingFailed as failed:
            problems.append(str(failed))
        return conclude(
            Ended(
                settings=run.settings,
                scenario=SCENARIOS[run.settings.scenario],
                run=run.name,
                started=run.started,
                seconds=run.seconds,
                target=describe(run.target),
                versions=versions(),
                tally=run.tally,
                expected_workers=run.workers,
                finals=run.finals,
                checked=checked,
                locust_failures=self._locust_failures(),
                operator=run.operator,
                problems=tuple(problems),
                aborted=run.aborted,
            )
        )

    def _final_state(self, run: _Run, conclusion: Conclusion) -> LiveState:
        return replace(
            self._state,
            phase=Phase.ENDED,
            tally=run.tally,
            elapsed_s=run.seconds,
            workers_final=len(run.finals),
            verdict=conclusion.result.verdict,
            exit_code=int(conclusion.exit_code),
            reasons=tuple(reason.text for reason in conclusion.reasons),
            findings=conclusion.result.findings,
            interval_s=conclusion.result.interval_s,
        )


def guarded(settings: Settings) -> Target:
    """Return the target that a run may load.

    Raises:
        TargetRefused, ProfileError: none is named, or it may not be reached.
    """
    if not settings.target:
        raise TargetRefused("no target is named: give --host http://127.0.0.1:8080, or a profile with --target FILE")
    return resolve_target(settings.target, allow=settings.allow)


def writable(folder: Path) -> Path:
    """Return *folder*, made if it was not there.

    Raises:
        Refused: it cannot be written to, or holds the histories of another run.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".liverec"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise Refused(f"--out {folder}: cannot be written: {error.strerror}") from None
    if is_used(folder):
        raise Refused(f"--out {folder}: holds the histories of another run; name another folder")
    return folder
