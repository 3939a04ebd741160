"""Noise: invalid requests beside valid commands about the same streams; they must be refused and change nothing."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import Any

from liveload.scenarios import coverage
from liveload.scenarios.course import Course
from liveload.scenarios.scenario import Actor, Scenario, Sharing
from liverec.history import Action, Stream


@dataclass(frozen=True, slots=True, kw_only=True)
class Invalid:
    """A request that no reading of the page allows; whoever answers it with 200 breaks the requirement ``breaks``."""

    query: str
    body: Callable[[Stream], bytes]
    breaks: str


def _fields(about: Stream, /, **changed: Any) -> bytes:
    fields = {"publish_domain": about.publish_domain, "app": about.app, "stream": about.stream, **changed}
    return json.dumps({name: value for name, value in fields.items() if value is not None}).encode()


def _number(stream: Stream) -> bytes:
    return _fields(stream, stream=7)


INVALID: tuple[Invalid, ...] = (
    Invalid(query="", body=_fields, breaks="query/action-mandatory"),
    Invalid(query="action=STOP", body=lambda _stream: b'{"publish_domain": ', breaks="body/json"),
    Invalid(query="action=PAUSE", body=_fields, breaks="query/action-options"),
    Invalid(query="action=STOP", body=lambda stream: _fields(stream, stream=None), breaks="body/stream-mandatory"),
    Invalid(query="action=START", body=lambda stream: _fields(stream, app=None), breaks="body/app-mandatory"),
    Invalid(
        query="action=STOP",
        body=lambda stream: _fields(stream, publish_domain=None),
        breaks="body/publish-domain-mandatory",
    ),
    Invalid(query="action=START", body=_number, breaks="body/stream-string"),
    Invalid(query="action=", body=_fields, breaks="query/action-mandatory"),
    Invalid(query="action=START", body=lambda _stream: b"", breaks="body/json"),
)


def invalid(number: int) -> Invalid:
    """Return the invalid request *number*; the list begins anew at its end."""
    return INVALID[number % len(INVALID)]


def play(actor: Actor) -> None:
    """Ping-pong with an invalid request after each command."""
    course = Course(actor, actor.streams()[0])
    numbers = count(actor.number)
    while True:
        course.record()
        for _ in range(3):
            _disturb(course, next(numbers), coverage.NOISE_RECORDING)
        stopped = course.end()
        if stopped is not None:
            for _ in range(3):
                _disturb(course, next(numbers), coverage.NOISE_WINDOW)
            actor.sleep_until(stopped.completed + int(actor.random.uniform(0.1, 0.95) * actor.interval_ns))
            if actor.number % 2 == 0:
                course.command(Action.START)


def _disturb(course: Course, number: int, event: str) -> None:
    course.actor.invalid(number, course.stream)
    course.actor.count(event)
    course.actor.sleep_until(course.actor.now() + int(course.actor.random.uniform(0.001, 0.02) * 1e9))


SCENARIO = Scenario(
    name="noise",
    summary="invalid requests beside valid commands about the same streams",
    play=play,
    sharing=Sharing.OWN,
    conditions=(
        coverage.at_least(coverage.NOISE_RECORDING, per_user=1, advice="run for longer"),
        coverage.at_least(coverage.NOISE_WINDOW, per_user=1, advice="run for longer"),
        coverage.at_least(coverage.RESTARTED, per_user=0.4, advice="run for 15 s or longer"),
    ),
    users=50,
    spawn_rate=50,
    seconds=30,
    streams=1,
)
