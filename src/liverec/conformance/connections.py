"""How the target treats connections: whether one may be used again, and whether others are served meanwhile."""

import time

from liverec.client import Exchange, Line
from liverec.client.transport import IDLE_S
from liverec.conformance.ledger import Kind
from liverec.conformance.trial import CLOSED_SILENTLY, Trial
from liverec.history import Action, Stream

ROUNDS = 3
PATIENCE_S = 2.0  # for an answer while another connection is open
CLOSES = "the target closes each connection after its answer"
ALONE = "the target serves one connection at a time"
MISTAKEN = "the target answered one request in two ways on one connection"


def reuse_connections(trial: Trial) -> None:
    """Use connections again if the target keeps them, its answers keep to their requests, and others are served too.

    Else each request has a connection of its own, as HTTP allows (RFC 9112, section 9), and a note says why.
    """
    stream = trial.streams.made_up()
    with trial.client.line() as line:
        why = _spoils(trial, line, stream) or _blocks(trial, stream)
    trial.observe("open/kept-connection", why or "a connection can be used again")
    if why is None:
        trial.reuse_connections()
    else:
        trial.notes.append(f"{why}: each request had one of its own")


def _spoils(trial: Trial, line: Line, stream: Stream) -> str | None:
    """Ask several times on *line*, also after a refusal and a rest; return what speaks against using it again."""
    first = trial.ledger.add(Kind.OPEN, _asked(trial, line, stream))
    for step in ("ask", "ask", "refused", "ask", "rest", "ask"):
        if not line.stays_open:
            return CLOSES if first.error is None else CLOSED_SILENTLY
        if line.stray():
            return MISTAKEN
        if line.ended:
            return CLOSED_SILENTLY
        if step == "rest":
            time.sleep(IDLE_S * 1.2)
            continue
        exchange = _asked(trial, line, stream, refused=step == "refused")
        if step == "ask" and exchange.error is None and exchange.status != first.status:
            return MISTAKEN  # it may be another request's answer, and says nothing about this one's
        trial.ledger.add(Kind.OPEN if step == "ask" else Kind.STRANGER, exchange)
        if exchange.error is not None:
            return CLOSED_SILENTLY
    return None


def _blocks(trial: Trial, stream: Stream) -> str | None:
    """Ask on another connection while one is open; who does not answer then serves one at a time."""
    with trial.client.line() as other:
        found = _asked(trial, other, stream, within_s=PATIENCE_S)
    if (found.error or "").startswith("timeout"):
        return ALONE  # that we did not wait is no lost answer
    trial.ledger.add(Kind.OPEN, found)
    return None if found.error is None else CLOSED_SILENTLY


def _asked(
    trial: Trial, line: Line, stream: Stream, *, refused: bool = False, within_s: float | None = None
) -> Exchange:
    """Ask for what changes nothing; *refused*: without credentials."""
    request = trial.client.compose(
        query=f"action={Action.STOP.value}",
        content=trial.client.body(stream),
        project_id=stream.project_id,
        credentials="none" if refused else trial.client.credential_kinds[0],
    )
    return line.receive(line.send(request), within_s=within_s)
