"""What a run before this one left behind: restart windows that are still open when the next run begins."""

from collections.abc import Callable

from liverec.clock import NANOSECONDS
from liverec.conformance.trial import Trial
from liverec.history import Action

MARGIN_S = 0.5


def let_windows_pass(trial: Trial, say: Callable[[str], None]) -> None:
    """Wait if a run may have ended within the last restart interval, and *say* so: its streams are in their windows.

    A second run with the same seed uses the same streams, and there a refused request would prove nothing. A stream
    that every run starts first and stops last tells: where a START of it is accepted, no run ended just now.

    Raises:
        Undecided: the target was given up.
    """
    sentinel = trial.streams.sentinel
    ended_long_ago = sentinel is not None and trial.command(Action.START, sentinel).status == 200
    if ended_long_ago or trial.initial == "idle":
        return
    say("letting the restart intervals pass that an earlier run began")
    trial.wait(trial.document.interval_ns / NANOSECONDS + MARGIN_S)
    if sentinel is not None:
        trial.command(Action.START, sentinel)
