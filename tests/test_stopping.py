"""What a run leaves recording: it asks again where it is turned away, and says what it could not stop."""

import threading
from collections import Counter
from collections.abc import Callable

import pytest

from liverec.client import Exchange
from liverec.conformance.stopping import not_stopped
from liverec.history import Stream
from made_up_exchange import made_up_exchange

STREAMS = [Stream("project", "publish.example.com", "live", f"camera-{number}") for number in range(40)]


def answer(status: int | None) -> Exchange:
    return made_up_exchange(status=status, error=None if status is not None else "timeout: no answer")


def stopping(status_of: Callable[[Stream, int], int | None]) -> tuple[list[Stream], int, int]:
    """Stop all; return what is left, how many STOPs were sent, and how many seconds were waited."""
    times, lock, waited = Counter[Stream](), threading.Lock(), list[float]()

    def stop(stream: Stream) -> Exchange:
        with lock:
            times[stream] += 1
            return answer(status_of(stream, sum(times.values())))

    left = not_stopped(STREAMS, stop, pause=waited.append)
    return left, sum(times.values()), round(sum(waited))


def test_each_stream_is_stopped_once_where_each_stop_gets_through() -> None:
    assert stopping(lambda stream, _: 404 if stream == STREAMS[3] else 200) == ([], len(STREAMS), 0)


@pytest.mark.parametrize("status", [429, 401, 503])
def test_who_turns_many_away_is_asked_again_until_all_are_stopped(status: int) -> None:
    left, sent, waited = stopping(lambda _, number: status if number % 12 == 0 else 200)

    assert (left, sent) == ([], len(STREAMS) + waited)
    assert waited > 0


def test_one_that_cannot_be_stopped_keeps_no_other_from_being_stopped() -> None:
    left, _, waited = stopping(lambda stream, _: 500 if stream in STREAMS[:2] else 200)

    assert set(left) == set(STREAMS[:2])
    assert waited < 10


def test_who_turns_all_away_is_left_alone_soon() -> None:
    left, sent, waited = stopping(lambda _stream, _number: 429)

    assert set(left) == set(STREAMS)
    assert (sent < len(STREAMS), waited) == (True, 2)


def test_who_is_silent_is_asked_no_more() -> None:
    left, sent, waited = stopping(lambda _stream, _number: None)

    assert (left != [], sent < len(STREAMS), waited) == (True, True, 0)
