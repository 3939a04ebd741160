"""Before anything is judged: is there a server, does it let us in, and do its streams keep apart?"""

from dataclasses import dataclass, replace

from liverec.client import CredentialsRefused, Exchange
from liverec.clock import NANOSECONDS
from liverec.conformance.connections import reuse_connections
from liverec.conformance.contact import ATTEMPTS, was_answered
from liverec.conformance.ledger import Kind
from liverec.conformance.trial import Trial
from liverec.conformance.verdicts import answered
from liverec.history import Action, Stream

_FORBIDDEN = 403
TURNED_AWAY = frozenset({401, _FORBIDDEN})


class TargetUnusable(Exception):  # it says what happened
    """Nothing can be judged; the message says what to do."""


def admitted(trial: Trial) -> None:
    """Check that the target answers and takes at least one kind of the profile's credentials; from then on, watch it.

    Raises:
        TargetUnusable: it does not.
    """
    answers: list[Exchange] = []
    for kind in trial.client.credential_kinds:
        for _ in range(ATTEMPTS):
            try:
                exchange = trial.variant(Kind.OPEN, Action.STOP, trial.streams.unknown(), credentials=kind)
            except CredentialsRefused as refused:
                raise TargetUnusable(str(refused)) from None
            if (exchange.error or "").startswith("unreachable"):
                raise TargetUnusable(f"{_unreachable(trial, exchange)}. Nothing was judged")
            answers.append(exchange)
            if was_answered(exchange) or (exchange.error or "").startswith("timeout"):
                break
    # perhaps it hangs up on a 404, or forbids what is said of a domain that nobody has
    if all((one.error or "").startswith("disconnected") or one.status == _FORBIDDEN for one in answers):
        answers.append(trial.command(Action.START, trial.streams.recordable()))
    if (
        trial.target.url.startswith("http:")
        and not any(one.request_id for one in answers)
        and trial.client.speaks_tls()
    ):
        raise TargetUnusable(
            f"{trial.target.url} expects TLS: write https:// in place of http:// in its URL. Nothing was judged"
        )
    if not any(was_answered(exchange) for exchange in answers):
        raise TargetUnusable(
            f"{trial.target.url} takes connections, but does not answer ({answers[0].error}): is it the right address, "
            "does the server hang? Nothing was judged"
        )
    trial.contact.watch()
    reuse_connections(trial)
    if all(exchange.status in TURNED_AWAY for exchange in answers):
        raise TargetUnusable(
            f"{trial.target.url} turns these credentials away ({answered(answers[0])}): check project_id and "
            "[credentials] of the profile; nothing was judged"
        )


def _unreachable(trial: Trial, exchange: Exchange) -> str:
    """Say why there is no connection, and what to do about it."""
    url, why = trial.target.url, exchange.error or ""
    if "certificate" in why:
        return (
            f"{url} cannot be trusted ({why}): name it as its certificate does, give it one that is trusted, or have "
            "SSL_CERT_FILE name the authority that you trust"
        )
    if url.startswith("https:") and trial.client.speaks_plainly():
        return f"{url} does not speak TLS: write http:// in place of https:// in its URL"
    return f"{url} cannot be reached ({why}); is the server running, is the address right?"


@dataclass(frozen=True, slots=True, kw_only=True)
class Isolation:
    """Commands about streams of one app, one right after another, before any other STOP could open a window.

    ``streams`` are short, long and third: the name of the first begins the second's. ``begun`` are STARTs of long and
    short, ``stopped`` a STOP of short, ``after`` a START of third, ``kept`` a STOP of long; each is None, or missing,
    if the story did not get that far. ``excuse`` says what else than a leak between streams could have refused a START.
    """

    streams: tuple[Stream, Stream, Stream]
    begun: tuple[Exchange, ...]
    stopped: Exchange | None = None
    after: Exchange | None = None
    kept: Exchange | None = None
    excuse: str | None = None

    @property
    def refused(self) -> Stream | None:
        """The stream whose START was not accepted, if there is one."""
        short, long, third = self.streams
        for stream, exchange in zip((long, short, third), (*self.begun, self.after), strict=False):
            if exchange is not None and exchange.status != 200:
                return stream
        return None


def isolation(trial: Trial) -> Isolation:
    """Tell the story; if its first START was refused, or older windows may be open, tell it again after a rest."""
    told = _told(trial)
    if told.refused is None or (trial.initial == "idle" and len(told.begun) > 1):
        return told
    rest_s = trial.document.interval_ns / NANOSECONDS + 0.5
    trial.wait(rest_s)
    if (
        len(told.begun) == 1
        and trial.command(Action.START, told.refused).status != 200
        and trial.command(Action.STOP, told.refused).status == 200
    ):
        trial.wait(rest_s)  # it was recording, since before this run or since another stream is, and opened a window
    told = _told(trial)
    if told.refused is None or trial.initial == "idle":
        return told
    # Its own window has passed; if a STOP is refused too, it was not recording either.
    stopped = trial.command(Action.STOP, told.refused)
    if stopped.status in {400, 404}:
        return told
    if len(told.begun) > 1 and told.stopped is None:  # then that STOP may have ended what the other START began
        told = replace(told, stopped=stopped, kept=trial.command(Action.STOP, told.streams[1]))
    return replace(told, excuse=f"{told.refused} may have been recording before this run")


def _told(trial: Trial) -> Isolation:
    short, long = trial.streams.prefixed()
    third = trial.streams.recordable()
    streams = (short, long, third)
    begun: list[Exchange] = []
    for stream in (long, short):
        begun.append(trial.command(Action.START, stream))
        if begun[-1].status != 200:
            return Isolation(streams=streams, begun=tuple(begun))
    stopped = trial.command(Action.STOP, short)
    after = trial.command(Action.START, third)
    kept = trial.command(Action.STOP, long)
    return Isolation(streams=streams, begun=tuple(begun), stopped=stopped, after=after, kept=kept)
