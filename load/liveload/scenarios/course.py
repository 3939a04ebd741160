"""What one user believes of one of its streams, and how far that goes; the oracle and the checker judge, not this."""

from liveload.answer import Answer, Ending
from liveload.scenarios import coverage
from liveload.scenarios.scenario import Actor
from liverec.history import Action, Outcome, Stream, outcome_of

_HEADROOM_NS = 1_000
_BACK_OFF_NS = 200_000_000


class Course:
    """One stream's course as its only user sees it; right in every dialect, because it learns from the answers.

    ``asked`` is the last command, ``recording`` None while nobody knows.
    ``opened`` bounds (nanoseconds) the last STOP, which may have opened the
    window, ``refused`` the last START that was refused since then; ``restarts`` says that such a START was seen to
    open the window anew.
    """

    def __init__(self, actor: Actor, stream: Stream) -> None:
        self.actor = actor
        self.stream = stream
        self.asked: Action | None = None
        self.recording: bool | None = None
        self.opened: tuple[int, int] | None = None
        self.refused: tuple[int, int] | None = None
        self.restarts = False

    @property
    def ready_at(self) -> int:
        """The moment from which a START is certainly outside the window."""
        since = self._since()
        if since is None:
            return 0
        return since[1] + self.actor.interval_ns + self.actor.resolution_ns + _HEADROOM_NS

    def command(self, action: Action, *, due: int | None = None, ending: Ending = Ending.ANSWER) -> Answer:
        """Send a command and learn from its answer; after one that says nothing, wait a little (not in open load)."""
        self.asked = action
        answer = self.actor.command(action, self.stream, due=due, ending=ending)
        outcome = outcome_of(answer.status)
        if outcome in {Outcome.OK, Outcome.REFUSED}:
            self._learn(action, answer, accepted=outcome is Outcome.OK)
            return answer
        if outcome is Outcome.INFO:
            self.recording = None
        if due is None and ending is Ending.ANSWER:
            self.actor.sleep_until(answer.completed + _BACK_OFF_NS)
        return answer

    def record(self) -> Answer | None:
        """Get the stream recording, however long that takes; return the START that did, None if it was already."""
        while not self.recording:
            if self.recording is None:
                answer = self.command(Action.START)
                if self.recording is None and outcome_of(answer.status) is Outcome.REFUSED:
                    self.command(Action.STOP)
            else:
                self.actor.sleep_until(self.ready_at)
                answer = self.command(Action.START)
            if self.recording:
                return answer
        return None

    def end(self) -> Answer | None:
        """Stop the recording; return the STOP, None unless it was accepted."""
        answer = self.command(Action.STOP)
        return answer if answer.status == 200 else None

    def _since(self) -> tuple[int, int] | None:
        return self.refused if self.restarts and self.refused else self.opened

    def _learn(self, action: Action, answer: Answer, *, accepted: bool) -> None:
        if action is Action.STOP:
            self.opened, self.refused = (answer.invoked, answer.completed), None
            self.recording = False
        elif accepted:
            since = self._since()
            if self.recording is False and since is not None and answer.completed - since[0] > self.actor.interval_ns:
                self.actor.count(coverage.RESTARTED)
            self.recording, self.refused = True, None
        elif self.recording is False:
            self._learn_refusal(answer)

    def _learn_refusal(self, answer: Answer) -> None:
        """A START was refused although nothing seemed to be recorded: too soon, or something is not as it seemed."""
        since = self._since()
        if since is None:
            self.recording = None
            return
        if answer.completed - since[0] <= self.actor.interval_ns - self.actor.resolution_ns:
            self.actor.count(coverage.EARLY)
        elif answer.invoked - since[1] > self.actor.interval_ns + self.actor.resolution_ns:
            if self.refused is not None and not self.restarts:
                self.restarts = True
                self.actor.count(coverage.RESTARTS)
            else:
                self.recording = None
        self.refused = (answer.invoked, answer.completed)
