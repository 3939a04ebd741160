"""Before anything is judged: is there a server, does it let us in, and do its streams keep apart?"""

from dataclasses import dataclass

from liverec.client import CredentialsRefused, Exchange
from liverec.conformance.ledger import Kind
from liverec.conformance.trial import Trial
from liverec.conformance.verdicts import answered
from liverec.history import Action, Stream

TURNED_AWAY = frozenset({401, 403})


class TargetUnusable(Exception):  # it says what happened
    """Nothing can be judged; the message says what to do."""


def admitted(trial: Trial) -> None:
    """Check that the target answers and takes at least one kind of the profile's credentials.

    Raises:
        TargetUnusable: it does not.
    """
    answers: list[Exchange] = []
    for kind in trial.client.credential_kinds:
        stream = trial.streams.unknown()
        try:
            exchange = trial.variant(Kind.OPEN, Action.STOP, stream, credentials=kind)
        except CredentialsRefused as refused:
            raise TargetUnusable(str(refused)) from None
        if exchange.error is not None and exchange.error.startswith("unreachable"):
            raise TargetUnusable(
                f"{trial.target.url} cannot be reached ({exchange.error}); is the server running, is the address right?"
            )
        answers.append(exchange)
    if answers and all(exchange.status in TURNED_AWAY for exchange in answers):
        raise TargetUnusable(
            f"{trial.target.url} turns these credentials away ({answered(answers[0])}): check project_id and "
            "[credentials] of the profile; nothing was judged"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Isolation:
    """Commands about streams of one app, one right after another, before any other STOP could open a window.

    ``before`` and ``after`` are STARTs of two streams around a STOP of a third; ``kept`` is a STOP of a stream that was
    recording all the while. Each is None if the story did not get that far.
    """

    streams: tuple[Stream, ...]
    begun: tuple[Exchange, ...]
    stopped: Exchange | None = None
    after: Exchange | None = None
    kept: Exchange | None = None


def isolation(trial: Trial) -> Isolation:
    """Tell the story: START two streams, STOP the one whose name begins the other's, START a third, STOP the second."""
    short, long = trial.streams.prefixed()
    third = trial.streams.recordable()
    streams = (short, long, third)
    begun = [trial.command(Action.START, long)]
    if begun[0].status != 200:
        return Isolation(streams=streams, begun=tuple(begun))
    begun.append(trial.command(Action.START, short))
    if begun[1].status != 200:
        return Isolation(streams=streams, begun=tuple(begun))
    stopped = trial.command(Action.STOP, short)
    after = trial.command(Action.START, third)
    kept = trial.command(Action.STOP, long)
    return Isolation(streams=streams, begun=tuple(begun), stopped=stopped, after=after, kept=kept)
