"""Schedules in waves: under a quota, those of one wave fit into one minute, so that none of their steps has to wait."""

from collections.abc import Sequence

from liverec.conformance.schedule import Schedule


def in_waves(plan: Sequence[Schedule], limit: int | None) -> tuple[list[list[Schedule]], list[str]]:
    """Return *plan* in waves of at most *limit* requests each (None: any number), and the titles of what never fits."""
    if limit is None:
        return [list(plan)], []
    waves: list[list[Schedule]] = []
    room = 0
    for schedule in plan:
        needed = requests_of(schedule)
        if needed > limit:
            continue
        if needed > room:
            waves.append([])
            room = limit
        waves[-1].append(schedule)
        room -= needed
    return waves, [schedule.title for schedule in plan if requests_of(schedule) > limit]


def requests_of(schedule: Schedule) -> int:
    """Return how many requests *schedule* takes, with the START that prepares its stream."""
    return len(schedule.steps) + schedule.prepared
