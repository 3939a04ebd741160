"""``result.json``: everything that a run concluded, for other programs."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from math import isfinite
from pathlib import Path
from typing import Any, cast

from liverec.report.atomic_file import write_whole
from liverec.report.sheet import Row, rows_of
from liverec.verdict import Result

FORMAT = 1


def as_json(result: Result) -> dict[str, Any]:
    """Return *result* in the published form, version 1: plain dicts, lists, strings, numbers and null.

    Readers must accept further keys; ``timelines``, ``probes``, ``bursts`` and ``volume`` are such.
    """
    said: dict[str, Any] = _plain(
        {
            "liverec_result": FORMAT,
            "verdict": result.verdict,
            "exit_code": int(result.exit_code),
            "started": result.started,
            "seconds": result.seconds,
            "seed": result.seed,
            "target": result.target,
            "versions": result.versions,
            "findings": result.findings,
            "requirements": [_requirement(row) for row in rows_of(result)],
            "dialect": result.dialect,
            "interval_s": result.interval_s,
            "counts": result.counts,
            "histories": result.histories,
            "notes": result.notes,
            "timelines": result.timelines,
            "probes": result.probes,
            "bursts": result.bursts,
            "volume": result.volume,
        }
    )
    return said


def json_text(result: Result) -> str:
    """Return the JSON text of *result*, indented, with a line feed at its end."""
    return json.dumps(as_json(result), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def write_json(result: Result, path: Path) -> None:
    """Write ``result.json`` to *path*, as a whole or not at all.

    Raises:
        OSError: the file cannot be written.
    """
    write_whole(path, json_text(result))


def _requirement(row: Row) -> dict[str, Any]:
    judgement = row.judgement
    said: dict[str, Any] = {
        "id": row.id,
        "strength": row.requirement.strength,
        "verdict": judgement.verdict,
        "source": str(row.requirement.source),
        "why": judgement.why,
        "evidence": judgement.evidence,
        "replay": judgement.replay,
    }
    if judgement.echo_of is not None:
        said["echo_of"] = judgement.echo_of
    if judgement.declared is not None:
        said["declared"] = asdict(judgement.declared)
    return said


def _plain(value: object) -> Any:
    """Return *value* as JSON knows it: no tuples, enumerations or infinities."""
    if isinstance(value, str):
        return str(value)
    if isinstance(value, Mapping):
        pairs = cast("Mapping[object, object]", value).items()
        return {str(key): _plain(item) for key, item in pairs}
    if isinstance(value, Sequence):
        return [_plain(item) for item in cast("Sequence[object]", value)]
    if isinstance(value, float) and not isfinite(value):
        return None
    return value
