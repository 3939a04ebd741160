"""Boundary: probes closely around the interval, so that a window wrong by 10 ms on any stream is found in 20 s.

Each user has two streams. The *crossing* one is probed as soon as that is less than 10 ms below the interval, and again
as soon as it is certainly above. The *single* one is probed from one side:
just above with nothing refused before (which tells in a service that a refused START makes begin the window anew), or
at an offset of up to 200 ms on either side, a different one for each user. A probe can only be as sharp as two round
trips, so STOPs are spread out, and sent when round trips are short.
"""

from liveload.answer import Answer
from liveload.scenarios import coverage
from liveload.scenarios.course import Course
from liveload.scenarios.scenario import Actor, Scenario, Sharing
from liveload.tally import Tally
from liverec.history import Action, Outcome, outcome_of

_MS = 1_000_000
_REACH_NS = 5 * _MS  # beyond the resolution: how near to it a probe must certainly be
_WIDEST_NS = 200 * _MS
_SPACING_NS = 14 * _MS  # between one user and the next
_MOST_SPREAD_NS = 400 * _SPACING_NS
_AHEAD_NS = 400 * _MS  # from the START to the STOP
_BETWEEN_NS = 600 * _MS  # between a user's two STOPs, so that their probes are apart
_PERIOD_NS = 8_000 * _MS  # beyond the interval: from one window to the next
_SHORT_NS = 3 * _MS // 2
_FINE_NS = 3 * _MS // 2  # the last part of a wait, when a timer would be too coarse
_GOLDEN = 0.6180339887498949


def play(actor: Actor) -> None:
    """Open a window on both streams, probe them, and again."""
    crossing, single = (Course(actor, stream) for stream in actor.streams()[:2])
    spread = actor.number * _SPACING_NS % _MOST_SPREAD_NS + int(actor.random.random() * _SPACING_NS)
    begin = actor.now() + _AHEAD_NS + spread
    window = 0
    while True:
        actor.sleep_until(begin - _AHEAD_NS)
        crossing.record()
        single.record()
        actor.sleep_until(begin)
        crossed = _end_when_quick(crossing)
        actor.sleep_until(begin + _BETWEEN_NS)
        singled = _end_when_quick(single)
        if crossed is not None:
            _cross(crossing, crossed)
        if singled is not None:
            _probe_once(single, singled, actor.number // 4 + window, side=(actor.number + window) % 4)
        window += 1
        begin = max(begin, actor.now() - actor.interval_ns) + actor.interval_ns + _PERIOD_NS


def _end_when_quick(course: Course) -> Answer | None:
    """Send the STOP after a short round trip, if one is to be had; a START while recording measures it.

    That changes nothing, in any dialect. Who gets a long one lets the others through first, but only once: more would
    be a load of its own.
    """
    probe = course.command(Action.START)
    if probe.completed - probe.invoked > _SHORT_NS:
        course.actor.sleep_until(probe.completed + int(course.actor.random.uniform(5, 25) * _MS))
        course.command(Action.START)
    return course.end()


def _cross(course: Course, stopped: Answer) -> None:
    actor = course.actor
    interval, resolution = actor.interval_ns, actor.resolution_ns
    reach = resolution + _REACH_NS
    _wait_until(actor, stopped.completed + interval - reach + 1)
    answer = course.command(Action.START)
    if answer.completed - stopped.invoked <= interval - resolution:
        _count(course, answer, coverage.JUST_BELOW)
    _probe_above(course, stopped, coverage.JUST_ABOVE)


def _probe_once(course: Course, stopped: Answer, number: int, *, side: int) -> None:
    """Probe from one side: below at an offset (1), above at an offset (3), else just above."""
    actor = course.actor
    reach = actor.resolution_ns + _REACH_NS
    offset = reach + int(number * _GOLDEN % 1 * (_WIDEST_NS - reach))
    if side == 1:
        actor.sleep_until(stopped.completed + actor.interval_ns - offset)
        course.command(Action.START)
    elif side == 3:
        actor.sleep_until(stopped.completed + actor.interval_ns + offset)
        course.command(Action.START)
    else:
        _probe_above(course, stopped, coverage.ABOVE_ALONE)


def _probe_above(course: Course, stopped: Answer, event: str) -> None:
    """Send a START as soon as it is certainly outside the window; nothing if the stream is recording already."""
    if course.recording is not False:
        return
    actor, refused_before = course.actor, course.refused is not None
    reach = actor.resolution_ns + _REACH_NS
    _wait_until(actor, stopped.completed + actor.interval_ns + actor.resolution_ns + 1)
    answer = course.command(Action.START)
    if answer.completed - stopped.invoked <= actor.interval_ns + reach and not (
        refused_before and outcome_of(answer.status) is Outcome.REFUSED
    ):
        _count(course, answer, event)


def _wait_until(actor: Actor, moment: int) -> None:
    """Wait precisely: for the last part, let the others run and look at the clock again."""
    actor.sleep_until(moment - _FINE_NS)
    while (now := actor.now()) < moment:
        actor.sleep_until(now)


def _count(course: Course, answer: Answer, event: str) -> None:
    if outcome_of(answer.status) in {Outcome.OK, Outcome.REFUSED}:
        course.actor.count(event)


def _crossed(tally: Tally, users: int) -> bool:
    return coverage.nearly_all(tally, users, coverage.JUST_ABOVE)


def _restarting_but_probed(tally: Tally, users: int) -> bool:
    """Where a refused START opens the window anew, the upper side is probed on the single streams."""
    return tally.events[coverage.RESTARTS] > 0 and tally.events[coverage.ABOVE_ALONE] >= max(1, int(0.4 * users))


SCENARIO = Scenario(
    name="boundary",
    summary="probes up to 200 ms around the interval, on two streams a user, some within 10 ms of it",
    play=play,
    sharing=Sharing.OWN,
    conditions=(
        coverage.either(
            f"{coverage.JUST_BELOW}: for nine users of ten; run for 20 s or longer, or with fewer users, on a quieter"
            " machine",
            lambda tally, users: coverage.nearly_all(tally, users, coverage.JUST_BELOW),
        ),
        coverage.either(
            f"{coverage.JUST_ABOVE}: for nine users of ten; run for 20 s or longer, or with fewer users, on a quieter"
            " machine",
            _crossed,
            _restarting_but_probed,
        ),
    ),
    users=400,
    spawn_rate=200,
    seconds=20,
    streams=2,
)
