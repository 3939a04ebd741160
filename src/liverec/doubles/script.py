"""A script: which canned answer comes next, for one stream or for all."""

from collections import deque

from liverec.doubles.canned import CannedAnswer


class Script:
    """Answers in their order. A stream takes those of its own first, then those that are for every stream."""

    def __init__(self) -> None:
        self._waiting: dict[str | None, deque[CannedAnswer]] = {}

    def add(self, answer: CannedAnswer, stream: str | None) -> None:
        """Put *answer* behind the others for *stream*, or for every stream."""
        self._waiting.setdefault(stream, deque()).append(answer)

    def take(self, stream: str | None) -> CannedAnswer | None:
        """Return the next answer for *stream*, None if there is none."""
        for key in dict.fromkeys((stream, None)):
            waiting = self._waiting.get(key)
            if waiting:
                return waiting.popleft()
        return None

    def unused(self) -> tuple[str, ...]:
        """Return the answers that nobody has taken, as a test writes them down."""
        return tuple(
            f"{answer.name} for {'every stream' if stream is None else stream}"
            for stream, waiting in self._waiting.items()
            for answer in waiting
        )
