"""What happens during a run: a live line on a terminal, plain lines in a pipe."""

from collections import Counter
from threading import Lock
from types import TracebackType
from typing import Self

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from liverec.report.terminal import STYLES
from liverec.report.text import counted, legible
from liverec.verdict import Verdict

_ALARMING = frozenset({Verdict.BROKEN, Verdict.ERROR, Verdict.UNDECIDED})
_PLAIN_STEP_S = 5.0  # in a pipe the countdown speaks this seldom


class Progress:
    """Shows how far a run is; used as a context manager, fed from any thread.

    *total* is the number of requirements that the run means to judge. On a terminal the display is taken away at the
    end, also after Ctrl-C, so that nothing stands between the command and its result.
    """

    def __init__(self, console: Console, *, total: int) -> None:
        self._console = console
        self._total = total
        self._stage = "getting ready"
        self._verdicts: dict[str, Verdict] = {}
        self._seconds_left: float | None = None
        self._told_s: float | None = None
        self._lock = Lock()
        self._spinner = Spinner("dots")
        self._live = (
            Live(get_renderable=self._picture, console=console, transient=True, refresh_per_second=8)
            if console.is_terminal
            else None
        )

    def __enter__(self) -> Self:
        """Begin to show."""
        if self._live is not None:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Take the display away; an exception goes on."""
        if self._live is not None:
            self._live.stop()

    def stage(self, text: str) -> None:
        """Say what the run does from now on."""
        with self._lock:
            self._stage = legible(text)
            self._seconds_left = self._told_s = None
        if self._live is None:
            self._print(Text(f"{self._stage} ..."))

    def judged(self, requirement: str, verdict: Verdict) -> None:
        """Count one requirement; a later verdict on the same one replaces the earlier."""
        with self._lock:
            news = self._verdicts.get(requirement) is not verdict
            self._verdicts[requirement] = verdict
        if news and verdict in _ALARMING:
            self._print(Text.assemble((verdict, STYLES[verdict]), " ", requirement))

    def waiting(self, seconds_left: float) -> None:
        """Say how long the run only waits; zero or less ends the countdown."""
        with self._lock:
            over = seconds_left <= 0
            self._seconds_left = None if over else seconds_left
            due = not over and (self._told_s is None or self._told_s - seconds_left >= _PLAIN_STEP_S)
            if over:
                self._told_s = None
            elif due:
                self._told_s = seconds_left
        if due and self._live is None:
            self._print(Text(f"  {_countdown(seconds_left)}"))

    def planned(self, text: str) -> None:
        """Say for good what the run will send, and how long it takes."""
        self._print(Text(f"planned: {legible(text)}"))

    def _print(self, text: Text) -> None:
        self._console.print(text, soft_wrap=True)

    def _picture(self) -> RenderableType:
        with self._lock:
            verdicts = Counter(self._verdicts.values())
            stage, seconds_left = self._stage, self._seconds_left
        done = sum(verdicts.values())
        self._spinner.update(text=Text(stage if seconds_left is None else f"{stage}: {_countdown(seconds_left)}"))
        bar = Table.grid(padding=(0, 1))
        bar.add_row(
            ProgressBar(total=max(self._total, done, 1), completed=done, width=30, complete_style="cyan"),
            Text(f"{done} of {counted(max(self._total, done), 'requirement')}"),
            Text.assemble(*((f"{count} {verdict} ", STYLES[verdict]) for verdict, count in verdicts.items())),
        )
        return Group(self._spinner, bar)


def _countdown(seconds_left: float) -> str:
    return f"{seconds_left:.0f} s left to wait for the restart interval"
