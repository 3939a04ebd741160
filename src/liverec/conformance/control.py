"""The control plane of a reference server, where the target has one: its clock, and the pushes to it."""

from contextlib import suppress
from typing import Any, Self, TypeVar

import msgspec

from liverec.address import Address, parse_address
from liverec.client import OutgoingRequest
from liverec.client.redaction import Secrets
from liverec.client.transport import Transport
from liverec.clock import MonotonicClock
from liverec.conformance.verdicts import Undecided
from liverec.history import Stream
from liverec.target import Target

CONTROL = "/_reference"
TIMEOUT_S = 5.0

Told = TypeVar("Told")


class _Info(msgspec.Struct):
    """What a reference server says of itself."""

    liverec_reference: int
    clock: str
    interruption_threshold_s: float


class _Streams(msgspec.Struct):
    """Every stream that it knows of."""

    streams: list[dict[str, Any]]


class _Journal(msgspec.Struct):
    """What it was asked."""

    entries: list[Any]


class ControlPlane:
    """What only a reference server offers; everything else is judged without it.

    No answer is believed that is not of the reference server's form, nor waited for longer than ``TIMEOUT_S``.
    """

    def __init__(self, address: Address, transport: Transport) -> None:
        self._address = address
        self._transport = transport
        self.virtual = False
        self.interruption_threshold_s = 0.0
        self.disturbed: set[Stream] = set()  # ever interrupted: whether they record is not known
        self._interrupted: set[Stream] = set()

    @classmethod
    def of(cls, target: Target) -> Self | None:
        """Return the control plane of *target*; None if its profile promises none, or nobody answers as one."""
        if not target.profile.reference_control or not target.is_loopback:
            return None
        secrets = Secrets(target.profile.credentials)
        control = cls(
            parse_address(target.url), Transport(clock=MonotonicClock(), timeout_s=TIMEOUT_S, secrets=secrets)
        )
        with suppress(Undecided):
            info = control._told("info", _Info)
            if info.liverec_reference == 1:
                control.virtual = info.clock == "virtual"
                control.interruption_threshold_s = info.interruption_threshold_s
                return control
        return None

    def unused(self) -> bool:
        """Whether the server has seen no command yet, so that every stream is idle and has never recorded.

        Raises:
            Undecided: as for ``advance``.
        """
        if self._told("journal", _Journal).entries:
            return False
        return not any(one.get("recorded", True) for one in self._told("streams", _Streams).streams)

    def advance(self, seconds: float) -> None:
        """Move the target's virtual clock forward.

        Raises:
            Undecided: the control plane does not answer as a reference server's does; so do all others.
        """
        self._asked("POST", "clock/advance", {"seconds": seconds})

    def interrupt(self, stream: Stream) -> None:
        """Interrupt the push of *stream*."""
        self._interrupted.add(stream)
        self.disturbed.add(stream)
        self._asked("POST", "interrupt", _named(stream))

    def resume(self, stream: Stream) -> None:
        """Let the push of *stream* go on."""
        self._asked("POST", "resume", _named(stream))
        self._interrupted.discard(stream)

    def resume_all(self) -> None:
        """Let every push go on that was interrupted."""
        for stream in tuple(self._interrupted):
            self.resume(stream)

    def _told(self, path: str, kind: type[Told]) -> Told:
        try:
            return msgspec.json.decode(self._asked("GET", path), type=kind)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise Undecided(
                f"the target's control plane answered {CONTROL}/{path} with something else: {error}"
            ) from None

    def _asked(self, method: str, path: str, body: dict[str, Any] | None = None) -> bytes:
        content = b"" if body is None else msgspec.json.encode(body)
        exchange = self._transport.exchange(
            OutgoingRequest(
                method=method,
                address=self._address,
                target=f"{self._address.prefix}{CONTROL}/{path}",
                headers=(
                    ("Host", self._address.authority),
                    ("Content-Type", "application/json"),
                    ("Content-Length", str(len(content))),
                ),
                chunks=(content,),
            )
        )
        if exchange.error is not None:
            raise Undecided(f"the target's control plane does not answer ({exchange.error})")
        if exchange.status not in {200, 201}:
            raise Undecided(f"the target's control plane answered {method} {CONTROL}/{path} with {exchange.status}")
        return exchange.body


def _named(stream: Stream) -> dict[str, Any]:
    return {
        "project_id": stream.project_id,
        "publish_domain": stream.publish_domain,
        "app": stream.app,
        "stream": stream.stream,
    }
