"""One pytest session over the suite: a trial, its schedules in the background, and what the tests said."""

import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from liverec.checker import check, probes
from liverec.clock import NANOSECONDS
from liverec.conformance.budget import SLOW_MS
from liverec.conformance.confirmation import try_again, violations
from liverec.conformance.crowd import Crowd
from liverec.conformance.earlier_runs import let_windows_pass
from liverec.conformance.folder import Events
from liverec.conformance.judged import JudgedHistory
from liverec.conformance.outcomes import Outcomes, Said
from liverec.conformance.preflight import Isolation, admitted, isolation
from liverec.conformance.scheduled import carry_out_schedules, window_ns
from liverec.conformance.sequences import search
from liverec.conformance.trial import Trial
from liverec.conformance.verdicts import NotExercised, Undecided, Violation
from liverec.conformance.volume import Volume
from liverec.history.merge import merge
from liverec.history.reader import read_file
from liverec.verdict import Verdict


@dataclass(kw_only=True)
class Session:
    """Holds a run together.

    ``scheduled`` and ``isolates`` say whether a selected test needs the schedules, and the story of the streams apart.
    """

    trial: Trial
    events: Events
    scheduled: bool
    isolates: bool
    outcomes: Outcomes = field(default_factory=Outcomes)
    isolated: Isolation | None = None
    judged: JudgedHistory | None = None
    interrupted: bool = False
    violations: list[str] = field(default_factory=list[str])
    crowd: Crowd = field(init=False)
    volume: Volume = field(default_factory=Volume)
    _background: threading.Thread | None = None
    _failure: BaseException | None = None

    def __post_init__(self) -> None:
        """Let a crowd be at hand, for several tests."""
        self.crowd = Crowd(self.trial)

    def begin(self) -> None:
        """Check that the target can be judged, tell the isolation story, and begin the schedules.

        Raises:
            TargetUnusable: it cannot be judged.
        """
        self.events.write("stage", text="asking the target for admission")
        admitted(self.trial)
        with suppress(Undecided):
            let_windows_pass(self.trial, lambda text: self.events.write("stage", text=text))
        if self.trial.ledger.quickest_ns() > SLOW_MS * NANOSECONDS / 1000:
            self.trial.budget = self.trial.budget.slowed()
        if self.isolates:
            try:
                self.isolated = isolation(self.trial)
            except NotExercised as problem:
                self.trial.notes.append(str(problem))
            except Undecided:
                return  # the target was given up; whoever asks it again is told
        if not self.scheduled:
            return
        if self.trial.exact:
            self.events.write("stage", text="carrying out the schedules on the target's virtual clock")
            with suppress(Undecided):
                carry_out_schedules(self.trial, threading.Event())
                search(self.trial)
            return
        self.events.write("waiting", seconds=window_ns(self.trial) / NANOSECONDS)
        self.trial.at_rest.clear()
        lent = threading.Event()
        self._background = threading.Thread(target=self._carry_out, args=(lent,), name="schedules", daemon=True)
        self._background.start()
        lent.wait()

    def _carry_out(self, lent: threading.Event) -> None:
        try:
            with suppress(Undecided):
                carry_out_schedules(self.trial, lent)
        except BaseException as failure:  # noqa: BLE001  # raised again where the result is asked for
            self._failure = failure
        finally:
            lent.set()
            self.trial.at_rest.set()

    def end_schedules(self) -> None:
        """Wait until every scheduled command is answered."""
        if self._background is not None:
            self.events.write("stage", text="waiting for the restart interval to pass")
            self._background.join()
            self._background = None
        if self._failure is not None:
            raise self._failure

    def judge(self, seconds: float) -> JudgedHistory:
        """Judge everything that was recorded, once all of it is, in *seconds*; after this, nothing more can be sent.

        What is broken is tried again beforehand, and the least that shows it gets a file of its own.
        """
        if self.judged is None:
            self.end_schedules()
            self.events.write("stage", text="judging the history")
            path = self.trial.history_path
            first = judge_file(path, seconds) if self.trial.assigned else None
            if first is not None and first.result.findings:
                self.events.write("stage", text="trying again what was found, on other streams")
                repeated = try_again(self.trial, first, lambda: merge([read_file(path)]))
            else:
                repeated = {}
            self.trial.close()
            self.judged = replace(judge_file(path, seconds), repeated=repeated)
            for number, content in enumerate(violations(self.judged, seconds), 1):
                self.violations.append(f"violation-{number}.ndjson")
                path.with_name(self.violations[-1]).write_bytes(content)
        return self.judged

    def say(self, identifiers: tuple[str, ...], failure: BaseException | None, *, alone: bool) -> Verdict:
        """Keep what one test said about its requirements; return its verdict.

        *alone*: the test rests on nothing that other tests sent.
        """
        if isinstance(failure, Violation) and any(_cut_while_reused(one) for one in failure.evidence):
            # HTTP lets a server close a connection between two requests: what became of the second is not known.
            failure = Undecided(f"{failure.why}, but a connection was closed between two requests, as HTTP allows")
        if isinstance(failure, Violation):
            own = alone and failure.identifier in identifiers
            self._add(failure.identifier, Verdict.BROKEN, failure.why, alone=own, evidence=failure.evidence)
            return Verdict.BROKEN
        verdict, why = _said(failure)
        if verdict is Verdict.ERROR and not identifiers:
            self.trial.notes.append(f"{self.trial.ledger.during} only observes, and failed by itself: {why}")
        decided = self.judged.result.exercised if self.judged is not None else dict[str, int]()
        for identifier in identifiers:
            counted = verdict is Verdict.KEPT and identifier in decided
            told = f"{decided[identifier]} commands could have broken it" if counted else why
            self._add(identifier, verdict, told, alone=alone)
        return verdict

    def _add(
        self,
        identifier: str,
        verdict: Verdict,
        why: str,
        *,
        alone: bool,
        evidence: tuple[Mapping[str, Any], ...] = (),
    ) -> None:
        self.outcomes.add(Said(id=identifier, verdict=verdict, why=why, alone=alone, evidence=evidence))
        self.events.write("judged", id=identifier, verdict=verdict.value)

    def close(self) -> None:
        """End the schedules, stop every stream and close what is open."""
        self.trial.abandon()
        if self._background is not None:
            self._background.join(timeout=30)
        self.trial.close()
        self.events.close()


def _cut_while_reused(evidence: Mapping[str, Any]) -> bool:
    return bool(evidence.get("reused_connection")) and str(evidence.get("error")).startswith("disconnected")


def _said(failure: BaseException | None) -> tuple[Verdict, str]:
    match failure:
        case None:
            return Verdict.KEPT, "judged, and holds"
        case NotExercised():
            return Verdict.NOT_EXERCISED, str(failure)
        case Undecided():
            return Verdict.UNDECIDED, str(failure)
        case _:
            return Verdict.ERROR, f"{type(failure).__name__}: {failure}"


def judge_file(path: Path, seconds: float) -> JudgedHistory:
    """Read a history that is still being written, and judge what is there, in about *seconds*."""
    deadline = time.monotonic() + seconds
    history = merge([read_file(path)])
    result = check(history, expired=lambda: time.monotonic() > deadline)
    return JudgedHistory(history=history, result=result, probes=probes(history, result.dialects))
