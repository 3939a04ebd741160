"""Sequences of commands on a clock that can be set: a Hypothesis state machine, with rules for all that is left open.

Each sequence becomes a schedule that was carried out: it is in the history, and what it shows is tried again, as with
any other.
"""

from hypothesis import HealthCheck, Phase, Verbosity, seed, settings
from hypothesis import strategies as st
from hypothesis.errors import Flaky
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from liverec.checker import check
from liverec.conformance.pace import Assigned, VirtualPace
from liverec.conformance.repetition import Shown
from liverec.conformance.schedule import Schedule, Step, at
from liverec.conformance.trial import Trial
from liverec.conformance.verdicts import Undecided
from liverec.history import Action, History, Operation, Outcome, outcome_of

_TIMES = 2  # as many as there are random schedules
_SMALLER = 10  # times as many as these, to make a violation smaller
_KEPT_FREE = 200  # streams that other tests may want
_RULES = 10  # that a sequence is made of
_TICKS = (1, 0, -1)  # nanoseconds from where a window ends
_PARTS = 1000  # of an interval
_APART = at(0.001)
_BEGINS = at(60)


class _Broken(Exception):  # what Hypothesis makes smaller
    """The sequence breaks the contract by itself."""


class _Ended(BaseException):  # what Hypothesis neither catches nor tries again
    """Nothing more is sent."""


def search(trial: Trial) -> Shown | None:
    """Draw sequences from the run's seed, as many as its budget says; return the least that breaks the contract.

    There are none where the target's clock cannot be set, or under a quota.

    Raises:
        Undecided: the target was given up, or its control plane is gone.
    """
    count = _TIMES * trial.budget.explored
    if not isinstance(trial.pace, VirtualPace) or not trial.probes_exactly or trial.thin or not count:
        return None
    sequences = _Sequences(trial, trial.pace, count)
    effort = settings(
        max_examples=count,
        stateful_step_count=_RULES,
        database=None,
        deadline=None,
        report_multiple_bugs=False,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
        verbosity=Verbosity.quiet,
    )
    try:
        run_state_machine_as_test(seed(trial.seed)(_machine(sequences)), settings=effort)
    except _Ended as ended:
        if isinstance(ended.__cause__, Undecided):
            raise ended.__cause__ from None
    except (_Broken, Flaky):  # flaky: it was seen, but not when it was tried again
        pass
    return sequences.least


class _Sequences:
    """Hands out *count* sequences, and some more once one is to be made smaller; keeps what they show."""

    def __init__(self, trial: Trial, pace: VirtualPace, count: int) -> None:
        self.least: Shown | None = None
        self._trial = trial
        self._pace = pace
        self._left = count

    def begin(self) -> "_Sequence":
        """Return a sequence on a stream that nobody used.

        Raises:
            _Ended: there were enough, or the control plane is gone.
        """
        if self._left <= 0 or self._trial.streams.free <= _KEPT_FREE:
            raise _Ended
        self._left -= 1
        return _Sequence(self._trial, self._pace)

    def judge(self, one: "_Sequence") -> None:
        """Judge it by itself.

        Raises:
            _Broken: it breaks the contract, in the same requirement as the first that did.
        """
        interval_ns, initial = self._trial.document.interval_ns, self._trial.initial
        history = History(operations=tuple(one.operations), interval_ns=interval_ns, initial=initial)
        for finding in check(history).findings:
            shown = Shown(finding=finding, history=history)
            if self.least is None:
                self.least, self._left = shown, _SMALLER * self._trial.budget.explored
            if finding.requirement == self.least.finding.requirement:
                self.least = min(self.least, shown, key=lambda one: one.size)
                raise _Broken(finding.why)

    def end(self, one: "_Sequence") -> None:
        """Keep it as a schedule that was carried out."""
        steps = tuple(Step(at_ns=each.invoked, action=each.action) for each in one.operations)
        schedule = Schedule(title="sequence", steps=steps, prepared=False, drawn=False)
        self._trial.assigned.append(Assigned(schedule=schedule, stream=one.stream))


class _Sequence:
    """One stream, what it was asked and when, and since when windows may be open."""

    def __init__(self, trial: Trial, pace: VirtualPace) -> None:
        self.stream = trial.streams.recordable(fresh=True)
        self.operations: list[Operation] = []
        self.interval_ns = trial.document.interval_ns
        self._trial = trial
        self._pace = pace
        self._recording = False
        self._begun: list[int] = []
        self._now = pace.now() % _BEGINS - _BEGINS
        self.wait(-self._now)  # until the minute begins: who counts in whole seconds shall do the same again

    def wait(self, nanoseconds: int) -> None:
        """Let time pass.

        Raises:
            _Ended: the control plane is gone.
        """
        try:
            self._pace.advance(nanoseconds)
        except Undecided as problem:
            raise _Ended from problem
        self._now += nanoseconds

    def send(self, action: Action) -> None:
        """Send a command, later than the one before: of two at one moment nobody knows which came first.

        Raises:
            _Ended: the target was given up.
        """
        if self.operations and self.operations[-1].invoked == self._now:
            self.wait(_APART)
        try:
            exchange = self._trial.command(action, self.stream)
        except Undecided as problem:
            raise _Ended from problem
        outcome = outcome_of(exchange.status if exchange.error is None else None)
        if action is Action.STOP or outcome is Outcome.REFUSED:
            self._begun.append(self._now)
        if action is Action.STOP or outcome is Outcome.OK:
            self._recording = action is Action.START
        self.operations.append(
            Operation(
                process=len(self.operations),
                stream=self.stream,
                action=action,
                outcome=outcome,
                invoked=self._now,
                completed=None if outcome is Outcome.INFO else self._now,
                status=exchange.status,
            )
        )

    def stop_recording(self) -> None:
        """Send a STOP, and a START before it unless the stream records.

        Raises:
            _Ended: the target was given up.
        """
        if not self._recording:
            self.send(Action.START)
        self.send(Action.STOP)

    def windows(self) -> list[int]:
        """Return in how many nanoseconds each window ends that may be open; where there is none, it opens one.

        Raises:
            _Ended: the target was given up.
        """
        if not self._open():
            self.stop_recording()
        return self._open()

    def _open(self) -> list[int]:
        ends = [moment + self.interval_ns - self._now for moment in self._begun]
        return [end for end in ends if end > 0]


def _machine(  # noqa: C901  # rules share a state, so Hypothesis wants them in one class
    sequences: _Sequences,
) -> type[RuleBasedStateMachine]:
    """Return the machine; no rule has a precondition, so that what is drawn never rests on an answer."""
    actions, parts, ticks = st.sampled_from(Action), st.integers(0, _PARTS), st.sampled_from(_TICKS)

    class Commands(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.one = sequences.begin()

        @rule(action=actions)
        def send(self, action: Action) -> None:
            self.one.send(action)

        @rule(part=parts, intervals=st.integers(1, 2))
        def wait(self, part: int, intervals: int) -> None:
            self.one.wait(intervals * self.one.interval_ns * part // _PARTS)

        @rule(action=actions, part=parts)
        def repeat(self, action: Action, part: int) -> None:
            """START while recording, STOP while idle."""
            self.one.send(action)
            self.one.wait(self.one.interval_ns * part // _PARTS)
            self.one.send(action)

        @rule(action=actions, part=parts)
        def command_within_a_window(self, action: Action, part: int) -> None:
            """What is refused there may open the window anew."""
            self.one.wait(self.one.windows()[-1] * part // _PARTS)
            self.one.send(action)

        @rule(which=st.sampled_from((0, -1)), tick=ticks)
        def start_where_a_window_ends(self, which: int, tick: int) -> None:
            self.one.wait(self.one.windows()[which] + tick)
            self.one.send(Action.START)

        @rule(tick=ticks)
        def restart(self, tick: int) -> None:
            """Who counts the first window right may lose track in the second or third."""
            self.one.stop_recording()
            self.one.wait(self.one.interval_ns + tick)
            self.one.send(Action.START)

        @invariant()
        def keep_the_contract(self) -> None:
            if self.one.operations:
                sequences.judge(self.one)

        def teardown(self) -> None:
            sequences.end(self.one)

    return Commands
