"""The control plane of a reference server, where the target has one: its clock, and the pushes to it."""

from typing import Any, Self

import httpx
import msgspec

from liverec.history import Stream
from liverec.target import Target

CONTROL = "/_reference"


class ControlPlane:
    """What only a reference server offers; everything else is judged without it."""

    def __init__(self, http: httpx.Client, info: dict[str, Any]) -> None:
        self._http = http
        self.virtual = info.get("clock") == "virtual"
        self.interruption_threshold_s = float(info.get("interruption_threshold_s", 0.0))

    @classmethod
    def of(cls, target: Target) -> Self | None:
        """Return the control plane of *target*; None if its profile promises none, or nobody answers as one."""
        if not target.profile.reference_control or not target.is_loopback:
            return None
        http = httpx.Client(base_url=target.url, timeout=5.0, trust_env=False)
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
        journal = self._http.get(f"{CONTROL}/journal").raise_for_status().json()
        streams = self._http.get(f"{CONTROL}/streams").raise_for_status().json()
        return not journal["entries"] and not any(one["recorded"] for one in streams["streams"])

    def advance(self, seconds: float) -> None:
        """Move the target's virtual clock forward."""
        self._post("clock/advance", {"seconds": seconds})

    def interrupt(self, stream: Stream) -> None:
        """Interrupt the push of *stream*."""
        self._post("interrupt", _named(stream))

    def resume(self, stream: Stream) -> None:
        """Let the push of *stream* go on."""
        self._post("resume", _named(stream))

    def _post(self, path: str, body: dict[str, Any]) -> None:
        self._http.post(f"{CONTROL}/{path}", json=body).raise_for_status()


def _named(stream: Stream) -> dict[str, Any]:
    return {
        "project_id": stream.project_id,
        "publish_domain": stream.publish_domain,
        "app": stream.app,
        "stream": stream.stream,
    }
