"""Running the suite as a child process, and making one result of what it leaves behind."""

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import partial
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol

import msgspec

from liverec.assets import asset
from liverec.conformance.budget import SHORT, Budget
from liverec.conformance.exceptions import Deviation, with_exceptions
from liverec.conformance.folder import EVENTS, RECORD
from liverec.conformance.listing import Listing, Part
from liverec.conformance.outcomes import findings, overall
from liverec.conformance.replay import replay
from liverec.target import Target, describe
from liverec.verdict import ExitCode, Judgement, Result, Verdict

PATIENCE = 3.0  # times what the budget says
LEAST_PATIENCE_S = 600.0
GRACE_S = 30.0
MINUTE_S = 61.0
INTERRUPTED = 2  # pytest's exit code
BY_OPERATOR = "interrupted by the operator: partial"
_VERSIONS = ("liverec", "schemathesis", "hypothesis", "httpx")


class Watcher(Protocol):
    """Whoever shows how far the run is."""

    def stage(self, text: str) -> None:
        """Something else is being done now."""

    def judged(self, requirement: str, verdict: Verdict) -> None:
        """A requirement was judged."""

    def waiting(self, seconds_left: float) -> None:
        """The schedules need so much longer."""

    def planned(self, text: str) -> None:
        """This is what the run will send, and how long it will take."""


class _Silent:
    """Watches, and shows nothing."""

    def stage(self, text: str) -> None:
        pass

    def judged(self, requirement: str, verdict: Verdict) -> None:
        pass

    def waiting(self, seconds_left: float) -> None:
        pass

    def planned(self, text: str) -> None:
        pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How the run ended; without a ``result``, ``message`` says why."""

    exit_code: ExitCode
    result: Result | None = None
    message: str = ""
    history: Path = Path()


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite:
    """One run of ``contracts/`` against a target.

    ``target`` is its name, as it was given; None: nobody gave one, and a server was started for this run alone.
    ``explore`` None: as many random schedules as the ``budget`` says. ``deviations`` are known, and still expected
    ``today``.
    """

    target: str | None
    resolved: Target
    allow: bool
    seed: int
    only: tuple[str, ...]
    folder: Path
    today: date
    budget: Budget = SHORT
    explore: int | None = None
    deviations: tuple[Deviation, ...] = ()

    def run(self, watcher: Watcher) -> Outcome:
        """Run the suite and return what came out, also when it is interrupted.

        Under a quota it is rehearsed first, so as to say how long it takes.
        """
        seconds = self.budget.seconds
        if self.resolved.max_requests_per_minute is not None:
            planned = self.rehearse(watcher)
            if isinstance(planned, Outcome):
                return planned
            watcher.planned(str(planned))
            seconds = planned.takes_s
        started, begun = datetime.now(UTC), time.monotonic()
        returncode, ended = self.play(watcher, seconds)
        return self.outcome(returncode, started, time.monotonic() - begun, ended=ended)

    def rehearse(self, watcher: Watcher) -> Listing | Outcome:
        """Return what is sent to a server that keeps the contract, or why that is not known; the target gets none."""
        watcher.stage("counting what will be sent")
        with TemporaryDirectory(prefix="liverec-") as folder:
            rehearsal = replace(self, folder=Path(folder))
            returncode, ended = rehearsal.play(_Silent(), self.budget.seconds, "--liverec-dry-run")
            record = Path(folder) / RECORD
            if ended:
                return Outcome(exit_code=ExitCode.UNDECIDED, message=f"{ended}; nothing was sent")
            if not record.exists():
                return rehearsal.outcome(returncode, datetime.now(UTC), 0.0)
            parts = msgspec.json.decode(record.read_bytes(), type=dict[str, Any])["parts"]
        return Listing(
            parts=msgspec.convert(parts, tuple[Part, ...]),
            limit=self.resolved.max_requests_per_minute,
            seconds=self.budget.seconds,
        )

    def play(self, watcher: Watcher, seconds: float, *more: str) -> tuple[int, str]:
        """Run pytest, for about so many *seconds*; return its exit code, and who ended it early, if anybody did."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for stale in (EVENTS, RECORD, "history.ndjson", "violation-*.ndjson"):
            for path in self.folder.glob(stale):
                path.unlink()
        with (self.folder / "pytest.log").open("wb") as log:
            child = subprocess.Popen(  # noqa: S603  # our own interpreter; nothing secret is among the arguments
                [sys.executable, "-P", "-m", "pytest", *self.arguments(), *more],  # -P: not what lies in the folder
                stdout=log,
                stderr=subprocess.STDOUT,
                env=_environment(),
                cwd=self.folder,
                start_new_session=True,  # Ctrl-C reaches us alone, and we pass it on once
            )
            ended = _follow(
                child,
                self.folder / EVENTS,
                watcher,
                patience_s=max(LEAST_PATIENCE_S, PATIENCE * seconds),
                grace_s=self._grace_s(),
            )
        return child.returncode, ended

    def _grace_s(self) -> float:
        """Return how long stopping what was started may take: every STOP may have to wait for the quota."""
        return GRACE_S if self.resolved.max_requests_per_minute is None else GRACE_S + MINUTE_S

    def arguments(self) -> list[str]:
        """Return what pytest is called with: the suite, and nothing of what else is configured or installed."""
        isolated = ["-c", os.devnull, "--rootdir", ".", "--noconftest", "--import-mode=importlib"]
        chosen = [part for one in self.only for part in ("--liverec-only", one)]
        target = self.resolved.url if self.target is None else self.target
        target = target if "://" in target else str(Path(target).resolve())
        return [
            *(str(asset("contracts")), *isolated, "-p", "no:cacheprovider", "-p", "liverec.conformance.plugin", "-q"),
            *("--target", target, "--liverec-seed", str(self.seed), "--liverec-folder", str(self.folder.resolve())),
            *("--liverec-time", self.budget.name),
            *([] if self.explore is None else ["--liverec-explore", str(self.explore)]),
            *(["--liverec-allow"] if self.allow else []),
            *chosen,
        ]

    def outcome(self, returncode: int, started: datetime, seconds: float, *, ended: str = "") -> Outcome:
        """Return what the run left behind, as a result; *ended* says who ended it early, if anybody did."""
        path = self.folder / RECORD
        if not path.exists():
            log = (self.folder / "pytest.log").read_text(errors="replace")
            said = [line for line in log.splitlines() if line.startswith(("!", "Exit: "))]
            message = said[0].strip("! ").removeprefix("_pytest.outcomes.Exit: ") if said else log[-2000:]
            known = {64: ExitCode.REFUSED}
            return Outcome(exit_code=known.get(returncode, ExitCode.ERROR), message=message)
        record = msgspec.json.decode(path.read_bytes(), type=dict[str, Any])
        if record.get("unusable"):
            return Outcome(exit_code=ExitCode.ERROR, message=str(record["unusable"]))
        if record["lost"]:
            ended = (
                f"{record['lost']}: all that was not judged by then is undecided. See whether it still runs, and what "
                "its log says; then run again"
            )
        elif not ended and (record["interrupted"] or returncode == INTERRUPTED):
            ended = BY_OPERATOR
        return self._read(record, started, seconds, ended=ended)

    def _read(self, record: dict[str, Any], started: datetime, seconds: float, *, ended: str) -> Outcome:
        again = partial(
            replay,
            target=self.target,
            allow=self.allow,
            seed=self.seed,
            time=self.budget.name,
            explore=self.explore,
        )
        rows = tuple(
            replace(row, replay=again((row.id,) if row.alone else self.only))
            for row in (msgspec.convert(row, Judgement) for row in record["judgements"])
        )
        rows = with_exceptions(rows, self.deviations, today=self.today)
        verdict, exit_code = overall(rows, ended_early=bool(ended))
        notes = [*([ended] if ended else []), *record["notes"]]
        history = self.folder / record["history"]
        result = Result(
            verdict=verdict,
            exit_code=exit_code,
            started=f"{started:%Y-%m-%dT%H:%M:%SZ}",
            seconds=round(seconds, 3),
            seed=self.seed,
            target=describe(self.resolved),
            versions={name: version(name) for name in _VERSIONS},
            findings=findings(rows),
            judgements=rows,
            histories=(str(history), *(str(self.folder / name) for name in record["violations"])),
            notes=tuple(notes),
            **{
                name: record[name]
                for name in ("dialect", "interval_s", "counts", "timelines", "probes", "bursts", "volume")
            },
        )
        return Outcome(exit_code=exit_code, result=result, history=history)


def _environment() -> dict[str, str]:
    """Return this process's environment without what is meant for other runs of pytest; no foreign plugin is loaded."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    return ours | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONDONTWRITEBYTECODE": "1", "NO_COLOR": "1"}


def _follow(
    child: subprocess.Popen[bytes], events: Path, watcher: Watcher, *, patience_s: float, grace_s: float
) -> str:
    """Show the child's events until it ends; return who ended it early, or nothing.

    The first Ctrl-C is passed on, and so is that time is up; the child is given *grace_s* to clean up.
    """
    seen = 0
    window_ends = 0.0
    deadline = time.monotonic() + patience_s
    interrupted = ""
    while True:
        try:
            ended = child.poll() is not None
            for event in _events(events)[seen:]:
                seen += 1
                if event["event"] == "waiting":
                    window_ends = time.monotonic() + float(event["seconds"])
                _show(event, watcher)
            if ended:
                return interrupted
            if window_ends:
                watcher.waiting(max(0.0, window_ends - time.monotonic()))
            if time.monotonic() > deadline and interrupted:
                _end(child)
            elif time.monotonic() > deadline:
                interrupted = f"not done after {patience_s:.0f} s: partial"
                deadline = _interrupt(child, watcher, grace_s)
            time.sleep(0.1)
        except KeyboardInterrupt:
            if not interrupted:
                interrupted = BY_OPERATOR
                deadline = _interrupt(child, watcher, grace_s)


def _interrupt(child: subprocess.Popen[bytes], watcher: Watcher, grace_s: float) -> float:
    """Ask the child to end as after Ctrl-C; return until when it may take."""
    watcher.stage("stopping what was started")
    child.send_signal(signal.SIGINT)
    return time.monotonic() + grace_s


def _end(child: subprocess.Popen[bytes]) -> None:
    child.terminate()
    with suppress(subprocess.TimeoutExpired):
        child.wait(GRACE_S)
    child.kill()


def _show(event: dict[str, Any], watcher: Watcher) -> None:
    if event["event"] == "stage":
        watcher.stage(event["text"])
    elif event["event"] == "judged":
        watcher.judged(event["id"], Verdict(event["verdict"]))


def _events(path: Path) -> list[dict[str, Any]]:
    lines = path.read_bytes().split(b"\n")[:-1] if path.exists() else []
    return [msgspec.json.decode(line, type=dict[str, Any]) for line in lines]
