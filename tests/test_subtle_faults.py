"""Faults that a plain command does not show: each in the shortest story that does, and without it nothing is wrong."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from functools import partial
from zlib import crc32

import httpx
import pytest

from liverec.clock import VirtualClock
from liverec.reference.faults import FAULTS, HAZARDS
from liverec.reference.request import Request
from liverec.reference.service import Service
from liverec.reference.serving import Running, running
from liverec.reference.settings import Settings
from liverec.reference.streams import StreamName
from promises import Promise, accepted, did, kept_out, refused, request_id
from raw_line import CONTENT, WHOLE, Line, open_line
from reference_requests import ACCESS_KEY, BODY, NOW, PATH, PROFILE, PROJECT, TOKEN, advance, request, service, signed

SERVICE = service()
STOP = WHOLE.replace(b"action=START", b"action=STOP")
LENGTH, LONGER = b"Length: %d" % len(CONTENT), b"Length: %d" % (len(CONTENT) + 1)
SIGNED_LATER = NOW + timedelta(hours=1)
LONG_NAMES = ("a-name-of-more-than-32-characters-1", "a-name-of-more-than-32-characters-2")
ODD = next(name for name in map(PROFILE.recordable.name, range(1, 1000)) if crc32(name.encode()) % 50 == 0)


def over_time(*steps: tuple[float, str], then: list[bool], stream: str = "rehearsal-1") -> Promise:
    """Wait and command in turns; *then* says what is accepted."""

    def promise(target: Service) -> bool:
        found: list[bool] = []
        for seconds, action in steps:
            advance(target, seconds)
            found += did(target, action, stream=stream)
        return found == then

    return promise


def in_turns(target: Service) -> bool:
    """Neither a token nor a signature restarts a stream too soon."""
    did(target, "START", "STOP")
    return not any(target.answer(one).status == 200 for one in (request(), signed()))


def window_of_the_first_of_thirty(target: Service) -> bool:
    for n in range(1, 31):
        did(target, "START", "STOP", stream=f"rehearsal-{n}")
    return did(target, "START") == [False]


def unrelated(*names: Mapping[str, str], actions: tuple[str, ...] = ("START",)) -> Promise:
    """Make streams known that differ in part of their names; what is done to one leaves the next alone."""

    def promise(target: Service) -> bool:
        for name in names:
            target.recorder.set_stream(StreamName(PROJECT, **{**BODY, **name}))
        told = [accepted(target, f"action={action}", {**BODY, **name}) for name in names for action in actions]
        return all(told)

    return promise


def signed_over_an_empty_date() -> Request:
    dated = signed(headers={"x-sdk-date": ""})
    return replace(dated, headers={name: value for name, value in dated.headers.items() if name != "x-sdk-date"})


def ids_stay_different(target: Service) -> bool:
    found = [request_id(target) for _ in range(300)]
    return len(set(found)) == len(found)


def reads_all_streams_alike(target: Service) -> bool:
    return len({tuple(did(target, "STOP", stream=f"rehearsal-{n}")) for n in range(1, 9)}) == 1


def let_in_each_time(target: Service) -> bool:
    return all(target.answer(request("action=STOP")).status != 401 for _ in range(100))


def with_a_charset(target: Service) -> bool:
    headers = {"content-type": "application/json; charset=utf-8"}
    done = [accepted(target, "action=START"), accepted(target, "action=STOP")]
    return [*done, target.answer(request(headers=headers)).status] == [True, True, 400]


def signed_otherwise() -> Request:
    given = f"SDK-HMAC-SM3 Access={ACCESS_KEY}, SignedHeaders=host;x-sdk-date, Signature={'0' * 64}"
    return request(token=None, headers={"x-sdk-date": "20240809T080000Z", "authorization": given})


STORIES: Mapping[str, Promise] = {
    "project-by-beginning": refused(path=PATH.replace(PROJECT, f"{PROJECT}0")),
    "token-beginning": kept_out(lambda: request(token=f"{TOKEN}x")),
    "any-access-key": kept_out(lambda: signed(access_key="NOBODYSKEY")),
    "date-of-nothing": kept_out(signed_over_an_empty_date),
    "future-date": kept_out(lambda: signed(date=SIGNED_LATER)),
    "comma-at-the-end": refused(body=json.dumps(BODY).replace("}", ",}").encode()),
    "forgets-recording": over_time((0, "START"), (6, "STOP"), then=[True, True]),
    "app-ignored": refused(body={**BODY, "app": "another"}),
    "names-cut": unrelated(*({"stream": name} for name in LONG_NAMES)),
    "slightly-long-interval": over_time((0, "START"), (0, "STOP"), (10.1, "START"), then=[True, True, True]),
    "whole-seconds": over_time((0.5, "START"), (0, "STOP"), (10.2, "START"), then=[True, True, True]),
    "seconds-of-the-minute": over_time((0, "START"), (0, "STOP"), (65, "START"), then=[True, True, True]),
    "third-stop-unchecked": over_time(
        *(step for _ in range(3) for step in ((10.5, "START"), (0, "STOP"))), (1, "START"), then=[True] * 6 + [False]
    ),
    "later-windows-halved": over_time(
        *(step for _ in range(3) for step in ((10.5, "START"), (0, "STOP"))), (6, "START"), then=[True] * 6 + [False]
    ),
    "refused-start-clears": over_time(
        (0, "START"), (0, "STOP"), (1, "START"), (1, "START"), then=[True, True, False, False]
    ),
    "refused-stop-clears": over_time(
        (0, "START"), (0, "STOP"), (1, "STOP"), (1, "START"), then=[True, True, False, False]
    ),
    "refused-begins": over_time((0, "?"), (0, "STOP"), then=[False, False]),
    "invalid-clears": over_time((0, "START"), (0, "STOP"), (1, "?"), (0, "START"), then=[True, True, False, False]),
    "remembers-twenty": window_of_the_first_of_thirty,
    "odd-one-out": over_time((0, "START"), (0, "STOP"), (5, "START"), then=[True, True, False], stream=ODD),
    "clock-per-name": unrelated({}, {"app": "another"}, actions=("START", "STOP")),
    "only-for-tokens": in_turns,
    "only-for-signatures": in_turns,
    "rejects-tokens-seldom": let_in_each_time,
    "names-joined": unrelated({}, {"app": "live-rehearsal", "stream": "1"}),
    "only-without-charset": with_a_charset,
    "other-algorithms": kept_out(signed_otherwise),
    "forbidden": lambda target: target.answer(request("action=STOP")).status in {400, 404},
    "gone": lambda target: target.answer(request("action=STOP")).status in {400, 404},
    "request-id-repeating": ids_stay_different,
    "half-deployed": reads_all_streams_alike,
}


@pytest.mark.parametrize("name", STORIES)
def test_a_story_goes_wrong_with_its_fault_alone(name: str) -> None:
    told: list[bool] = []
    for faults in ((), (name,)):
        SERVICE.reset()
        SERVICE.set_faults(faults)
        told.append(STORIES[name](SERVICE))

    assert told == [True, False]


def test_what_stops_late_goes_on_for_two_seconds() -> None:
    SERVICE.reset()
    SERVICE.set_faults(("stops-late",))
    did(SERVICE, "START", "STOP")
    advance(SERVICE, 1.9)
    goes_on = did(SERVICE, "STOP")
    advance(SERVICE, 0.2)

    assert (goes_on, did(SERVICE, "STOP")) == ([True], [False])


def test_names_alike_are_one_stream_and_others_are_not() -> None:
    SERVICE.reset()
    SERVICE.set_faults(("names-alike",))

    assert did(SERVICE, "START") == [True]
    assert did(SERVICE, "STOP", stream="\N{FULLWIDTH LATIN CAPITAL LETTER R}ehearsal-1 ") == [True]
    assert did(SERVICE, "START", stream="rehearsal-2") == [True]
    assert HAZARDS["names-alike"].breaks == ""


# on real connections


@pytest.fixture(scope="module")
def server() -> Iterator[Running]:
    with running(Settings(profile=PROFILE, clock=VirtualClock())) as each:
        yield each


def status(line: Line, data: bytes) -> int:
    line.send(data)
    return line.reply().status


def asks_again_without_credentials(server: Running) -> bool:
    bare = WHOLE.replace(f"X-Auth-Token: {TOKEN}\r\n".encode(), b"")
    with open_line(server) as line:
        return (status(line, WHOLE), status(line, bare)) == (200, 401)


def both_workers_know_the_window(server: Running) -> bool:
    with open_line(server) as one, open_line(server) as other:
        done = [status(one, WHOLE), status(other, STOP)]
        return done == [200, 200] and {status(line, WHOLE) for line in (one, other)} == {400}


def raced(server: Running, *commands: bytes) -> list[int]:
    """Send every command at once, each on a connection of its own."""
    with ExitStack() as stack:
        lines = [stack.enter_context(open_line(server)) for _ in commands]
        for line, command in zip(lines, commands, strict=True):
            line.send(command)
        return [line.reply().status for line in lines]


def one_of_so_many_wins(callers: int) -> Callable[[Running], bool]:
    """On several streams, since a busy machine may let some time pass between two commands."""

    def promise(server: Running) -> bool:
        streams = (b"rehearsal-%d0" % n for n in range(1, 9))
        return all(
            raced(server, *[data.replace(b"rehearsal-1", stream).replace(LENGTH, LONGER)] * callers).count(200) == 1
            for stream in streams
            for data in (WHOLE, STOP)
        )

    return promise


def overtaking_stop_is_kept(server: Running) -> bool:
    """The START is answered when the STOP has been; whoever overwrites it finds the stream recording."""
    with open_line(server) as slow, open_line(server) as quick:
        slow.send(WHOLE)
        while status(quick, STOP) != 200:
            pass
        begun = slow.reply().status
        return (begun, status(quick, STOP)) == (200, 404)


def is_served_seldom_but_always(server: Running) -> bool:
    with open_line(server) as line:
        for _ in range(600):
            line.send(STOP)
            if not line.file.peek(1) or line.reply().status != 404:
                return False
    return True


def is_told_that_nothing_is_there(server: Running) -> bool:
    with open_line(server) as line:
        line.send(STOP)
        return bool(line.file.peek(1)) and line.reply().status == 404


def each_gets_its_own(server: Running) -> bool:
    stranger = WHOLE.replace(b"rehearsal-1", b"nobody-at-a")
    found = [raced(server, WHOLE, stranger, WHOLE) for _ in range(70)]
    return all(one[1] == 404 and {one[0], one[2]} <= {200, 400} for one in found)


def makes_ids_itself(server: Running) -> bool:
    brought = WHOLE.replace(b"X-Auth-Token", b"X-Request-Id: brought-1-here\r\nX-Auth-Token")
    with open_line(server) as line:
        line.send(brought)
        return line.reply().headers["x-request-id"] != "brought-1-here"


ON_CONNECTIONS: Mapping[str, Callable[[Running], bool]] = {
    "once-per-connection": asks_again_without_credentials,
    "clock-per-worker": both_workers_know_the_window,
    "double-start-of-eight": one_of_so_many_wins(8),
    "double-stop-of-eight": one_of_so_many_wins(8),
    "lost-update": overtaking_stop_is_kept,
    "lost-reply-seldom": is_served_seldom_but_always,
    "fails-seldom": is_served_seldom_but_always,
    "answers-swapped": each_gets_its_own,
    "answers-shared": each_gets_its_own,
    "request-id-handed-back": makes_ids_itself,
    "silent-on-404": is_told_that_nothing_is_there,
}


def switch(server: Running, *faults: str) -> None:
    control = partial(httpx.request, trust_env=False)
    control("POST", f"{server.url}/_reference/reset")
    assert control("PUT", f"{server.url}/_reference/faults", json={"active": faults}).status_code == 200


@pytest.mark.parametrize("name", ON_CONNECTIONS)
def test_a_story_on_connections_goes_wrong_with_its_fault_alone(server: Running, name: str) -> None:
    told: list[bool] = []
    for faults in ((), (name,)):
        switch(server, *faults)
        told.append(ON_CONNECTIONS[name](server))

    assert told == [True, False]


@pytest.mark.parametrize("name", ["double-start-of-eight", "double-stop-of-eight"])
def test_fewer_than_eight_do_not_show_it(server: Running, name: str) -> None:
    switch(server, name)

    assert one_of_so_many_wins(5)(server)


def test_each_fault_that_needs_something_has_a_story() -> None:
    needing = {one.name for one in FAULTS.values() if one.needs}

    assert needing <= {*STORIES, *ON_CONNECTIONS}
