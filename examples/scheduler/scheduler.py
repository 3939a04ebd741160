"""Records broadcasts: START when one begins, STOP when it ends. Run: python scheduler.py programme.toml."""

import os
import sys
import time
import tomllib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from heapq import heapify, heappop, heappush
from pathlib import Path

import httpx

RESTART_S = 10.001  # between a STOP and the next START of a stream the API wants more than 10 s
PATIENCE_S = 2.0  # before what did not succeed is tried again
LONGEST_STOP_S = 60.0  # for which a STOP is tried
TASK_EXISTS = "LIVE.100011022"  # to a START that keeps the interval it can only mean: this stream is recording


class SchedulerError(Exception):
    """The programme cannot be recorded at all; the message says why."""


@dataclass(frozen=True, kw_only=True)
class Command:
    """What to send next about a stream; ``due`` and ``until``, when trying ends, are seconds of the loop's clock."""

    due: float
    action: str
    stream: str
    until: float

    def __lt__(self, other: "Command") -> bool:
        """Return whether this is the first to send: of two at the same moment, a STOP is."""
        return (self.due, self.action == "START") < (other.due, other.action == "START")


@dataclass(kw_only=True)
class Service:
    """The recording command of one application."""

    url: str
    project_id: str
    token: str = field(repr=False)
    publish_domain: str = "publish.example.com"
    app: str = "live"
    timeout_s: float = 5.0

    def command(self, action: str, stream: str) -> tuple[int, str]:
        """Send one command, once, and return the status and the error code; (0, why) if no answer came."""
        try:
            answer = httpx.post(
                f"{self.url}/v1/{self.project_id}/record/control",
                params={"action": action},
                headers={"X-Auth-Token": self.token},
                json={"publish_domain": self.publish_domain, "app": self.app, "stream": stream},
                timeout=self.timeout_s,
            )
        except httpx.TransportError as error:
            return 0, str(error)
        return answer.status_code, str(answer.json().get("error_code", "")) if answer.content else ""


@dataclass(kw_only=True)
class Scheduler:
    """Plays a programme, one command after the other; *monotonic* and *sleep* are how it lives in time."""

    service: Service
    sleep: Callable[[float], object] = time.sleep
    monotonic: Callable[[], float] = time.monotonic
    tell: Callable[[str], object] = print
    free_at: dict[str, float] = field(default_factory=dict[str, float])  # when a stream may be started again
    ending: set[str] = field(default_factory=set[str])  # streams whose STOP has not succeeded yet

    def play(self, commands: Iterable[Command]) -> bool:
        """Send every command in its time; return whether every broadcast was recorded.

        Raises:
            SchedulerError: the service does not let us in, or knows no such request.
        """
        waiting = list(commands)
        heapify(waiting)
        complete = True
        while waiting:
            command = heappop(waiting)
            if command.due < self._earliest(command):
                heappush(waiting, replace(command, due=self._earliest(command)))
                continue
            self.sleep(max(0.0, command.due - self.monotonic()))
            if self._carried_out(command):
                continue
            again = replace(command, due=self.monotonic() + PATIENCE_S)
            if again.due < command.until:
                heappush(waiting, again)
            else:
                complete = False
                self.ending.discard(command.stream)
                self.tell(f"{command.action} of {command.stream}: given up")
        return complete

    def _earliest(self, command: Command) -> float:
        """Return when a command may be sent: a START not before the STOP has succeeded, and the interval is over."""
        if command.action == "STOP":
            return command.due
        if command.stream in self.ending:
            return command.due + PATIENCE_S
        return self.free_at.get(command.stream, command.due)

    def _carried_out(self, command: Command) -> bool:
        """Send a command; return whether the stream is now as it should be, as far as anybody can know."""
        status, code = self.service.command(command.action, command.stream)
        self.tell(f"{command.action} of {command.stream}: {status or 'no answer'} {code}".rstrip())
        if status in {401, 403}:
            raise SchedulerError(f"the service does not let us in: {status} {code}; check the token")
        if command.action == "STOP":
            # it may have been carried out whatever the answer was: the interval counts from here
            self.free_at[command.stream] = self.monotonic() + RESTART_S
            self.ending.add(command.stream)
            if status in {200, 404}:
                self.ending.remove(command.stream)
            return command.stream not in self.ending
        if status == 400 and code != TASK_EXISTS:
            raise SchedulerError(f"START of {command.stream} is refused for good: {code}; check the programme")
        return status == 200 or code == TASK_EXISTS


def read_programme(path: Path, *, now: datetime, monotonic: float) -> tuple[Service, list[Command]]:
    """Read a programme; what has ended by *now*, which is *monotonic* on the loop's clock, is left out.

    Raises:
        SchedulerError: the file cannot be read, or lacks something; says what.
    """
    try:
        read = tomllib.loads(path.read_text(encoding="utf-8"))
        token = os.environ[read["token_env"]]
        names = ("url", "project_id", "publish_domain", "app")
        service = Service(token=token, **{name: read[name] for name in names})
        commands: list[Command] = []
        for broadcast in read["broadcast"]:
            begins, ends = (monotonic + (broadcast[key] - now).total_seconds() for key in ("begins", "ends"))
            if ends > monotonic:
                stream = broadcast["stream"]
                commands.append(Command(due=begins, action="START", stream=stream, until=ends))
                commands.append(Command(due=ends, action="STOP", stream=stream, until=ends + LONGEST_STOP_S))
    except (OSError, tomllib.TOMLDecodeError, TypeError) as error:
        raise SchedulerError(f"{path}: {error}") from None
    except KeyError as missing:
        raise SchedulerError(f"{path}: {missing} is missing, there or in the environment") from None
    return service, commands


def main() -> int:
    """Play the programme that the command line names; 0 if all of it was recorded."""
    if len(sys.argv) != 2:
        print("usage: python scheduler.py PROGRAMME.toml", file=sys.stderr)
        return 64
    try:
        service, commands = read_programme(Path(sys.argv[1]), now=datetime.now(UTC), monotonic=time.monotonic())
        return 0 if Scheduler(service=service).play(commands) else 1
    except SchedulerError as error:
        print(error, file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
