"""The scheduler, against liverec's fixtures: hours in milliseconds, and every command judged."""

from collections.abc import Callable

import pytest

from liverec import RecordControl, RecordControlDouble, RecordControlServer
from scheduler import Command, Scheduler, SchedulerError, Service

pytestmark = pytest.mark.usefixtures("record_control_contract")

HOUR = 3600.0


def broadcast(stream: str, begins: float, ends: float) -> list[Command]:
    """Return the two commands of a broadcast."""
    return [
        Command(due=begins, action="START", stream=stream, until=ends),
        Command(due=ends, action="STOP", stream=stream, until=ends + 60),
    ]


Given = RecordControl | RecordControlDouble | RecordControlServer


def scheduler(double: Given, *, url: str = "https://live.example.net", token: str = "any") -> Scheduler:
    """Return a scheduler that lives on the double's clock."""
    service = Service(url=url, project_id="0123456789abcdef0123456789abcdef", token=token)
    return Scheduler(service=service, sleep=double.clock.sleep, monotonic=double.clock.monotonic)


def test_a_broadcast_is_recorded_from_its_beginning_to_its_end(record_control_double: RecordControlDouble) -> None:
    double = record_control_double

    assert scheduler(double, token=double.token).play(broadcast("rehearsal-1", 60, HOUR))

    sent = double.journal.commands("rehearsal-1")
    assert [(one.action, one.sent_s, one.status) for one in sent] == [("START", 60, 200), ("STOP", HOUR, 200)]


def test_two_broadcasts_in_a_row_lie_the_restart_interval_apart(record_control_double: RecordControlDouble) -> None:
    double = record_control_double
    programme = [*broadcast("rehearsal-1", 0, HOUR), *broadcast("rehearsal-1", HOUR, 2 * HOUR)]

    assert scheduler(double, token=double.token).play(programme)

    starts = double.journal.commands("rehearsal-1", action="START")
    assert [(start.status, start.sent_s) for start in starts] == [(200, 0), (200, HOUR + 10.001)]


def test_after_a_stop_without_an_answer_the_next_broadcast_waits_for_the_one_that_has_one(
    record_control_double: RecordControlDouble,
) -> None:
    double = record_control_double
    player = scheduler(double, token=double.token)
    first, *rest = [*broadcast("rehearsal-1", 0, HOUR), *broadcast("rehearsal-1", HOUR, 2 * HOUR)]
    assert player.play([first])
    double.lose_replies(1)

    assert player.play(rest)

    stop, again, start, _ = double.journal.commands("rehearsal-1")[1:]
    assert [(one.action, one.sent_s) for one in (stop, again)] == [("STOP", HOUR), ("STOP", HOUR + 2)]
    assert (start.action, start.sent_s, start.status) == ("START", HOUR + 2 + 10.001, 200)


def test_while_one_stream_waits_the_others_do_not(record_control_double: RecordControlDouble) -> None:
    double = record_control_double
    programme = [
        *broadcast("rehearsal-1", 0, 60),
        *broadcast("rehearsal-1", 60, 120),
        *broadcast("rehearsal-2", 61, 120),
    ]

    assert scheduler(double, token=double.token).play(programme)

    (other,) = double.journal.commands("rehearsal-2", action="START")
    assert other.sent_s == 61


@pytest.mark.parametrize("lost", ["START", "STOP"])
def test_a_lost_answer_loses_no_footage(record_control_double: RecordControlDouble, lost: str) -> None:
    double = record_control_double
    told: list[str] = []

    def tell(line: str) -> None:
        told.append(line)

    player = scheduler(double, token=double.token)
    player.tell = tell
    if lost == "START":
        double.lose_replies(1)
    assert player.play(broadcast("rehearsal-1", 0, 60)[:1])
    assert double.is_recording("rehearsal-1")
    if lost == "STOP":
        double.lose_replies(1)
    assert player.play(broadcast("rehearsal-1", 0, 60)[1:])

    assert not double.is_recording("rehearsal-1")
    assert sum("no answer" in line for line in told) == 1


def test_a_publisher_who_comes_late_is_waited_for(record_control: RecordControl) -> None:
    record_control.not_found().not_found().ok().ok()

    assert scheduler(record_control).play(broadcast("stage-1", 0, 60))


def test_a_publisher_who_never_comes_is_given_up_at_the_end(record_control: RecordControl) -> None:
    for _ in range(6):
        record_control.not_found()

    assert not scheduler(record_control).play(broadcast("stage-1", 0, 10))


Scripted = Callable[[RecordControl], RecordControl]


@pytest.mark.parametrize("busy", [RecordControl.throttled, RecordControl.timeout], ids=["throttled", "timeout"])
def test_a_busy_service_is_asked_again(record_control: RecordControl, busy: Scripted) -> None:
    busy(record_control).ok().ok()

    assert scheduler(record_control).play(broadcast("stage-1", 0, 60))


@pytest.mark.parametrize(
    ("refused", "advice"),
    [(RecordControl.unauthorized, "check the token"), (RecordControl.illegal, "check the programme")],
    ids=["unauthorized", "illegal"],
)
def test_what_will_never_succeed_is_not_tried_again(
    record_control: RecordControl, refused: Scripted, advice: str
) -> None:
    refused(record_control)

    with pytest.raises(SchedulerError, match=advice):
        scheduler(record_control).play(broadcast("stage-1", 0, 60))


def test_over_http_all_is_the_same(record_control_server: RecordControlServer) -> None:
    server = record_control_server

    assert scheduler(server, url=server.url, token=server.token).play(broadcast("rehearsal-1", 0, 60))
