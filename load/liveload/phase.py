"""How far a load run has come."""

from enum import StrEnum


class Phase(StrEnum):
    """One after another; a further run in the same process begins again with RUNNING."""

    READY = "ready"  # nothing has run yet
    RUNNING = "running"
    DRAINING = "draining"  # no new commands; those under way are waited for
    JUDGING = "judging"  # the checker reads the histories
    ENDED = "ended"  # verdict, exit code and files are there
