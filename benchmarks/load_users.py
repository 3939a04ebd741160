"""The Locust users that ``load.py`` compares: each sends START and STOP on its streams in turn, as fast as it can.

Ours is the commander that all scenarios use. The others sign with the same prepared signer; they differ in the client.
"""

import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from itertools import cycle
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import gevent
from locust import FastHttpUser, HttpUser, User, constant_throughput, events, task
from locust.env import Environment

sys.path.insert(0, str(Path(__file__).parents[1] / "load"))

from liveload.commander import Commander, Wire
from liveload.plan import Plan
from liveload.prepared import Prepared
from liveload.recording import Unrecorded, WorkerHistory
from liveload.request_statistics import RequestStatistics
from liveload.worker import Worker
from liverec.document import load_document
from liverec.history import Action, Stream
from liverec.target import Target, resolve_target

STREAMS = 200
PROOF: Any = os.environ.get("LIVEREC_BENCHMARK_PROOF", "signature")


def target() -> Target:
    """Return the target, with streams for any number of users, and only the credentials that are asked for."""
    found = resolve_target(os.environ["LIVEREC_BENCHMARK_URL"])
    profile = replace(found.profile, recordable=replace(found.profile.recordable, count=10 * STREAMS))
    if PROOF == "signature":
        profile = replace(profile, credentials=replace(profile.credentials, token=None, iam_url=None))
    return replace(found, profile=profile)


TARGET = target()
PAUSE = float(os.environ.get("LIVEREC_BENCHMARK_PAUSE", "0"))
PREPARED = Prepared(TARGET, proof=PROOF)
COMMANDS = [
    (action, Stream(TARGET.profile.project_id, "publish.example.com", "live", f"rehearsal-{n}"))
    for n in range(1, STREAMS + 1)
    for action in (Action.START, Action.STOP)
]


def history() -> WorkerHistory:
    """Return a history of its own for this process."""
    return WorkerHistory(
        Path(mkdtemp(prefix="liverec-benchmark-", dir=os.environ.get("LIVEREC_BENCHMARK_FOLDER"))) / "worker-0.ndjson",
        run="benchmark",
        target=TARGET.url,
        interval_ns=10**10,
        resolution_ns=5_000_000,
        initial="unknown",
        worker=0,
    )


def plan() -> Plan:
    """Return a plan that leaves every user its streams, in a folder of its own."""
    return Plan(
        run="benchmark",
        version="0",
        scenario="ping-pong",
        target=TARGET.url,
        seed=0,
        rate=0,
        users=STREAMS,
        worker=0,
        workers=1,
        folder=mkdtemp(prefix="liverec-benchmark-", dir=os.environ.get("LIVEREC_BENCHMARK_FOLDER")),
        max_operations=10**9,
        seconds=3600,
    )


_numbers = cycle(range(STREAMS))


def commands() -> Iterator[tuple[Action, Stream]]:
    """Yield a user's commands, without end."""
    first = 2 * next(_numbers)
    for command in cycle(COMMANDS[first:] + COMMANDS[:first]):
        yield command
        if PAUSE:
            gevent.sleep(PAUSE)


class Ours(User):
    """Our commander and its history; Locust's statistics are told of every answer."""

    wire: Wire
    written: Any  # a WorkerHistory, or what stands in for it
    statistics: RequestStatistics

    @task
    def play(self) -> None:
        """Send for ever."""
        commander = Commander(self.wire, self.written)
        for action, stream in commands():
            answer = commander.command(action, stream)
            milliseconds = (answer.completed - answer.invoked) / 1e6
            self.statistics.answered(f"{action} {answer.status}", milliseconds)


class OursInFull(User):
    """What a scenario's user does: the same, judged by the oracle and counted as a run's answers are."""

    worker: Worker

    @task
    def play(self) -> None:
        """Send for ever."""
        actor = self.worker.user()
        assert actor is not None, "there is a stream for each user"
        for action, stream in commands():
            actor.command(action, stream)


class OursWithoutHistory(Ours):
    """The same, but nothing is written."""


class OursWithEvents(Ours):
    """The same, with its history, but Locust's event is fired for every answer."""

    @task
    def play(self) -> None:
        """Send for ever."""
        commander = Commander(self.wire, self.written)
        environment: Any = self.environment
        for action, stream in commands():
            answer = commander.command(action, stream)
            environment.events.request.fire(
                request_type="POST",
                name=f"{action} {answer.status}",
                response_time=(answer.completed - answer.invoked) / 1e6,
                response_length=0,
                exception=None,
                context={},
            )


class Fast(FastHttpUser):
    """Locust's fast client."""

    @task
    def play(self) -> None:
        """Send for ever."""
        client: Any = self.client  # its annotations know no bytes
        for action, stream in commands():
            where, body, headers = signed(action, stream)
            client.post(where, data=body, headers=headers, name=action)


class Paced(FastHttpUser):
    """The fast client at Locust's own idea of a rate."""

    wait_time = constant_throughput(5)

    @task
    def play(self) -> None:
        """Send one command; Locust waits before the next."""
        client: Any = self.client
        where, body, headers = signed(*COMMANDS[0])
        client.post(where, data=body, headers=headers, name="START")


class Plain(HttpUser):
    """Locust's usual client."""

    @task
    def play(self) -> None:
        """Send for ever."""
        for action, stream in commands():
            where, body, headers = signed(action, stream)
            self.client.post(where, data=body, headers=headers, name=action)


def signed(action: Action, stream: Stream) -> tuple[str, bytes, dict[str, str]]:
    """Return path, body and headers of a command: the bytes of the same signer, taken apart."""
    request = PREPARED.command(action, stream).request()
    head, _, body = request.partition(b"\r\n\r\n")
    date = head.index(b"X-Sdk-Date: ") + 12
    proof = head.index(b"Authorization: ") + 15
    return (
        f"/v1/{stream.project_id}/record/control?action={action.value}",
        body,
        {
            "Content-Type": "application/json",
            "X-Project-Id": stream.project_id,
            "X-Sdk-Date": head[date : date + 16].decode(),
            "Authorization": head[proof : head.index(b"\r\n", proof)].decode(),
        },
    )


def begin(environment: Environment, **_: Any) -> None:
    """Make what our users share."""
    Ours.wire = Wire(target=TARGET, document=load_document(), proof=PROOF)
    Ours.statistics = RequestStatistics(environment)
    Ours.written = history()
    OursWithoutHistory.written = Unrecorded()
    OursInFull.worker = Worker(
        plan(),
        TARGET,
        replace(load_document(), interval_ns=1),  # the target accepts everything, which must not be a violation
        fire=RequestStatistics(environment).answered,
        abort=sys.exit,
    )


_events: Any = events
_events.test_start.add_listener(begin)
