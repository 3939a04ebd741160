"""The stateful double and the server: one set of controls, one behaviour, within the process and over HTTP."""

import asyncio
import math
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from functools import partial
from pathlib import Path

import httpx
import pytest
import requests

from calling import STREAM, request, send, signed, status
from liverec import RecordControlDouble, RecordControlServer, UnknownStreamError
from liverec.clock import VirtualClock
from liverec.doubles.caller import too_soon
from liverec.reference.faults import FAULTS

RACES = (
    "double-start",
    "double-stop",
    "double-start-of-eight",
    "double-stop-of-eight",
    "lost-update",
    "answers-swapped",
    "answers-shared",
)
Double = RecordControlDouble | RecordControlServer


@pytest.fixture(params=["record_control_double", "record_control_server"])
def double(request: pytest.FixtureRequest) -> Double:
    chosen: Double = request.getfixturevalue(str(request.param))
    return chosen


@pytest.fixture
def answered(double: Double) -> Callable[..., int]:
    """Sends one command to the double, and returns the status."""
    url = {"url": double.url} if isinstance(double, RecordControlServer) else {}
    return partial(status, **url)


@pytest.fixture
def url(double: Double) -> str:
    return double.url if isinstance(double, RecordControlServer) else "https://live.example.net"


@pytest.mark.parametrize(("waited", "restarted"), [(9.999999999, 400), (10, 400), (10.000000001, 200)])
def test_the_interval_is_exact(double: Double, answered: Callable[..., int], waited: float, restarted: int) -> None:
    assert [answered(action) for action in ("STOP", "START", "START", "STOP")] == [404, 200, 400, 200]

    double.clock.advance(waited)

    assert answered("START") == restarted


def test_both_credentials_are_verified(double: Double, url: str) -> None:
    messages = [
        signed("START", double, url=url),
        request("STOP", url=url),
        request("STOP", url=url, headers={"X-Auth-Token": "another"}),
        signed("STOP", double, url=url, age=timedelta(minutes=16)),
    ]
    tampered = signed("STOP", double, url=url)
    tampered.headers["X-Sdk-Date"] = "20260101T000000Z"

    assert [send(one).status_code for one in (*messages, tampered)] == [200, 200, 401, 401, 401]
    found = [command.credentials_problem for command in double.journal.commands()]
    assert found[:2] == [None, None]
    assert None not in found[2:]


def test_tokens_are_issued_and_expire(double: Double, answered: Callable[..., int]) -> None:
    valid, expired = double.issue_token(), double.issue_token(lifetime_s=-1)

    assert [answered("START", headers={"X-Auth-Token": token}) for token in (valid, expired)] == [200, 401]


@pytest.mark.parametrize(("gone", "recording"), [(3, True), (3.000000001, False)])
def test_an_interruption_ends_the_recording_and_a_resumed_push_does_not_begin_it_again(
    double: Double, answered: Callable[..., int], gone: float, recording: bool
) -> None:
    answered("START")

    double.interrupt("mystream")
    double.clock.advance(gone)
    double.resume("mystream")

    assert double.is_recording("mystream") is recording
    assert answered("START") == (400 if recording else 200)  # no STOP was sent: nothing to wait for


def test_streams_of_the_team_s_own(double: Double, answered: Callable[..., int]) -> None:
    mine = {"publish_domain": "push.example.org", "app": "tv", "stream": "channel-5"}
    before = answered("START", **mine)

    double.add_stream("channel-5", app="tv", publish_domain="push.example.org")
    double.add_stream("quiet", pushed=False)
    double.add_stream("always", rule="CONTINUOUS_RECORD")

    assert (before, answered("START", **mine)) == (404, 200)
    assert [answered("START", stream=name) for name in ("quiet", "always")] == [400, 400]
    assert double.is_recording("channel-5", app="tv", publish_domain="Push.Example.org")


def test_another_reading_of_the_page(double: Double, answered: Callable[..., int]) -> None:
    double.set_dialect(stop_while_idle="accepted", too_soon_status="404")

    assert [answered(action) for action in ("STOP", "START", "STOP", "START")] == [200, 200, 200, 404]


def test_a_fault_comes_and_goes(double: Double, answered: Callable[..., int]) -> None:
    double.set_faults("created")
    broken = answered("START")
    double.set_faults()

    assert (broken, answered("STOP")) == (201, 200)


@pytest.mark.parametrize("name", [name for name in FAULTS if name not in RACES])
def test_every_fault_that_needs_no_race_works_within_the_process(name: str) -> None:
    with RecordControlDouble() as double:
        double.set_faults(name)
        for action in ("STOP", "START", "START", "STOP", "START", "STOP"):
            with suppress(httpx.RemoteProtocolError):  # some faults hang up
                send(signed(action, double))

    assert len(double.journal.commands()) == 6
    assert double.journal.violations() == tuple(too_soon(double.journal.commands(), interval_ns=10_000_000_000))


@pytest.mark.parametrize("name", RACES)
def test_a_fault_of_races_names_the_server(name: str) -> None:
    with pytest.raises(ValueError, match=f"^{name} shows only where two commands race over HTTP: take record_control_"):
        RecordControlDouble().set_faults(name)


def test_the_gateway_turns_away(double: Double, answered: Callable[..., int]) -> None:
    double.turn_away(status=429, count=2)

    assert [answered("START") for _ in range(3)] == [429, 429, 200]


def test_a_lost_reply_is_an_act_without_an_answer(double: Double, answered: Callable[..., int]) -> None:
    double.lose_replies()

    with pytest.raises(httpx.RemoteProtocolError):
        answered("START")
    assert double.is_recording("mystream")
    assert answered("START") == 400
    assert [command.status for command in double.journal.commands()] == [None, 400]


def test_a_fault_that_loses_replies_works_within_the_process_too(record_control_double: RecordControlDouble) -> None:
    record_control_double.set_faults("lost-reply")
    sent = [status("START", stream=f"rehearsal-{n}") for n in range(1, 7)]

    with pytest.raises(httpx.RemoteProtocolError):
        status("START", stream="rehearsal-7")
    assert sent == [200] * 6
    assert record_control_double.is_recording("rehearsal-7")


def test_an_asynchronous_client_is_answered_too(double: Double, url: str) -> None:
    async def play() -> list[int]:
        async with httpx.AsyncClient(trust_env=False) as client:
            return [(await client.send(request(action, url=url))).status_code for action in ("START", "STOP", "START")]

    assert asyncio.run(play()) == [200, 200, 400]
    assert not double.is_recording("mystream")


def test_the_journal_is_typed(double: Double, url: str) -> None:
    send(signed("START", double, url=url, stream="rehearsal-2"))
    double.clock.advance(1.5)
    response = send(request("STOP", url=url))

    first, second = double.journal.commands()
    assert (first.action, first.stream, first.credentials, first.sent_s) == ("START", "rehearsal-2", "signature", 0)
    assert (second.action, second.stream, second.credentials, second.sent_s) == ("STOP", "mystream", "token", 1.5)
    assert (second.status, second.error_code, second.outcome) == (404, "LIVE.100011001", "idle")
    assert second.request_id == response.headers["X-request-id"]
    assert second.project_id == double.project_id
    assert double.journal.commands("mystream") == (second,)
    assert double.journal.commands(action="START") == (first,)
    assert (first.connection is None) is isinstance(double, RecordControlDouble)


@pytest.mark.parametrize("seconds", [-0.000000001, -1, math.nan, math.inf])
def test_the_clock_goes_forward_only(record_control_double: RecordControlDouble, seconds: float) -> None:
    clock = record_control_double.clock
    clock.advance(2)

    with pytest.raises(ValueError, match=r"^the clock of a double goes forward only: advance it by 0 s or more, not "):
        clock.advance(seconds)
    assert clock.monotonic() == 2
    assert record_control_double.journal.commands() == ()


@pytest.mark.parametrize("control", ["interrupt", "resume", "is_recording"])
def test_an_unknown_stream_names_one_near_it(record_control_double: RecordControlDouble, control: str) -> None:
    with pytest.raises(UnknownStreamError) as raised:
        getattr(record_control_double, control)("mystraem")

    assert str(raised.value) == (
        "no stream is called 'mystraem' in publish.example.com/live; near it: mystream. "
        "record_control_double.add_stream('mystraem') makes it known"
    )
    assert record_control_double.journal.commands() == ()


@pytest.mark.parametrize(
    ("control", "given", "said"),
    [
        ("add_stream", {"stream": "a", "rule": "SOMETIMES"}, "rule: expected one of COMMAND_RECORD, .*'SOMETIMES'"),
        ("turn_away", {"status": 418}, "status: expected 403 or 429, found 418"),
        ("set_dialect", {"stop_while_idle": "maybe"}, "no value 'maybe'; stop_while_idle takes"),
    ],
)
def test_a_choice_that_does_not_exist_names_those_that_do(
    record_control_double: RecordControlDouble, control: str, given: dict[str, object], said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        getattr(record_control_double, control)(**given)
    assert record_control_double.journal.commands() == ()


def test_a_program_sleeps_and_looks_at_the_double_s_clock(record_control_double: RecordControlDouble) -> None:
    clock = record_control_double.clock

    clock.sleep(1.5)
    asyncio.run(clock.sleep_async(2))

    assert clock.monotonic() == 3.5
    assert record_control_double.journal.commands() == ()


def test_the_clock_may_run_by_itself(
    record_control_double: RecordControlDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, machine = record_control_double.clock, VirtualClock(7)
    monkeypatch.setattr("time.monotonic_ns", machine.now)
    clock.advance(1)
    machine.advance(60)

    clock.run_in_real_time()
    machine.advance(0.25)
    clock.run_in_real_time()
    machine.advance(0.25)

    assert clock.now() == 1_500_000_000
    assert clock.advance(10) == 11_500_000_000
    assert record_control_double.journal.commands() == ()


def test_a_patched_event_loop_sleep_does_not_call_itself(
    record_control_double: RecordControlDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asyncio, "sleep", record_control_double.clock.sleep_async)

    asyncio.run(asyncio.sleep(10))

    assert record_control_double.clock.monotonic() == 10
    assert record_control_double.journal.commands() == ()


def test_requests_reaches_the_server(record_control_server: RecordControlServer) -> None:
    with requests.Session() as session:
        session.trust_env = False
        response = session.post(
            f"{record_control_server.url}/v1/{record_control_server.project_id}/record/control?action=START",
            headers={"X-Auth-Token": record_control_server.token},
            json=STREAM,
        )

    assert response.status_code == 200
    assert record_control_server.is_recording("mystream")
    record_control_server.journal.assert_contract_kept()


@pytest.mark.slow
def test_a_vendor_sdk_finds_the_server_by_its_environment(
    record_control_server: RecordControlServer, tmp_path: Path
) -> None:
    program = f"""
from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdklive.v1 import LiveClient, RecordControlInfo, RunRecordRequest
from huaweicloudsdklive.v1.region.live_region import LiveRegion
import os
keys = BasicCredentials(os.environ["CLOUD_SDK_AK"], os.environ["CLOUD_SDK_SK"], {record_control_server.project_id!r})
client = LiveClient.new_builder().with_credentials(keys).with_region(LiveRegion.value_of("cn-north-4")).build()
body = RecordControlInfo(publish_domain="publish.example.com", app="live", stream="mystream")
print(client.run_record(RunRecordRequest(action="START", body=body)).status_code)
"""

    told = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **record_control_server.environment, "HOME": str(tmp_path)},
    )

    assert told.stdout == "200\n", told.stderr
    record_control_server.journal.assert_contract_kept()
    assert record_control_server.journal.commands()[0].credentials == "signature"
