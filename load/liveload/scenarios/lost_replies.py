"""Lost replies: the client breaks off before the answer, and must find out afterwards what its command did."""

from liveload.answer import Ending
from liveload.scenarios import coverage
from liveload.scenarios.course import Course
from liveload.scenarios.scenario import Actor, Scenario, Sharing
from liverec.history import Action

_SHARE = 0.4
_BROKEN_OFF = (Ending.CLOSED, Ending.RESET, Ending.IMPATIENT, Ending.HALF_CLOSED)
_PAUSE_NS = 50_000_000


def play(actor: Actor) -> None:
    """Use each stream in turn, losing answers; settle what it does now; restart it when the window has passed."""
    courses = [Course(actor, stream) for stream in actor.streams()]
    while True:
        for course in courses:
            if not course.recording:
                _lose(course, Action.START)
            _lose(course, Action.STOP)
            actor.sleep_until(actor.now() + _PAUSE_NS)
            if course.recording is not False:
                course.command(Action.STOP)
        for course in courses:
            course.record()


def _lose(course: Course, action: Action) -> None:
    """Send a command whose answer may be lost."""
    actor = course.actor
    lost = actor.random.random() < _SHARE
    answer = course.command(action, ending=actor.random.choice(_BROKEN_OFF) if lost else Ending.ANSWER)
    if answer.status is None:
        actor.count(coverage.LOST)


SCENARIO = Scenario(
    name="lost-replies",
    summary="some connections are closed or reset before the answer; afterwards the state is found out",
    play=play,
    sharing=Sharing.OWN,
    conditions=(
        coverage.at_least(coverage.LOST, per_user=1, advice="run for longer"),
        coverage.at_least(coverage.RESTARTED, per_user=1, advice="run for 15 s or longer"),
    ),
    users=50,
    spawn_rate=50,
    seconds=30,
    streams=4,
)
