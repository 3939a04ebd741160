"""What ``liverec check`` is doing, said once it takes long."""

from threading import Event, Lock, Thread
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.text import Text

from liverec.clock import NANOSECONDS, Clock

_QUIET_S = 2.0
_EVERY_S = 5.0
_LIVE_S = 0.2


class CheckProgress:
    """Says nothing for two seconds; then what is being done, live on a terminal, else a line every five seconds.

    Used as a context manager; on a terminal it leaves no trace.
    """

    def __init__(self, console: Console, clock: Clock, *, quiet_s: float = _QUIET_S, every_s: float = _EVERY_S) -> None:
        self._console = console
        self._clock = clock
        self._quiet_s, self._every_s = quiet_s, every_s
        self._status = console.status("") if console.is_terminal else None
        self._begun = clock.now()
        self._doing, self._counted, self._records = "", "", 0
        self._lock = Lock()
        self._over = Event()
        self._thread = Thread(target=self._run, daemon=True)

    def say(self, doing: str) -> None:
        """Say what is done from now on."""
        with self._lock:
            self._doing, self._counted, self._records = doing, "", 0

    def streams(self, done: int, of: int) -> None:
        """Say how many streams are done; costs next to nothing."""
        self._counted = f": {done} of {of} streams"

    def records(self, more: int) -> None:
        """Say that so many more records are read."""
        self._records += more
        self._counted = f": {self._records:,} records"

    def __enter__(self) -> Self:
        """Begin to count the time."""
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Fall silent; an exception goes on."""
        self._over.set()
        self._thread.join()
        if self._status is not None:
            self._status.stop()

    def _run(self) -> None:
        if self._over.wait(self._quiet_s):
            return
        if self._status is not None:
            self._status.start()
        while True:
            self._show()
            if self._over.wait(self._every_s if self._status is None else _LIVE_S):
                return

    def _show(self) -> None:
        with self._lock:
            doing = self._doing + self._counted
        if self._status is not None:
            self._status.update(Text(doing))
            return
        seconds = (self._clock.now() - self._begun) / NANOSECONDS
        self._console.print(Text(f"{doing} ... ({seconds:.0f} s)"), soft_wrap=True)
