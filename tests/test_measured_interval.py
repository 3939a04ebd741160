"""The restart interval as measured: only STARTs count whose gap to the STOP of a recording is known."""

from dataclasses import replace

import pytest

from liverec.checker import check
from liverec.checker.result import BINS
from liverec.history import Action, History, Operation, Outcome, Stream

SECOND = 1_000_000_000
STREAM = Stream("p", "publish.example.com", "live", "rehearsal-1")


def story(*steps: tuple[float, Action, bool]) -> History:
    """Tell a sequential history: when each command is sent (it takes a millisecond), and whether it is accepted."""
    operations = [
        Operation(
            process=0,
            stream=STREAM,
            action=action,
            outcome=Outcome.OK if accepted else Outcome.REFUSED,
            invoked=round(moment * SECOND),
            completed=round((moment + 0.001) * SECOND),
            index=index,
        )
        for index, (moment, action, accepted) in enumerate(steps)
    ]
    return History(operations=tuple(operations), interval_ns=10 * SECOND)


START, STOP = Action.START, Action.STOP


def test_the_bracket_is_the_longest_refused_and_the_shortest_accepted_gap() -> None:
    found = check(story((0, START, True), (1, STOP, True), (10.5, START, False), (11.5, START, True))).interval_s

    assert (found.refused_up_to, found.accepted_from) == (9.499, 10.501)


def test_after_a_refused_start_nothing_is_measured_while_it_may_have_opened_the_window_anew() -> None:
    found = check(story((0, START, True), (1, STOP, True), (5, START, False), (9, START, False))).interval_s

    assert (found.refused_up_to, found.accepted_from) == (3.999, None)


def test_a_start_that_is_refused_while_recording_leaves_the_recording_to_be_stopped() -> None:
    found = check(story((0, START, True), (1, START, False), (2, STOP, True), (11.9, START, False))).interval_s

    assert found.refused_up_to == 9.899


def test_probes_are_counted_that_decide_and_by_gap_all_that_were_seen() -> None:
    found = check(
        story((0, START, True), (1, STOP, True), (10.9995, START, True), (20, STOP, True), (50, START, True))
    ).interval_s

    assert found.probes == 1
    assert {place: count for place, count in enumerate(found.accepted_by_gap) if count} == {39: 1, BINS - 1: 1}
    assert sum(found.refused_by_gap) == 0


def test_a_gap_counts_in_the_bin_of_its_middle() -> None:
    found = check(story((0, START, True), (1, STOP, True), (3.5, START, False), (11.75, START, True))).interval_s

    assert [place for place, count in enumerate(found.refused_by_gap) if count] == [10]
    assert [place for place, count in enumerate(found.accepted_by_gap) if count] == [43]


@pytest.mark.parametrize("files", [("a", "b"), ("b", "a")])
def test_of_a_start_that_another_command_touches_nobody_knows_the_gap(files: tuple[str, str]) -> None:
    """Whichever file is read first: in between may stand a command of the own process."""
    before = story((0, START, True), (1, STOP, True), (30, START, True), (30, STOP, True), (30, START, False))
    first, second, *touching = before.operations
    at_once = [replace(one, invoked=30 * SECOND, completed=30 * SECOND) for one in touching]
    at_once[2] = replace(at_once[2], process=1, file=files[1])
    own = [replace(one, file=files[0]) for one in (first, second, *at_once[:2])]

    assert check(replace(before, operations=(*own, at_once[2]))).interval_s.probes == 0
