"""A rehearsal: the suite plays against a server of our own in the target's place, so as to know what it would send."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import fields, replace

from liverec.clock import VirtualClock
from liverec.profile import Credentials
from liverec.reference.serving import running
from liverec.reference.settings import Settings
from liverec.target import Target


@contextmanager
def stand_in(target: Target) -> Generator[Target]:
    """Serve what keeps the contract for *target*'s streams, on a virtual clock; yield it in *target*'s place.

    It has credentials of the same kinds, but none of *target*'s, and its quota is never waited for.
    """
    declared = target.profile.credentials
    made_up = {one.name: "rehearsal" for one in fields(Credentials) if getattr(declared, one.name) is not None}
    profile = replace(target.profile, reference_control=True, credentials=Credentials(**made_up))
    with running(Settings(profile=profile, clock=VirtualClock())) as server:
        issuer = server.url if declared.iam_url is not None else None
        here = replace(profile, url=server.url, credentials=replace(profile.credentials, iam_url=issuer))
        yield replace(target, profile=here, url=server.url, is_loopback=True)
