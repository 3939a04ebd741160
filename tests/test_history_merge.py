"""Files of one run become one history; where one breaks off, nothing later is judged."""

from pathlib import Path
from typing import Any

import pytest

from liverec.history import Action, History, Operation, Outcome, Stream
from liverec.history.columns import columns_of
from liverec.history.copy import as_file
from liverec.history.merge import merge
from liverec.history.reader import HistoryError, HistoryFile, read_file

STREAM = Stream("p", "publish.example.com", "live", "rehearsal-1")


def operation(
    invoked: int,
    completed: int | None,
    *,
    file: str = "a",
    index: int = 0,
    outcome: Outcome | None = None,
    stream: Stream = STREAM,
) -> Operation:
    return Operation(
        process=0,
        stream=stream,
        action=Action.START,
        outcome=outcome or (Outcome.INFO if completed is None else Outcome.OK),
        invoked=invoked,
        completed=completed,
        status=None if completed is None else 200,
        request_id=None if completed is None else "id",
        file=file,
        index=index,
    )


def history_file(path: str, *operations: Operation, **changed: Any) -> HistoryFile:
    times = [time for one in operations for time in (one.invoked, one.completed) if time is not None]
    terms: dict[str, Any] = {
        "run": "r1",
        "target": "http://127.0.0.1:8080",
        "interval_ns": 10,
        "initial": "idle",
        "operations": operations,
        "earliest": min(times, default=None),
        "latest": max(times, default=None),
    }
    return HistoryFile(path=path, **(terms | changed))


def times(*files: HistoryFile) -> list[tuple[str, int, int | None]]:
    return [(one.file, one.invoked, one.completed) for one in merge(files).operations]


def test_one_whole_file_is_its_history() -> None:
    one = operation(5, 7)

    history = merge([history_file("a", one, resolution_ns=3, clock_bound_ns=2, interruptions=True)])

    assert history.operations == (one,)
    assert (history.run, history.interval_ns, history.resolution_ns, history.initial) == ("r1", 10, 3, "idle")
    assert (history.interruptions, history.earliest, history.clock_bounds) == (True, 5, {"a": 2})
    assert (history.complete, history.decidable, history.notes) == (True, True, ())


def test_several_whole_files_give_all_they_have() -> None:
    history = merge(
        [history_file("a", operation(5, 7)), history_file("b", operation(3, 90, file="b"), notes=("said",))]
    )

    assert [one.file for one in history.operations] == ["a", "b"]
    assert (history.earliest, history.complete, history.notes) == (3, True, ("said",))


@pytest.mark.parametrize(
    ("first", "second", "field", "expected"),
    [
        ({}, {}, "resolution_ns", 0),
        ({"resolution_ns": 3}, {}, "resolution_ns", 3),
        ({"resolution_ns": 3}, {"resolution_ns": 5}, "resolution_ns", 5),
        ({}, {}, "initial", "idle"),
        ({}, {"initial": "unknown"}, "initial", "unknown"),
        ({}, {}, "interruptions", False),
        ({"interruptions": True}, {}, "interruptions", True),
        ({"clock_bound_ns": 4}, {}, "clock_bounds", {"a": 4, "b": 0}),
        ({}, {}, "earliest", 0),
        ({}, {"complete": False}, "complete", False),
        ({}, {"complete": False, "ordered": False}, "decidable", False),
        ({"ordered": False}, {"complete": False}, "decidable", True),
    ],
)
def test_the_terms_are_those_of_the_most_doubtful_file(
    first: dict[str, Any], second: dict[str, Any], field: str, expected: object
) -> None:
    history = merge([history_file("a", **first), history_file("b", **second)])

    assert getattr(history, field) == expected


@pytest.mark.parametrize("field", ["run", "interval_ns"])
def test_files_of_different_runs_are_refused_by_name(field: str) -> None:
    other: dict[str, Any] = {"run": "r2"} if field == "run" else {"interval_ns": 11}

    with pytest.raises(HistoryError) as refused:
        merge([history_file("a"), history_file("b"), history_file("c", **other)])

    assert f"c: line 1: field {field}: expected {10 if other.get('interval_ns') else 'r1'!r} as in a" in str(
        refused.value
    )
    assert f"found {next(iter(other.values()))!r}" in str(refused.value)


def test_no_file_is_refused() -> None:
    with pytest.raises(HistoryError, match="expected at least one history file"):
        merge([])


def test_what_is_asked_for_replaces_what_the_headers_say() -> None:
    files = [history_file("a", resolution_ns=5), history_file("b", interval_ns=11)]

    history = merge(files, interval_ns=12, resolution_ns=0)

    assert (history.interval_ns, history.resolution_ns) == (12, 0)


def test_a_single_file_that_breaks_off_keeps_all_that_is_whole() -> None:
    broken_off = history_file("a", operation(5, 7), operation(8, None), complete=False, notes=("breaks off",))

    history = merge([broken_off])

    assert history.operations == broken_off.operations
    assert (history.complete, history.decidable, history.notes) == (False, True, ("breaks off",))


def test_nothing_later_than_the_break_is_judged_in_any_file() -> None:
    broken_off = history_file("a", operation(1, 2), operation(3, 20), complete=False)
    whole = history_file(
        "b",
        operation(5, 20, file="b"),
        operation(6, 21, file="b", index=2),
        operation(7, None, file="b", index=4),
        operation(20, 30, file="b", index=6),
        operation(21, 22, file="b", index=8),
        operation(21, None, file="b", index=10),
    )

    history = merge([whole, broken_off])

    assert [(one.file, one.invoked, one.completed, one.outcome) for one in history.operations] == [
        ("b", 5, 20, Outcome.OK),
        ("b", 6, None, Outcome.INFO),
        ("b", 7, None, Outcome.INFO),
        ("b", 20, None, Outcome.INFO),
        ("a", 1, 2, Outcome.OK),
        ("a", 3, 20, Outcome.OK),
    ]
    assert history.operations[1].status is None
    assert history.operations[1].request_id is None
    assert "a: breaks off first, at time 20" in history.notes[-1]
    assert "operations left out: 2" in history.notes[-1]


def test_an_answer_that_came_too_late_is_open_even_if_it_was_no_evidence() -> None:
    broken_off = history_file("a", operation(1, 2), complete=False)
    turned_away = operation(1, 3, file="b", outcome=Outcome.TURNED_AWAY)

    history = merge([broken_off, history_file("b", turned_away)])

    assert [one.outcome for one in history.operations] == [Outcome.OK, Outcome.INFO]


def test_the_first_of_several_breaks_counts() -> None:
    first = history_file("a", operation(1, 10), complete=False)
    second = history_file("b", operation(2, 9, file="b"), operation(12, 15, file="b"), complete=False)

    assert times(second, first) == [("b", 2, 9), ("a", 1, 10)]


@pytest.mark.parametrize("others", [(), (history_file("c", operation(1, 5), complete=False),)], ids=["one", "two"])
def test_a_file_that_breaks_off_before_its_first_record_leaves_nothing(others: tuple[HistoryFile, ...]) -> None:
    empty = history_file("a", complete=False)
    whole = history_file("b", operation(1, 2, file="b"))

    history = merge([whole, empty, *others])

    assert history.operations == ()
    assert history.earliest == 1
    assert "a: breaks off before its first record" in history.notes[-1]


def test_a_whole_file_without_records_takes_nothing_away() -> None:
    assert times(history_file("a"), history_file("b", operation(1, 2, file="b"))) == [("b", 1, 2)]


def test_a_break_in_a_file_that_is_out_of_order_decides_nothing() -> None:
    history = merge([history_file("a", operation(5, 7), complete=False, ordered=False)])

    assert not history.decidable
    assert "a: breaks off, and its lines are out of order in time" in history.notes[-1]


def test_clocks_that_may_disagree_move_the_break_to_where_all_are_whole_for_certain() -> None:
    # What a lost at its time 101 or later may have happened from 98 of the run's clock on.
    broken_off = history_file("a", operation(1, 95), operation(96, 100), complete=False, clock_bound_ns=3)
    whole = history_file(
        "b",
        operation(2, 95, file="b"),
        operation(3, 96, file="b"),
        operation(99, 110, file="b"),
        operation(100, 101, file="b"),
        clock_bound_ns=2,
    )

    assert times(broken_off, whole) == [
        ("a", 1, None),
        ("a", 96, None),
        ("b", 2, 95),
        ("b", 3, None),
        ("b", 99, None),
    ]


@pytest.mark.parametrize("lost", [0, 2], ids=["whole", "one breaks off"])
def test_operations_of_files_are_the_same_one_by_one_all_at_once_and_as_columns(tmp_path: Path, lost: int) -> None:
    files: list[HistoryFile] = []
    for name, moments in (("a", range(0, 40, 4)), ("b", range(1, 30, 3))):
        path = str(tmp_path / name)
        said = [
            operation(moment, moment + 2, file=path, stream=STREAM._replace(stream=f"{name}{moment % 5}"))
            for moment in moments
        ]
        lines = as_file(History(operations=said, interval_ns=10, run="r"), path).splitlines(keepends=True)
        Path(path).write_bytes(b"".join(lines[: len(lines) - lost * (name == "b")]))
        files.append(read_file(path))
    before = [tuple(file.operations) for file in files]

    history = merge(files)

    operations = tuple(history.operations)
    kept, expected = columns_of(history.operations), columns_of(operations)
    assert len(operations) == (18 if lost else 20)
    assert operations == tuple(history.operations[row] for row in range(len(operations)))
    assert operations[3:9:2] == history.operations[3:9:2]
    assert [kept.streams[number] for number in kept.stream] == [one.stream for one in operations]
    assert [kept.files[number] for number in kept.file] == [one.file for one in operations]
    for name in ("invoked", "completed", "action", "outcome", "process", "index"):
        assert getattr(kept, name).tolist() == getattr(expected, name).tolist()
    assert [tuple(file.operations) for file in files] == before
