"""Requests that must be refused whatever their stream is doing, and that must leave it as it was."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import Any

from liverec.client import Exchange
from liverec.conformance.allocation import FEW
from liverec.conformance.ledger import MOST_TOGETHER, Kind
from liverec.conformance.trial import Trial
from liverec.conformance.verdicts import (
    NotExercised,
    Undecided,
    Violation,
    answered,
    is_success,
    must_be_refused,
)
from liverec.history import Action, Stream

# What makes a command wrong: the parts in which it differs from the plain one about that stream.
Wrong = Callable[[Action, Stream], Mapping[str, Any]]
OTHERS = 3  # streams
MOST_WHERE_FEW = 3  # of one group, where requests are few


def differing(**parts: Any) -> Wrong:
    """Return what differs in the same way whatever the action and the stream are."""
    return lambda _action, _stream: parts


def must_all_be_refused(
    trial: Trial, identifier: str, wrong: Mapping[str, Wrong], *, kind: Kind, answer: str | None = None
) -> None:
    """Judge that each of *wrong* is refused as a START of an idle stream and as a STOP of a recording one.

    A right command after each half proves that the refusal was for what was wrong, and that it had no effect.
    *answer* names what is observed of the first refusal. Where requests are few, strangers alone are sent for both.

    Raises:
        Violation: one was accepted, or a refused START has begun a recording, or a refused STOP has ended it.
        Undecided: a right command did not go through.
    """
    if not wrong:
        raise NotExercised("the profile has no credentials that could be made wrong in this way")
    few = trial.thin
    stream = trial.streams.recordable()
    # The provider locks an access key after a few failures in a row: a right signature goes between.
    proof = trial.client.credential_kinds[-1]
    chosen = dict(islice(wrong.items(), MOST_WHERE_FEW if few else None))
    refused = _refused(trial, identifier, chosen, action=Action.START, stream=stream, kind=kind)
    if answer is not None:
        trial.observe(answer, answered(refused[0]), refused[0])
    if few and kind is not Kind.STRANGER:
        return
    begun = trial.command(Action.START, stream, credentials=proof)
    if begun.status in {400, 404}:
        stream, begun = _begun_elsewhere(trial, identifier, chosen, stream, begun, kind=kind)
    if begun.status != 200:
        stream = trial.recording()
    chosen = dict(islice(chosen.items(), 1 if few else None))
    refused = _refused(trial, identifier, chosen, action=Action.STOP, stream=stream, kind=kind)
    ended = trial.command(Action.STOP, stream, credentials=proof)
    if ended.status in {400, 404}:
        said = f"after refused STOPs ({', '.join(chosen)}) a STOP of a recording stream was answered {answered(ended)}"
        raise Violation("status/no-effect", said, *refused[:3], ended)
    if not few:
        _judge_further(trial, identifier, wrong, stopped=stream if ended.status == 200 else None, kind=kind)
    for right in (begun, ended):
        if right.status != 200:
            raise Undecided(f"the same command, with nothing wrong, was answered {answered(right)}")


def _begun_elsewhere(
    trial: Trial, identifier: str, wrong: Mapping[str, Wrong], stream: Stream, begun: Exchange, *, kind: Kind
) -> tuple[Stream, Exchange]:
    """Judge the same on other streams than *stream*, which may have been recording before the run; return the last."""
    for _ in range(0 if trial.thin else OTHERS):
        if not trial.streams.free:
            break
        stream = trial.streams.recordable()
        _refused(trial, identifier, wrong, action=Action.START, stream=stream, kind=kind)
        begun = trial.command(Action.START, stream)
        if begun.status == 200:
            return stream, begun
    if trial.streams.free:
        _judge_effect(trial, identifier, wrong, kind=kind)
    return stream, begun


def _judge_further(
    trial: Trial, identifier: str, wrong: Mapping[str, Wrong], *, stopped: Stream | None, kind: Kind
) -> None:
    """Judge that one of them within the interval ends no window, and that strangers are refused all at once, too.

    What a START after it is answered is for the history to judge. Who is overtaxed may look less closely.
    """
    if stopped is not None:
        _refused(trial, identifier, dict(islice(wrong.items(), 1)), action=Action.START, stream=stopped, kind=kind)
        trial.command(Action.START, stopped, credentials=trial.client.credential_kinds[-1])
    if kind is Kind.STRANGER and trial.client.reuses and trial.streams.free >= FEW:
        crowd = trial.streams.recordable()
        _refused(trial, identifier, wrong, action=Action.START, stream=crowd, kind=kind, at_once=True)


def _judge_effect(trial: Trial, identifier: str, wrong: Mapping[str, Wrong], *, kind: Kind) -> None:
    """Judge that refused STARTs begin nothing, by a STOP that is refused before them: then it is afterwards, too.

    Where a STOP of an idle stream is accepted it proves nothing.

    Raises:
        Violation: it was accepted.
    """
    stream = trial.streams.recordable(fresh=True)
    before = trial.command(Action.STOP, stream)
    if before.status not in {400, 404}:
        return
    refused = _refused(trial, identifier, wrong, action=Action.START, stream=stream, kind=kind)
    after = trial.command(Action.STOP, stream)
    if after.status == 200:
        said = f"a STOP of an idle stream was answered {answered(before)}, and after refused STARTs "
        said += f"({', '.join(wrong)}) {answered(after)}"
        raise Violation("status/no-effect", said, before, *refused[:2], after)


def observe_each(trial: Trial, identifier: str, odd: Mapping[str, Wrong]) -> None:
    """Observe how each of *odd* is answered as a STOP of a recording stream, besides what was observed before.

    Where requests are few, the first alone is sent.
    """
    before, evidence = trial.observed.get(identifier, ("", ()))
    told: dict[str, list[str]] = {}
    sent: list[Exchange] = []
    stream = trial.recording()
    for what, differs in islice(odd.items(), 1 if trial.thin else None):
        if sent and is_success(sent[-1]):
            stream = trial.recording()
        sent.append(trial.variant(Kind.OPEN, Action.STOP, stream, **differs(Action.STOP, stream)))
        told.setdefault("accepted" if is_success(sent[-1]) else answered(sent[-1]), []).append(what)
    said = [f"{', '.join(ways)}: {answer}" for answer, ways in told.items()]
    trial.observe(identifier, "; ".join([before, *said] if before else said), *evidence, *sent)


def _refused(
    trial: Trial,
    identifier: str,
    wrong: Mapping[str, Wrong],
    *,
    action: Action,
    stream: Stream,
    kind: Kind,
    at_once: bool = False,
) -> list[Exchange]:
    """Send one after another, or *at_once*, or where each takes long, as many at once as any server takes."""
    found: list[Exchange] = []
    at_once |= trial.budget.is_slow and trial.client.reuses  # else it may serve one connection at a time

    def sent(differs: Wrong) -> Exchange:
        return trial.variant(kind, action, stream, **differs(action, stream))

    with ThreadPoolExecutor(MOST_TOGETHER, thread_name_prefix="refusals") as threads:
        exchanges = threads.map(sent, wrong.values()) if at_once else map(sent, wrong.values())
        for what, exchange in zip(wrong, exchanges, strict=True):
            must_be_refused(identifier, f"a {action.value} {what}", exchange)
            found.append(exchange)
    return found
