"""Request ids: who answered which request, and when."""

import time
import uuid

HOST_NAME = "liverec-reference"
_PER_UNIT = {"ms": 1_000_000, "s": 1_000_000_000}


class RequestIds:
    """Makes the ids of Tables 5, 6 and 8: a UUID made here, the time, and the name of this server, joined by hyphens.

    The page names no unit for the time; *unit* is ``ms`` or ``s`` since 1970.
    """

    def __init__(self, unit: str) -> None:
        self._nanoseconds = _PER_UNIT[unit]

    def new(self) -> str:
        """Return an id that no other request carries."""
        return f"{uuid.uuid4()}-{time.time_ns() // self._nanoseconds}-{HOST_NAME}"
