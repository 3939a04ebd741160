"""When to stop looking: at everything, and at one stream as long as others wait."""

import math
from collections.abc import Callable


class Deadline:
    """Asked by a search every now and then, always after about as much work.

    So its ``looks`` at the deadline measure that work, and what one stream is allowed does not depend on the machine.
    """

    def __init__(self, expired: Callable[[], bool]) -> None:
        self.over = expired
        self._looks = math.inf

    def allow(self, looks: float = math.inf) -> None:
        """Let the searches that follow look so often at the deadline, and no more."""
        self._looks = looks

    def passed(self) -> bool:
        """Whether to stop: it is over, or there were as many looks as were allowed."""
        self._looks -= 1
        return self._looks < 0 or self.over()
