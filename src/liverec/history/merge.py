"""Several files of one run made one history (design section 5: one file per load worker)."""

from collections.abc import Iterable, Sequence
from itertools import chain

from liverec.history.history import History
from liverec.history.joined import Joined
from liverec.history.known import Known
from liverec.history.operation import Operation
from liverec.history.reader import HistoryError, HistoryFile


def merge(files: Sequence[HistoryFile], *, interval_ns: int | None = None, resolution_ns: int | None = None) -> History:
    """Join the files of one run; *interval_ns* and *resolution_ns* take the place of what the headers say.

    Where one of several files breaks off, nobody knows what it saw later, so nothing later is judged in any of them.

    Raises:
        HistoryError: there is no file, the files are of different runs, or they name different intervals.
    """
    if not files:
        raise HistoryError("expected at least one history file, found none")
    _expect_the_same("run", {file.path: file.run for file in files})
    if interval_ns is None:
        _expect_the_same("interval_ns", {file.path: file.interval_ns for file in files})
    if resolution_ns is None:
        resolution_ns = max(file.resolution_ns or 0 for file in files)
    operations, cut_notes = _judgeable(files)
    return History(
        operations=operations,
        interval_ns=files[0].interval_ns if interval_ns is None else interval_ns,
        run=files[0].run,
        resolution_ns=resolution_ns,
        initial="unknown" if any(file.initial == "unknown" for file in files) else "idle",
        interruptions=any(file.interruptions for file in files),
        earliest=min((file.earliest for file in files if file.earliest is not None), default=0),
        clock_bounds={file.path: file.clock_bound_ns for file in files},
        complete=all(file.complete for file in files),
        decidable=all(file.complete or file.ordered for file in files),
        notes=(*chain.from_iterable(file.notes for file in files), *cut_notes, *_disorder_notes(files)),
    )


def _expect_the_same(field: str, values: dict[str, str] | dict[str, int]) -> None:
    (path, expected), *others = values.items()
    for other, found in others:
        if found != expected:
            raise HistoryError(
                f"{other}: line 1: field {field}: expected {expected!r} as in {path}, found {found!r}; "
                "files that are judged together belong to one run"
            )


def _disorder_notes(files: Iterable[HistoryFile]) -> tuple[str, ...]:
    return tuple(
        f"{file.path}: breaks off, and its lines are out of order in time: what is lost may be older than what is "
        "there, so that nothing can be concluded"
        for file in files
        if not (file.complete or file.ordered)
    )


def _judgeable(files: Sequence[HistoryFile]) -> tuple[Sequence[Operation], tuple[str, ...]]:
    """Return the operations up to the moment until which every file is whole, and what was left out."""
    broken_off = [file for file in files if not file.complete]
    if len(files) == 1 or not broken_off:
        return files[0].operations if len(files) == 1 else Joined([file.operations for file in files]), ()
    moments = {file.path: file.latest - file.clock_bound_ns for file in broken_off if file.latest is not None}
    empty = next((file.path for file in broken_off if file.latest is None), None)
    if empty is not None:
        return (), (f"{empty}: breaks off before its first record, so that nothing of the run is judged",)
    path = min(moments, key=lambda path: moments[path])
    moment = moments[path]

    def known(file: HistoryFile) -> Known:  # its clock may be off by its bound, both ways
        bound = file.clock_bound_ns
        return Known(file.operations, invoked=moment + bound, answered=moment - bound)

    kept = Joined([known(file) for file in files])
    left_out = sum(len(file.operations) for file in files) - len(kept)
    note = (
        f"{path}: breaks off first, at time {moment}; nothing later is judged in any file "
        f"(operations left out: {left_out})"
    )
    return kept, (note,)
