"""The record of a run: everything that its report needs."""

from dataclasses import asdict
from typing import Any

from liverec.conformance.budget import left_out
from liverec.conformance.judged import JudgedHistory, probes_as_evidence, timelines
from liverec.conformance.outcomes import Outcomes, judgements
from liverec.conformance.races import Tally
from liverec.conformance.trial import Trial
from liverec.conformance.volume import Volume
from liverec.verdict import Judgement


def record(
    trial: Trial,
    judged: JudgedHistory | None,
    outcomes: Outcomes,
    tally: Tally,
    volume: Volume,
    *,
    only: frozenset[str],
    interrupted: bool,
) -> dict[str, Any]:
    """Return everything that the report needs, ready for JSON."""
    ended_early = interrupted or bool(trial.contact.lost)
    rows: tuple[Judgement, ...] = judgements(outcomes, trial.observed, only=only, ended_early=ended_early)
    streams = {operation.stream for operation in judged.history.operations} if judged else set[Any]()
    return {
        "judgements": [asdict(row) for row in rows],
        "interrupted": interrupted,
        "lost": trial.contact.lost,
        "dialect": judged.dialect() if judged else {},
        "interval_s": judged.result.interval_s.as_json() if judged else {},
        "counts": {
            "requests": trial.ledger.requests,
            "operations": len(judged.history.operations) if judged else 0,
            "streams": len(streams),
        },
        "timelines": list(timelines(trial, judged)) if judged else [],
        "probes": probes_as_evidence(judged.probes, judged.history.interval_ns) if judged else [],
        "bursts": tally.as_json(),
        "volume": volume.as_json(),
        "notes": [
            *trial.notes,
            *(() if only else left_out(trial.budget, thin=trial.thin)),
            *tally.notes(),
            *volume.notes(),
            *(judged.result.notes if judged else ()),
        ],
        "history": trial.history_path.name,
    }
