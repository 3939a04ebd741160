"""``result.json`` has the published form, whatever a run brings."""

import json
from pathlib import Path

from liverec.report import as_json, json_text, write_json
from liverec.verdict import ExitCode, Judgement, Result, Verdict

BROKEN = Judgement(
    id="restart/too-soon",
    verdict=Verdict.BROKEN,
    why="accepted 3 s after the STOP",
    evidence=({"kind": "value", "name": "gap", "value": 3.0},),
    replay="liverec verify --only restart/too-soon",
)
ECHO = Judgement(
    id="consistency/one-reading", verdict=Verdict.BROKEN, why="no single reading", echo_of="restart/too-soon"
)


def a_result(**fields: object) -> Result:
    values: dict[str, object] = {
        "verdict": "broken",
        "exit_code": ExitCode.BROKEN,
        "started": "2026-11-22T10:15:00Z",
        "seconds": 30.5,
        "seed": 7,
        "target": {"url": "http://127.0.0.1:8080"},
        "versions": {"liverec": "0.1.0"},
        "findings": ("restart/too-soon", "consistency/one-reading"),
        "judgements": (ECHO, BROKEN),
        "dialect": {"stop_while_idle": "refused"},
        "interval_s": {"refused_up_to": None, "accepted_from": 3.0},
        "counts": {"requests": 10, "operations": 4, "streams": 2},
    }
    return Result(**(values | fields))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  # fields by name


def test_the_published_keys_are_all_there() -> None:
    written = as_json(a_result())

    assert set(written) == {
        *("liverec_result", "verdict", "exit_code", "started", "seconds", "seed", "target", "versions", "findings"),
        *("requirements", "dialect", "interval_s", "counts", "histories", "notes", "timelines", "probes", "bursts"),
        "volume",
    }
    assert (written["liverec_result"], written["verdict"], written["exit_code"]) == (1, "broken", 1)
    assert written["findings"] == ["restart/too-soon", "consistency/one-reading"]


def test_a_requirement_says_what_was_judged_and_what_it_rests_on() -> None:
    too_soon, consistency = as_json(a_result())["requirements"]

    assert set(too_soon) == {"id", "strength", "verdict", "source", "why", "evidence", "replay"}
    assert too_soon["evidence"] == [{"kind": "value", "name": "gap", "value": 3.0}]
    assert "Table 2, action" in too_soon["source"]
    assert (too_soon["strength"], too_soon["verdict"]) == ("MUST", "BROKEN")
    assert consistency["echo_of"] == "restart/too-soon"


def test_the_text_reads_back_as_the_same_values() -> None:
    result = a_result(notes=("späte Antwort \x1b[31m",), probes=({"gap_from_s": 1.0, "accepted": False},))

    assert json.loads(json_text(result)) == as_json(result)


def test_what_json_cannot_say_becomes_null() -> None:
    result = a_result(interval_s={"refused_up_to": float("inf"), "accepted_from": float("nan")})

    read = json.loads(json_text(result), parse_constant=lambda name: name)

    assert read["interval_s"] == {"refused_up_to": None, "accepted_from": None}


def test_a_lone_surrogate_does_not_prevent_the_file(tmp_path: Path) -> None:
    path = tmp_path / "new" / "result.json"

    write_json(a_result(notes=("bad \udc80 byte",)), path)

    assert json.loads(path.read_text(encoding="utf-8"))["notes"] == ["bad ? byte"]
