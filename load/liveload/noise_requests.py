"""Every invalid request that noise is made of: wrong in form (see ``scenarios.noise``), or in what it proves."""

from collections.abc import Callable
from dataclasses import dataclass

from liveload.prepared import Prepared
from liveload.scenarios.noise import INVALID, invalid
from liverec.conformance.ledger import Kind
from liverec.history import Stream

_NOBODYS = "00000000000000000000000000000000"
_Ask = Callable[[Prepared, bytes], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoiseRequest:
    """A request that must be refused: its bytes, what it was meant to be, and what is broken if it is answered 2xx."""

    content: bytes
    kind: Kind
    breaks: str


_STRANGERS: tuple[tuple[str, _Ask], ...] = (
    (
        "authentication/credentials-mandatory",
        lambda prepared, body: prepared.odd(query="action=STOP", body=body, proof="none"),
    ),
    (
        "authentication/token-wrong",
        lambda prepared, body: prepared.odd(query="action=STOP", body=body, proof="token", token="nobody-issued-this"),  # noqa: S106  # wrong on purpose
    ),
    (
        "authentication/signature-wrong",
        lambda prepared, body: prepared.odd(query="action=START", body=body, proof="signature", secret_key="wrong"),  # noqa: S106  # likewise
    ),
    (
        "uri/project-id",
        lambda prepared, body: prepared.odd(query="action=START", body=body, project_id=_NOBODYS),
    ),
)
COUNT = len(INVALID) + len(_STRANGERS)


def noise_request(number: int, stream: Stream, prepared: Prepared) -> NoiseRequest:
    """Return the invalid request *number* beside a command about *stream*; the list begins anew at its end."""
    number %= COUNT
    if number < len(INVALID):
        form = invalid(number)
        content = prepared.odd(query=form.query, body=form.body(stream), project_id=stream.project_id)
        return NoiseRequest(content=content, kind=Kind.INVALID, breaks=form.breaks)
    breaks, ask = _STRANGERS[number - len(INVALID)]
    return NoiseRequest(content=ask(prepared, prepared.body(stream)), kind=Kind.STRANGER, breaks=breaks)
