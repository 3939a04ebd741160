"""The options that Locust gets: on the command line, as LIVEREC_... in the environment, and in the web form."""

from argparse import ArgumentParser, Namespace
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from liveload.scenarios import SCENARIOS

DEFAULT_SCENARIO: Final = "mixed"
LONGEST_RUN_S: Final = 3600
MOST_OPERATIONS: Final = 5_000_000


class OptionRefused(Exception):  # it says what happened
    """An option has a value that cannot be used; the message says which and what is expected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a run was asked for; a rate or a threshold of 0 is none."""

    scenario: str
    target: str  # a URL or the path of a profile; empty: nothing was named
    allow: bool
    seed: int
    rate: float  # arrivals a second
    out: str  # empty: runs/<run id>
    max_seconds: int
    max_operations: int
    latency_limit: float
    unanswered_limit: float  # share, 0 to 1
    users: int
    seconds: int  # 0: until somebody ends it
    headless: bool = True


def declare(parser: ArgumentParser) -> None:
    """Add the options to Locust's parser, those for everybody to the web form too."""
    group = parser.add_argument_group("Recording commands (liverec)")

    def option(name: str, *, form: bool = True, **settings: Any) -> None:
        added = group.add_argument(name, env_var=f"LIVEREC_{name[2:].replace('-', '_').upper()}", **settings)
        # Locust reads these attributes off the action; a group's add_argument does not take them
        added.include_in_web_ui = form  # type: ignore[attr-defined]
        added.is_secret = added.is_required = added.is_multiple = False  # type: ignore[attr-defined]

    option(
        "--scenario",
        choices=list(SCENARIOS),
        default=DEFAULT_SCENARIO,
        help="What the users do; load/README.md says what each is for.",
    )
    option(
        "--target",
        form=False,
        default="",
        metavar="PROFILE",
        help="A profile (see: liverec profile), or a URL. Without it, --host and the reference profile.",
    )
    option("--seed", type=int, default=0, help="The seed of all choices.")
    option(
        "--rate", type=float, default=0.0, help="Arrivals per second of the open scenarios; 0 takes the scenario's own."
    )
    option("--out", form=False, default="", metavar="DIR", help="Where everything is written (default: runs/<run id>).")
    option(
        "--allow",
        form=False,
        action="store_true",
        help="The target may be off this machine (as allow = true in its profile); to be given to each worker.",
    )
    option("--max-seconds", form=False, type=int, default=LONGEST_RUN_S, help="No run lasts longer, the UI's neither.")
    option("--max-operations", form=False, type=int, default=MOST_OPERATIONS, help="No run sends more commands.")
    option(
        "--latency-limit",
        type=float,
        default=0.0,
        help="Exit 14 if the 99th percentile is above so many ms; 0: no limit.",
    )
    option(
        "--unanswered-limit",
        type=float,
        default=0.0,
        help="Exit 14 if a larger share (0 to 1) gets no answer or a 5xx; 0: no limit.",
    )


def read_settings(options: Namespace, *, host: str | None) -> Settings:
    """Read what was chosen, on the command line or in the web form.

    Raises:
        OptionRefused: a value is out of its range.
    """
    settings = Settings(
        scenario=options.scenario,
        target=options.target or host or "",
        allow=options.allow,
        seed=options.seed,
        rate=options.rate,
        out=options.out,
        max_seconds=options.max_seconds,
        max_operations=options.max_operations,
        latency_limit=options.latency_limit,
        unanswered_limit=options.unanswered_limit,
        users=options.num_users or 0,
        seconds=int(options.run_time or 0),
        headless=options.headless,
    )
    if settings.scenario not in SCENARIOS:
        raise OptionRefused(
            f"--scenario: no scenario is called {settings.scenario!r}; there are {', '.join(SCENARIOS)}"
        )
    ranges = {
        "--seed": (settings.seed, 0, 2**32 - 1),
        "--rate": (settings.rate, 0, 100_000),
        "--max-seconds": (settings.max_seconds, 1, 7 * 24 * 3600),
        "--max-operations": (settings.max_operations, 1, 10**9),
        "--latency-limit": (settings.latency_limit, 0, 10**6),
        "--unanswered-limit": (settings.unanswered_limit, 0, 1),
    }
    for name, (found, least, most) in ranges.items():
        if not least <= found <= most:
            raise OptionRefused(f"{name}: expected a number from {least} to {most}, found {found:g}")
    return settings


def output_folder(settings: Settings, run: str) -> Path:
    """Return where the files of a run go; further runs of one web UI have folders of their own in the same place."""
    folder = Path(settings.out) if settings.out else Path("runs", run)
    return folder / run if not settings.headless and is_used(folder) else folder


def is_used(folder: Path) -> bool:
    """Whether the histories of a run are in *folder*."""
    return any(folder.glob("worker-*.ndjson"))
