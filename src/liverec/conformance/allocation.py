"""Which stream is used for what: every test takes streams of its own, and never others than the profile declares."""

import random
import threading
from collections.abc import Callable, Collection
from hashlib import sha256
from itertools import count
from typing import Any

import msgspec

from liverec.conformance.verdicts import NotExercised
from liverec.history import Stream
from liverec.profile import Profile, StreamSet

FEW = 20  # recordable streams; with fewer, none can be set aside


class Allocation:
    """Hands out the profile's streams, each to one test or schedule; safe to share between threads.

    Where the profile has too few, *replenish* is asked to bring those of earlier tests back to rest: it is given what
    was handed out, but for what the test under way holds, and returns what is idle again and may be handed out anew.
    """

    def __init__(
        self, profile: Profile, *, seed: int, replenish: Callable[[Collection[Stream]], Collection[Stream]]
    ) -> None:
        self._profile = profile
        self._seed = seed
        self._made_up = count()
        self._replenish = replenish
        self._used: dict[Stream, int] = {}
        self._held: set[Stream] = set()
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
        sentinel = profile.recordable.count
        if sentinel >= FEW:
            self._free["recordable"].remove(sentinel)

    def recordable(self, *, fresh: bool = False) -> Stream:
        """Return a pushed stream under a COMMAND_RECORD rule that nobody uses; *fresh*: that this run never used."""
        if not fresh and not self._free["recordable"]:
            rested = self._replenish([stream for stream in self._used if stream not in self._held])
            with self._lock:
                self._free["recordable"] += [self._used.pop(stream) for stream in rested]
        return self._next("recordable")

    @property
    def free(self) -> int:
        """How many recordable streams nobody uses."""
        with self._lock:
            return len(self._free["recordable"])

    @property
    def sentinel(self) -> Stream | None:
        """The stream that every run starts first and stops last; None where streams are too few for that."""
        declared = self._profile.recordable
        return self._stream(declared, declared.count) if declared.count >= FEW else None

    def end_test(self) -> None:
        """Note that the test under way has ended: what it holds may be used again."""
        with self._lock:
            self._held.clear()

    def other_rule(self) -> Stream:
        """Return a pushed stream whose rule is not COMMAND_RECORD."""
        return self._next("other_rule")

    def unpushed(self) -> Stream:
        """Return a stream that nobody pushes."""
        return self._next("unpushed")

    def unknown(self) -> Stream:
        """Return a stream that nobody knows: declared, or one that is made up."""
        if "unknown" in self._free:
            return self._next("unknown")
        return self.made_up()

    def made_up(self) -> Stream:
        """Return a stream of a name that the seed gives, under a domain that cannot be; every time another one.

        A later run with the same seed makes up the same ones. A server that keeps the contract knows none of them then,
        either; one that accepted a START of them may refuse the next for a restart interval, so that no refusal within
        it proves anything: ``earlier_runs`` sees to that.
        """
        with self._lock:
            number = next(self._made_up)
        name = sha256(f"{self._seed} {number}".encode()).hexdigest()
        return Stream(
            project_id=self._profile.project_id,
            publish_domain=f"nobody-{name[:8]}.invalid",
            app="live",
            stream=f"nobody-{name[8:24]}",
        )

    def nobodys(self, content: bytes) -> bytes:
        """Return a generated body about a domain that nobody has: generated names must not hit a real stream."""
        body = msgspec.json.decode(content, type=dict[str, Any])
        if str(body["publish_domain"]).endswith(".invalid"):  # a domain that nobody can have
            return content
        return msgspec.json.encode(body | {"publish_domain": self.made_up().publish_domain})

    def prefixed(self) -> tuple[Stream, Stream]:
        """Return two unused recordable streams, the first one's name being the beginning of the second one's.

        They have as much in common as there is: some servers tell names apart by their first characters only.
        """
        declared = self._profile.recordable
        with self._lock:
            free = self._free["recordable"]
            for short in range(declared.count // 10, 0, -1):
                long = short * 10
                if declared.name(long).startswith(declared.name(short)) and {short, long} <= set(free):
                    free.remove(short)
                    free.remove(long)
                    return self._lent(declared, short), self._lent(declared, long)
        raise NotExercised(
            "no two free recordable streams where one name begins another; raise streams.recordable.count"
        )

    def namesake(self, other: Stream) -> Stream | None:
        """Return an unused recordable stream of the same name as *other*, if the profile declares one."""
        declared = self._profile.recordable
        with self._lock:
            free = self._free["recordable"]
            number = next((one for one in free if declared.name(one) == other.stream), None)
            if number is None:
                return None
            free.remove(number)
            return self._lent(declared, number)

    def _next(self, name: str) -> Stream:
        with self._lock:
            if name not in self._free:
                raise NotExercised(f"the profile declares no stream of this kind: add [streams.{name}]")
            if not self._free[name]:
                raise NotExercised(f"the profile declares too few streams: raise streams.{name}.count")
            return self._lent(getattr(self._profile, name), self._free[name].pop())

    def _lent(self, declared: StreamSet, number: int) -> Stream:
        stream = self._stream(declared, number)
        if declared is self._profile.recordable:
            self._used[stream] = number
            self._held.add(stream)
        return stream

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
