"""The suite against a reference server on a virtual clock, all in this process: a whole verdict in seconds."""

import os
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal
from unittest.mock import patch

import pytest

from liverec.clock import VirtualClock
from liverec.conformance import generation
from liverec.conformance.budget import BUDGETS, SHORT, Budget
from liverec.conformance.suite import Suite
from liverec.profile import Profile
from liverec.profile_file import load_profile, reference_profile, reference_profile_text
from liverec.reference.dialect import Dialect
from liverec.reference.faults import consistency
from liverec.reference.serving import Running, running
from liverec.reference.settings import Settings
from liverec.target import resolve_target
from liverec.verdict import Result

PROFILE = "profile.toml"
QUICK = replace(SHORT, name="quick", explored=2, probed=48, raced=4, volume=40)  # most faults show without a crowd
GAP_S = 0.015  # for which a command that races is in between; all of them wait that long
# A hundred cases in one process: no garbage is collected between them, and no traceback made up for nobody.
QUIET = ("-p", "no:unraisableexception", "-p", "no:threadexception", "--tb=native", "--no-summary")


def judged(
    folder: Path,
    *,
    faults: tuple[str, ...] = (),
    dialect: Dialect | None = None,
    generated: Literal["none", "few", "all"] = "all",
    used: bool = False,
    changes: Mapping[str, str] | None = None,
    only: tuple[str, ...] = (),
    seed: int = 0,
    afterwards: Callable[[Running], object] = lambda _: None,
    budget: Budget = QUICK,
    through: Callable[[str], AbstractContextManager[str]] = nullcontext,
) -> Result:
    """Serve with *faults* and *dialect*, run ``contracts/`` against it, and return the result.

    *generated* requests take most of the time; "few" are as many as under a quota. *used*: nothing is known of the
    streams beforehand. *changes* are lines of the profile and what stands there instead. *only* these requirements are
    judged, if any are named. *afterwards* is called with the server before it ends. *through* is given the server's
    URL, and yields the one that is judged.
    """
    profile = reference_profile() if changes is None else _profile(folder, "http://127.0.0.1:8080", changes)
    settings = Settings(profile=profile, clock=VirtualClock(), faults=faults, dialect=dialect or Dialect())
    with running(settings) as server, through(server.url) as url:
        target = url
        if changes is not None:
            _profile(folder, url, changes)
            target = str(folder / PROFILE)
        suite = Suite(
            target=target,
            resolved=resolve_target(target),
            allow=False,
            seed=seed,
            only=only,
            folder=folder,
            today=datetime.now(UTC).date(),
            budget=budget,
        )
        options = ["--liverec-initial", "unknown"] if used else []
        options += ["-k", "not test_generated"] if generated == "none" else []
        few = generation.effort(SHORT, thin=True)  # and what fails is not made smaller
        with (
            patch.object(generation, "effort", return_value=few) if generated == "few" else nullcontext(),
            patch.object(consistency, "GAP_S", GAP_S),
            patch.dict(os.environ, {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}),  # as verify does it
            patch.dict(BUDGETS, {budget.name: budget}),
        ):
            code = pytest.main([*suite.arguments(), *options, *QUIET])
        afterwards(server)
    outcome = suite.outcome(int(code), datetime.now(UTC), 0.0)
    assert outcome.result is not None, outcome.message
    return outcome.result


def _profile(folder: Path, url: str, changes: Mapping[str, str]) -> Profile:
    """Write the reference profile for *url*, with *changes*, and read it again."""
    text = reference_profile_text().replace("http://127.0.0.1:8080", url)
    for line, other in changes.items():
        assert f"\n{line}\n" in text
        text = text.replace(f"\n{line}\n", f"\n{other}\n", 1)
    (folder / PROFILE).write_text(text, encoding="utf-8")
    return load_profile(folder / PROFILE)
