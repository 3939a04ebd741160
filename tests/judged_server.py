"""The suite against a reference server on a virtual clock, all in this process: a whole verdict in seconds."""

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
from liverec.profile_file import reference_profile, reference_profile_text
from liverec.reference.dialect import Dialect
from liverec.reference.serving import Running, running
from liverec.reference.settings import Settings
from liverec.target import resolve_target
from liverec.verdict import Result

# A hundred servers are judged: each by a few commands at once, and in all, unless it takes more.
FEW = replace(SHORT, raced=9, volume=160)


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
    budget: Budget = FEW,
    through: Callable[[str], AbstractContextManager[str]] = nullcontext,
) -> Result:
    """Serve with *faults* and *dialect*, run ``contracts/`` against it, and return the result.

    *generated* requests take most of the time; "few" are as many as under a quota. *used*: nothing is known of the
    streams beforehand. *changes* are lines of the profile and what stands there instead. *only* these requirements are
    judged, if any are named. *afterwards* is called with the server before it ends. *through* is given the server's
    URL, and yields the one that is judged.
    """
    settings = Settings(profile=reference_profile(), clock=VirtualClock(), faults=faults, dialect=dialect or Dialect())
    with running(settings) as server, through(server.url) as url:
        target = url if changes is None else str(_profile(folder / "profile.toml", url, changes))
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
            patch.dict(BUDGETS, {budget.name: budget}),
        ):
            code = pytest.main(
                [*suite.arguments(), *options, "-p", "no:randomly", "-p", "no:xdist", "-p", "no:timeout"]
            )
        afterwards(server)
    outcome = suite.outcome(int(code), datetime.now(UTC), 0.0)
    assert outcome.result is not None, outcome.message
    return outcome.result


def _profile(path: Path, url: str, changes: Mapping[str, str]) -> Path:
    """Write the reference profile for *url*, with *changes*."""
    text = reference_profile_text().replace("http://127.0.0.1:8080", url)
    for line, other in changes.items():
        assert f"\n{line}\n" in text
        text = text.replace(f"\n{line}\n", f"\n{other}\n", 1)
    path.write_text(text, encoding="utf-8")
    return path
