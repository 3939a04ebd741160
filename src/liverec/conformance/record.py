"""What a run of the suite leaves for ``liverec verify``: events while it runs, and all of it at the end."""

import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

import msgspec

from liverec.conformance.judged import SECOND, JudgedHistory, timelines
from liverec.conformance.outcomes import Outcomes, judgements
from liverec.conformance.trial import Trial
from liverec.verdict import Judgement

EVENTS = "events.ndjson"
RECORD = "record.json"


class Events:
    """Appends one line an event; whoever shows progress reads along."""

    def __init__(self, folder: Path) -> None:
        self._descriptor = os.open(folder / EVENTS, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)

    def write(self, event: str, **fields: Any) -> None:
        """Write one event."""
        os.write(self._descriptor, msgspec.json.encode({"event": event, **fields}) + b"\n")

    def close(self) -> None:
        """Close the file."""
        os.close(self._descriptor)


def record(
    trial: Trial,
    judged: JudgedHistory | None,
    outcomes: Outcomes,
    *,
    only: frozenset[str],
    replay: str,
    interrupted: bool,
) -> dict[str, Any]:
    """Return everything that the report needs, ready for JSON."""
    rows: tuple[Judgement, ...] = judgements(outcomes, trial.observed, only=only, replay=replay)
    streams = {operation.stream for operation in judged.history.operations} if judged else set[Any]()
    return {
        "judgements": [asdict(row) for row in rows],
        "interrupted": interrupted,
        "dialect": judged.dialect() if judged else {},
        "interval_s": asdict(judged.result.interval_s) if judged else {},
        "counts": {
            "requests": trial.ledger.requests,
            "operations": len(judged.history.operations) if judged else 0,
            "streams": len(streams),
        },
        "timelines": list(timelines(trial, judged)) if judged else [],
        "probes": _probes(judged) if judged else [],
        "notes": [*trial.notes, *(judged.result.notes if judged else ())],
        "history": trial.history_path.name,
    }


def _probes(judged: JudgedHistory) -> list[dict[str, Any]]:
    interval_ns = judged.history.interval_ns
    return [
        {
            "gap_from_s": probe.gap_from / SECOND,
            "gap_until_s": probe.gap_until / SECOND,
            "accepted": probe.accepted,
            "certain": probe.gap_until <= interval_ns or probe.gap_from > interval_ns,
        }
        for probe in judged.probes
    ]


def write_record(folder: Path, content: dict[str, Any]) -> None:
    """Write the record, whole or not at all."""
    partial = folder / f"{RECORD}.partial"
    partial.write_bytes(msgspec.json.encode(content))
    partial.replace(folder / RECORD)
