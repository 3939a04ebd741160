"""What was found is tried again on other streams, and the least that shows it gets a history file of its own."""

import json
from pathlib import Path

import pytest

from judged_server import judged
from liverec.checker import check
from liverec.history.merge import merge
from liverec.history.reader import read_file
from liverec.verdict import Verdict

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("default")]

ONLY = ("restart/too-soon", "restart/after-interval")


def test_the_least_that_shows_a_violation_can_be_judged_by_itself(tmp_path: Path) -> None:
    result = judged(tmp_path, faults=("no-interval",), generated="none", only=ONLY)
    broken = next(one for one in result.judgements if one.verdict is Verdict.BROKEN)
    _, violation, *_ = result.histories
    history = merge([read_file(Path(violation))])

    assert Path(violation).name == "violation-1.ndjson"
    assert [one.requirement for one in check(history).findings] == [broken.id]
    assert len(history.operations) == 3
    told = "happened again in 4 of 4 repetitions; 3 commands show it"
    assert [one["note"] for one in broken.evidence if "note" in one] == [told]
    assert f"{broken.id}: {told}" in result.notes


def test_what_is_kept_is_not_tried_again(tmp_path: Path) -> None:
    result = judged(tmp_path, generated="none", only=ONLY)

    assert len(result.histories) == 1
    assert not any("repetition" in note for note in result.notes)


def test_with_a_quota_nothing_is_tried_again_but_the_violation_has_its_file(tmp_path: Path) -> None:
    quota = {"# max_requests_per_minute = 300": "max_requests_per_minute = 300"}
    result = judged(tmp_path, faults=("no-interval",), generated="none", only=ONLY, changes=quota)
    header = json.loads(Path(result.histories[1]).read_text().splitlines()[0])

    assert "restart/too-soon: not tried again, since the target has a quota" in result.notes
    assert header["liverec_history"] == 1
