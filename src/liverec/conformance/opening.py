"""Opening a session: the target, its trial, and the record that is written whatever happens."""

from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex

from liverec.conformance.budget import Budget
from liverec.conformance.folder import Events, write_record
from liverec.conformance.listing import parts_of
from liverec.conformance.preflight import TargetUnusable
from liverec.conformance.record import record
from liverec.conformance.rehearsal import sequences, stand_in
from liverec.conformance.session import Session, judge_file
from liverec.conformance.setting import Setting
from liverec.conformance.trial import Trial
from liverec.history import Initial
from liverec.profile_file import reference_profile
from liverec.reference.serving import running
from liverec.reference.settings import Settings
from liverec.target import resolve_target

LAST_SECONDS = 60.0  # for judging a run that ended early


@contextmanager
def opened(
    *,
    target: str | None,
    allow: bool,
    seed: int,
    budget: Budget,
    initial: Initial | None,
    folder: Path,
    scheduled: bool,
    isolates: bool,
    only: frozenset[str],
    rehearsed: bool = False,
) -> Generator[Session]:
    """Open a session; without a *target*, an embedded reference server is judged. The record is written at the end.

    *rehearsed*: nothing is sent to the target; a stand-in of our own gets it all, and the record lists it.

    Raises:
        TargetRefused, ProfileError: the target cannot be used.
    """
    with ExitStack() as stack:
        name = target
        if name is None:
            name = stack.enter_context(running(Settings(profile=reference_profile()))).url
        resolved = resolve_target(name, allow=allow)
        folder.mkdir(parents=True, exist_ok=True)
        setting = Setting(
            target=stack.enter_context(stand_in(resolved)) if rehearsed else resolved,
            folder=folder,
            run=new_run(),
            seed=seed,
            budget=budget,
            initial=initial,
            rehearsed=rehearsed,
        )
        trial = Trial(setting)
        session = Session(trial=trial, events=Events(folder), scheduled=scheduled, isolates=isolates)
        unusable = ""
        try:
            yield session
        except TargetUnusable as problem:
            unusable = str(problem)
            raise
        finally:
            session.close()
            judged = session.judged or (judge_file(trial.history_path, LAST_SECONDS) if scheduled else None)
            content = record(
                trial,
                judged,
                session.outcomes,
                session.crowd.tally,
                session.volume,
                only=only,
                interrupted=session.interrupted,
            )
            content |= {"unusable": unusable, "violations": session.violations}
            if rehearsed:
                more = sequences(replace(setting, target=resolved)) if scheduled else ()
                content["parts"] = [asdict(part) for part in (*parts_of(trial.ledger, trial.assigned), *more)]
            write_record(folder, content)


def new_run() -> str:
    """Return a name for a run: when it began, and a few random digits."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{token_hex(2)}"
