"""Live progress: rare plain lines in a pipe, a display that leaves no trace on a terminal."""

import io

import pytest
from rich.console import Console

from liverec.report import Progress
from liverec.verdict import Verdict


def piped() -> tuple[io.StringIO, Console]:
    stream = io.StringIO()
    return stream, Console(file=stream, width=80)


def test_a_pipe_gets_stages_and_bad_news_only() -> None:
    stream, console = piped()

    with Progress(console, total=3) as progress:
        progress.stage("generated requests")
        progress.judged("query/action-options", Verdict.KEPT)
        progress.judged("restart/too-soon", Verdict.BROKEN)
        progress.judged("restart/too-soon", Verdict.BROKEN)

    assert stream.getvalue().splitlines() == ["generated requests ...", "BROKEN restart/too-soon"]


def test_a_countdown_in_a_pipe_speaks_every_five_seconds() -> None:
    stream, console = piped()

    with Progress(console, total=1) as progress:
        for tenths in range(100, -1, -1):
            progress.waiting(tenths / 10)

    told = [line.split()[0] for line in stream.getvalue().splitlines()]
    assert told == ["10", "5"]


def test_a_second_wait_speaks_again() -> None:
    stream, console = piped()

    with Progress(console, total=1) as progress:
        progress.waiting(10)
        progress.waiting(0)
        progress.waiting(9)

    assert len(stream.getvalue().splitlines()) == 2


def test_a_terminal_shows_the_stage_the_count_and_the_countdown() -> None:
    stream = io.StringIO()
    console = Console(file=stream, width=100, force_terminal=True, color_system=None)

    with Progress(console, total=62) as progress:
        progress.stage("timed schedules")
        progress.judged("query/action-options", Verdict.KEPT)
        progress.waiting(7)

    shown = stream.getvalue()
    assert "timed schedules: 7 s" in shown
    assert "1 of 62 requirements" in shown


@pytest.mark.parametrize("interruption", [KeyboardInterrupt, ValueError])
def test_an_interruption_gives_the_cursor_back_and_goes_on(interruption: type[BaseException]) -> None:
    stream = io.StringIO()
    console = Console(file=stream, width=100, force_terminal=True)

    with pytest.raises(interruption), Progress(console, total=1):
        raise interruption

    hidden, shown = stream.getvalue().rfind("\x1b[?25l"), stream.getvalue().rfind("\x1b[?25h")
    assert 0 <= hidden < shown


def test_what_a_stage_is_called_cannot_act_on_the_screen() -> None:
    stream, console = piped()

    with Progress(console, total=1) as progress:
        progress.stage("\x1b[2J[red]")

    assert stream.getvalue() == "\\x1b[2J[red] ...\n"
