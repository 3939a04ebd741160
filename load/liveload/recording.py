"""A worker's history file: format version 1, every line in the operating system's hands before anything else happens.

Lines are written into pages of the file itself: a worker that is killed loses none of them, and no call is needed. The
pages are filled with zero bytes beforehand, enough of them for every answer still to come, so that the line of an
answer never finds the disk full. After a kill these zeros are the end of the file, which readers take for just that.
"""

import errno
import mmap
import os
from pathlib import Path
from time import monotonic_ns, time_ns

import msgspec

from liverec.history import Initial, Outcome, outcome_of

LONGEST_COMPLETION = 10 * 1024  # bytes: what is bounded below, every character escaped
_LONGEST_ID = 1024
_LONGEST_CODE = 256
_LONGEST_ERROR = 256
_TYPES = {Outcome.OK: b"ok", Outcome.REFUSED: b"fail", Outcome.TURNED_AWAY: b"fail", Outcome.INFO: b"info"}
_WHAT: dict[int | None, bytes] = {None: b'"type":"info"'} | {
    status: b'"type":"%b","status":%d' % (_TYPES[outcome_of(status)], status) for status in range(100, 600)
}
_AHEAD = 1024 * 1024  # bytes: as much is filled at once, and mapped at once
_ZEROS = bytes(64 * 1024)
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_json = msgspec.json.Encoder().encode


class WorkerHistory:
    """Writes one file, in one thread; times are nanoseconds of ``time.monotonic_ns``.

    *path* must not exist yet: a history is evidence. *target* is written as it is given, so it must hold no secret.
    *initial* says what is known of the streams; *resolution_ns* how coarse the service's clock may be;
    *clock_offset_ns* is what makes this machine's times the run's, up to *clock_bound_ns*; the
    times that are returned stay this machine's.

    Raises:
        OSError: the file exists, or the disk has no room. Commands are refused then (``invoke`` raises), while
            ``complete`` still writes the answers to those that are under way.
    """

    def __init__(
        self,
        path: Path,
        *,
        run: str,
        target: str,
        interval_ns: int,
        resolution_ns: int,
        initial: Initial,
        worker: int,
        clock_offset_ns: int = 0,
        clock_bound_ns: int | None = None,
    ) -> None:
        self.path = path
        self.records = 0
        self._processes = 0
        self._offset = clock_offset_ns
        self._open = 0  # commands whose answers are still to be written
        self._size = 0
        self._filled = 0  # so far the file is there, whatever happens to the disk
        self._base = 0  # where the mapped part begins
        self._mapped = 0  # how long it is
        self._pages: mmap.mmap
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        self._closed = False
        header = {
            "liverec_history": 1,
            "run": run,
            "target": target,
            "interval_ns": interval_ns,
            "initial": initial,
            "clock": "monotonic",
            "resolution_ns": resolution_ns,
            "clock_bound_ns": clock_bound_ns,
            "worker": worker,
            "pid": os.getpid(),
            "boot_id": _BOOT_ID.read_text().strip() if _BOOT_ID.exists() else None,
            "wall_time_ns": time_ns(),
            "monotonic_time_ns": monotonic_ns(),
        }
        line = _json({key: value for key, value in header.items() if value is not None}) + b"\n"
        self._fill(len(line) + LONGEST_COMPLETION)
        self._append(line)

    def next_process(self) -> int:
        """Return a number for a sequential client; to be given up after a command of which nobody knows the outcome."""
        self._processes += 1
        return self._processes - 1

    def invoke(self, process: int, recorded: bytes) -> int:
        """Write that *process* is about to send a command, and return when; *recorded* is the prepared command's.

        Raises:
            OSError: there is no room for this line and for every answer still to come; nothing may be sent.
        """
        return self._invoke(process, recorded, monotonic_ns())

    def complete(
        self,
        process: int,
        status: int | None,
        *,
        request_id: str | None = None,
        error_code: str | None = None,
        error: str | None = None,
    ) -> int:
        """Write what came of the command that *process* sent, and return when; *status* None: no answer arrived."""
        now = monotonic_ns()
        what = _WHAT.get(status)
        if what is None:
            what = f'"type":"info","status":{status}'.encode()
        line = b'{"index":%d,"time":%d,"process":%d,%b' % (self.records, now + self._offset, process, what)
        if request_id is not None:
            line += b',"request_id":' + _json(request_id[:_LONGEST_ID])
        if error_code is not None:
            line += b',"error_code":' + _json(error_code[:_LONGEST_CODE])
        if error is not None:
            line += b',"error":' + _json(error[:_LONGEST_ERROR])
        self._open -= 1
        self._append(line + b"}\n")
        self.records += 1
        return now

    def unclear(self, invoked: int, recorded: bytes, *, status: int | None, error: str | None) -> None:
        """Write, when it is over, that a command may have been carried out from *invoked* on, with any answer."""
        process = self.next_process()
        self._invoke(process, recorded, invoked)
        self.complete(process, None, error=error or f"invalid, but answered {status}")

    def close(self) -> None:
        """Write the end line: the history is whole. Once is enough, more does no harm."""
        if not self._closed:
            self._closed = True
            self._append(b'{"liverec_end":true,"records":%d}\n' % self.records)
            self._pages.close()
            os.ftruncate(self._descriptor, self._size)
            os.close(self._descriptor)

    def _invoke(self, process: int, recorded: bytes, time: int) -> int:
        line = b'{"index":%d,"time":%d,"process":%d,"type":"invoke",%b}\n' % (
            self.records,
            time + self._offset,
            process,
            recorded,
        )
        needed = self._size + len(line) + (self._open + 2) * LONGEST_COMPLETION  # one for the end line
        if needed > self._filled:
            self._fill(needed)
        self._append(line)
        self._open += 1
        self.records += 1
        return time

    def _append(self, line: bytes) -> None:
        at = self._size - self._base
        end = at + len(line)
        if end > self._mapped:
            self._move_on()
            at = self._size - self._base
            end = at + len(line)
        self._pages[at:end] = line
        self._size += len(line)

    def _move_on(self) -> None:
        if self._mapped:
            self._pages.close()
        self._base = self._size - self._size % mmap.ALLOCATIONGRANULARITY
        self._mapped = min(_AHEAD, self._filled - self._base)
        self._pages = mmap.mmap(self._descriptor, self._mapped, offset=self._base)

    def _fill(self, needed: int) -> None:
        """Make the file reach to *needed* at least, and further if there is room."""
        try:
            while self._filled < needed + _AHEAD:
                self._filled += os.pwrite(self._descriptor, _ZEROS, self._filled)
        except OSError as error:
            if self._filled < needed:
                why = f"no room for another command and its answer: {error.strerror or error}"
                raise OSError(error.errno or errno.ENOSPC, why, str(self.path)) from None


class Unrecorded:
    """Takes the place of a history that can no longer be written, so that what is recording can still be stopped."""

    def next_process(self) -> int:
        """Return a number that means nothing."""
        return 0

    def invoke(self, process: int, recorded: bytes) -> int:  # noqa: ARG002  # as WorkerHistory
        """Return the time."""
        return monotonic_ns()

    def complete(
        self,
        process: int,  # noqa: ARG002  # as WorkerHistory
        status: int | None,  # noqa: ARG002
        *,
        request_id: str | None = None,  # noqa: ARG002
        error_code: str | None = None,  # noqa: ARG002
        error: str | None = None,  # noqa: ARG002
    ) -> int:
        """Return the time."""
        return monotonic_ns()

    def unclear(self, invoked: int, recorded: bytes, *, status: int | None, error: str | None) -> None:
        """Forget it."""
