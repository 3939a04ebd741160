"""What a load run shows of itself: the numbers add up, whatever has or has not been recorded."""

import json
from pathlib import Path

import pytest

from liveload.gaps import BINS, Standing, gap_plots, standing_of
from liveload.headline import headline
from liveload.phase import Phase
from liveload.series import SHARES, percentiles, points
from liveload.state import LiveState, as_json, tab_rows
from liveload.tally import Latencies, Probe, Tally
from made_up_run import a_run, a_tally, nothing_yet

SECOND = 1_000_000_000
W = 10 * SECOND


def values(state: LiveState) -> dict[str, str]:
    return {row["name"][3:]: row["value"] for row in tab_rows(state)}


def a_probe(shortest_s: float, longest_s: float, *, accepted: bool) -> Probe:
    return Probe(shortest=round(shortest_s * SECOND), longest=round(longest_s * SECOND), accepted=accepted)


def test_the_tab_counts_what_was_recorded(tmp_path: Path) -> None:
    shown = values(a_run(tmp_path))

    assert shown["STARTs accepted too soon"] == "1"
    assert shown["broken in other ways"] == "1"
    assert shown["probes of the interval"] == "400"
    assert shown["no answer"] == "1"
    assert shown["exit code"] == "10"
    assert shown["accepted from"] == "10.001087 s"


def test_the_rows_of_the_tab_sort_as_they_stand() -> None:
    names = [row["name"] for row in tab_rows(nothing_yet())]

    assert len(names) > 9
    assert names == sorted(names)


def test_before_any_run_there_is_something_to_say_and_nothing_to_draw() -> None:
    said = as_json(nothing_yet())

    assert said["title"] == "Ready"
    assert (said["gaps"], said["points"], said["latency"], said["violations"], said["files"]) == ([], [], [], [], [])
    assert values(nothing_yet())["lateness, 99 of 100"] == "none"


def test_the_state_is_json_as_it_stands(tmp_path: Path) -> None:
    said = as_json(a_run(tmp_path))

    assert json.loads(json.dumps(said, allow_nan=False)) == said


def test_points_that_the_page_has_are_not_sent_again(tmp_path: Path) -> None:
    state = a_run(tmp_path)
    all_of_it, the_rest = as_json(state), as_json(state, since=30)

    assert [point[0] for point in all_of_it["points"]] == list(range(40))
    assert the_rest["points"] == all_of_it["points"][30:]
    assert all_of_it["settled"] == 29


def test_the_second_that_is_not_over_is_left_out(tmp_path: Path) -> None:
    running = as_json(a_run(tmp_path, phase=Phase.RUNNING))

    assert running["points"][-1][0] == 38


def test_only_the_newest_violations_are_sent(tmp_path: Path) -> None:
    state = a_run(tmp_path)
    state.tally.violations *= 30
    shown = as_json(state)["violations"]

    assert len(shown) == 50
    assert shown[0][:2] == [22.0, "request-id/unique"]


def test_characters_that_hide_others_are_written_out() -> None:
    state = LiveState(phase=Phase.ENDED, reasons=("turned \u202e around",))

    assert as_json(state)["reasons"] == ["turned \\u202e around"]


@pytest.mark.parametrize("phase", [Phase.READY, Phase.RUNNING, Phase.DRAINING, Phase.JUDGING])
def test_no_file_is_offered_while_it_may_grow(phase: Phase, tmp_path: Path) -> None:
    assert as_json(a_run(tmp_path, phase=phase))["files"] == []
    assert as_json(a_run(tmp_path))["files"] == ["report.html", "histories/worker-0.ndjson"]


@pytest.mark.parametrize(
    ("shortest", "longest", "accepted", "standing"),
    [
        (9.0, 10.0, True, Standing.WRONG),  # more than ten seconds are asked for
        (9.0, 10.000_000_001, True, Standing.UNSURE),
        (10.0, 10.1, True, Standing.UNSURE),
        (10.000_000_001, 10.1, True, Standing.RIGHT),
        (9.0, 10.0, False, Standing.RIGHT),
        (10.0, 10.1, False, Standing.UNSURE),
        (10.000_000_001, 10.1, False, Standing.WRONG),
    ],
)
def test_a_probe_is_judged_by_its_bounds(shortest: float, longest: float, accepted: bool, standing: Standing) -> None:
    assert standing_of(a_probe(shortest, longest, accepted=accepted), W, 0) is standing


def test_a_coarse_clock_is_given_its_due() -> None:
    early, late = a_probe(9.9, 9.998, accepted=True), a_probe(10.002, 10.1, accepted=False)

    assert standing_of(early, W, 5_000_000) is Standing.UNSURE
    assert standing_of(late, W, 5_000_000) is Standing.UNSURE


def test_every_probe_stands_in_a_bin_and_those_near_are_shown_closer() -> None:
    wide, near = gap_plots(a_tally().probes, interval_ns=W, resolution_ns=0)
    counted = [
        sum(sum(one.accepted.values()) + sum(one.refused.values()) for one in plot.bins) for plot in (wide, near)
    ]

    assert counted == [400, 400]
    assert (wide.low_s, wide.high_s) == (0.0, 15.0)
    assert (near.low_s, near.high_s) == (9.75, 10.25)
    assert all(near.low_s <= one.from_s < near.high_s for one in near.bins)
    assert len(near.bins) <= BINS


def test_a_gap_beyond_the_picture_stands_at_its_edge() -> None:
    (plot,) = gap_plots([a_probe(500, 501, accepted=True)], interval_ns=W, resolution_ns=0)

    assert plot.bins[0].from_s == pytest.approx(plot.high_s - plot.width_s)


def test_percentiles_in_one_pass_are_those_of_the_tally() -> None:
    latencies = Latencies({number * 10: number % 7 + 1 for number in range(1, 500)})

    assert percentiles(latencies) == tuple(latencies.percentile(share) for share in SHARES)
    assert percentiles(Latencies()) == (None, None, None)


def test_a_stall_is_a_stretch_of_points_without_answers() -> None:
    shown = points({0: Latencies({1000: 4}), 3: Latencies({2000: 2})})

    assert [(point.second, point.rate) for point in shown] == [(0, 4), (1, 0), (2, 0), (3, 2)]
    assert shown[1].latency_ms == (None, None, None)


def test_a_long_run_is_drawn_in_longer_steps() -> None:
    shown = points({second: Latencies({1000: 3}) for second in range(1000)}, most=300)

    assert len(shown) <= 300
    assert {point.rate for point in shown} == {3.0}
    assert shown[1].second == 4


def test_a_violation_shows_in_the_headline_before_the_verdict() -> None:
    quiet = headline(Phase.RUNNING, None, {})
    loud = headline(Phase.RUNNING, None, {"restart/too-soon": 2, "status/404": 5})

    assert (quiet.tone, loud.tone) == ("running", "broken")
    assert loud.sentence == "7 answers broke the contract: status/404 (5), restart/too-soon (2)."


@pytest.mark.parametrize("code", [0, 1, 10, 11, 12, 13, 14, 64, 70, 130, 99, None])
def test_only_exit_code_0_looks_like_a_pass(code: int | None) -> None:
    told = headline(Phase.ENDED, code, {})

    assert (told.tone == "kept") is (code == 0)
    assert told.advice


def test_an_empty_tally_is_no_pass() -> None:
    running = as_json(LiveState(phase=Phase.RUNNING, tally=Tally()))

    assert running["tone"] == "running"
