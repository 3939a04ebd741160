"""The blocking client."""

import time
from collections.abc import Callable
from contextlib import closing
from types import TracebackType
from typing import Self

import httpx

from liverec.clock import Clock, MonotonicClock
from liverec.command import CommandRequest
from liverec.document import Document, load_document
from liverec.history import Action, Stream
from liverec.recording_client.conversation import Conversation, Pause, Steps, T, Token, proof
from liverec.recording_client.meaning import Lost, Reply
from liverec.recording_client.results import Accepted, Restarted
from liverec.recording_client.transport import LIMITS, Reading, as_httpx, checked, lost, undecoded


class RecordingClient:
    """Starts and stops recordings at the service under *url*, with a *token* or with both keys.

    A *token* that is called is asked for one before each command. Nothing is retried or redirected, and no environment
    variable is obeyed; for a proxy or certificates of your own, give a *transport*. *timeout_s* bounds each wait of a
    command, and its whole answer. The interval is that of *document*, by default the published one; *clock* and *sleep*
    are what a restart waits by. Safe to share between threads.

    Raises:
        ValueError: *url* is no base URL, or http:// to another machine; the credentials are not one kind;
            or *timeout_s* is no time.
        DocumentError: the document cannot be used.
    """

    def __init__(
        self,
        url: str,
        *,
        token: Token | None = None,
        access_key: str | None = None,
        secret_key: str | None = None,
        timeout_s: float = 10.0,
        transport: httpx.BaseTransport | None = None,
        document: Document | None = None,
        clock: Clock | None = None,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self._clock = clock or MonotonicClock()
        self._conversation = Conversation(
            url,
            prove=proof(token=token, access_key=access_key, secret_key=secret_key),
            document=document or load_document(),
            clock=self._clock,
        )
        self._timeout_s = checked(timeout_s)
        self._sleep = sleep
        self._http = httpx.Client(transport=transport, limits=LIMITS, trust_env=False)

    def start_recording(self, stream: Stream) -> Accepted:
        """Send START, now and once.

        Raises:
            RecordingError: it did not succeed, or nobody knows; see its subclasses.
            ValueError: the names or the token cannot be sent; nothing was.
        """
        return self._run(self._conversation.command(Action.START, stream))

    def stop_recording(self, stream: Stream) -> Accepted:
        """Send STOP, now and once.

        Raises:
            RecordingError, ValueError: as for ``start_recording``.
        """
        return self._run(self._conversation.command(Action.STOP, stream))

    def restart_recording(self, stream: Stream) -> Restarted:
        """Send STOP, wait until the interval after its answer is over, and send START.

        A STOP that meets no recording, or whose outcome stays unknown, does not end it: the interval then counts from
        that answer, or from when it was given up, and START follows.

        Raises:
            RecordingError: the STOP failed in another way, or the START did: see its ``action``.
            RuntimeError: the clock stands still while it sleeps.
            ValueError: as for ``start_recording``.
        """
        return self._run(self._conversation.restart(stream))

    restart = restart_recording  # by its short name

    def seconds_until_start(self, stream: Stream) -> float:
        """Return how long until a START keeps the interval, as far as the STOPs of this client tell; 0.0 if it does."""
        return self._conversation.seconds_until_start(stream)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _run(self, steps: Steps[T]) -> T:
        answer: Reply | Lost | None = None
        with closing(steps):
            while True:
                try:
                    step = steps.send(answer)
                except StopIteration as end:
                    result: T = end.value
                    return result
                if isinstance(step, Pause):
                    answer = None
                    self._sleep(step.seconds)
                else:
                    answer = self._exchange(step)

    def _exchange(self, request: CommandRequest) -> Reply | Lost:
        reading = Reading(clock=self._clock, timeout_s=self._timeout_s)
        try:
            response = self._http.send(as_httpx(request, timeout_s=self._timeout_s), stream=True)
            with closing(response):
                for part in undecoded(response).iter_bytes():
                    if not reading.add(part):
                        break
        except httpx.TransportError as error:
            return lost(error)
        return reading.of(response)
