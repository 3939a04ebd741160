"""One history file is read strictly, and exactly as far as it is whole."""

import json
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest

from liverec.history import Action, Outcome, Stream, reader, records
from liverec.history.reader import LONGEST_LINE, HistoryError, HistoryFile, read_file

VALUE = ["0123456789abcdef0123456789abcdef", "publish.example.com", "live", "rehearsal-7"]
HEADER: dict[str, Any] = {
    "liverec_history": 1,
    "run": "20261122T101500Z-7f3a",
    "target": "http://127.0.0.1:8080",
    "interval_ns": 10_000_000_000,
    "initial": "idle",
    "clock": "monotonic",
}

Read = Callable[..., HistoryFile]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Read a history made of the given lines (mappings become JSON); *tail* follows without a newline."""

    def written(*lines: Any, tail: bytes = b"", newline: bytes = b"\n") -> HistoryFile:
        path = tmp_path / "history.ndjson"
        path.write_bytes(b"".join(as_line(line) + newline for line in lines) + tail)
        return read_file(path)

    return written


def as_line(line: Any) -> bytes:
    return line if isinstance(line, bytes) else json.dumps(line, separators=(",", ":")).encode()


def invoke(index: Any, time: Any, process: Any = 0, f: Any = "START", value: Any = VALUE) -> dict[str, Any]:
    return {"index": index, "time": time, "process": process, "type": "invoke", "f": f, "value": value}


def answer(index: Any, time: Any, kind: str = "ok", process: Any = 0, **more: Any) -> dict[str, Any]:
    return {"index": index, "time": time, "process": process, "type": kind, **more}


def ok(index: int, time: int, process: int = 0) -> dict[str, Any]:
    return answer(index, time, "ok", process, status=200)


def end(records: Any) -> dict[str, Any]:
    return {"liverec_end": True, "records": records}


def test_the_design_s_example_is_read_to_its_end(read: Read) -> None:
    history = read(
        HEADER,
        invoke(0, 1_200_345),
        answer(1, 2_200_345, "ok", status=200, request_id="id-1"),
        invoke(2, 2_300_000, f="STOP"),
        answer(3, 2_900_000, "fail", status=404, error_code="LIVE.100011001"),
        invoke(4, 3_000_000, process=1),
        answer(5, 9_000_000, "info", process=1, error="timeout"),
        end(6),
    )

    assert (history.complete, history.ordered, history.notes) == (True, True, ())
    assert (history.run, history.interval_ns, history.initial) == (HEADER["run"], 10_000_000_000, "idle")
    assert (history.earliest, history.latest) == (1_200_345, 9_000_000)
    assert [
        (one.index, one.action, one.outcome, one.invoked, one.completed, one.status, one.error_code, one.error)
        for one in history.operations
    ] == [
        (0, Action.START, Outcome.OK, 1_200_345, 2_200_345, 200, None, None),
        (2, Action.STOP, Outcome.REFUSED, 2_300_000, 2_900_000, 404, "LIVE.100011001", None),
        (4, Action.START, Outcome.INFO, 3_000_000, None, None, None, "timeout"),
    ]
    assert {one.stream for one in history.operations} == {Stream(*VALUE)}
    assert history.operations[0].request_id == "id-1"
    assert history.operations[0].file == history.path


def test_operations_stand_in_the_order_of_their_invoke_lines(read: Read) -> None:
    history = read(HEADER, invoke(0, 1, 0), invoke(1, 2, 1), invoke(2, 3, 2), ok(3, 4, 1), ok(4, 5, 0), end(5))

    assert [(one.index, one.process, one.outcome) for one in history.operations] == [
        (0, 0, Outcome.OK),
        (1, 1, Outcome.OK),
        (2, 2, Outcome.INFO),
    ]
    assert history.complete


@pytest.mark.parametrize(
    ("header", "field", "value"),
    [
        ({}, "resolution_ns", None),
        ({"resolution_ns": 5_000_000}, "resolution_ns", 5_000_000),
        ({"resolution_ns": None}, "resolution_ns", None),
        ({}, "clock_bound_ns", 0),
        ({"clock_bound_ns": 7}, "clock_bound_ns", 7),
        ({}, "interruptions", False),
        ({"interruptions": "none"}, "interruptions", False),
        ({"interruptions": "possible"}, "interruptions", True),
        ({"initial": "unknown"}, "initial", "unknown"),
        ({"anything": {"else": [1, 2]}}, "run", HEADER["run"]),
    ],
)
def test_the_header_sets_the_terms(read: Read, header: dict[str, Any], field: str, value: object) -> None:
    history = read(HEADER | header, end(0))

    assert getattr(history, field) == value


@pytest.mark.parametrize(
    ("first_line", "said"),
    [
        pytest.param(b"", "found: nothing", id="empty line"),
        pytest.param(b"hello", "found: JSON is malformed", id="no JSON"),
        pytest.param(b"\xef\xbb\xbf" + as_line(HEADER), "found: a byte order mark", id="byte order mark"),
        pytest.param(b"[1]", "found: Expected `object`, got `array`", id="no object"),
        pytest.param(b"\xff\xfe", "found: JSON is malformed", id="no UTF-8"),
        pytest.param(b"[" * 60_000, "found:", id="nested without end"),
        pytest.param(invoke(0, 0), "liverec_history", id="a record"),
        pytest.param(HEADER | {"liverec_history": 2}, "found: version 2", id="version 2"),
        pytest.param(HEADER | {"liverec_history": True}, "got `bool`", id="version true"),
        pytest.param(HEADER | {"liverec_history": 1.0}, "got `float`", id="version 1.0"),
        pytest.param(HEADER | {"liverec_history": "1"}, "got `str`", id="version as text"),
        pytest.param({"liverec_history": 1, "interval_ns": 1, "initial": "idle"}, "`run`", id="no run"),
        pytest.param({"liverec_history": 1, "run": "r", "initial": "idle"}, "`interval_ns`", id="no interval"),
        pytest.param({"liverec_history": 1, "run": "r", "interval_ns": 1}, "`initial`", id="no initial"),
        pytest.param(HEADER | {"run": 7}, "$.run", id="run no text"),
        pytest.param(HEADER | {"interval_ns": 0}, "$.interval_ns", id="interval 0"),
        pytest.param(HEADER | {"interval_ns": 1e10}, "$.interval_ns", id="interval no integer"),
        pytest.param(HEADER | {"interval_ns": 2**63}, "$.interval_ns", id="interval too large"),
        pytest.param(HEADER | {"initial": "recording"}, "$.initial", id="initial unheard of"),
        pytest.param(HEADER | {"clock": "wall"}, "$.clock", id="a clock that may run back"),
        pytest.param(HEADER | {"resolution_ns": -1}, "$.resolution_ns", id="resolution negative"),
        pytest.param(HEADER | {"clock_bound_ns": True}, "$.clock_bound_ns", id="clock bound true"),
        pytest.param(HEADER | {"interruptions": "maybe"}, "$.interruptions", id="interruptions unheard of"),
    ],
)
def test_a_first_line_that_is_no_header_is_refused(read: Read, first_line: Any, said: str) -> None:
    with pytest.raises(HistoryError) as refused:
        read(first_line, invoke(0, 1), ok(1, 2), end(2))

    assert "history.ndjson: line 1: not a history: " in str(refused.value)
    assert said in str(refused.value)
    assert len(str(refused.value)) < 500


def test_an_empty_file_is_refused(read: Read) -> None:
    with pytest.raises(HistoryError, match=r"line 1: not a history.*found: nothing"):
        read()


def test_the_message_about_a_foreign_file_does_not_show_what_is_in_it(read: Read) -> None:
    with pytest.raises(HistoryError) as refused:
        read(b"secret_access_key=abracadabra")

    assert "abracadabra" not in str(refused.value)


@pytest.mark.parametrize("name", ["missing.ndjson", "."])
def test_what_cannot_be_read_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(HistoryError, match="cannot be read: "):
        read_file(tmp_path / name)


@pytest.mark.parametrize(
    ("third", "said"),
    [
        pytest.param(b"", "an empty line", id="blank"),
        pytest.param(b"   ", "an empty line", id="spaces"),
        pytest.param(b'{"index":2,"time":3', "something else", id="torn"),
        pytest.param(as_line(invoke(2, 3)) + b"x", "something else", id="something behind"),
        pytest.param(b"\x00\x00", "something else", id="zeros"),
        pytest.param(as_line(invoke(2, 3)).replace(b"live", b"\xff"), "something else", id="no UTF-8"),
        pytest.param(b'{"a":' + b"[" * 60_000, "something else", id="nested without end"),
        pytest.param(invoke(2, 3) | {"x": "y" * LONGEST_LINE}, "longer than", id="too long"),
        pytest.param(HEADER, "something else", id="a second header"),
        pytest.param(invoke(1, 3), "field index: expected 2, found 1", id="index again"),
        pytest.param(invoke(3, 3), "field index: expected 2, found 3", id="index left out"),
        pytest.param(invoke("2", 3), "$.index", id="index as text"),
        pytest.param(invoke(2.0, 3), "$.index", id="index a float"),
        pytest.param(invoke(2, 3.0), "$.time", id="time a float"),
        pytest.param(as_line(invoke(2, 3)).replace(b"3", b"NaN", 1), "something else", id="time NaN"),
        pytest.param(as_line(invoke(2, 3)).replace(b"3", b"1e400", 1), "something else", id="time infinite"),
        pytest.param(invoke(2, -(2**62) - 1), "$.time", id="time too far back"),
        pytest.param(invoke(2, True), "$.time", id="time true"),
        pytest.param(invoke(2, None), "$.time", id="time null"),
        pytest.param(invoke(2, 2**62 + 1), "$.time", id="time too large"),
        pytest.param(invoke(2, 10**40), "$.time", id="time far too large"),
        pytest.param(invoke(2, 3, process=-1), "$.process", id="process negative"),
        pytest.param(invoke(2, 3, process=False), "$.process", id="process false"),
        pytest.param(invoke(2, 3, process="0"), "$.process", id="process as text"),
        pytest.param(invoke(2, 3, f="start"), "$.f", id="f in lower case"),
        pytest.param(invoke(2, 3, f=None), "$.f", id="f null"),
        pytest.param(invoke(2, 3, value=VALUE[:3]), "$.value", id="three names"),
        pytest.param(invoke(2, 3, value=[*VALUE, "x"]), "$.value", id="five names"),
        pytest.param(invoke(2, 3, value=[*VALUE[:3], 7]), "$.value", id="a name that is a number"),
        pytest.param(invoke(2, 3, value="live"), "$.value", id="names as text"),
        pytest.param({"index": 2, "time": 3, "process": 0, "type": "invoke", "f": "START"}, "`value`", id="no value"),
        pytest.param(invoke(2, 3) | {"type": "INVOKE"}, "type", id="type unheard of"),
        pytest.param({"index": 2, "time": 3, "process": 0}, "type", id="no type"),
        pytest.param(ok(2, 3), "process 0 is answered without an open command", id="answered twice"),
        pytest.param(invoke(2, 1), "process 0 invokes before its own last answer", id="before its own answer"),
        pytest.param({"liverec_end": False, "records": 2}, "liverec_end", id="end that is none"),
        pytest.param({"liverec_end": 1, "records": 2}, "something else", id="end as a number"),
        pytest.param({"liverec_end": True}, "something else", id="end without a number"),
        pytest.param(end(True), "something else", id="end with records true"),
        pytest.param(end(1), "field records: expected 2, the lines since the header, found 1", id="end counts too few"),
        pytest.param(
            end(3), "field records: expected 2, the lines since the header, found 3", id="end counts too many"
        ),
    ],
)
def test_the_file_ends_at_the_first_line_that_is_no_record(read: Read, third: Any, said: str) -> None:
    history = read(HEADER, invoke(0, 1), ok(1, 2), third, invoke(2, 30), ok(3, 40), end(4))

    assert not history.complete
    assert [(one.invoked, one.completed) for one in history.operations] == [(1, 2)]
    assert (history.earliest, history.latest) == (1, 2)
    (note,) = history.notes
    assert "history.ndjson: line 4: " in note
    assert said in note
    assert len(note) < 400


@pytest.mark.parametrize(
    ("second", "said"),
    [
        pytest.param(answer(1, 5, "ok", status=404), "'fail' is expected with status 404, found 'ok'", id="ok 404"),
        pytest.param(answer(1, 5, "ok"), "'info' is expected with status None", id="ok without status"),
        pytest.param(answer(1, 5, "fail"), "'info' is expected with status None", id="fail without status"),
        pytest.param(answer(1, 5, "fail", status=200), "'ok' is expected with status 200", id="fail 200"),
        pytest.param(answer(1, 5, "fail", status=500), "'info' is expected with status 500", id="fail 500"),
        pytest.param(answer(1, 5, "fail", status=409), "'info' is expected with status 409", id="fail 409"),
        pytest.param(answer(1, 5, "info", status=200), "'ok' is expected with status 200", id="info 200"),
        pytest.param(answer(1, 5, "info", status=401), "'fail' is expected with status 401", id="info 401"),
        pytest.param(answer(1, 5, "ok", status="200"), "$.status", id="status as text"),
        pytest.param(answer(1, 5, "ok", status=200.0), "$.status", id="status a float"),
        pytest.param(ok(1, 0), "process 0 is answered before it invoked", id="before its invoke"),
        pytest.param(ok(1, 5, process=1), "process 1 is answered without an open command", id="another process"),
        pytest.param(invoke(1, 5), "process 0 invokes while its command before is still open", id="invoked twice"),
    ],
)
def test_what_cannot_follow_an_invoke_ends_the_file_and_leaves_it_open(read: Read, second: Any, said: str) -> None:
    history = read(HEADER, invoke(0, 1), second, end(2))

    assert not history.complete
    assert said in history.notes[0]
    assert [(one.outcome, one.completed) for one in history.operations] == [(Outcome.INFO, None)]
    assert history.latest == 1


@pytest.mark.parametrize("status", [401, 403, 405, 413, 415, 429])
def test_statuses_that_are_no_evidence_are_failures_turned_away(read: Read, status: int) -> None:
    history = read(HEADER, invoke(0, 1), answer(1, 2, "fail", status=status), end(2))

    assert history.complete
    assert (history.operations[0].outcome, history.operations[0].completed) == (Outcome.TURNED_AWAY, 2)


@pytest.mark.parametrize("status", [None, 100, 201, 204, 302, 409, 500, 503, 0, -1])
def test_every_other_status_is_an_info_without_an_end(read: Read, status: int | None) -> None:
    history = read(HEADER, invoke(0, 1), answer(1, 2, "info", status=status, error="why"), end(2))

    assert history.complete
    one = history.operations[0]
    assert (one.outcome, one.completed, one.status, one.error) == (Outcome.INFO, None, status, "why")


def test_extra_keys_are_accepted_everywhere(read: Read) -> None:
    extra = {"latency": 0.5, "nested": {"a": [None, True]}}

    history = read(HEADER | extra, invoke(0, 1) | extra, ok(1, 2) | extra, end(2) | extra)

    assert (history.complete, len(history.operations)) == (True, 1)


def test_a_process_that_invokes_again_after_an_info_is_accepted(read: Read) -> None:
    history = read(HEADER, invoke(0, 1), answer(1, 5, "info"), invoke(2, 5), ok(3, 6), end(4))

    assert history.complete
    assert [one.outcome for one in history.operations] == [Outcome.INFO, Outcome.OK]


def drawn(draw: Random) -> list[dict[str, Any]]:
    """Draw records of a few processes, most of which can follow those before them."""
    waiting, lines, now = set[int](), list[dict[str, Any]](), 100
    processes = draw.choice(((0, 7, 10**8), (3, 2**31 - 1), (1, 2, 2**31, 2**40), (2**32, 2**32 + 7, 7)))
    for index in range(draw.randint(1, 60)):
        process, now = draw.choice(processes), now + draw.choice((0, 1, 5))
        if (process in waiting) != (draw.random() < 0.01):
            waiting.discard(process)
            lines.append(answer(index, now, process=process, status=200, request_id=f"id-{index}"))
        else:
            waiting.add(process)
            lines.append(invoke(index, now - (draw.random() < 0.02) * 50, process))
    return lines


def one_by_one(lines: list[dict[str, Any]]) -> list[tuple[int, int, int, int | None, str | None]]:
    """Return the operations, up to the first record that cannot follow those before it."""
    last, called = dict[int, int](), dict[int, int]()
    operations = list[tuple[int, int, int, int | None, str | None]]()
    for line in lines:
        process, time, invokes = line["process"], line["time"], line["type"] == "invoke"
        if invokes == (process in called) or time < last.get(process, time):
            break
        last[process] = time
        if invokes:
            called[process] = len(operations)
            operations.append((line["index"], process, time, None, None))
        else:
            number = called.pop(process)
            operations[number] = (*operations[number][:3], time, line["request_id"])
    return operations


@pytest.mark.parametrize("at_once", [1, 2, 3, 7])
def test_records_are_paired_by_process_however_many_at_once(
    read: Read, at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(records, "_AT_ONCE", at_once)
    monkeypatch.setattr(reader, "_BLOCK", 500)
    whole = 0
    for seed in range(100):
        lines = drawn(Random(seed))

        history = read(HEADER, *lines, end(len(lines)))

        found = [(one.index, one.process, one.invoked, one.completed, one.request_id) for one in history.operations]
        assert found == one_by_one(lines), seed
        assert [history.operations[-1 - number] for number in range(len(found))] == list(history.operations)[::-1]
        whole += history.complete
    assert 20 <= whole <= 90


def test_equal_times_are_no_disorder(read: Read) -> None:
    history = read(HEADER, invoke(0, -5), ok(1, -5), invoke(2, -5), ok(3, -5), end(4))

    assert (history.complete, history.ordered, len(history.operations)) == (True, True, 2)


def test_processes_may_stand_out_of_order_in_time(read: Read) -> None:
    history = read(HEADER, invoke(0, 100, 1), invoke(1, 10, 0), ok(2, 20, 0), ok(3, 110, 1), end(4))

    assert (history.complete, history.ordered) == (True, False)
    assert (history.earliest, history.latest) == (10, 110)


def test_a_line_that_is_no_record_says_nothing_about_the_order(read: Read) -> None:
    history = read(HEADER, invoke(0, 100), ok(1, 110), invoke(7, 1))

    assert (history.complete, history.ordered) == (False, True)


@pytest.mark.parametrize(
    ("lines", "operations"), [([], 0), ([invoke(0, 1)], 1), ([invoke(0, 1), ok(1, 2)], 1)], ids=["none", "open", "ok"]
)
def test_a_missing_end_line_is_told(read: Read, lines: list[Any], operations: int) -> None:
    history = read(HEADER, *lines)

    assert (history.complete, len(history.operations)) == (False, operations)
    assert f"line {len(lines) + 2}: the end line is missing" in history.notes[0]


def test_a_header_without_records_has_no_times(read: Read) -> None:
    history = read(HEADER, end(0))

    assert (history.complete, history.earliest, history.latest) == (True, None, None)


def test_a_last_line_without_a_newline_counts_if_it_is_whole(read: Read) -> None:
    history = read(HEADER, invoke(0, 1), tail=as_line(ok(1, 2)))

    assert [(one.outcome, one.completed) for one in history.operations] == [(Outcome.OK, 2)]
    assert "the end line is missing" in history.notes[0]


def test_an_end_line_without_a_newline_ends_the_file_properly(read: Read) -> None:
    assert read(HEADER, invoke(0, 1), ok(1, 2), tail=as_line(end(2))).complete


def test_lines_may_end_as_on_windows(read: Read) -> None:
    history = read(HEADER, invoke(0, 1), ok(1, 2), end(2), newline=b"\r\n")

    assert (history.complete, len(history.operations)) == (True, 1)


@pytest.mark.parametrize("tail", [b"\n", b"\r\n  \n"])
def test_blank_lines_after_the_end_line_mean_nothing(read: Read, tail: bytes) -> None:
    history = read(HEADER, end(0), tail=tail)

    assert (history.complete, history.notes) == (True, ())


def test_lines_after_the_end_line_are_ignored_and_told(read: Read) -> None:
    history = read(HEADER, invoke(0, 1), ok(1, 2), end(2), invoke(2, 3), ok(3, 4))

    assert (history.complete, len(history.operations)) == (True, 1)
    assert "line 5: what stands after the end line is ignored" in history.notes[0]


@pytest.mark.parametrize("newline", [b"\n", b"\r\n"])
def test_the_longest_line_is_still_read(read: Read, newline: bytes) -> None:
    line = as_line(invoke(0, 1) | {"x": ""})
    longest = line.replace(b'"x":""', b'"x":"' + b"y" * (LONGEST_LINE - len(line)) + b'"')
    one_more = longest.replace(b"yy", b"yyy", 1)

    assert len(longest) == LONGEST_LINE
    assert read(HEADER, longest, ok(1, 2), end(2), newline=newline).complete
    assert not read(HEADER, one_more, ok(1, 2), end(2), newline=newline).complete


def test_streams_are_compared_byte_for_byte_and_held_once(read: Read) -> None:
    composed, decomposed = [*VALUE[:3], "caf\u00e9"], [*VALUE[:3], "cafe\u0301"]
    history = read(
        HEADER,
        *(
            invoke(2 * n, n, value=value) if not answered else ok(2 * n + 1, n)
            for n, value in enumerate([composed, decomposed, composed])
            for answered in (False, True)
        ),
        end(6),
    )

    first, second, third = (one.stream for one in history.operations)
    assert first != second
    assert first is third


def test_more_records_than_memory_should_hold_are_refused(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("liverec.history.reader.MOST_RECORDS", 2)
    whole = [HEADER, invoke(0, 1), ok(1, 2)]

    assert read(*whole, end(2)).complete
    with pytest.raises(HistoryError, match="line 4: expected at most 2 records, found more"):
        read(*whole, invoke(2, 3))


@pytest.mark.parametrize("torn", [b"", b'{"index":2,"time":9,"pro'])
def test_zero_bytes_are_where_a_killed_writer_had_come_to(read: Read, torn: bytes) -> None:
    history = read(HEADER, invoke(0, 1), ok(1, 2), tail=torn + bytes(3 * LONGEST_LINE))

    assert (history.complete, len(history.operations)) == (False, 1)
    assert "line 4: expected a record, found zero bytes: its writer was killed; the file ends there" in history.notes[0]
