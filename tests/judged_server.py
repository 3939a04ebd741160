"""The suite against a reference server on a virtual clock, all in this process: a whole verdict in seconds."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from liverec.clock import VirtualClock
from liverec.conformance.suite import Suite
from liverec.profile_file import reference_profile
from liverec.reference.dialect import Dialect
from liverec.reference.serving import running
from liverec.reference.settings import Settings
from liverec.target import resolve_target
from liverec.verdict import Result


def judged(
    folder: Path,
    *,
    faults: tuple[str, ...] = (),
    dialect: Dialect | None = None,
    generated: bool = True,
    used: bool = False,
) -> Result:
    """Serve with *faults* and *dialect*, run ``contracts/`` against it, and return the result.

    *generated* False leaves out the generated requests, which take most of the time. *used*: nothing is known of the
    streams beforehand.
    """
    settings = Settings(profile=reference_profile(), clock=VirtualClock(), faults=faults, dialect=dialect or Dialect())
    with running(settings) as server:
        suite = Suite(
            target=server.url,
            resolved=resolve_target(server.url),
            allow=False,
            seed=0,
            only=(),
            folder=folder,
        )
        options = ["--liverec-initial", "unknown"] if used else []
        options += [] if generated else ["-k", "not generated"]
        code = pytest.main([*suite.arguments(), *options, "-p", "no:randomly", "-p", "no:xdist", "-p", "no:timeout"])
    outcome = suite.outcome(int(code), datetime.now(UTC), 0.0)
    assert outcome.result is not None, outcome.message
    return outcome.result
