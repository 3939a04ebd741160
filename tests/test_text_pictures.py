"""Pictures of characters mean what they show, in lines of bounded width."""

from typing import Any

import pytest

from liverec.report.text_interval import text_interval
from liverec.report.text_timeline import text_timeline

W = 10.0


def an_operation(action: str, invoked_s: float, completed_s: float | None, **more: Any) -> dict[str, Any]:
    outcome = "info" if completed_s is None else "ok"
    status = None if completed_s is None else 200
    operation = {"process": 0, "action": action, "invoked_s": invoked_s, "completed_s": completed_s}
    return operation | {"outcome": outcome, "status": status, "stream": "d/live/one"} | more


def drawn(*operations: dict[str, Any], width: int = 71, **more: Any) -> list[str]:
    return text_timeline({"operations": operations, **more}, W, width=width)


def test_a_bar_reaches_from_request_to_answer_and_a_window_as_far_as_it_holds() -> None:
    # 60 columns for 60 s, behind a name of nine characters and two spaces
    lines = drawn(an_operation("START", 0.0, 5.0), an_operation("STOP", 20.0, 22.0), an_operation("START", 59.0, 59.0))

    (lane,) = [line[11:] for line in lines if line.startswith("process 0")]
    assert lane == "▶━━━━━" + " " * 14 + "■━━" + "▒" * 8 + "░░" + " " * 26 + "▶"


def test_what_was_not_answered_reaches_to_the_end() -> None:
    lines = drawn(an_operation("START", 0.0, 1.0), an_operation("START", 30.0, None), an_operation("START", 59.0, 59.0))

    (lane,) = [line[11:] for line in lines if line.startswith("process 0")]
    assert lane[30:] == "▶" + "╍" * 28 + "▶"
    assert any("START no answer" in line for line in lines)


def test_the_gap_is_measured_above() -> None:
    gap = {"opened": 0, "start": 1, "from_s": 0.0, "until_s": 59.0, "words": "gap at most 59.000 s"}

    first, *_ = drawn(an_operation("STOP", 0.0, 1.0), an_operation("START", 58.0, 59.0), gap=gap)

    assert first.strip() == "├" + " gap at most 59.000 s ".center(58, "─") + "┤"


def test_a_short_gap_has_its_words_above_it() -> None:
    gap = {"opened": 0, "start": 1, "from_s": 57.0, "until_s": 59.0, "words": "gap at most 2.000 s"}
    operations = [an_operation("START", 0.0, 1.0), an_operation("START", 57.0, 57.5), an_operation("START", 58.0, 59.0)]

    words, line, *_ = drawn(*operations, gap=gap)

    assert words.endswith("gap at most 2.000 s")
    assert line.strip() == "├─┤"


@pytest.mark.parametrize("width", [40, 100])
def test_lines_stay_within_their_width(width: int) -> None:
    operations = [an_operation("START", n / 7, n / 7 + 0.1, process=n % 3, label="x" * 30) for n in range(40)]

    lines = drawn(*operations, width=width)

    assert max(map(len, lines)) <= width + 2  # the axis may name its end
    assert len(lines) <= 3 * (3 + 1) + 1


def test_names_cannot_steer_the_terminal() -> None:
    lines = drawn(an_operation("START", 0.0, 1.0, label="\x1b[2J", process="\x1b[31m"))

    assert not any("\x1b" in line for line in lines)


def test_everything_at_one_moment_is_drawn() -> None:
    assert any("▶" in line for line in drawn(an_operation("START", 1.0, 1.0)))


def test_nothing_is_drawn_of_nothing() -> None:
    assert drawn() == []


def test_more_probes_stand_taller_in_their_place() -> None:
    refused, accepted = [0] * 20, [0] * 20
    refused[4], refused[9], accepted[10] = 1, 255, 15

    lines = text_interval(refused, accepted, interval_s=10.0)

    stated, upper, lower, ticks = (line[10:] for line in lines)
    assert stated == " " * 10 + "┌ the contract: 10 s"
    assert upper == " " * 10 + "▄"
    assert lower == "    ▁    █"
    assert ticks.split() == ["0", "s", "5", "s", "10", "s", "15", "s", "20", "s"]


def test_a_single_probe_is_seen_however_many_others_there_are() -> None:
    lines = text_interval([1, 0], [0, 10**9], interval_s=10.0)

    assert lines[2] == "refused   ▁"
