"""A rehearsal: the suite plays against a server of our own in the target's place, so as to know what it would send."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import fields, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from liverec.clock import VirtualClock
from liverec.conformance.listing import Part, parts_of
from liverec.conformance.sequences import search
from liverec.conformance.setting import Setting
from liverec.conformance.trial import Trial
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


def sequences(setting: Setting) -> tuple[Part, ...]:
    """Return what a target with a control plane is sent besides, if its clock turns out to be one that can be set."""
    if not setting.target.profile.reference_control:
        return ()
    with TemporaryDirectory(prefix="liverec-") as folder, stand_in(setting.target) as target:
        trial = Trial(replace(setting, target=target, folder=Path(folder), rehearsed=False))
        trial.ledger.during = "sequences, each on a stream of its own, if the clock can be set"
        search(trial)
        parts = parts_of(trial.ledger, ())
        trial.close()
    return tuple(replace(part, streams=()) for part in parts)  # which of them are left by then is not known
