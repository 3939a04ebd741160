"""A witness cut out of its history is convicted again, in memory and as files."""

from pathlib import Path

import pytest

from liverec.checker import check
from liverec.checker.excerpt import excerpt
from liverec.history import History
from liverec.history.copy import as_file
from liverec.history.merge import merge
from liverec.history.reader import read_file
from random_histories import operations_of, random_history


@pytest.mark.parametrize("seeds", [range(first, first + 50) for first in range(0, 500, 50)])
def test_what_is_written_of_a_finding_shows_it_again(seeds: range, tmp_path: Path) -> None:
    shown = 0
    for seed in seeds:
        history = random_history(seed)
        for finding in check(history).findings:
            part = excerpt(history, finding)
            if part is None:
                assert history.initial == "unknown"
                assert history.earliest < min(one.invoked for one in history.operations)
                continue
            files = sorted({one.file for one in part.operations})
            for number, file in enumerate(files):
                (tmp_path / f"{number}.ndjson").write_bytes(as_file(part, file))
            read = merge([read_file(str(tmp_path / f"{number}.ndjson")) for number in range(len(files))])
            assert (read.complete, read.notes) == (True, ())
            assert finding.requirement in {one.requirement for one in check(read).findings}
            shown += 1
    assert shown


def test_a_long_history_gives_a_short_excerpt() -> None:
    before = ", ".join(f"a START+ {20 * n}, a STOP+ {20 * n + 1}" for n in range(300))
    history = History(operations=operations_of(f"{before}, a START+ 5988"), interval_ns=10)
    (finding,) = check(history).findings

    part = excerpt(history, finding)

    assert part is not None
    assert len(part.operations) < 40
    assert len([one for one in part.operations if one.completed is not None]) == len(finding.witness)


def test_other_streams_are_left_out() -> None:
    history = History(
        operations=operations_of("a START+ 0, a STOP- 5, b START+ 0 @rehearsal-2, b STOP+ 3 @rehearsal-2"),
        interval_ns=10,
    )
    (finding,) = check(history).findings

    part = excerpt(history, finding)

    assert part is not None
    assert {one.stream.stream for one in part.operations} == {"rehearsal-1"}


def test_without_time_there_is_no_excerpt() -> None:
    history = History(operations=operations_of("a START+ 0, a STOP- 5"), interval_ns=10)
    (finding,) = check(history).findings

    assert excerpt(history, finding, expired=lambda: True) is None
