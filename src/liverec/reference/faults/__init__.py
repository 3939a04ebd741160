"""Named ways to break a promise, each tied to the requirement that must convict it; one module a section or two."""

from liverec.reference.faults.authentication import AUTHENTICATION_FAULTS
from liverec.reference.faults.body import BODY_FAULTS
from liverec.reference.faults.command import COMMAND_FAULTS
from liverec.reference.faults.consistency import CONSISTENCY_FAULTS
from liverec.reference.faults.error_body import ERROR_BODY_FAULTS
from liverec.reference.faults.fault import Fault
from liverec.reference.faults.headers import HEADER_FAULTS
from liverec.reference.faults.mixed_answers import MIXED_ANSWER_FAULTS
from liverec.reference.faults.names import NAME_FAULTS, NAME_HAZARDS
from liverec.reference.faults.recording import RECORDING_FAULTS
from liverec.reference.faults.request_id import REQUEST_ID_FAULTS
from liverec.reference.faults.restart import RESTART_FAULTS
from liverec.reference.faults.scope import SCOPE_FAULTS
from liverec.reference.faults.signature import SIGNATURE_FAULTS
from liverec.reference.faults.status import STATUS_FAULTS
from liverec.reference.faults.volume import VOLUME_FAULTS
from liverec.reference.faults.window import WINDOW_FAULTS
from liverec.reference.faults.wire import WIRE_FAULTS, WIRE_HAZARDS

__all__ = ["FAULTS", "HAZARDS", "Fault", "UnknownFaultError", "fault"]

FAULTS: dict[str, Fault] = {
    one.name: one
    for one in (
        *COMMAND_FAULTS,
        *AUTHENTICATION_FAULTS,
        *SIGNATURE_FAULTS,
        *BODY_FAULTS,
        *RECORDING_FAULTS,
        *NAME_FAULTS,
        *RESTART_FAULTS,
        *WINDOW_FAULTS,
        *SCOPE_FAULTS,
        *STATUS_FAULTS,
        *REQUEST_ID_FAULTS,
        *ERROR_BODY_FAULTS,
        *WIRE_FAULTS,
        *HEADER_FAULTS,
        *VOLUME_FAULTS,
        *MIXED_ANSWER_FAULTS,
        *CONSISTENCY_FAULTS,
    )
}
HAZARDS: dict[str, Fault] = {one.name: one for one in (*NAME_HAZARDS, *WIRE_HAZARDS)}


class UnknownFaultError(LookupError):
    """No fault or hazard has that name; the message says which there are."""


def fault(name: str) -> Fault:
    """Return the fault or hazard called *name*.

    Raises:
        UnknownFaultError: there is none.
    """
    known = FAULTS | HAZARDS
    try:
        return known[name]
    except KeyError:
        raise UnknownFaultError(f"no fault is called {name!r}; there are {', '.join(sorted(known))}") from None
