"""A history file as it is written: every line handed to the operating system before anything else happens."""

import os
import threading
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import msgspec

from liverec.clock import Clock
from liverec.history.history import Initial
from liverec.history.operation import Action, Outcome, Stream, outcome_of

TYPES = {Outcome.OK: "ok", Outcome.REFUSED: "fail", Outcome.TURNED_AWAY: "fail", Outcome.INFO: "info"}


class HistoryWriter:
    """Writes one history file, version 1 (design section 5); safe to share between threads.

    *path* must not exist yet: a history is evidence. *target* is written as it is given, so it must hold no secret.
    *initial* says what is known of the streams beforehand; *resolution_ns* how coarse the service's clock may be;
    *interruptions* whether a recording may end by itself. A process that is killed loses no line that was written.

    Raises:
        OSError: the file exists, or cannot be written; after that, nothing more is written to it.
    """

    def __init__(
        self,
        path: Path,
        *,
        run: str,
        target: str,
        interval_ns: int,
        clock: Clock,
        initial: Initial = "idle",
        resolution_ns: int | None = None,
        interruptions: bool = False,
    ) -> None:
        self.path = path
        self._clock = clock
        self._lock = threading.Lock()
        self._records = 0
        self._descriptor: int | None = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o644)
        self._line(
            liverec_history=1,
            run=run,
            target=target,
            interval_ns=interval_ns,
            initial=initial,
            clock="monotonic",
            resolution_ns=resolution_ns,
            interruptions="possible" if interruptions else None,
        )

    def invoke(self, process: int, action: Action, stream: Stream) -> int:
        """Write that *process* is about to send a command; return the record's index.

        To be called right before the request leaves: the operation may take effect from now on.
        """
        value = (stream.project_id, stream.publish_domain, stream.app, stream.stream)
        return self._record(process, "invoke", f=action.value, value=value)

    def complete(
        self,
        process: int,
        status: int | None,
        *,
        request_id: str | None = None,
        error_code: str | None = None,
        error: str | None = None,
    ) -> int:
        """Write what came of the command that *process* sent; return the record's index.

        *status* None means that no answer arrived. Its meaning is the model's: see ``outcome_of``.
        """
        return self._record(
            process,
            TYPES[outcome_of(status)],
            status=status,
            request_id=request_id,
            error_code=error_code,
            error=error,
        )

    def close(self) -> None:
        """Write the end line: the history is whole. Once is enough, more does no harm."""
        with self._lock:
            if self._descriptor is not None:
                self._line(liverec_end=True, records=self._records)
                self._abandon()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _record(self, process: int, kind: str, **fields: Any) -> int:
        with self._lock:
            # The time is taken under the lock, so that lines stand in the order of their times. For a completion
            # it can be late by the wait: that widens the interval, and no verdict rests on it being narrow.
            index = self._records
            self._line(index=index, time=self._clock.now(), process=process, type=kind, **fields)
            self._records += 1
            return index

    def _line(self, **fields: Any) -> None:
        present = {key: value for key, value in fields.items() if value is not None}
        rest = memoryview(msgspec.json.encode(present) + b"\n")
        if self._descriptor is None:
            raise OSError(f"{self.path}: this history is closed")
        try:
            while rest:  # one call writes it all, unless the disk is full or a signal arrives
                rest = rest[os.write(self._descriptor, rest) :]
        except OSError:
            self._abandon()
            raise

    def _abandon(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
