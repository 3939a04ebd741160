"""Pinning the dialect: a short script on spare streams, so that later races cannot hide behind an open reading."""

from collections.abc import Sequence

from liveload.scenarios.course import Course
from liveload.scenarios.scenario import Actor
from liverec.clock import NANOSECONDS
from liverec.history import Action, Stream

SPARE_STREAMS = 3
_BETWEEN_NS = NANOSECONDS // 2  # from the STOP to what may open the window anew
_SPARE_NS = NANOSECONDS // 4  # beyond the window, and so before a window that was opened anew has passed


def pin(actor: Actor, streams: Sequence[Stream]) -> None:
    """Ask once, in sequence, what the page leaves open; takes half a second more than the interval.

    The answers are in the history, from which the checker reads them: a START while recording; a STOP of what may
    never have been recorded; a STOP while idle, and whether it or a refused START opens the window anew.

    Args:
        actor: Who asks; nobody else may command the streams.
        streams: SPARE_STREAMS of them.

    Raises:
        RunEnds: the run is ending.
    """
    unused, by_stop, by_start = (Course(actor, stream) for stream in streams)
    unused.command(Action.STOP)
    for course in (by_stop, by_start):
        course.record()
    by_stop.command(Action.START)
    stopped = by_stop.command(Action.STOP), by_start.command(Action.STOP)
    actor.sleep_until(stopped[1].completed + _BETWEEN_NS)
    by_stop.command(Action.STOP)
    by_start.command(Action.START)
    for course, stop in zip((by_stop, by_start), stopped, strict=True):
        actor.sleep_until(stop.completed + actor.interval_ns + actor.resolution_ns + _SPARE_NS)
        course.command(Action.START)
