"""What faults of forgetting share: something of a stream is gone after a time in which nobody asked about it."""

from abc import ABC, abstractmethod
from functools import cached_property
from typing import ClassVar

from liverec.reference.recorder import Recorder
from liverec.reference.streams import StreamState


class ForgetsIdle(Recorder, ABC):
    """Drops something of a stream that nobody has asked about for more than ``after_ns``."""

    after_ns: ClassVar[int]

    @cached_property
    def _asked(self) -> dict[int, int]:
        return {}

    @abstractmethod
    def _forget(self, state: StreamState) -> None: ...

    def _settle(self, state: StreamState, now: int) -> None:
        super()._settle(state, now)
        if now - self._asked.get(id(state), now) > self.after_ns:
            self._forget(state)
        self._asked[id(state)] = now

    def reset(self) -> None:
        """Remember nothing, as any recorder; nor when anybody asked."""
        super().reset()
        self._asked.clear()
