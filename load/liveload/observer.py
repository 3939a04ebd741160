"""What one worker makes of each answer: judged by the oracle, counted, and told to Locust."""

from collections import defaultdict
from collections.abc import Callable

from liveload.answer import Answer
from liveload.health import Health
from liveload.oracle import Oracle, UnderWay
from liveload.tally import Tally, Violation
from liverec.clock import NANOSECONDS
from liverec.history import Action, Stream

OVERDUE = "answers overdue"  # as an event of a tally
_START = Action.START
_PAUSE_S = 0.2  # after a command that could not even be sent


class RequirementBroken(Exception):  # it says what happened
    """An answer breaks a requirement: how Locust's Failures tab gets to know; the message is the requirement's id."""


class AnswerOverdue(Exception):  # it says what happened
    """No answer came in time; one may still come."""


class Observer:
    """Keeps a worker's ``tally`` and the ``health`` of its target.

    *begins* is second 0 of the run. *fire* tells Locust of a request: its name, milliseconds, what was wrong.
    *pause* waits, unless the run ends.
    """

    def __init__(
        self,
        oracle: Oracle,
        *,
        begins: int,
        fire: Callable[[str, float, Exception | None], None],
        pause: Callable[[float], object],
    ) -> None:
        self.oracle = oracle
        self.tally = Tally()
        self.health = Health()
        self._begins = begins
        self._fire = fire
        self._pause = pause
        self._second = 0  # of the run, in which came
        self._second_ends = begins + NANOSECONDS
        self._fresh: defaultdict[str, list[int]] = defaultdict(list[int])  # latencies (us) still to be counted, by name

    def commanded(self, under_way: UnderWay, answer: Answer, *, due: int | None, deliberate: bool) -> None:
        """Take in what came of a command; *deliberate*: we ourselves made an answer unlikely."""
        violations, probe, _, events = self.oracle.completed(under_way, answer)
        tally = self.tally
        for event in events:
            tally.events[event] += 1
        if probe is not None:
            tally.probed(probe)
        for violation in violations:
            tally.violated(violation)
        broken = RequirementBroken(violations[0].requirement) if violations else None
        name = _name(under_way.action, answer.status)
        self._count(name, answer, under_way.stream, due, deliberate=deliberate, broken=broken)

    def asked(self, stream: Stream, answer: Answer) -> None:
        """Take in what came of an invalid request."""
        self._count(f"invalid {answer.status or 'no answer'}", answer, stream, None, deliberate=False)

    def take(self) -> Tally:
        """Return what was counted since the last time."""
        self._count_fresh()
        tally, self.tally = self.tally, Tally()
        return tally

    def settle(self) -> None:
        """Count the replies that were lost, now that it is known after which of them the target went on answering.

        This waits for the answers that are overdue.
        """
        for violation in self.health.replies_lost():
            self.tally.violated(violation)
        self.tally.events[OVERDUE] += self.health.overdue

    def _count(
        self,
        name: str,
        answer: Answer,
        stream: Stream,
        due: int | None,
        *,
        deliberate: bool,
        broken: RequirementBroken | None = None,
    ) -> None:
        if answer.completed == answer.invoked:
            self._unreachable(answer)
            return
        completed = answer.completed
        latency = completed - (answer.invoked if due is None else due)
        if completed >= self._second_ends:
            self._count_fresh()
            self._second = (completed - self._begins) // NANOSECONDS
            self._second_ends = self._begins + (self._second + 1) * NANOSECONDS
        self._fresh[name].append(latency // 1000)
        if answer.status is not None:
            self.health.answered(answer.status, completed)
        elif not deliberate:
            self.health.unanswered()
        self._fire(name, latency / 1e6, self._broken(answer, stream) if answer.breaks else broken)

    def _count_fresh(self) -> None:
        """Count answers by the second, for a fraction of what it costs one by one."""
        for name, latencies_us in self._fresh.items():
            self.tally.answered(name, latencies_us, second=self._second)
        self._fresh.clear()

    def _broken(self, answer: Answer, stream: Stream) -> RequirementBroken | AnswerOverdue:
        why = f"answer {answer.status}" if answer.status else f"no answer: {answer.error}"
        for requirement in answer.breaks:
            violation = Violation(
                requirement=requirement,
                stream=str(stream),
                time=answer.completed,
                why=why,
                request_id=answer.request_id,
            )
            if answer.status is None:
                self.health.lost_reply(violation, answer.overdue)
            else:
                self.tally.violated(violation)
        return RequirementBroken(answer.breaks[0]) if answer.overdue is None else AnswerOverdue(answer.error)

    def _unreachable(self, answer: Answer) -> None:
        """Count a command that could not even be sent, and do not let the next one follow at once."""
        self.tally.answers["unreachable"] += 1
        self.health.unanswered()
        self._fire("unreachable", 0.0, ConnectionError(answer.error))
        self._pause(_PAUSE_S)


def _name(action: Action, status: int | None) -> str:
    names = _of_starts if action is _START else _of_stops
    name = names.get(status)
    if name is None:
        name = names[status] = f"{action.value} {status or 'no answer'}"
    return name


_of_starts: dict[int | None, str] = {}
_of_stops: dict[int | None, str] = {}
