"""A history in memory, written as a file again."""

from collections.abc import Iterator
from typing import Any

import msgspec

from liverec.history.history import History
from liverec.history.operation import Operation
from liverec.history.writer import TYPES


def as_file(history: History, file: str) -> bytes:
    """Return what *history* has of *file* as a whole file, version 1; an operation without an answer stays open."""
    header = {
        "liverec_history": 1,
        "run": history.run,
        "interval_ns": history.interval_ns,
        "initial": history.initial,
        "clock": "monotonic",
        "resolution_ns": history.resolution_ns,
        "clock_bound_ns": history.clock_bounds.get(file, 0),
        "interruptions": "possible" if history.interruptions else "none",
    }
    records = [
        {"index": index, **record}
        for index, record in enumerate(_records([one for one in history.operations if one.file == file]))
    ]
    lines = (header, *records, {"liverec_end": True, "records": len(records)})
    return b"".join(msgspec.json.encode(line) + b"\n" for line in lines)


def _records(operations: list[Operation]) -> Iterator[dict[str, Any]]:
    """Yield the records in the order of time; of one process, one operation after the other."""
    events: list[tuple[int, int, dict[str, Any]]] = []
    for number, one in enumerate(sorted(operations, key=lambda one: (one.invoked, one.index))):
        invoke = {"process": one.process, "type": "invoke", "f": one.action.value, "value": one.stream}
        events.append((one.invoked, 2 * number, invoke))
        if one.completed is not None:
            said = {"status": one.status, "request_id": one.request_id, "error_code": one.error_code}
            answer = {"process": one.process, "type": TYPES[one.outcome], **_present(said)}
            events.append((one.completed, 2 * number + 1, answer))
    for time, _, record in sorted(events, key=lambda event: event[:2]):
        yield {"time": time, **record}


def _present(fields: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in fields.items() if value is not None}
