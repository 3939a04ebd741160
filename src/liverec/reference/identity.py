"""Request ids: who answered which request, and when."""

import os
import time

HOST_NAME = "liverec-reference"
_VARIANT = dict(zip("0123456789abcdef", "89ab" * 4, strict=True))  # of a UUID's 17th digit two bits are fixed
_PER_UNIT = {"ms": 1_000_000, "s": 1_000_000_000}


class RequestIds:
    """Makes the ids of Tables 5, 6 and 8: a UUID made here, the time, and the name of this server, joined by hyphens.

    The page names no unit for the time; *unit* is ``ms`` or ``s`` since 1970.
    """

    def __init__(self, unit: str) -> None:
        self._nanoseconds = _PER_UNIT[unit]

    def new(self) -> str:
        """Return an id that no other request carries."""
        return f"{_uuid4()}-{time.time_ns() // self._nanoseconds}-{HOST_NAME}"


def _uuid4() -> str:
    """Return what ``str(uuid.uuid4())`` does, at a fraction of the price: there is one with every answer."""
    try:
        digits = _spare.pop()
    except IndexError:
        drawn = os.urandom(_AT_ONCE * 16).hex()
        digits, *others = (drawn[at : at + 32] for at in range(0, len(drawn), 32))
        _spare.extend(others)
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{_VARIANT[digits[16]]}{digits[17:20]}-{digits[20:]}"


_AT_ONCE = 256
_spare: list[str] = []  # random digits, drawn at once: to ask the system costs more than all the rest
if hasattr(os, "register_at_fork"):  # not on Windows
    os.register_at_fork(after_in_child=_spare.clear)  # else two processes would give the same ids
