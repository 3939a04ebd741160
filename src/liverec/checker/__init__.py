"""The judge: is there one dialect in which every answer of a history is legal?"""

from liverec.checker.check import check
from liverec.checker.gap import decisive_gap
from liverec.checker.interval import Probe, probes
from liverec.checker.result import CheckResult, Finding, Interval
from liverec.checker.wording import gap_words

__all__ = [
    "CheckResult",
    "Finding",
    "Interval",
    "Probe",
    "check",
    "decisive_gap",
    "gap_words",
    "probes",
]
