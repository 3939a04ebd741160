"""What a run of the suite leaves in its folder for ``verify``: events while it runs, and all of it at the end."""

import os
from pathlib import Path
from typing import Any

import msgspec

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


def write_record(folder: Path, content: dict[str, Any]) -> None:
    """Write the record, whole or not at all."""
    partial = folder / f"{RECORD}.partial"
    partial.write_bytes(msgspec.json.encode(content))
    partial.replace(folder / RECORD)
