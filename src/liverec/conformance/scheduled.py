"""All schedules of a run: a stream for each, its first state, and every command at its time."""

from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from liverec.client import CredentialsRefused, Exchange
from liverec.conformance.pace import MOST_AT_ONCE, Assigned
from liverec.conformance.schedule import Schedule, schedules
from liverec.conformance.trial import MOST_NAMED, Trial
from liverec.conformance.verdicts import NotExercised, Undecided
from liverec.history import Action, Stream

FIRST_LANE = 10_000  # process numbers apart from those that the client gives


def carry_out_schedules(trial: Trial) -> None:
    """Assign a stream to every schedule, bring it into its first state, and send everything at its time.

    Raises:
        Undecided: the target was given up, or its control plane is gone.
    """
    plan = schedules(trial.document.interval_ns, exact=trial.exact, thin=trial.thin)
    left_out: dict[str, list[str]] = defaultdict(list)
    lent = [_lent(trial) for _ in plan]  # in order, so that the same seed gives each the same stream
    with ThreadPoolExecutor(MOST_AT_ONCE, thread_name_prefix="preparation") as threads:
        for schedule, found in zip(plan, threads.map(partial(_first_state, trial), plan, lent), strict=True):
            if isinstance(found, Stream):
                trial.assigned.append(Assigned(schedule=schedule, stream=found))
            else:
                left_out[found].append(schedule.title)
    for why, titles in left_out.items():
        if not trial.contact.lost:
            named = "; ".join([*titles[:MOST_NAMED], *(["..."] if len(titles) > MOST_NAMED else [])])
            trial.notes.append(f"left out, since {why}: {len(titles)} of {len(plan)} schedules ({named})")

    def send(action: Action, stream: Stream, lane: tuple[int, int]) -> Exchange:
        number, position = lane
        return trial.command(action, stream, process=FIRST_LANE + 10 * number + position)

    trial.pace.carry_out(trial.assigned, send)


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
