"""All schedules of a run: a stream for each, its first state, and every command at its time."""

import time
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from liverec.client import CredentialsRefused, Exchange
from liverec.clock import NANOSECONDS
from liverec.conformance.pace import MOST_AT_ONCE, Assigned
from liverec.conformance.schedule import Schedule, schedules
from liverec.conformance.trial import MOST_NAMED, Trial
from liverec.conformance.verdicts import NotExercised, Undecided
from liverec.conformance.waves import in_waves
from liverec.history import Action, Stream

SCHEDULES = "schedules"
FIRST_LANE = 10_000  # process numbers apart from those that the client gives


def carry_out_schedules(trial: Trial) -> None:
    """Assign a stream to every schedule, bring it into its first state, and send everything at its time.

    Under a quota they come in waves: the steps of one have the room of a minute, which is kept free for them.

    Raises:
        Undecided: the target was given up, or its control plane is gone.
    """
    plan = schedules(trial.document.interval_ns, exact=trial.probes_exactly, thin=trial.thin)
    waves, too_long = in_waves(plan, trial.target.max_requests_per_minute)
    if too_long:
        trial.notes.append(f"left out, since each needs more requests than a minute allows: {_some(too_long)}")
    trial.ledger.during = SCHEDULES
    for wave in waves:
        done = len(trial.assigned)
        _assign(trial, wave, [_lent(trial) for _ in wave])  # in order: the same seed gives each the same stream
        assigned = trial.assigned[done:]
        if trial.thin and not trial.exact:
            begin = trial.client.book([step.at_ns for one in assigned for step in one.schedule.steps])
            trial.wait(max(0, begin - time.monotonic_ns()) / NANOSECONDS)
        trial.pace.carry_out(assigned, partial(_send, trial))


def _assign(trial: Trial, plan: Sequence[Schedule], lent: Sequence[Stream | str]) -> None:
    """Bring the stream that is *lent* to each schedule into its first state; note what was left out for want of one."""
    left_out: dict[str, list[str]] = defaultdict(list)
    with ThreadPoolExecutor(MOST_AT_ONCE, thread_name_prefix="preparation") as threads:
        for schedule, found in zip(plan, threads.map(partial(_first_state, trial), plan, lent), strict=False):
            if isinstance(found, Stream):
                trial.assigned.append(Assigned(schedule=schedule, stream=found))
            else:
                left_out[found].append(schedule.title)
    for why, titles in left_out.items():
        if not trial.contact.lost:
            trial.notes.append(f"left out, since {why}: {len(titles)} of {len(plan)} schedules ({_some(titles)})")


def _some(titles: Sequence[str]) -> str:
    return "; ".join([*titles[:MOST_NAMED], *(["..."] if len(titles) > MOST_NAMED else [])])


def _send(trial: Trial, action: Action, stream: Stream, lane: tuple[int, int]) -> Exchange:
    number, position = lane
    booked = trial.thin and not trial.exact
    return trial.command(action, stream, process=FIRST_LANE + 10 * number + position, booked=booked)


def _lent(trial: Trial) -> Stream | str:
    """Return a stream that this run never used, or why there is none."""
    try:
        return trial.streams.recordable(fresh=True)
    except NotExercised as problem:
        return str(problem)


def _first_state(trial: Trial, schedule: Schedule, lent: Stream | str) -> Stream | str:
    """Return *lent*, or another stream, in the state in which *schedule* begins, or why there is none."""
    if isinstance(lent, str) or not schedule.prepared:
        return lent
    try:
        return trial.recording(fresh=True, first=lent)
    except (Undecided, NotExercised, CredentialsRefused) as problem:
        return str(problem)
