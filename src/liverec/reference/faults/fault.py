"""A fault: one named way to break a promise."""

from collections.abc import Callable
from dataclasses import dataclass

from starlette.types import ASGIApp

from liverec.reference.answers import Answers
from liverec.reference.authentication import Authenticator
from liverec.reference.command import CommandReader
from liverec.reference.identity import RequestIds
from liverec.reference.recorder import Recorder


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is broken, and where it hooks in; ``breaks`` is the id of the requirement that must convict it.

    A hazard is what a server may do, but a program that calls it may not expect: it ``breaks`` nothing, an empty text.
    ``needs`` says what it takes to see the fault where a run of a minute with the reference profile cannot.

    ``wrap`` goes round the whole service (never round the control plane or ``/docs``). The others are subclasses that
    override single methods: the server is put together from them, several faults at once by multiple inheritance, so an
    override calls ``super()`` and defines no ``__init__``.
    """

    name: str
    breaks: str
    summary: str
    needs: str = ""
    wrap: Callable[[ASGIApp], ASGIApp] | None = None
    recorder: type[Recorder] | None = None
    reader: type[CommandReader] | None = None
    authenticator: type[Authenticator] | None = None
    answers: type[Answers] | None = None
    request_ids: type[RequestIds] | None = None
