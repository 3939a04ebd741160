"""The control plane of a reference server, where the target has one: its clock, and the pushes to it."""

from typing import Any, Self

import httpx
import msgspec

from liverec.conformance.verdicts import Undecided
from liverec.history import Stream
from liverec.target import Target

CONTROL = "/_reference"


class ControlPlane:
    """What only a reference server offers; everything else is judged without it."""

    def __init__(self, http: httpx.Client, info: dict[str, Any]) -> None:
        self._http = http
        self.disturbed: set[Stream] = set()  # ever interrupted: whether they record is not known
        self._interrupted: set[Stream] = set()
        self.virtual = info.get("clock") == "virtual"
        self.interruption_threshold_s = float(info.get("interruption_threshold_s", 0.0))

    @classmethod
    def of(cls, target: Target) -> Self | None:
        """Return the control plane of *target*; None if its profile promises none, or nobody answers as one."""
        if not target.profile.reference_control or not target.is_loopback:
            return None
        limits = httpx.Limits(max_keepalive_connections=0)  # asked seldom: no connection can have gone stale meanwhile
        http = httpx.Client(base_url=target.url, timeout=5.0, trust_env=False, limits=limits)
        try:
            found = http.get(f"{CONTROL}/info")
            info = msgspec.json.decode(found.content, type=dict[str, Any]) if found.status_code == 200 else {}
        except (httpx.HTTPError, msgspec.DecodeError):
            info = dict[str, Any]()
        if info.get("liverec_reference") != 1:
            http.close()
            return None
        return cls(http, info)

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    def unused(self) -> bool:
        """Whether the server has seen no command yet, so that every stream is idle and has never recorded."""
        journal = self._asked("GET", "journal").json()
        streams = self._asked("GET", "streams").json()
        return not journal["entries"] and not any(one["recorded"] for one in streams["streams"])

    def advance(self, seconds: float) -> None:
        """Move the target's virtual clock forward.

        Raises:
            Undecided: the control plane does not answer; so do all others.
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

    def _asked(self, method: str, path: str, body: dict[str, Any] | None = None) -> httpx.Response:
        try:
            return self._http.request(method, f"{CONTROL}/{path}", json=body).raise_for_status()
        except httpx.TransportError as error:
            raise Undecided(f"the target's control plane does not answer ({error or type(error).__name__})") from None


def _named(stream: Stream) -> dict[str, Any]:
    return {
        "project_id": stream.project_id,
        "publish_domain": stream.publish_domain,
        "app": stream.app,
        "stream": stream.stream,
    }
