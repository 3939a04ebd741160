"""Which stream is used for what: every test takes streams of its own, and never others than the profile declares."""

import random
import secrets
import threading
from typing import Any

import msgspec

from liverec.conformance.verdicts import NotExercised
from liverec.history import Stream
from liverec.profile import Profile, StreamSet


class Allocation:
    """Hands out the profile's streams, each once; safe to share between threads."""

    def __init__(self, profile: Profile, *, seed: int) -> None:
        self._profile = profile
        self._lock = threading.Lock()
        self._free = {
            name: self._shuffled(declared, seed)
            for name, declared in (
                ("recordable", profile.recordable),
                ("other_rule", profile.other_rule),
                ("unpushed", profile.unpushed),
                ("unknown", profile.unknown),
            )
            if declared is not None
        }

    def recordable(self) -> Stream:
        """Return a pushed stream under a COMMAND_RECORD rule that this run has not used yet."""
        return self._next("recordable")

    def other_rule(self) -> Stream:
        """Return a pushed stream whose rule is not COMMAND_RECORD."""
        return self._next("other_rule")

    def unpushed(self) -> Stream:
        """Return a stream that nobody pushes."""
        return self._next("unpushed")

    def unknown(self) -> Stream:
        """Return a stream that nobody knows: declared, or a name made up at random."""
        if "unknown" in self._free:
            return self._next("unknown")
        return Stream(
            project_id=self._profile.project_id,
            publish_domain=f"nobody-{secrets.token_hex(4)}.invalid",
            app="live",
            stream=f"nobody-{secrets.token_hex(8)}",
        )

    def nobodys(self, content: bytes) -> bytes:
        """Return a generated body about a domain that nobody has: generated names must not hit a real stream."""
        body = msgspec.json.decode(content, type=dict[str, Any])
        return msgspec.json.encode(body | {"publish_domain": self.unknown().publish_domain})

    def prefixed(self) -> tuple[Stream, Stream]:
        """Return two unused recordable streams, the first one's name being the beginning of the second one's."""
        declared = self._profile.recordable
        with self._lock:
            free = self._free["recordable"]
            for short in range(1, declared.count // 10 + 1):
                long = short * 10
                if declared.name(long).startswith(declared.name(short)) and {short, long} <= set(free):
                    free.remove(short)
                    free.remove(long)
                    return self._stream(declared, short), self._stream(declared, long)
        raise NotExercised(
            "no two free recordable streams where one name begins another; raise streams.recordable.count"
        )

    def _next(self, name: str) -> Stream:
        with self._lock:
            if name not in self._free:
                raise NotExercised(f"the profile declares no stream of this kind: add [streams.{name}]")
            if not self._free[name]:
                raise NotExercised(f"the profile declares too few streams: raise streams.{name}.count")
            number = self._free[name].pop()
        declared: StreamSet = getattr(self._profile, name)
        return self._stream(declared, number)

    def _stream(self, declared: StreamSet, number: int) -> Stream:
        return Stream(
            project_id=self._profile.project_id,
            publish_domain=declared.publish_domain,
            app=declared.app,
            stream=declared.name(number),
        )

    @staticmethod
    def _shuffled(declared: StreamSet, seed: int) -> list[int]:
        numbers = list(range(1, declared.count + 1))
        random.Random(seed).shuffle(numbers)  # noqa: S311  # spreads use over the streams, no secret
        return numbers
