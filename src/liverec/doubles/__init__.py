"""What client teams use in their own tests: canned answers, a stateful double, a server, and a judge of the caller."""

from liverec.doubles.caller import CallerViolation
from liverec.doubles.canned import CannedAnswerError
from liverec.doubles.clock import DoubleClock
from liverec.doubles.double import RecordControlDouble
from liverec.doubles.journal import CommandJournal
from liverec.doubles.record_control import RecordControl
from liverec.doubles.reference_double import UnknownStreamError
from liverec.doubles.sent_command import SentCommand
from liverec.doubles.server import RecordControlServer

__all__ = [
    "CallerViolation",
    "CannedAnswerError",
    "CommandJournal",
    "DoubleClock",
    "RecordControl",
    "RecordControlDouble",
    "RecordControlServer",
    "SentCommand",
    "UnknownStreamError",
]
