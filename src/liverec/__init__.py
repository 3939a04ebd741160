"""liverec: is the recording command of a live-streaming service kept, exactly?

What is named here is public: for programs that send commands, that write and judge histories or that read the contract,
and for tests with the doubles; everything else may move. A name is imported when it is first used, so that none costs
the time of the others.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from liverec.checker import CheckResult, Finding, check
    from liverec.clock import MonotonicClock, VirtualClock
    from liverec.document import Document, DocumentError, load_document
    from liverec.doubles import (
        CallerViolation,
        CannedAnswerError,
        CommandJournal,
        DoubleClock,
        RecordControl,
        RecordControlDouble,
        RecordControlServer,
        SentCommand,
        UnknownStreamError,
    )
    from liverec.history import Action, History, Operation, Outcome, Stream
    from liverec.history.merge import merge
    from liverec.history.reader import HistoryError, HistoryFile, read_file
    from liverec.history.writer import HistoryWriter
    from liverec.recording_client import (
        Accepted,
        AlreadyRecording,
        AsyncRecordingClient,
        IllegalRequest,
        NotFound,
        NotSent,
        OutcomeUnknown,
        RecordingClient,
        RecordingError,
        Refused,
        Restarted,
        TaskExists,
        Throttled,
        TooSoon,
        Unauthorized,
    )
    from liverec.requirements import REQUIREMENTS, Requirement, Strength
    from liverec.verdict import ExitCode, Verdict

__all__ = [
    "REQUIREMENTS",
    "Accepted",
    "Action",
    "AlreadyRecording",
    "AsyncRecordingClient",
    "CallerViolation",
    "CannedAnswerError",
    "CheckResult",
    "CommandJournal",
    "Document",
    "DocumentError",
    "DoubleClock",
    "ExitCode",
    "Finding",
    "History",
    "HistoryError",
    "HistoryFile",
    "HistoryWriter",
    "IllegalRequest",
    "MonotonicClock",
    "NotFound",
    "NotSent",
    "Operation",
    "Outcome",
    "OutcomeUnknown",
    "RecordControl",
    "RecordControlDouble",
    "RecordControlServer",
    "RecordingClient",
    "RecordingError",
    "Refused",
    "Requirement",
    "Restarted",
    "SentCommand",
    "Stream",
    "Strength",
    "TaskExists",
    "Throttled",
    "TooSoon",
    "Unauthorized",
    "UnknownStreamError",
    "Verdict",
    "VirtualClock",
    "__version__",
    "check",
    "load_document",
    "merge",
    "read_file",
]
__version__ = "0.1.0"

_HOMES = {
    "liverec.checker": ("CheckResult", "Finding", "check"),
    "liverec.clock": ("MonotonicClock", "VirtualClock"),
    "liverec.document": ("Document", "DocumentError", "load_document"),
    "liverec.doubles": (
        "CallerViolation",
        "CannedAnswerError",
        "CommandJournal",
        "DoubleClock",
        "RecordControl",
        "RecordControlDouble",
        "RecordControlServer",
        "SentCommand",
        "UnknownStreamError",
    ),
    "liverec.history": ("Action", "History", "Operation", "Outcome", "Stream"),
    "liverec.history.merge": ("merge",),
    "liverec.history.reader": ("HistoryError", "HistoryFile", "read_file"),
    "liverec.history.writer": ("HistoryWriter",),
    "liverec.recording_client": (
        "Accepted",
        "AlreadyRecording",
        "AsyncRecordingClient",
        "IllegalRequest",
        "NotFound",
        "NotSent",
        "OutcomeUnknown",
        "RecordingClient",
        "RecordingError",
        "Refused",
        "Restarted",
        "TaskExists",
        "Throttled",
        "TooSoon",
        "Unauthorized",
    ),
    "liverec.requirements": ("REQUIREMENTS", "Requirement", "Strength"),
    "liverec.verdict": ("ExitCode", "Verdict"),
}


if not TYPE_CHECKING:  # type checkers would take every name for a public one

    def __getattr__(name: str) -> object:
        """Import the public *name* from where it lives."""
        for home, names in _HOMES.items():
            if name in names:
                return getattr(import_module(home), name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
