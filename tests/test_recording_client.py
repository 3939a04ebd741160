"""The recording clients against a reference server over HTTP, on one virtual clock: the interval to the nanosecond."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from liverec import (
    Accepted,
    AlreadyRecording,
    IllegalRequest,
    NotFound,
    NotSent,
    OutcomeUnknown,
    Stream,
    TooSoon,
    Unauthorized,
    load_document,
)
from liverec.clock import VirtualClock
from liverec.history import Action
from liverec.profile_file import reference_profile
from liverec.reference.serving import Running, running
from liverec.reference.settings import Settings
from recording_clients import Commands, Credentials, Kind, each_kind, recording_client

PROFILE = reference_profile()
TOKEN: Credentials = {"token": PROFILE.credentials.token}
KEYS: Credentials = {"access_key": PROFILE.credentials.access_key, "secret_key": PROFILE.credentials.secret_key}
STREAM = Stream(PROFILE.project_id, "publish.example.com", "live", "rehearsal-1")
UNKNOWN = STREAM._replace(stream="nowhere")
W = load_document().interval_ns
pytestmark = each_kind


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def server(clock: VirtualClock) -> Iterator[Running]:
    with running(Settings(profile=PROFILE, clock=clock)) as one:
        yield one


@pytest.fixture
def client(kind: Kind, server: Running, clock: VirtualClock) -> Iterator[Commands]:
    with recording_client(kind, server.url, clock=clock, **TOKEN) as one:
        yield one


def journal(server: Running) -> list[dict[str, Any]]:
    return server.app.service.journal.entries()


def gap(server: Running) -> int:
    """Return the nanoseconds between the last two commands, by the server's clock."""
    stopped, started = journal(server)[-2:]
    assert (stopped["action"], started["action"]) == ("STOP", "START")
    return int(started["clock_ns"]) - int(stopped["clock_ns"])


@pytest.mark.parametrize("credentials", [TOKEN, KEYS], ids=["token", "signature"])
@pytest.mark.parametrize("name", ["rehearsal-1", "l'été & 100%-1"])
def test_commands_are_accepted(kind: Kind, clock: VirtualClock, credentials: Credentials, name: str) -> None:
    profile = replace(PROFILE, recordable=replace(PROFILE.recordable, names=name[:-1] + "{n}", count=1))
    stream = STREAM._replace(stream=name)
    with (
        running(Settings(profile=profile, clock=clock)) as server,
        recording_client(kind, server.url, clock=clock, **credentials) as client,
    ):
        done = [client.start_recording(stream), client.stop_recording(stream)]

    assert [(one.action, one.stream, one.status) for one in done] == [
        (Action.START, stream, 200),
        (Action.STOP, stream, 200),
    ]
    assert [one.request_id for one in done] == [entry["request_id"] for entry in journal(server)]


def test_a_restart_waits_one_nanosecond_more_than_the_interval(client: Commands, server: Running) -> None:
    client.start_recording(STREAM)

    restarted = client.restart_recording(STREAM)

    assert gap(server) == W + 1
    assert isinstance(restarted.stopped, Accepted)
    assert (restarted.stopped.action, restarted.started.action) == (Action.STOP, Action.START)
    assert client.seconds_until_start(STREAM) == 0.0


def test_a_restart_waits_on_when_sleep_returns_too_early(kind: Kind, server: Running, clock: VirtualClock) -> None:
    def early(seconds: float) -> None:
        clock.advance(seconds - 0.001 if seconds > 1 else seconds)

    with recording_client(kind, server.url, clock=clock, sleep=early, **TOKEN) as client:
        client.start_recording(STREAM)
        client.restart_recording(STREAM)

    assert gap(server) == W + 1


@pytest.mark.parametrize(("waited", "accepted"), [(W - 1, False), (W, False), (W + 1, True)])
def test_who_waits_by_itself_is_told_how_long(
    client: Commands, clock: VirtualClock, waited: int, accepted: bool
) -> None:
    client.start_recording(STREAM)
    client.stop_recording(STREAM)
    clock.advance(waited / 1e9)
    left = client.seconds_until_start(STREAM)

    if accepted:
        assert client.start_recording(STREAM).status == 200
    else:
        with pytest.raises(TooSoon) as refused:
            client.start_recording(STREAM)
        assert refused.value.wait_s == left
    assert left == (W + 1 - waited) / 1e9


def test_another_stream_need_not_wait(client: Commands) -> None:
    client.start_recording(STREAM)
    client.stop_recording(STREAM)

    assert client.seconds_until_start(STREAM._replace(stream="rehearsal-2")) == 0.0


def test_a_start_while_recording_is_told(client: Commands, server: Running) -> None:
    client.start_recording(STREAM)

    with pytest.raises(AlreadyRecording) as refused:
        client.start_recording(STREAM)

    error = refused.value
    assert (error.action, error.stream, error.status, error.error_code) == (
        *(Action.START, STREAM, 400),
        "LIVE.100011022",
    )
    assert error.request_id == journal(server)[-1]["request_id"]
    assert str(error.request_id) in str(error)


def test_what_is_not_there_is_not_found(client: Commands) -> None:
    for command in (client.start_recording, client.stop_recording):
        with pytest.raises(NotFound) as refused:
            command(UNKNOWN)
        assert (refused.value.status, refused.value.error_code) == (404, "LIVE.100011001")


def test_a_restart_of_an_idle_stream_starts_it(client: Commands, server: Running) -> None:
    restarted = client.restart_recording(STREAM)

    assert isinstance(restarted.stopped, NotFound)
    assert restarted.started.status == 200
    assert gap(server) == W + 1  # the page counts from the delivery of a STOP, whatever it met


def test_a_restart_that_the_service_refuses_goes_no_further(client: Commands, server: Running) -> None:
    with pytest.raises(IllegalRequest) as refused:
        client.restart_recording(Stream(PROFILE.project_id, "continuous.example.com", "live", "continuous-1"))

    assert refused.value.action is Action.STOP
    assert len(journal(server)) == 1


@pytest.mark.parametrize(
    "credentials",
    [{"token": "another"}, {**KEYS, "secret_key": "another"}, {**KEYS, "access_key": "another"}],
    ids=["token", "secret key", "access key"],
)
def test_wrong_credentials_are_told(kind: Kind, server: Running, clock: VirtualClock, credentials: Credentials) -> None:
    with recording_client(kind, server.url, clock=clock, **credentials) as client:
        with pytest.raises(Unauthorized) as refused:
            client.stop_recording(STREAM)

        assert refused.value.status == 401
        assert client.seconds_until_start(STREAM) == 0.0  # it never reached the rules


def test_a_lost_reply_is_unknown_and_the_next_start_says_recording(kind: Kind, clock: VirtualClock) -> None:
    settings = Settings(profile=PROFILE, clock=clock, faults=("lost-reply",))
    with running(settings) as server, recording_client(kind, server.url, clock=clock, **TOKEN) as client:
        for n in range(2, 8):  # every seventh reply is lost
            client.start_recording(STREAM._replace(stream=f"rehearsal-{n}"))
        with pytest.raises(OutcomeUnknown) as lost:
            client.start_recording(STREAM)
        with pytest.raises(AlreadyRecording):
            client.start_recording(STREAM)

    assert (lost.value.status, lost.value.error_code) == (None, None)
    assert [entry["status"] for entry in journal(server)[-2:]] == [200, 400]  # sent once, and carried out


def test_a_command_that_cannot_leave_is_not_sent(kind: Kind, clock: VirtualClock) -> None:
    with running(Settings(profile=PROFILE, clock=clock)) as server:
        url = server.url

    with recording_client(kind, url, clock=clock, **TOKEN) as client:
        with pytest.raises(NotSent):
            client.stop_recording(STREAM)
        assert client.seconds_until_start(STREAM) == 0.0


def test_the_interval_is_the_document_s(kind: Kind, server: Running, clock: VirtualClock) -> None:
    longer = replace(load_document(), interval_ns=12 * 10**9)
    with recording_client(kind, server.url, clock=clock, document=longer, **TOKEN) as client:
        client.start_recording(STREAM)
        client.restart_recording(STREAM)

    assert gap(server) == longer.interval_ns + 1


def test_proxies_of_the_environment_are_not_obeyed(
    kind: Kind, server: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")

    with recording_client(kind, server.url, **TOKEN) as client:
        assert client.start_recording(STREAM).status == 200


def test_a_token_can_be_renewed(kind: Kind, server: Running, clock: VirtualClock) -> None:
    tokens = iter(["expired", str(PROFILE.credentials.token)])
    with recording_client(kind, server.url, clock=clock, token=lambda: next(tokens)) as client:
        with pytest.raises(Unauthorized):
            client.start_recording(STREAM)

        assert client.start_recording(STREAM).status == 200
