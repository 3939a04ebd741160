"""A plain command is answered on the spot, without an ASGI cycle; nobody can tell but by the clock.

An application that is never asked at once answers the same conversations, turn by turn of the loop. Where the one has
answered at once, the loop turns for the other until it has answered, too; so every difference is one of substance.
"""

import asyncio
import random
import select
import socket
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import pytest

from liverec.clock import VirtualClock
from liverec.reference import serving
from liverec.reference.answers import Answer
from liverec.reference.app import ReferenceApp
from liverec.reference.dialect import AXES, Dialect, read_dialect
from liverec.reference.faults import FAULTS, HAZARDS
from liverec.reference.request import Request
from liverec.reference.serving import Running, bind, serving_app
from liverec.reference.settings import Settings
from protocol_line import END, HIGH_WATER, SETTLED, TIMEOUT_S, Outcome, Step, Wire, converse, run, turn
from raw_line import exchange, open_line
from reference_requests import NOW, PROFILE
from wire_requests import ODD, ODD_ROUND_SIGNATURES, PLAIN, PLAIN_ROUND_SIGNATURES, RAGGED, START, STOP, sign

FEW = replace(PROFILE, recordable=replace(PROFILE.recordable, count=2))
SHORT = [one for one in PLAIN if len(one) < 5_000]


def settings(dialect: Dialect | None = None) -> Settings:
    return Settings(
        profile=FEW, clock=VirtualClock(), wall_clock=lambda: NOW, dialect=dialect or Dialect(), keep_alive_s=TIMEOUT_S
    )


class AtOnce(ReferenceApp):
    """Counts what it answers at once."""

    answered = 0

    def desk(self) -> Callable[[Request], Answer] | None:
        desk = super().desk()

        def counted(request: Request) -> Answer:
            self.answered += 1
            return self.service.answer(request)

        return desk and counted


class NeverAtOnce(ReferenceApp):
    """Leaves every request to ASGI."""

    def desk(self) -> None:
        return None


class Pair:
    """Two applications that differ in nothing else."""

    def __init__(self, dialect: Dialect | None = None) -> None:
        self.at_once = AtOnce(settings(dialect))
        self.by_asgi = NeverAtOnce(settings(dialect))

    async def compare(self, *steps: Step) -> Outcome:
        """Have the same conversation with both, and return what came of it."""
        patient: list[Step] = []

        def noted() -> Iterator[Step]:
            for step in steps:
                before = self.at_once.answered
                yield step
                patient.append(step._replace(turns=SETTLED) if self.at_once.answered > before else step)

        told = await converse(self.at_once, noted())
        assert told == await converse(self.by_asgi, patient), steps
        return told

    def compare_all(self, *conversations: Sequence[Step]) -> list[Outcome]:
        """Have each of *conversations* with both."""

        async def compared() -> list[Outcome]:
            return [await self.compare(*steps) for steps in conversations]

        return run(compared())


@pytest.fixture
def both() -> Pair:
    return Pair()


@pytest.mark.parametrize("number", range(len(PLAIN + PLAIN_ROUND_SIGNATURES)))
def test_a_plain_command_is_answered_at_once_and_the_same(both: Pair, number: int) -> None:
    plain = (PLAIN + PLAIN_ROUND_SIGNATURES)[number]

    told, again = both.compare_all([Step(plain)], [Step(plain)])

    assert told.answers.startswith(b"HTTP/1.1 ")
    assert again.answers == told.answers
    assert both.at_once.answered == 2


@pytest.mark.parametrize("number", range(len(ODD + RAGGED + ODD_ROUND_SIGNATURES)))
def test_what_is_out_of_the_ordinary_is_left_to_the_parser(both: Pair, number: int) -> None:
    odd = (ODD + RAGGED + ODD_ROUND_SIGNATURES)[number]

    both.compare_all([Step(odd)], [Step(odd, 0), Step(odd)])
    assert both.at_once.answered == 0

    both.compare_all(
        *([Step(START, turns), Step(odd, turns), Step(STOP)] for turns in (0, 1, SETTLED)),
        *([Step(START[:99], turns), Step(START[99:], turns), Step(odd)] for turns in (0, 1, SETTLED)),
        [Step(START + odd), Step(STOP)],
    )
    assert both.at_once.answered >= 3


@pytest.mark.parametrize("place", ["line", "name", "value"])
def test_every_byte_everywhere_is_taken_as_the_parser_takes_it(both: Pair, place: str) -> None:
    for byte in map(bytes, zip(range(256), strict=True)):
        text = {
            "line": START.replace(b"=START", b"=START" + byte),
            "name": START.replace(b"Host", b"X-" + byte + b"a: 1\r\nHost"),
            "value": START.replace(b"Host", b"X-A: a" + byte + b"b\r\nHost"),
        }[place]
        both.compare_all([Step(text), Step(STOP)])


@pytest.mark.parametrize("turns", [0, 1, SETTLED])
@pytest.mark.parametrize("command", [START, sign("START")], ids=["token", "signed"])
def test_a_command_may_be_split_anywhere(both: Pair, command: bytes, turns: int) -> None:
    both.compare_all(*([Step(command[:at], turns), Step(command[at:]), Step(STOP)] for at in range(1, len(command), 3)))
    assert both.at_once.answered == len(range(1, len(command), 3))

    both.compare_all([Step(bytes([one]), turns) for one in command + STOP])


@pytest.mark.parametrize("seed", range(30))
def test_conversations_are_the_same_however_they_are_cut(both: Pair, seed: int) -> None:
    both.compare_all(*(conversation(random.Random(100 * seed + number)) for number in range(15)))

    assert both.at_once.answered


def conversation(chosen: random.Random) -> list[Step]:
    """Return commands, at times among them what is not plain; pipelined, cut, hurried, delayed, or ended."""
    texts = chosen.choices(SHORT, k=chosen.randint(1, 6))
    if chosen.random() < 0.7:
        texts.insert(chosen.choice([0, len(texts) // 2, len(texts), len(texts)]), chosen.choice(ODD + RAGGED))
    parts: list[bytes] = []
    for text in texts:
        if parts and chosen.random() < 0.2:
            parts[-1] += text
            continue
        cut = sorted(chosen.choices(range(1, len(text)), k=chosen.choice([0, 0, 0, 1, 3])))
        parts += [text[a:b] for a, b in zip([0, *cut], [*cut, len(text)], strict=True) if a < b]
    parts += [END] * (chosen.random() < 0.2)
    return [
        Step(part, chosen.choice([0, 0, 1, 2, SETTLED, SETTLED]), chosen.choice([0, 0, 0, 0, 1, 12, TIMEOUT_S]))
        for part in parts
    ]


def test_many_heads_are_not_taken_for_one_that_is_too_large(both: Pair) -> None:
    begin, rest = START[:50], START[50:]

    [told] = both.compare_all([Step(begin), *[Step(rest + begin)] * 600, Step(rest)])

    assert told.answers.count(b"HTTP/1.1 ") == 601
    assert b"refused" not in told.answers


@pytest.mark.parametrize("pieces", [1, 2])
def test_a_connection_is_kept_alive_from_the_latest_answer_on(both: Pair, pieces: int) -> None:
    cut = len(STOP) // pieces
    begun = [Step(START, seconds=15), Step(START, seconds=15)]
    last = [Step(part) for part in (STOP[:cut], STOP[cut:]) if part]

    open_still, shut = both.compare_all(
        [*begun, *last[:-1], last[-1]._replace(seconds=TIMEOUT_S - 0.5)],
        [*begun, *last[:-1], last[-1]._replace(seconds=TIMEOUT_S)],
    )

    assert (open_still.closed, shut.closed) == (False, True)


@pytest.mark.parametrize("choice", [f"{axis}={value}" for axis, values in AXES.items() for value in values[1:]])
def test_in_every_dialect(choice: str) -> None:
    both = Pair(read_dialect([choice]))

    both.compare_all([Step(one) for one in (STOP, START, START, STOP, START, STOP, *PLAIN)])

    assert both.at_once.answered == len(PLAIN) + 6


@pytest.mark.parametrize("status", [403, 429])
def test_whom_the_gateway_turns_away(both: Pair, status: int) -> None:
    for app in (both.at_once, both.by_asgi):
        app.service.turn_away.status, app.service.turn_away.count = status, 1
        app.service.reset = app.service.journal.clear  # type: ignore[method-assign]  # else it would turn nobody away

    [told] = both.compare_all([Step(START)])

    assert told.answers.startswith(b"HTTP/1.1 %d " % status)


def test_a_crash_is_answered_as_asgi_answers_it(both: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(_request: Request) -> Answer:
        raise RuntimeError("it crashed")

    for app in (both.at_once, both.by_asgi):
        monkeypatch.setattr(app.service, "answer", crash)

    [told] = both.compare_all([Step(START), Step(START)])

    assert told.answers.startswith(b"HTTP/1.1 500 ")
    assert told.closed


def test_a_fault_or_a_latency_or_a_lost_reply_stands_in_between() -> None:
    app = ReferenceApp(Settings(profile=PROFILE))
    assert app.desk() is not None

    for name in FAULTS | HAZARDS:
        app.set_faults((name,))
        assert app.desk() is None, name
    app.set_faults(())
    app.replies_to_lose = 1
    assert app.desk() is None
    assert ReferenceApp(Settings(profile=PROFILE, latency_ms=1)).desk() is None


@pytest.mark.parametrize("ahead", [1, 5])
def test_who_does_not_read_is_neither_read_nor_answered_without_end(both: Pair, ahead: int) -> None:
    async def pipelined() -> None:
        wire = Wire(both.at_once, asyncio.get_running_loop(), sees=False)
        for _ in range(1_000):
            wire.arrive(START * ahead)
            await turn()
            assert len(wire.unseen) < HIGH_WATER + 1_000
            assert len(wire.protocol.pipeline) <= ahead
        assert len(wire.coming) > 500
        assert len(both.at_once.service.journal.entries()) < 500
        assert both.at_once.answered > 100 or ahead > 1

        other = Wire(both.at_once, asyncio.get_running_loop())
        other.arrive(START)
        assert other.seen.startswith(b"HTTP/1.1 ")

        wire.see()
        await turn(5_000 * ahead)
        assert wire.seen.count(b"HTTP/1.1 ") == 1_000 * ahead

    run(pipelined())


def test_an_answer_that_nobody_has_read_outlives_the_end_of_the_server(both: Pair) -> None:
    async def ended() -> None:
        wire = Wire(both.at_once, asyncio.get_running_loop(), sees=False)
        wire.arrive(START)
        wire.protocol.shutdown()
        assert wire.closing
        wire.arrive(STOP)
        await turn()
        wire.see()
        assert wire.seen.count(b"HTTP/1.1 ") == 1
        assert both.at_once.answered == 1

    run(ended())


def test_over_a_socket_others_are_answered_while_one_client_never_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "bind", bind_narrow)
    app = AtOnce(settings())
    with serving_app(app) as server:
        with socket.socket() as deaf:
            flood(deaf, server)
            before = app.answered
            with open_line(server) as line:
                for command in (START, sign("STOP"), START):
                    line.send(command)
                    assert line.reply().status in {200, 400}
            assert app.answered == before + 3
        assert exchange(server, START).status == 400


def bind_narrow(host: str, port: int) -> socket.socket:
    """Return a listening socket whose connections hold few answers that nobody reads."""
    listener = bind(host, port)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    return listener


def flood(deaf: socket.socket, server: Running) -> None:
    """Send commands and read no answer, until the server reads no more of them."""
    deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    host, _, port = server.url.removeprefix("http://").partition(":")
    deaf.connect((host, int(port)))
    deaf.setblocking(False)
    rest = b""
    for _ in range(200_000):
        if not select.select([], [deaf], [], 0.5)[1]:
            return
        rest = rest or START
        rest = rest[deaf.send(rest) :]
    pytest.fail("the server reads on and on")
