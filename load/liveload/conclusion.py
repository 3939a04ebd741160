"""What a load run comes to: the checker's judgement, the answers' own, and whether the load was what it should be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from liveload.commander import TIMEOUT_S
from liveload.exit_code import LoadExit, gravest
from liveload.final import Final
from liveload.observer import OVERDUE
from liveload.options import Settings
from liveload.scenarios.scenario import Scenario
from liveload.tally import Tally
from liverec.report.text import counted
from liverec.requirements import NORMATIVE, REQUIREMENTS
from liverec.verdict import ExitCode, Judgement, Result, Verdict

ONE_READING = "consistency/one-reading"
_LATE_MS = 50.0  # a load whose 99th percentile left later than this was not delivered as planned
_MOST_DROPPED = 0.001
_EVIDENCE = 20
_FROM_ANSWERS = (
    "status/documented",
    "request-id/present-200",
    "request-id/present-400",
    "request-id/present-404",
    "request-id/format",
    "error-body/object",
    "error-body/code",
    "error-body/message",
    "error-body/content-type",
    "http/answered",
    "http/well-formed",
    "http/no-server-error",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """Everything that is known when a run has ended. ``checked`` is what ``judge`` says; None: it failed.

    ``problems`` are failures of the harness, in words; ``aborted`` says why the run was cut short, if it was.
    """

    settings: Settings
    scenario: Scenario
    run: str
    started: str
    seconds: float
    target: Mapping[str, Any]
    versions: Mapping[str, str]
    tally: Tally
    expected_workers: int
    finals: tuple[Final, ...]
    checked: Mapping[str, Any] | None
    locust_failures: int = 0  # those that are not ours
    operator: bool = False
    problems: tuple[str, ...] = ()
    aborted: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why a run ends as it does: a sentence, and the exit code it asks for."""

    code: LoadExit
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Conclusion:
    """The end of a run; ``conditions`` are those of the scenario, with whether they were met."""

    exit_code: LoadExit
    reasons: tuple[Reason, ...]
    conditions: tuple[tuple[str, bool], ...]
    result: Result
    load: Mapping[str, Any] = field(default_factory=dict[str, Any])


def conclude(ended: Ended) -> Conclusion:
    """Weigh everything; nothing is left out because something graver was found."""
    conditions = tuple((one.text, one.met(ended.tally, ended.settings.users)) for one in ended.scenario.conditions)
    judgements = _judgements(ended)
    broken = [one for one in judgements if one.verdict is Verdict.BROKEN]
    reasons = (
        *(Reason(code=LoadExit.ERROR, text=text) for text in ended.problems),
        *(
            Reason(code=LoadExit.ERROR, text=f"worker {final.worker} failed: {final.problem}")
            for final in ended.finals
            if final.problem
        ),
        *(Reason(code=LoadExit.BROKEN, text=f"{one.id}: {one.why}") for one in broken),
        *_incomplete(ended),
        *_over_thresholds(ended),
        *_not_delivered(ended),
        *([Reason(code=LoadExit.OPERATOR, text="the run was ended by hand")] if ended.operator else []),
        *(Reason(code=LoadExit.INCONCLUSIVE, text=f"not seen: {text}") for text, met in conditions if not met),
        *_undecided(ended),
        *_locust_failures(ended),
    )
    exit_code = gravest(reason.code for reason in reasons)
    return Conclusion(
        exit_code=exit_code,
        reasons=reasons,
        conditions=conditions,
        result=_result(ended, exit_code, judgements, reasons),
        load=_load(ended, conditions, reasons),
    )


def _incomplete(ended: Ended) -> list[Reason]:
    """Say what is missing of the histories."""
    said: list[str] = []
    lost = ended.expected_workers - len(ended.finals)
    if lost > 0:
        said.append(f"{lost} of {ended.expected_workers} workers never reported their history as closed")
    said += [
        f"worker {final.worker} could not await every command under way" for final in ended.finals if not final.drained
    ]
    said += [f"worker {final.worker}: {final.apart}" for final in ended.finals if final.apart]
    if ended.checked is not None and not ended.checked["complete"]:
        said.append("a history breaks off: " + "; ".join(ended.checked["notes"][:3]))
    return [Reason(code=LoadExit.INCOMPLETE, text=text) for text in said]


def _over_thresholds(ended: Ended) -> list[Reason]:
    said: list[str] = []
    settings, tally = ended.settings, ended.tally
    everything = tally.everything()
    p99 = everything.percentile(0.99)
    if settings.latency_limit and p99 is not None and p99 > settings.latency_limit:
        said.append(f"the 99th percentile is {p99:g} ms, above --latency-limit {settings.latency_limit:g}")
    failed = sum(count for name, count in tally.answers.items() if name.endswith("no answer") or name[-3:] >= "500")
    share = failed / max(1, tally.answers.total())
    if settings.unanswered_limit and share > settings.unanswered_limit:
        said.append(f"{share:.2%} of the commands got no answer or a 5xx, above --unanswered-limit")
    return [Reason(code=LoadExit.THRESHOLD, text=text) for text in said]


def _not_delivered(ended: Ended) -> list[Reason]:
    said: list[str] = [ended.aborted] if ended.aborted else []
    tally = ended.tally
    due = tally.lateness.buckets.total() + tally.dropped
    if tally.dropped > _MOST_DROPPED * due:
        said.append(f"{tally.dropped} of {due} arrivals were dropped: take more users (-u), or a lower --rate")
    late = tally.lateness.percentile(0.99)
    if late is not None and late > _LATE_MS and any(final.busy for final in ended.finals):
        said.append(f"arrivals left late (99th percentile {late:g} ms), and the generator was busy: take more workers")
    said += [f"worker {final.worker}: {final.left_recording}" for final in ended.finals if final.left_recording]
    return [Reason(code=LoadExit.NOT_DELIVERED, text=text) for text in said]


def _undecided(ended: Ended) -> list[Reason]:
    if ended.checked is None or ended.checked["verdict"] != "undecided":
        return []
    notes = "; ".join(ended.checked["notes"][:3]) or "the histories cannot tell"
    return [Reason(code=LoadExit.INCONCLUSIVE, text=f"undecided: {notes}")]


def _locust_failures(ended: Ended) -> list[Reason]:
    if not ended.locust_failures:
        return []
    return [Reason(code=LoadExit.FAILURES, text=f"Locust counted {ended.locust_failures} failures of its own")]


def _judgements(ended: Ended) -> tuple[Judgement, ...]:
    replay = " ".join(["liverec check", *sorted({str(Path(final.file).parent) for final in ended.finals})])
    found = {one["requirement"]: one for one in (ended.checked or {}).get("findings", ())}
    exercised = (ended.checked or {}).get("exercised", {})
    judged: list[Judgement] = []
    for row in NORMATIVE:
        seen = ended.tally.broken[row.id]
        if finding := found.get(row.id):
            verdict, why = Verdict.BROKEN, finding["why"]
            evidence: tuple[Mapping[str, Any], ...] = ((ended.checked or {})["evidence"][row.id],)
        elif seen and row.id in _FROM_ANSWERS:
            first = next((one for one in ended.tally.violations if one.requirement == row.id), None)
            why = f"{seen} answers" + (f"; the first: {first.why}" if first else "")
            verdict, evidence = Verdict.BROKEN, _violations(ended.tally, row.id)
        elif exercised.get(row.id) or (row.id in _FROM_ANSWERS and ended.tally.answered_for(row.id)):
            verdict, why, evidence = Verdict.KEPT, "in every answer of the run", ()
        elif row.id == ONE_READING and ended.checked is not None and ended.checked["verdict"] == "kept":
            verdict, why, evidence = Verdict.KEPT, "one reading explains every answer", ()
        else:
            verdict, why, evidence = Verdict.NOT_EXERCISED, "not asked by this run (see liverec verify)", ()
        judged.append(Judgement(id=row.id, verdict=verdict, why=why, evidence=evidence, replay=replay))
    return tuple(judged)


def _overdue(tally: Tally) -> tuple[str, ...]:
    count = tally.events[OVERDUE]
    said = f"{counted(count, 'answer')} came after more than {TIMEOUT_S:g} s: the page sets no time for an answer"
    return (said,) if count else ()


def _violations(tally: Tally, requirement: str) -> tuple[Mapping[str, Any], ...]:
    those = [one for one in tally.violations if one.requirement == requirement][:_EVIDENCE]
    return tuple({"kind": "value", "stream": one.stream, "why": one.why, "request_id": one.request_id} for one in those)


def _result(ended: Ended, exit_code: LoadExit, judgements: Sequence[Judgement], reasons: Sequence[Reason]) -> Result:
    checked = ended.checked or {}
    place = {name: number for number, name in enumerate(REQUIREMENTS)}
    order = [one["requirement"] for one in checked.get("findings", ())]
    broken = [one.id for one in judgements if one.verdict is Verdict.BROKEN]
    findings = sorted(broken, key=lambda name: (order.index(name) if name in order else len(order), place[name]))
    verdict, code = _verdict(exit_code, findings, checked)
    return Result(
        verdict=verdict,
        exit_code=code,
        started=ended.started,
        seconds=ended.seconds,
        seed=ended.settings.seed,
        target=ended.target,
        versions=ended.versions,
        findings=tuple(findings),
        judgements=tuple(judgements),
        dialect=checked.get("dialect", {}),
        interval_s=checked.get("interval_s", {"refused_up_to": None, "accepted_from": None}),
        counts={
            "requests": ended.tally.answers.total(),
            "operations": checked.get("operations", 0),
            "streams": checked.get("streams", 0),
        },
        histories=tuple(final.file for final in ended.finals),
        notes=(*(reason.text for reason in reasons), *_overdue(ended.tally), *checked.get("notes", ())),
        probes=tuple(
            {
                "gap_from_s": probe.shortest / 1e9,
                "gap_until_s": probe.longest / 1e9,
                "accepted": probe.accepted,
            }
            for probe in ended.tally.probes
        ),
    )


def _verdict(exit_code: LoadExit, findings: Sequence[str], checked: Mapping[str, Any]) -> tuple[str, ExitCode]:
    if exit_code is LoadExit.ERROR:
        return "error", ExitCode.ERROR
    if findings:
        return "broken", ExitCode.BROKEN
    if checked.get("verdict") == "kept" and exit_code not in {LoadExit.INCOMPLETE, LoadExit.INCONCLUSIVE}:
        return "kept", ExitCode.KEPT
    return "undecided", ExitCode.UNDECIDED


def _load(ended: Ended, conditions: Sequence[tuple[str, bool]], reasons: Sequence[Reason]) -> dict[str, Any]:
    tally = ended.tally
    return {
        "scenario": ended.scenario.name,
        "run": ended.run,
        "exit_code": int(gravest(reason.code for reason in reasons)),
        "reasons": [{"exit_code": int(reason.code), "why": reason.text} for reason in reasons],
        "users": ended.settings.users,
        "workers": {"expected": ended.expected_workers, "final": len(ended.finals)},
        "conditions": [{"text": text, "met": met} for text, met in conditions],
        "answers": dict(sorted(tally.answers.items())),
        "latency_ms": {
            name: {str(share): latencies.percentile(share) for share in (0.5, 0.9, 0.99, 1.0)}
            for name, latencies in (("all", tally.everything()), *sorted(tally.latencies.items()))
        },
        "lateness_ms": {str(share): tally.lateness.percentile(share) for share in (0.5, 0.99, 1.0)},
        "dropped": tally.dropped,
        "events": dict(sorted(tally.events.items())),
        "seen_while_running": dict(sorted(tally.broken.items())),
    }
