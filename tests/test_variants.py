"""Variants of a story: repeated as it was until the violation was seen, and made smaller in each way that helps."""

from liverec.conformance.schedule import Schedule, at
from liverec.conformance.variants import as_it_was, parts
from liverec.history import Action, Operation, Outcome, Stream

STREAM = Stream("0123456789abcdef0123456789abcdef", "publish.example.com", "live", "rehearsal-7")
Told = list[tuple[Action, float, int]]


def operation(action: Action, second: float, *, process: int = 7, outcome: Outcome = Outcome.OK) -> Operation:
    return Operation(
        process=process,
        stream=STREAM,
        action=action,
        outcome=outcome,
        invoked=at(second),
        completed=at(second) + 1,
    )


# Two windows, a refused command in between, a START too soon, and something after it.
STORY = (
    operation(Action.START, 100.0),
    operation(Action.STOP, 104.0),
    operation(Action.START, 104.1, outcome=Outcome.REFUSED),
    operation(Action.START, 115.0),
    operation(Action.STOP, 117.0),
    operation(Action.START, 121.0, process=8),
    operation(Action.STOP, 122.0),
)
WITNESS = (STORY[4], STORY[5])


def told(schedule: Schedule) -> Told:
    """Return each command, its time from the first one in seconds, and its lane."""
    first = schedule.steps[0].at_ns
    return [(step.action, (step.at_ns - first) / 1e9, step.lane) for step in schedule.steps]


def test_the_story_is_repeated_as_it_was_until_the_violation_was_seen() -> None:
    schedules = as_it_was(STORY, WITNESS)

    assert len(schedules) > 1
    assert all(not one.prepared for one in schedules)
    assert {tuple(told(one)) for one in schedules} == {
        (
            (Action.START, 0.0, 0),
            (Action.STOP, 4.0, 0),
            (Action.START, 4.1, 0),
            (Action.START, 15.0, 0),
            (Action.STOP, 17.0, 0),
            (Action.START, 21.0, 1),
        )
    }


def test_a_start_and_the_witness_are_tried_with_the_wait_between_them_cut_short() -> None:
    assert told(parts(STORY, WITNESS)[0]) == [(Action.START, 0.0, 0), (Action.STOP, 0.3, 0), (Action.START, 4.3, 1)]


def test_a_witness_that_begins_with_its_start_keeps_its_time() -> None:
    smallest = parts(STORY, (STORY[0], STORY[1]))[0]

    assert told(smallest) in ([(Action.STOP, 0.0, 0)], [(Action.START, 0.0, 0)])
    assert [(Action.START, 0.0, 0), (Action.STOP, 4.0, 0)] in map(told, as_it_was(STORY, (STORY[0], STORY[1])))


def test_parts_leave_out_every_single_command_and_all_before_a_start_the_smallest_first() -> None:
    found = parts(STORY, WITNESS)
    sizes = [len(one.steps) for one in found]

    assert sizes == sorted(sizes)
    assert sizes.count(5) == 6
    assert [(Action.START, 0.0, 0), (Action.STOP, 2.0, 0), (Action.START, 6.0, 1)] in map(told, found)


def test_one_command_alone_has_no_parts() -> None:
    assert parts(STORY[:1], STORY[:1]) == ()
