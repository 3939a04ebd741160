"""The command that a report prints beside what it found: it judges the same target again, with the same choices."""

from collections.abc import Iterable
from shlex import quote

from liverec.conformance.budget import SHORT


def replay(
    only: Iterable[str],
    *,
    target: str | None,
    allow: bool,
    seed: int,
    time: str = SHORT.name,
    explore: int | None = None,
) -> str:
    """Return the command that judges *only* these requirements, or all; *target* None: a server was started for it.

    *explore* None: as many random schedules as *time* buys.
    """
    named = [] if target is None else ["--target", quote(target)]
    allowed = ["--allow"] if allow else []
    timed = [] if time == SHORT.name else ["--time", time]
    explored = [] if explore is None else ["--explore", str(explore)]
    chosen = [part for one in only for part in ("--only", one)]
    return " ".join(["liverec", "verify", *named, *allowed, "--seed", str(seed), *timed, *explored, *chosen])
