"""What is being done is said once it takes long: plain lines in a pipe, on a terminal without a trace."""

import io
from threading import Event

from rich.console import Console

from liverec.cli.check_progress import CheckProgress
from liverec.clock import MonotonicClock


class Heard(io.StringIO):
    """A stream that says when enough was written to it."""

    def __init__(self, enough: str, times: int = 1) -> None:
        super().__init__()
        self._enough, self._times = enough, times
        self.event = Event()

    def write(self, text: str) -> int:
        written = super().write(text)
        if self.getvalue().count(self._enough) >= self._times:
            self.event.set()
        return written


def test_what_is_quick_says_nothing() -> None:
    stream = io.StringIO()

    with CheckProgress(Console(file=stream), MonotonicClock()) as progress:
        progress.say("reading 1 history file")

    assert stream.getvalue() == ""


def test_a_pipe_gets_a_line_again_and_again() -> None:
    stream = Heard("judging 3 operations", times=2)

    with CheckProgress(Console(file=stream), MonotonicClock(), quiet_s=0.001, every_s=0.001) as progress:
        progress.say("judging 3 operations")
        assert stream.event.wait(60)

    assert "judging 3 operations ... (0 s)" in stream.getvalue()


def test_a_terminal_gets_a_line_that_goes_away() -> None:
    stream = Heard("reading 2 history files")

    with CheckProgress(
        Console(file=stream, force_terminal=True, width=80), MonotonicClock(), quiet_s=0.001
    ) as progress:
        progress.say("reading 2 history files")
        assert stream.event.wait(60)

    assert stream.getvalue().endswith("\x1b[2K")


def test_names_in_it_are_no_markup() -> None:
    stream = Heard("[red]x")

    with CheckProgress(Console(file=stream), MonotonicClock(), quiet_s=0.001, every_s=0.001) as progress:
        progress.say("[red]x")
        assert stream.event.wait(60)


def test_streams_are_counted_until_something_else_is_done() -> None:
    stream, later = Heard("judging: 3 of 7 streams"), Heard("writing ... (")
    console = Console(file=stream)

    with CheckProgress(console, MonotonicClock(), quiet_s=0.001, every_s=0.001) as progress:
        progress.say("judging")
        progress.streams(3, 7)
        assert stream.event.wait(60)
        progress.say("writing")
        console.file = later
        assert later.event.wait(60)


def test_records_are_counted_over_all_files() -> None:
    stream = Heard("reading: 1,500,000 records")

    with CheckProgress(Console(file=stream), MonotonicClock(), quiet_s=0.001, every_s=0.001) as progress:
        progress.say("reading")
        progress.records(1_000_000)
        progress.records(500_000)
        assert stream.event.wait(60)
