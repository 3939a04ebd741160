"""Histories: what happened, in the words of Jepsen, as newline-delimited JSON."""

from liverec.history.history import History, Initial
from liverec.history.operation import Action, Operation, Outcome, Stream, outcome_of

__all__ = ["Action", "History", "Initial", "Operation", "Outcome", "Stream", "outcome_of"]
