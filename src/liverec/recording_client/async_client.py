"""The asynchronous client: the same, awaited."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing, closing
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


class AsyncRecordingClient:
    """What RecordingClient is, for asynchronous programs: the same arguments, methods and errors, awaited.

    *transport* and *sleep* are asynchronous ones; with trio, give its ``sleep``. It belongs to one event loop.

    Raises:
        ValueError, DocumentError: as for RecordingClient.
    """

    def __init__(
        self,
        url: str,
        *,
        token: Token | None = None,
        access_key: str | None = None,
        secret_key: str | None = None,
        timeout_s: float = 10.0,
        transport: httpx.AsyncBaseTransport | None = None,
        document: Document | None = None,
        clock: Clock | None = None,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
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
        self._http = httpx.AsyncClient(transport=transport, limits=LIMITS, trust_env=False)

    async def start_recording(self, stream: Stream) -> Accepted:
        """Send START, now and once; as RecordingClient does."""
        return await self._run(self._conversation.command(Action.START, stream))

    async def stop_recording(self, stream: Stream) -> Accepted:
        """Send STOP, now and once; as RecordingClient does."""
        return await self._run(self._conversation.command(Action.STOP, stream))

    async def restart_recording(self, stream: Stream) -> Restarted:
        """Send STOP, wait until the interval after its answer is over, and send START; as RecordingClient does."""
        return await self._run(self._conversation.restart(stream))

    restart = restart_recording  # by its short name

    def seconds_until_start(self, stream: Stream) -> float:
        """Return how long until a START keeps the interval, as far as the STOPs of this client tell; 0.0 if it does."""
        return self._conversation.seconds_until_start(stream)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def _run(self, steps: Steps[T]) -> T:
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
                    await self._sleep(step.seconds)
                else:
                    answer = await self._exchange(step)

    async def _exchange(self, request: CommandRequest) -> Reply | Lost:
        reading = Reading(clock=self._clock, timeout_s=self._timeout_s)
        try:
            response = await self._http.send(as_httpx(request, timeout_s=self._timeout_s), stream=True)
            async with aclosing(response):
                async for part in undecoded(response).aiter_bytes():
                    if not reading.add(part):
                        break
        except httpx.TransportError as error:
            return lost(error)
        return reading.of(response)
