"""What a load run shows of itself while it runs and after: one value that the tab, the page and the report share."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from liveload.gaps import Standing, gap_plots, standing_of
from liveload.headline import headline
from liveload.phase import Phase
from liveload.series import SHARES, percentiles, points
from liveload.tally import Tally, Violation
from liverec.clock import NANOSECONDS
from liverec.report.text import legible_value, seconds

_NEAR_NS = 10_000_000
_MOST_VIOLATIONS = 50
_MOST_PROBES = 5_000  # drawing them must not delay the load that shares the process
_MOST_SECONDS = 300
_UNSETTLED_S = 10  # workers report every few seconds: younger counts still grow


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveState:
    """A run as it stands.

    ``verdict`` is one word (kept, broken, undecided, inconclusive, ...), "none yet" until the run is judged. ``target``
    must hold no credentials. ``zero_ns`` is the run's clock (that of ``Violation.time``) when the run began.
    ``interval_s`` holds ``refused_up_to`` and ``accepted_from`` as far as they are known. ``files`` maps the name that
    is offered for download, once the run has ended, to where the file lies.
    """

    scenario: str = ""
    run: str = ""
    target: str = ""
    phase: Phase = Phase.READY
    verdict: str = "none yet"
    exit_code: int | None = None
    reasons: tuple[str, ...] = ()
    findings: tuple[str, ...] = ()
    tally: Tally = field(default_factory=Tally)
    workers_expected: int = 0
    workers_final: int = 0
    interval_s: Mapping[str, float | None] = field(default_factory=dict[str, float | None])
    interval_ns: int = 10 * NANOSECONDS
    resolution_ns: int = 0
    zero_ns: int = 0
    started: str = ""  # UTC, ISO 8601, Z; empty: not yet
    elapsed_s: float = 0.0
    files: Mapping[str, Path] = field(default_factory=dict[str, Path])

    @property
    def downloads(self) -> Mapping[str, Path]:
        """The files that may be fetched now: none while one of them may still grow."""
        return self.files if self.phase is Phase.ENDED else {}

    def since_zero(self, violation: Violation) -> float:
        """Return when *violation* was seen, in seconds of the run."""
        return (violation.time - self.zero_ns) / NANOSECONDS


def tab_rows(state: LiveState) -> list[dict[str, str]]:
    """Return the rows of the Correctness tab; Locust sorts them by ``name``, hence the numbers."""
    tally = state.tally
    standings = [standing_of(probe, state.interval_ns, state.resolution_ns) for probe in tally.probes]
    near = sum(abs((probe.shortest + probe.longest) // 2 - state.interval_ns) <= _NEAR_NS for probe in tally.probes)
    too_soon, after = tally.broken["restart/too-soon"], tally.broken["restart/after-interval"]
    unanswered = sum(number for name, number in tally.answers.items() if name.endswith("no answer"))
    interval = seconds(state.interval_ns / NANOSECONDS)
    (late,) = percentiles(tally.lateness, (0.99,))
    rows = (
        ("phase", state.phase.value, state.scenario and f"scenario {state.scenario}"),
        ("verdict", state.verdict, "; ".join(state.reasons)),
        ("STARTs accepted too soon", too_soon, f"200 although at most {interval} had passed since the STOP"),
        ("STARTs refused too late", after, f"refused although more than {interval} had passed since the STOP"),
        ("broken in other ways", tally.broken.total() - too_soon - after, "see the page /liverec"),
        ("probes of the interval", len(standings), "STARTs after a STOP"),
        ("of these undecided", standings.count(Standing.UNSURE), "the answer took too long to tell on which side"),
        ("of these near", near, f"within 10 ms of {interval}"),
        ("refused up to", _measured(state.interval_s.get("refused_up_to")), "longest gap that was surely refused"),
        ("accepted from", _measured(state.interval_s.get("accepted_from")), "shortest gap that was surely accepted"),
        ("answers", tally.answers.total() - unanswered, "whatever their status"),
        ("no answer", unanswered, "their effect is unknown, and judged as such"),
        ("lateness, 99 of 100", "none" if late is None else f"{late:g} ms", "after the intended moment"),
        ("arrivals dropped", tally.dropped, "never sent: the generator had nobody free"),
        ("workers finished", f"{state.workers_final} of {state.workers_expected}", "have sent their last report"),
        ("exit code", "none yet" if state.exit_code is None else state.exit_code, "0 is the only pass"),
    )
    return [
        {"name": f"{number:02} {name}", "value": str(value), "meaning": meaning}
        for number, (name, value, meaning) in enumerate(rows, start=1)
    ]


def as_json(state: LiveState, *, since: int = 0) -> dict[str, Any]:
    """Return what the page draws: plain dicts, lists, strings and numbers, every string harmless to show.

    Points over time begin at second *since*, so that a page that has the older ones need not ask for them again;
    ``settled`` is where the next question should begin.
    """
    tally, told = state.tally, headline(state.phase, state.exit_code, state.tally.broken)
    last = max(tally.per_second, default=-1)
    first = max(since, last - _MOST_SECONDS + 1, 0)
    shown = points(tally.per_second, since=first) if first <= last else ()
    if state.phase is Phase.RUNNING:
        shown = shown[:-1]  # this second is not over yet
    plots = gap_plots(tally.probes[-_MOST_PROBES:], interval_ns=state.interval_ns, resolution_ns=state.resolution_ns)
    said: dict[str, Any] = legible_value(
        {
            "title": told.title,
            "sentence": told.sentence,
            "advice": told.advice,
            "tone": told.tone,
            "phase": state.phase.value,
            "verdict": state.verdict,
            "exit_code": state.exit_code,
            "reasons": state.reasons,
            "findings": state.findings,
            "scenario": state.scenario,
            "run": state.run,
            "target": state.target,
            "started": state.started,
            "elapsed_s": round(state.elapsed_s, 1),
            "workers": {"expected": state.workers_expected, "final": state.workers_final},
            "stated_s": state.interval_ns / NANOSECONDS,
            "interval_s": {key: state.interval_s.get(key) for key in ("refused_up_to", "accepted_from")},
            "probes": len(tally.probes),
            "gaps": [
                {
                    "low_s": plot.low_s,
                    "high_s": plot.high_s,
                    "width_s": plot.width_s,
                    "bins": [
                        {"from_s": one.from_s, "accepted": one.accepted, "refused": one.refused} for one in plot.bins
                    ],
                }
                for plot in plots
            ],
            "latency": latency_rows(tally),
            "points": [[point.second, point.rate, *point.latency_ms] for point in shown],
            "settled": max(last - _UNSETTLED_S, 0),
            "lateness_ms": percentiles(tally.lateness),
            "dropped": tally.dropped,
            "broken": tally.broken,
            "violations": [
                [state.since_zero(one), one.requirement, one.stream, one.why, one.request_id or ""]
                for one in islice(reversed(tally.violations), _MOST_VIOLATIONS)
            ],
            "files": list(state.downloads),
        }
    )
    return said


def latency_rows(tally: Tally) -> list[list[Any]]:
    """Return, for each outcome: its name, how often it came, its percentiles (SHARES) and its maximum, in ms."""
    return [
        [name, latencies.buckets.total(), *percentiles(latencies, (*SHARES, 1.0))]
        for name, latencies in sorted(tally.latencies.items())
    ]


def _measured(value: float | None) -> str:
    return "not measured" if value is None else seconds(value)
