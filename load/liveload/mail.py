"""Questions to workers and their answers, over Locust's messages."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from time import monotonic_ns
from typing import Any

import gevent
from gevent.event import AsyncResult
from locust.runners import MasterRunner, WorkerRunner

from liveload.clock_offset import Echo, Offset, measured

ASK, TELL = "liverec_ask", "liverec_tell"
_PATIENCE_S = 30.0
_ECHOES = 20
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")

Answering = Callable[[Mapping[str, Any]], Mapping[str, Any]]


class Mail:
    """The master's end."""

    def __init__(self, runner: MasterRunner) -> None:
        self._locust: Any = runner  # its messages have no types
        self._numbers = count()
        self._waiting: dict[int, AsyncResult[Mapping[str, Any]]] = {}
        self._locust.register_message(TELL, self._on_answer)

    def post(self, node: str, what: str, question: Mapping[str, Any]) -> Callable[[], Mapping[str, Any] | None]:
        """Ask the worker called *node*; return what waits for its answer, which is None if none comes."""
        number = next(self._numbers)
        waiting: AsyncResult[Mapping[str, Any]] = AsyncResult()
        self._waiting[number] = waiting
        self._locust.send_message(ASK, {"number": number, "what": what, "question": dict(question)}, client_id=node)

        def answer() -> Mapping[str, Any] | None:
            try:
                return waiting.get(timeout=_PATIENCE_S)
            except gevent.Timeout:
                return None
            finally:
                self._waiting.pop(number, None)

        return answer

    def _on_answer(self, msg: Any, **_: Any) -> None:
        waiting = self._waiting.get(msg.data["number"])
        if waiting is not None:
            waiting.set(msg.data["answer"])


def answer_mail(runner: WorkerRunner, answering: Mapping[str, Answering]) -> None:
    """Let a worker answer: each kind of question has a function."""
    locust: Any = runner  # its messages have no types

    def on_question(msg: Any, **_: Any) -> None:
        answer = answering[msg.data["what"]](msg.data["question"])
        locust.send_message(TELL, {"number": msg.data["number"], "answer": dict(answer)})

    # each in a greenlet of its own, so that a slow answer does not keep Locust's heartbeats waiting
    locust.register_message(ASK, on_question, concurrent=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """A worker's clock beside the master's."""

    offset: Offset
    same_machine: bool


def tell_time(_question: Mapping[str, Any]) -> Mapping[str, Any]:
    """Answer what the time is, and of which machine."""
    return {"told": monotonic_ns(), "machine": _machine()}


def compared(mail: Mail, node: str) -> Clock | None:
    """Compare the clock of the worker called *node* with this one; None if it does not answer."""
    echoes: list[Echo] = []
    machine = ""
    for _ in range(_ECHOES):
        sent = monotonic_ns()
        answer = mail.post(node, "time", {})()
        if answer is None:
            return None
        echoes.append(Echo(sent=sent, told=answer["told"], received=monotonic_ns()))
        machine = answer["machine"]
    return Clock(offset=measured(echoes), same_machine=machine == _machine() != "")


def _machine() -> str:
    return _BOOT_ID.read_text().strip() if _BOOT_ID.exists() else ""
