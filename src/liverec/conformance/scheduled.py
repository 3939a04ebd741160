"""All schedules of a run: a stream for each, its first state, and every command at its time."""

import threading
import time
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from liverec.client import CredentialsRefused, Exchange
from liverec.clock import NANOSECONDS
from liverec.conformance.boundary import boundary, exact_boundary
from liverec.conformance.exploration import explored
from liverec.conformance.later_windows import later_windows
from liverec.conformance.ledger import Kind
from liverec.conformance.pace import MOST_AT_ONCE, Assigned, Due, last_moment
from liverec.conformance.pauses import pauses
from liverec.conformance.schedule import Schedule, at, schedules
from liverec.conformance.trial import Trial
from liverec.conformance.verdicts import NotExercised, Undecided
from liverec.conformance.waves import in_waves
from liverec.history import Stream

SCHEDULES = "schedules"
FIRST_LANE = 10_000  # process numbers apart from those that the client gives
_MOST_NAMED = 5
_KEPT_FREE = 200  # streams that other tests may want
_SPARE_TIME = 2.5  # seconds: what the target took for so many commands is little, spread over the whole window
_SHARE = 0.7  # of the time that a run may take, for what is drawn at random, and for long pauses
_UNHURRIED = 100  # of the time that a target takes for so many commands, one random schedule is worth


def named(trial: Trial) -> tuple[Schedule, ...]:
    """Return the schedules that every run of this length has."""
    interval_ns = trial.document.interval_ns
    plan = schedules(interval_ns, exact=trial.probes_exactly, thin=trial.thin)
    if trial.thin:
        return plan
    until_ns = at(trial.budget.seconds * _SHARE)
    return (*plan, *later_windows(interval_ns, until_ns=until_ns), *pauses(interval_ns, until_ns=until_ns))


def window_ns(trial: Trial) -> int:
    """Return how long all schedules of the run take, in nanoseconds."""
    explores = trial.budget.explored and not trial.thin
    return max(last_moment(named(trial)), at(trial.budget.seconds * _SHARE) if explores else 0)


def carry_out_schedules(trial: Trial, all_lent: threading.Event) -> None:
    """Assign a stream to every schedule, bring it into its first state, and send everything at its time.

    Under a quota they come in waves: the steps of one have the room of a minute, which is kept free for them.
    *all_lent* is set once those of the first wave have their streams: until then nobody else should take any.

    Raises:
        Undecided: the target was given up, or its control plane is gone.
    """
    plan = named(trial)
    waves, too_long = in_waves(plan, trial.target.max_requests_per_minute)
    if too_long:
        trial.notes.append(f"left out, since each needs more requests than a minute allows: {_some(too_long)}")
    trial.ledger.during = SCHEDULES
    for wave in waves:
        done = len(trial.assigned)
        _assign_with_more(trial, wave, all_lent)
        assigned = trial.assigned[done:]
        if trial.thin and not trial.exact:
            begin = trial.client.book([step.at_ns for one in assigned for step in one.schedule.steps])
            trial.wait(max(0, begin - time.monotonic_ns()) / NANOSECONDS)
        trial.pace.carry_out(assigned, partial(send_due, trial, first_lane=FIRST_LANE + 10 * done))


def _assign_with_more(trial: Trial, plan: Sequence[Schedule], all_lent: threading.Event) -> None:
    """Assign streams to *plan*, and to as many probes and random schedules as the target has streams and time for."""
    probes = _probes(trial, free=trial.streams.free - len(plan), until_ns=last_moment(plan))
    lent = [_lent(trial) for _ in (*plan, *probes)]  # in order, so that the same seed gives each the same stream
    drawn = _drawn(trial, free=trial.streams.free)
    lent += [_lent(trial) for _ in drawn]
    all_lent.set()
    begun = time.monotonic()
    _assign(trial, plan, lent)
    rate = len(plan) / max(time.monotonic() - begun, 1e-3)  # a slow target would answer more too late
    _assign(trial, probes[: round(rate * _SPARE_TIME)], lent[len(plan) :])
    worth = round(rate * window_ns(trial) / NANOSECONDS / _UNHURRIED)
    _note_left_out(trial, "the target answers slowly", drawn[worth:])
    _assign(trial, drawn[:worth], lent[len(plan) + len(probes) :])


def _probes(trial: Trial, *, free: int, until_ns: int) -> tuple[Schedule, ...]:
    """Return the boundary probes, as many as there are *free* streams to spare."""
    count = 0 if trial.thin else min(trial.budget.probed, max(0, free - _KEPT_FREE))
    if trial.probes_exactly:
        return exact_boundary(trial.document.interval_ns, count=count)
    return boundary(trial.document.interval_ns, count=count, until_ns=until_ns, seed=trial.seed)


def _drawn(trial: Trial, *, free: int) -> tuple[Schedule, ...]:
    """Return the random schedules, as many as there are *free* streams to spare; note what is left out."""
    all_drawn = explored(
        trial.document.interval_ns,
        count=trial.budget.explored,
        until_ns=window_ns(trial),
        seed=trial.seed,
        exact=trial.probes_exactly,
    )
    spare = 0 if trial.thin else max(0, free - _KEPT_FREE)
    why = "the target has a quota" if trial.thin else "there are too few streams: raise streams.recordable.count"
    _note_left_out(trial, why, all_drawn[spare:])
    return all_drawn[:spare]


def _note_left_out(trial: Trial, why: str, left_out: Sequence[Schedule]) -> None:
    note = f"left out, since {why}: {len(left_out)} of {trial.budget.explored} random schedules"
    if left_out and note not in trial.notes:  # each wave finds the same
        trial.notes.append(note)


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
    return "; ".join([*titles[:_MOST_NAMED], *(["..."] if len(titles) > _MOST_NAMED else [])])


def send_due(trial: Trial, due: Due, *, first_lane: int = FIRST_LANE) -> Exchange:
    """Send a step's command; its process number tells its schedule and its lane, from *first_lane* on."""
    alike = due.step.alike
    if alike is not None:
        return trial.variant(Kind.OPEN, due.step.action, alike.of(due.stream, seed=trial.seed))
    number, position = due.lane
    booked = trial.thin and not trial.exact
    return trial.command(due.step.action, due.stream, process=first_lane + 10 * number + position, booked=booked)


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
        return trial.recording(fresh=True, first=lent, spare=_KEPT_FREE)
    except (Undecided, NotExercised, CredentialsRefused) as problem:
        return str(problem)
