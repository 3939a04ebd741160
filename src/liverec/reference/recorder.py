"""The rules of the page, apart from HTTP: which command is carried out, and which is refused.

This is one of two independent readings of the page; the other is ``liverec.model``.
"""

from enum import StrEnum

from liverec.clock import NANOSECONDS, Clock
from liverec.reference.dialect import Dialect
from liverec.reference.streams import COMMAND_RECORD, StreamName, StreamState, StreamTable


class Decision(StrEnum):
    """What became of a command that was itself in order."""

    DONE = "done"
    NO_EFFECT = "no effect"  # accepted, though there was nothing to do
    UNKNOWN = "unknown"  # no such stream
    OTHER_RULE = "other rule"  # Constraints: the recording rule type is not COMMAND_RECORD
    UNPUSHED = "unpushed"  # START is for a pushed stream
    RECORDING = "recording"  # START while recording
    TOO_SOON = "too soon"  # START inside the restart window
    IDLE = "idle"  # STOP with nothing to stop

    @property
    def accepted(self) -> bool:
        """Return whether the command is answered 200."""
        return self in {Decision.DONE, Decision.NO_EFFECT}


class Recorder:
    """Starts and stops recordings; every decision is atomic and takes constant time.

    The window is strictly greater than the interval: at exactly the interval a START is still too soon
    (Table 2, action: "must be greater than 10 seconds"). An interruption longer than the threshold ends a recording
    (START in the same row), opens no window, and a resumed push does not begin it again.

    A fault overrides one of the methods that begin with an underscore; all are called with the lock held.
    """

    def __init__(
        self, *, table: StreamTable, clock: Clock, interval_ns: int, threshold_s: float, dialect: Dialect
    ) -> None:
        self.table = table
        self.clock = clock
        self.interval_ns = interval_ns
        self.threshold_ns = round(threshold_s * NANOSECONDS)
        self.dialect = dialect

    def command(self, action: str, name: StreamName) -> Decision:
        """Carry out START or STOP, or refuse it."""
        with self.table.lock:
            now = self.clock.now()
            state = self.table.find(self._key(name))
            if state is None:
                return Decision.UNKNOWN
            self._settle(state, now)
            if not self._rule_allows(state):
                return Decision.OTHER_RULE
            return self._on_start(state, now) if action == "START" else self._on_stop(state, now)

    def set_stream(self, name: StreamName, *, pushed: bool | None = None, rule: str | None = None) -> None:
        """Make *name* known, and set what is given: whether it is pushed, which rule it is under.

        Raises:
            TableFullError: no room for one more stream.
        """
        with self.table.lock:
            state = self.table.add(self._key(name))
            if rule is not None:
                state.rule = rule
            if pushed is not None:
                self._set_pushed(state, pushed=pushed)

    def interrupt(self, name: StreamName) -> bool:
        """Break the push of *name* off; return False if there is no such stream."""
        return self._change_push(name, pushed=False)

    def resume(self, name: StreamName) -> bool:
        """Take the push of *name* up again; return False if there is no such stream."""
        return self._change_push(name, pushed=True)

    def streams(self) -> list[tuple[StreamName, StreamState]]:
        """Return every stream with its state as of now."""
        with self.table.lock:
            now = self.clock.now()
            streams = self.table.items()
            for _, state in streams:
                self._settle(state, now)
            return streams

    def reset(self) -> None:
        """Return every stream to what the profile says."""
        with self.table.lock:
            self.table.reset()

    def _key(self, name: StreamName) -> StreamName:
        """Say which stream is meant: a domain name has no letter case, app and stream have."""
        domain = name.publish_domain.lower()
        return name if domain == name.publish_domain else name._replace(publish_domain=domain)

    def _rule_allows(self, state: StreamState) -> bool:
        return state.rule == COMMAND_RECORD

    def _window_open(self, state: StreamState, now: int) -> bool:
        return state.stopped_at is not None and now - state.stopped_at <= self.interval_ns

    def _interruption_over(self, interrupted_at: int, now: int) -> bool:
        return now - interrupted_at > self.threshold_ns

    def _settle(self, state: StreamState, now: int) -> None:
        """End a recording whose push has been gone for too long."""
        if state.interrupted_at is not None and self._interruption_over(state.interrupted_at, now):
            state.recording = False

    def _on_start(self, state: StreamState, now: int) -> Decision:
        if state.recording:
            accepted = self.dialect.start_while_recording == "accepted"
            return Decision.NO_EFFECT if accepted else Decision.RECORDING
        if not state.pushed:
            return Decision.UNPUSHED
        if self._window_open(state, now):
            if self.dialect.refused_start_restarts == "yes":
                state.stopped_at = now
            return Decision.TOO_SOON
        self._begin_recording(state)
        return Decision.DONE

    def _on_stop(self, state: StreamState, now: int) -> Decision:
        if state.recording:
            self._end_recording(state, now)
            return Decision.DONE
        return self._on_stop_while_idle(state, now)

    def _on_stop_while_idle(self, state: StreamState, now: int) -> Decision:
        reading = self.dialect.stop_while_idle
        if reading == "accepted" or (reading == "accepted_once_recorded" and state.recorded):
            return Decision.NO_EFFECT
        if reading == "accepted_restarts":
            state.stopped_at = now
            return Decision.NO_EFFECT
        if self.dialect.refused_stop_restarts == "yes":
            state.stopped_at = now
        return Decision.IDLE

    def _begin_recording(self, state: StreamState) -> None:
        state.recording = True
        state.recorded = True

    def _end_recording(self, state: StreamState, now: int) -> None:
        state.recording = False
        state.stopped_at = now

    def _change_push(self, name: StreamName, *, pushed: bool) -> bool:
        with self.table.lock:
            state = self.table.find(self._key(name))
            if state is not None:
                self._set_pushed(state, pushed=pushed)
            return state is not None

    def _set_pushed(self, state: StreamState, *, pushed: bool) -> None:
        now = self.clock.now()
        self._settle(state, now)
        if pushed:
            state.interrupted_at = None
        elif state.pushed and state.recording:
            state.interrupted_at = now
        state.pushed = pushed
