"""Every fault breaks its promise and, of the others, at most such as rest on it."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, suppress
from datetime import UTC, datetime

import httpx
import pytest

from liverec import signing
from liverec.clock import VirtualClock
from liverec.reference.faults import FAULTS, HAZARDS, fault
from liverec.reference.faults.headers import HEADER_FAULTS
from liverec.reference.serving import Running, running
from liverec.reference.settings import Settings
from liverec.requirements import NORMATIVE, foundations
from promises import PROMISES
from raw_line import CONTENT, HEAD, WHOLE, open_line
from reference_requests import ACCESS_KEY, PATH, PROFILE, SECRET_KEY, service
from test_subtle_faults import ON_CONNECTIONS, STORIES

SERVICE = service()
COMMAND = WHOLE.replace(b"Host:", b"Connection: close\r\nHost:")
STOP = COMMAND.replace(b"action=START", b"action=STOP")
CHUNKED = b"Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n" % (len(CONTENT), CONTENT)
ON_THE_WIRE = [
    "lost-reply",
    "wrong-length",
    *(one.name for one in HEADER_FAULTS),
    "get-acts",
    "chunked-ignored",
    "double-start",
    "double-stop",
    "body-in-one-piece",
    "answers-repeated",
    "body-left-unread",
]
# what a plain command does not show
SUBTLE = {*STORIES, *ON_CONNECTIONS}


def broken_in_service(*faults: str) -> set[str]:
    broken: set[str] = set()
    for identifier, promise in PROMISES.items():
        SERVICE.reset()
        SERVICE.set_faults(faults)
        if not promise(SERVICE):
            broken.add(identifier)
    return broken


def test_without_a_fault_every_promise_is_kept() -> None:
    assert broken_in_service() == set()


@pytest.mark.parametrize("name", [name for name in FAULTS if name not in ON_THE_WIRE])
def test_a_fault_breaks_its_promise_and_what_rests_on_it(name: str) -> None:
    breaks = fault(name).breaks

    broken = broken_in_service(name)

    assert breaks in broken or name in SUBTLE
    assert {other for other in broken - {breaks} if breaks not in foundations(other)} == set()


@pytest.fixture(scope="module")
def server() -> Iterator[Running]:
    with running(Settings(profile=PROFILE, clock=VirtualClock())) as each:
        yield each


@pytest.fixture(scope="module")
def control(server: Running) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"{server.url}/_reference/", trust_env=False) as client:
        yield client


def exchange(server: Running, data: bytes) -> bytes:
    with open_line(server) as line:
        line.send(data)
        return line.rest()


def status(server: Running, data: bytes) -> int:
    return int((exchange(server, data) or b"- 0").split()[1])


def every_command_is_answered(server: Running) -> bool:
    return all(exchange(server, COMMAND) for _ in range(8))


def headers_are_right(server: Running) -> bool:
    answers = [exchange(server, COMMAND).partition(b"\r\n\r\n") for _ in range(2)]
    names = [[line.partition(b":")[0].lower() for line in head.split(b"\r\n")] for head, _, _ in answers]
    return all(
        b"content-length: %d\r\n" % len(body) in head.lower() + b"\r\n" and b"transfer-encoding" not in head.lower()
        for head, _, body in answers
    ) and all(len(set(each)) == len(each) for each in names)


def only_post_acts(server: Running) -> bool:
    sent = [exchange(server, data) for data in (COMMAND, STOP.replace(b"POST", b"GET"))]
    return all(sent) and status(server, STOP) == 200


def chunks_are_read(server: Running) -> bool:
    return status(server, HEAD + CHUNKED) == 200


def answers_keep_their_order(server: Running) -> bool:
    with open_line(server) as line:
        line.send(WHOLE + WHOLE.replace(b"action=START", b"action=STOP"))
        return len({line.reply().headers["x-request-id"] for _ in range(2)}) == 2


def bodies_are_read(server: Running) -> bool:
    stranger = WHOLE.replace(b"X-Auth-Token", b"X-Other")
    with open_line(server) as line:
        line.send(stranger)
        line.reply()
        try:
            line.send(COMMAND)
            return b" 400 " not in line.rest()
        except ConnectionError:  # closed, as HTTP allows
            return True


def one_wins_a_race(server: Running) -> bool:
    return [accepted_at_once(server, data) for data in (COMMAND, STOP)] == [1, 1]


def accepted_at_once(server: Running, data: bytes) -> int:
    """Send it on four open connections before any answer is read; return how many are accepted."""
    with ExitStack() as stack:
        lines = [stack.enter_context(open_line(server)) for _ in range(4)]
        for line in lines:
            line.send(data)
        return sum(b" 200 " in line.rest().partition(b"\r\n")[0] for line in lines)


def pieces_are_read(server: Running) -> bool:
    with open_line(server) as line:
        line.send(COMMAND[:-5])
        time.sleep(0.05)
        with suppress(ConnectionError):  # answered already, and closed
            line.send(COMMAND[-5:])
        return b" 200 " in line.rest()


PROMISES_ON_THE_WIRE: Mapping[str, Callable[[Running], bool]] = {
    "http/answered": every_command_is_answered,
    "http/well-formed": headers_are_right,
    "http/method": only_post_acts,
    "http/chunked-request": chunks_are_read,
    "http/whole-body": pieces_are_read,
    "http/in-order": answers_keep_their_order,
    "http/unread-body": bodies_are_read,
    "consistency/one-reading": one_wins_a_race,
}


def broken_on_the_wire(server: Running, control: httpx.Client, *faults: str) -> set[str]:
    broken: set[str] = set()
    for identifier, promise in PROMISES_ON_THE_WIRE.items():
        control.post("reset")
        assert control.put("faults", json={"active": list(faults)}).status_code == 200
        if not promise(server):
            broken.add(identifier)
    return broken


@pytest.mark.parametrize("name", [None, *ON_THE_WIRE])
def test_a_fault_breaks_its_promise_on_the_wire(server: Running, control: httpx.Client, name: str | None) -> None:
    broken = broken_on_the_wire(server, control, *([name] if name else []))

    assert broken == ({fault(name).breaks} if name else set())


def test_a_lost_reply_belongs_to_a_command_that_was_carried_out(server: Running, control: httpx.Client) -> None:
    control.post("reset")
    control.put("faults", json={"active": ["lost-reply"]})
    for _ in range(6):
        exchange(server, STOP)

    lost = exchange(server, COMMAND)

    assert (lost, status(server, STOP)) == (b"", 200)


def test_a_reply_is_lost_only_on_a_connection_that_was_used_before(server: Running, control: httpx.Client) -> None:
    control.post("reset")
    control.put("faults", json={"active": ["lost-reply-reused"]})
    with open_line(server) as line:
        line.send(WHOLE.replace(b"action=START", b"action=STOP"))
        first = line.reply()
        line.send(WHOLE)
        lost = line.rest()

    assert (first.status, lost, status(server, STOP)) == (404, b"", 200)


def test_a_signed_get_acts_too(server: Running, control: httpx.Client) -> None:
    control.post("reset")
    control.put("faults", json={"active": ["get-acts"]})
    headers = {"Host": "127.0.0.1", "X-Sdk-Date": signing.format_date(datetime.now(UTC)), "Connection": "close"}
    authorization = signing.sign(
        method="GET",
        path=PATH,
        query="action=START",
        headers=headers,
        body=CONTENT,
        access_key=ACCESS_KEY,
        secret_key=SECRET_KEY,
        signed=("host", "x-sdk-date"),
    )
    fields = {**headers, "Authorization": authorization, "Content-Type": "application/json"}
    lines = [f"GET {PATH}?action=START HTTP/1.1", *(f"{name}: {value}" for name, value in fields.items())]
    data = "\r\n".join([*lines, f"Content-Length: {len(CONTENT)}", "", ""]).encode() + CONTENT

    acted = status(server, data)

    assert (acted, status(server, STOP)) == (200, 200)


def test_every_requirement_has_a_fault() -> None:
    assert {row.id for row in NORMATIVE} == {each.breaks for each in FAULTS.values()}


def test_all_faults_fit_together() -> None:
    SERVICE.set_faults((*FAULTS, *HAZARDS))

    assert len(SERVICE.faults) == len(FAULTS) + len(HAZARDS)
