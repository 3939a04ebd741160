"""What ``liverec check`` is doing, said once it takes long."""

from threading import Event, Lock, Thread
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.text import Text

from liverec.clock import NANOSECONDS, Clock

_QUIET_S = 2.0
_EVERY_S = 5.0


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
        self._doing = ""
        self._lock = Lock()
        self._over = Event()
        self._thread = Thread(target=self._run, daemon=True)

    def say(self, doing: str) -> None:
        """Say what is done from now on."""
        with self._lock:
            self._doing = doing
        if self._status is not None:
            self._status.update(Text(doing))

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
            return
        self._print()
        while not self._over.wait(self._every_s):
            self._print()

    def _print(self) -> None:
        with self._lock:
            doing = self._doing
        seconds = (self._clock.now() - self._begun) / NANOSECONDS
        self._console.print(Text(f"{doing} ... ({seconds:.0f} s)"), soft_wrap=True)
