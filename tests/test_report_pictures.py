"""The pictures mean what they show: earlier is further left, a window reaches as far as it holds."""

from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from liverec.report.interval_picture import Probe, interval_picture
from liverec.report.svg import Scale
from liverec.report.timelines import overview_picture, timeline_picture, witness_picture

W = 10.0


def an_operation(
    action: str, invoked_s: float, completed_s: float | None, outcome: str = "ok", process: int = 0
) -> dict[str, Any]:
    return {
        "process": process,
        "action": action,
        "invoked_s": invoked_s,
        "completed_s": completed_s,
        "outcome": outcome,
        "status": {"ok": 200, "refused": 400}.get(outcome),
    }


def a_probe(from_s: float, until_s: float, *, accepted: bool, certain: bool = True) -> dict[str, Any]:
    return {"gap_from_s": from_s, "gap_until_s": until_s, "accepted": accepted, "certain": certain}


def shapes(svg: str, name: str, kind: str) -> list[ET.Element]:
    """The elements *name* of *svg* whose classes include all the words of *kind*."""
    wanted = set(kind.split())
    return [item for item in ET.fromstring(svg).iter(name) if wanted <= set(item.get("class", "").split())]


def texts(svg: str) -> list[str]:
    return [item.text or "" for item in ET.fromstring(svg).iter("text")]


def middles(circles: list[ET.Element]) -> list[float]:
    return [float(circle.get("cx", "nan")) for circle in circles]


def interval(*probes: Mapping[str, Any], low: float | None = None, high: float | None = None) -> tuple[str, ...]:
    return interval_picture(probes, {"refused_up_to": low, "accepted_from": high}, W)


def test_a_refused_probe_stands_left_of_an_accepted_one_and_the_interval_between() -> None:
    (wide,) = interval(a_probe(4.0, 4.1, accepted=False), a_probe(14.0, 14.1, accepted=True))

    (refused,), (accepted,) = (middles(shapes(wide, "circle", kind)) for kind in ("refused", "ok"))
    (stated,) = (float(line.get("x1", "nan")) for line in shapes(wide, "line", "stated"))
    assert refused < stated < accepted


def test_refused_and_accepted_have_lanes_of_their_own() -> None:
    (wide,) = interval(*(a_probe(4.0, 4.1, accepted=accepted) for accepted in (True, False, True, False)))

    heights = {
        kind: {float(circle.get("cy", "nan")) for circle in shapes(wide, "circle", kind)} for kind in ("ok", "refused")
    }
    assert max(heights["ok"]) < min(heights["refused"])
    assert [len(rows) for rows in heights.values()] == [2, 2]


def test_a_probe_is_as_wide_as_its_uncertainty() -> None:
    (wide,) = interval(a_probe(4.0, 6.0, accepted=False), a_probe(8.0, 9.0, accepted=False))

    first, second = (float(bar.get("width", "nan")) for bar in shapes(wide, "rect", "bar"))
    assert first == pytest.approx(2 * second, abs=0.1)


def test_a_close_up_shows_what_lies_around_the_interval_only() -> None:
    _, near = interval(
        *(a_probe(gap, gap + 0.001, accepted=gap > W) for gap in (5.0, 9.98, 10.01)), low=9.981, high=10.01
    )

    assert [len(shapes(near, "circle", kind)) for kind in ("refused", "ok")] == [1, 1]
    assert {"refused up to 9.981 s", "accepted from 10.01 s", "the page: more than 10 s"} <= set(texts(near))


def test_there_is_no_close_up_of_an_interval_that_was_measured_far_off() -> None:
    pictures = interval(a_probe(2.0, 2.1, accepted=True), a_probe(1.0, 1.1, accepted=False), low=1.1, high=2.0)

    assert len(pictures) == 1


def test_without_a_probe_there_is_no_picture() -> None:
    assert interval() == ()


@pytest.mark.parametrize(
    ("probe", "breaks"),
    [
        (Probe(from_s=9.9, until_s=10.0, accepted=True, certain=True), True),
        (Probe(from_s=9.9, until_s=10.000_001, accepted=True, certain=True), False),
        (Probe(from_s=10.0, until_s=10.1, accepted=False, certain=True), False),
        (Probe(from_s=10.000_001, until_s=10.1, accepted=False, certain=True), True),
        (Probe(from_s=2.0, until_s=2.1, accepted=True, certain=False), False),
    ],
    ids=["accepted at the interval", "accepted astride", "refused at the interval", "refused after", "not certain"],
)
def test_a_probe_breaks_the_interval_only_if_every_gap_in_it_does(probe: Probe, breaks: bool) -> None:
    assert probe.breaks(W) is breaks


def test_a_wrong_or_undecided_probe_looks_different() -> None:
    (wide,) = interval(a_probe(2.0, 2.1, accepted=True), a_probe(9.9, 10.1, accepted=False, certain=False))

    assert len(shapes(wide, "circle", "ok wrong")) == 1
    assert len(shapes(wide, "circle", "refused unsure")) == 1


def test_a_timeline_has_a_lane_for_each_process_and_its_marks_in_order_of_time() -> None:
    svg = timeline_picture(
        {
            "title": "race",
            "operations": [
                an_operation("START", 3.0, 3.1, "refused", process=1),
                an_operation("START", 1.0, 1.1),
                an_operation("STOP", 2.0, 2.1),
            ],
            "wait_window": {"from_s": 2.1, "until_s": 12.1},
        }
    )

    words = texts(svg)
    assert {"process 0", "process 1", "START 200", "STOP 200", "START 400"} <= set(words)
    bars = sorted(float(bar.get("x", "nan")) for bar in shapes(svg, "rect", "bar"))
    (refused,) = (float(bar.get("x", "nan")) for bar in shapes(svg, "rect", "bar refused"))
    assert refused == bars[-1]


def test_the_window_begins_at_the_stop_and_reaches_past_an_early_start() -> None:
    svg = timeline_picture(
        {
            "operations": [an_operation("STOP", 2.0, 2.1), an_operation("START", 9.0, 9.1, "refused")],
            "wait_window": {"from_s": 2.1, "until_s": 12.1},
        }
    )

    (window,) = shapes(svg, "rect", "window")
    left, width = float(window.get("x", "nan")), float(window.get("width", "nan"))
    (early,) = (float(bar.get("x", "nan")) for bar in shapes(svg, "rect", "bar refused"))
    assert left < early < left + width


def test_an_operation_without_an_answer_reaches_to_the_edge() -> None:
    svg = timeline_picture({"operations": [an_operation("START", 1.0, None, "info"), an_operation("STOP", 5.0, 9.0)]})

    def right(kind: str) -> float:
        (bar,) = shapes(svg, "rect", kind)
        return float(bar.get("x", "nan")) + float(bar.get("width", "nan"))

    assert right("bar info") > right("bar ok")
    assert "START no answer" in texts(svg)


def test_a_witness_shades_where_a_start_must_be_refused_and_lighter_where_it_may_be() -> None:
    operations = [an_operation("STOP", 1.0, 2.0), an_operation("START", 11.9, 12.5)]
    svg = witness_picture({"stream": "a/b/c", "operations": operations}, W)

    windows = shapes(svg, "rect", "window")
    sure, unsure = (
        next(item for item in windows if ("unsure" in item.get("class", "")) is wanted) for wanted in (False, True)
    )
    end = float(sure.get("x", "nan")) + float(sure.get("width", "nan"))
    assert end == pytest.approx(float(unsure.get("x", "nan")))
    assert float(sure.get("width", "nan")) == pytest.approx(9 * float(unsure.get("width", "nan")), rel=0.01)


def test_a_witness_shows_the_moments_that_favour_the_service_the_most() -> None:
    operations = [an_operation("STOP", 1.0, 2.0), an_operation("START", 8.0, 9.0)]
    gap = {"opened": 0, "start": 1, "from_s": 1.0, "until_s": 9.0, "words": "gap at most 8.000 s"}

    svg = witness_picture({"stream": "s", "operations": operations, "gap": gap}, W)

    effects = middles(shapes(svg, "circle", "effect"))
    stop, start = shapes(svg, "rect", "bar ok")
    assert effects == pytest.approx(
        [float(stop.get("x", "nan")), float(start.get("x", "nan")) + float(start.get("width", "nan"))], abs=0.1
    )
    assert "gap at most 8.000 s" in texts(svg)


def test_a_long_recording_leaves_room_for_the_gap() -> None:
    operations = [
        an_operation("START", 0.5, 1.0),
        an_operation("STOP", 3600.0, 3600.1),
        an_operation("START", 3605.0, 3605.1),
    ]
    gap = {"opened": 1, "start": 2, "from_s": 3600.0, "until_s": 3605.1, "words": "gap at most 5.100 s"}

    svg = witness_picture({"stream": "s", "operations": operations, "gap": gap}, W)

    stop, start = middles(shapes(svg, "circle", "effect"))
    assert start - stop > 200
    assert "\N{LEFTWARDS ARROW} START 200 at 0.500 s" in texts(svg)


def test_lanes_of_several_streams_are_told_apart_and_have_windows_of_their_own() -> None:
    operations = [
        an_operation("STOP", 1.0, 2.0) | {"stream": "d/live/one"},
        an_operation("START", 3.0, 4.0) | {"stream": "d/live/two"},
    ]

    svg = witness_picture({"operations": operations}, W)
    alike = witness_picture({"operations": [one | {"stream": f"{one['stream']}/x"} for one in operations]}, W)

    assert {"one, process 0", "two, process 0"} <= set(texts(svg))
    assert len(shapes(svg, "rect", "window")) == 2
    assert {"d/live/one/x, process 0", "d/live/two/x, process 0"} <= set(texts(alike))


def test_a_refused_stop_opens_no_window() -> None:
    svg = witness_picture({"stream": "s", "operations": [an_operation("STOP", 1.0, 2.0, "refused")]}, W)

    assert shapes(svg, "rect", "window") == []


def test_labels_never_leave_the_picture() -> None:
    svg = timeline_picture({"operations": [an_operation("START", 0.0, 0.1), an_operation("START", 10.0, 10.1)]})

    last = [item for item in ET.fromstring(svg).iter("text") if item.text == "START 200"][-1]
    assert last.get("text-anchor") == "end"


def test_labels_that_would_meet_at_the_edge_stand_above_one_another() -> None:
    svg = timeline_picture({"operations": [an_operation("START", at, at + 0.01) for at in (0.0, 9.0, 10.0)]})

    _, before, last = (item for item in ET.fromstring(svg).iter("text") if item.text == "START 200")
    assert before.get("y") != last.get("y")


def test_the_overview_has_a_lane_for_each_schedule() -> None:
    timelines = [{"title": f"schedule {n}", "operations": [an_operation("START", n, n + 0.1)]} for n in range(3)]

    assert {"schedule 0", "schedule 1", "schedule 2"} <= set(texts(overview_picture(timelines)))


def test_a_picture_of_nothing_says_so() -> None:
    assert texts(timeline_picture({"operations": []})) == ["no operation"]


def test_hostile_names_stay_text() -> None:
    operation = an_operation("<script>", 1.0, 1.1) | {"label": "</svg><script>\x00", "process": '"><b>'}

    svg = timeline_picture({"title": '"><script>', "operations": [operation]})

    assert "<script" not in svg
    assert "</svg><script>\\x00" in texts(svg)


@pytest.mark.parametrize(("low", "high"), [(0.0, 15.0), (9.99, 10.01), (0.0, 0.000_4), (3.3, 987.0)])
def test_ticks_are_few_round_and_inside(low: float, high: float) -> None:
    ticks = Scale(low=low, high=high, left=0, right=100).ticks()

    assert 3 <= len(ticks) <= 10
    assert low - 1e-9 <= ticks[0] < ticks[-1] <= high + 1e-9
