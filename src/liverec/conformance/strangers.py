"""Requests that do not prove who sends them."""

from collections.abc import Mapping
from typing import Any

from liverec.client import Signing
from liverec.conformance.ledger import Kind
from liverec.conformance.refusals import Wrong, differing, must_all_be_refused
from liverec.conformance.trial import Trial
from liverec.conformance.verdicts import NotExercised


def needs(trial: Trial, kind: str) -> None:
    """Raise NotExercised if the profile has no credentials of *kind*."""
    if kind not in trial.client.credential_kinds:
        raise NotExercised(f"the profile has no {kind}: add it to [credentials]")


def judge_strangers(trial: Trial, identifier: str, wrong: Mapping[str, Wrong], *, answer: str | None = None) -> None:
    """Judge that each of *wrong* is refused, as ``must_all_be_refused`` does."""
    must_all_be_refused(trial, identifier, wrong, kind=Kind.STRANGER, answer=answer)


def with_headers(headers: Mapping[str, str]) -> Wrong:
    """Return a request with *headers* for its only credentials."""
    return differing(credentials="none", headers=headers)


def signed(**how: Any) -> Wrong:
    """Return a signed request that differs in *how*."""
    return differing(credentials="signature", **how)


def signature_of(**other: Any) -> Mapping[str, Any]:
    """Return the parts of a request whose signature was made for *other* ones, by the fields of ``Signing``."""
    return {"credentials": "signature", "sign_with": Signing(**other)}
