"""Which command a user sends next when it must send one: its streams in turn, as each one's course suggests."""

from collections import deque

from liveload.answer import Answer
from liveload.scenarios.course import Course
from liveload.scenarios.scenario import Actor
from liverec.history import Action

_TOO_SOON = 0.15
_ANYWAY = 0.2  # up to here: START while recording


class Ring:
    """The streams of one user; it commands one at a time, so each has at most one command under way."""

    def __init__(self, actor: Actor) -> None:
        self._actor = actor
        self._unknown = deque(Course(actor, stream) for stream in actor.streams())
        self._idle: deque[Course] = deque()  # the longest idle first
        self._recording: deque[Course] = deque()
        self._too_soon = False  # the stream that was stopped last has been tried already

    def command(self, due: int) -> Answer:
        """Send what is due: mostly what is sure to be accepted; sometimes a START too soon, or of a recording."""
        course, action = self._next(self._actor.random.random())
        answer = course.command(action, due=due)
        self._put_back(course)
        return answer

    def _next(self, draw: float) -> tuple[Course, Action]:
        if draw < _TOO_SOON and self._idle and not self._too_soon:
            self._too_soon = True
            return self._idle.pop(), Action.START
        if draw < _ANYWAY and self._recording:
            return self._recording.pop(), Action.START
        if self._idle and self._idle[0].ready_at < self._actor.now():
            return self._idle.popleft(), Action.START
        if self._unknown:
            course = self._unknown.popleft()
            return course, Action.START if course.asked is not Action.START else Action.STOP
        if self._recording:
            return self._recording.popleft(), Action.STOP
        return self._idle.pop(), Action.START

    def _put_back(self, course: Course) -> None:
        if course.recording is None:
            self._unknown.append(course)
        elif course.recording:
            self._recording.append(course)
        else:
            if course.refused is None:
                self._too_soon = False
            self._idle.append(course)
