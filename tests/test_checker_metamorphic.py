"""What may not change a judgement does not, in histories too large for brute force as well."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import pairwise
from random import Random

import pytest

from deep_profile import FIRST, chunks
from dense_histories import dense_history
from faulty_histories import faulty_history
from liverec.checker import CheckResult, check
from liverec.history import Action, History, Operation, Outcome, Stream
from random_histories import random_history, stream_named
from sequential_histories import sequential_history

HISTORIES = 60
GENERATORS: tuple[Callable[[int], History], ...] = (
    random_history,
    faulty_history,
    lambda seed: dense_history(seed, most=8),
    lambda seed: sequential_history(seed, most=10, streams=3),
)
CHUNKS = pytest.mark.parametrize("chunk", chunks(1, deep=15))


def drawn(chunk: int) -> Iterator[tuple[Random, History]]:
    """Yield histories of every kind in turn, each with what further choices are drawn from."""
    for seed in range(FIRST + chunk * HISTORIES, FIRST + (chunk + 1) * HISTORIES):
        yield Random(seed), GENERATORS[seed % len(GENERATORS)](seed)


def essence(result: CheckResult) -> object:
    """Return what was judged: verdict, dialects, rules that are broken, by how many streams, the measured interval."""
    findings = [
        (found.requirement, found.page_alone, len(found.streams) if found.page_alone == "broken" else 0)
        for found in result.findings
    ]
    return result.verdict, set(result.dialects), findings, result.interval_s


def unlike(histories: Iterable[tuple[History, History]]) -> list[History]:
    """Return the histories of pairs that are not judged alike; both verdicts must come out often."""
    verdicts, found = list[str](), list[History]()
    for one, other in histories:
        judged = check(one)
        verdicts.append(judged.verdict)
        if essence(judged) != essence(check(other)):
            found.append(one)
    assert min(verdicts.count("kept"), verdicts.count("broken")) >= len(verdicts) / 10
    return found


@CHUNKS
def test_when_it_was_does_not_matter(chunk: int) -> None:
    def later(draw: Random, history: History) -> History:
        by = draw.choice((-(10**15), -1, 1, 10**9, 10**15))
        return with_each(
            replace(history, earliest=history.earliest + by),
            lambda one: replace(
                one, invoked=one.invoked + by, completed=None if one.completed is None else one.completed + by
            ),
        )

    assert unlike((one, later(draw, one)) for draw, one in drawn(chunk)) == []


@CHUNKS
def test_names_of_streams_and_processes_do_not_matter(chunk: int) -> None:
    def renamed(draw: Random, history: History) -> History:
        streams = sorted({one.stream for one in history.operations})
        names = dict(zip(streams, draw.sample([Stream("p", "d", "a", f"{n}") for n in range(99)], len(streams))))  # noqa: B905  # as many names as streams
        processes = sorted({one.process for one in history.operations})
        numbers = dict(zip(processes, draw.sample(range(10**6), len(processes)), strict=True))
        return with_each(history, lambda one: replace(one, stream=names[one.stream], process=numbers[one.process]))

    assert unlike((one, renamed(draw, one)) for draw, one in drawn(chunk)) == []


@CHUNKS
def test_a_stream_that_any_reading_explains_does_not_matter(chunk: int) -> None:
    def with_another(draw: Random, history: History) -> History:
        moment = history.earliest + draw.randint(0, history.interval_ns)
        first = Operation(
            process=10**9,
            stream=stream_named("another"),
            action=Action.START,
            outcome=Outcome.OK,
            invoked=moment,
            completed=moment + draw.randint(0, 3),
            status=200,
            file=history.operations[0].file,
            index=10**9,
        )
        second = replace(first, action=Action.STOP, invoked=moment + 10, completed=moment + 12, index=first.index + 2)
        return replace(history, operations=(*history.operations, *draw.choice(((first,), (first, second)))))

    # what was measured can change nothing either: a STOP that no START follows is no probe
    answered = ((draw, one) for draw, one in drawn(chunk) if check(one).verdict != "undecided")
    assert unlike((one, with_another(draw, one)) for draw, one in answered) == []


@CHUNKS
def test_into_which_files_it_was_written_does_not_matter(chunk: int) -> None:
    def split(draw: Random, history: History) -> History:
        """Give every process a file of its own choice; with clocks that agree, that says nothing."""
        files = {(one.file, one.process): f"{draw.choice('abc')}.ndjson" for one in history.operations}
        processes = {key: number for number, key in enumerate(sorted(files))}
        return with_each(
            replace(history, clock_bounds={}),
            lambda one: replace(one, file=files[one.file, one.process], process=processes[one.file, one.process]),
        )

    def merged(history: History) -> History:
        processes = {key: n for n, key in enumerate(sorted({(one.file, one.process) for one in history.operations}))}
        indices = {key: n for n, key in enumerate(sorted((one.invoked, one.index) for one in history.operations))}
        return with_each(
            replace(history, clock_bounds={}),
            lambda one: replace(
                one,
                file="",
                process=processes[one.file, one.process],
                index=indices[one.invoked, one.index],
            ),
        )

    assert unlike((merged(one), split(draw, merged(one))) for draw, one in drawn(chunk)) == []


@CHUNKS
def test_in_which_order_it_is_told_does_not_matter(chunk: int) -> None:
    def shuffled(draw: Random, history: History) -> History:
        return replace(history, operations=tuple(draw.sample(history.operations, len(history.operations))))

    assert unlike((one, shuffled(draw, one)) for draw, one in drawn(chunk)) == []


@CHUNKS
def test_what_was_turned_away_does_not_matter(chunk: int) -> None:
    def without(history: History) -> History:
        rest = [one for one in history.operations if one.outcome is not Outcome.TURNED_AWAY]
        return replace(history, operations=tuple(rest))

    # a stream with nothing else counts as a stream, and nothing more
    assert unlike((one, without(one)) for _, one in drawn(chunk)) == []


@CHUNKS
def test_wider_intervals_explain_no_less(chunk: int) -> None:
    accused = [one for draw, one in drawn(chunk) if check(one).verdict == "kept" and check(wider(draw, one)).findings]

    assert accused == []


def wider(draw: Random, history: History) -> History:
    """Let operations begin earlier and end later, as far as their process allows."""
    lines: dict[tuple[str, int], list[Operation]] = {}
    for one in sorted(history.operations, key=lambda one: one.index):
        lines.setdefault((one.file, one.process), []).append(one)
    widened: dict[Operation, Operation] = {}
    for line in lines.values():
        end = line[0].invoked - history.interval_ns
        ends = [following.invoked for _, following in pairwise(line)]
        for one, next_begin in zip(line, [*ends, None], strict=True):
            invoked = draw.choice((one.invoked, max(min(end, one.invoked), one.invoked - 2), min(end, one.invoked)))
            completed = one.completed
            if completed is not None:
                most = completed + history.interval_ns if next_begin is None else max(next_begin, completed)
                completed = draw.choice((completed, most, min(most, completed + 2)))
                end = completed
            widened[one] = replace(one, invoked=invoked, completed=completed)
    return with_each(history, widened.__getitem__)


@CHUNKS
def test_a_call_that_may_not_have_happened_explains_no_less(chunk: int) -> None:
    accused = [
        one for draw, one in drawn(chunk) if check(one).verdict == "kept" and check(with_lost(draw, one)).findings
    ]

    assert accused == []


def with_lost(draw: Random, history: History) -> History:
    """Add a call without an answer."""
    near = draw.choice(history.operations)
    lost = replace(
        near,
        action=draw.choice((Action.START, Action.STOP)),
        outcome=Outcome.INFO,
        completed=None,
        status=None,
        process=10**9,
        index=10**9,
        invoked=near.invoked + draw.choice((0, 0, 1, -1, history.interval_ns)),
    )
    return replace(history, operations=(*history.operations, lost))


@CHUNKS
def test_a_call_that_was_lost_after_every_answer_does_not_matter(chunk: int) -> None:
    def with_late(history: History) -> History:
        last = max(max(one.invoked, one.completed or one.invoked) for one in history.operations)
        bounds = 2 * max(history.clock_bounds.values(), default=0)
        evidence = [one for one in history.operations if one.outcome is not Outcome.TURNED_AWAY]
        lost = replace(
            (evidence or history.operations)[-1],  # else its file may be one that did not see the stream before
            outcome=Outcome.INFO,
            completed=None,
            status=None,
            process=10**9,
            index=10**9,
            invoked=last + bounds + 1,
        )
        return replace(history, operations=(*history.operations, lost))

    assert unlike((one, with_late(one)) for _, one in drawn(chunk)) == []


def with_each(history: History, changed: Callable[[Operation], Operation]) -> History:
    """Change every operation."""
    return replace(history, operations=tuple(map(changed, history.operations)))
