"""After a STOP, START of the same stream must wait for more than 10 seconds (Table 2, action)."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from liverec.clock import NANOSECONDS
from liverec.conformance.conversation import FRESH
from liverec.conformance.judged import JudgedHistory
from liverec.conformance.ledger import Kind
from liverec.conformance.preflight import Isolation
from liverec.conformance.session import Session
from liverec.conformance.trial import Trial
from liverec.conformance.verdicts import NotExercised, Undecided, Violation, answered, is_success
from liverec.history import Action, Outcome, Stream
from liverec.signing import format_date

AHEAD = timedelta(minutes=1)


@pytest.mark.requirement("restart/too-soon")
def test_start_within_the_interval_is_not_accepted(judged: JudgedHistory) -> None:
    judged.expect("restart/too-soon")


@pytest.mark.requirement("restart/too-soon")
def test_no_form_of_a_start_gets_round_the_interval(afterwards: Trial) -> None:
    if afterwards.thin:
        raise NotExercised("other forms of a START are left out on a target with a quota")
    stream = afterwards.recording()
    stopped, plain = afterwards.command(Action.STOP, stream), afterwards.command(Action.START, stream)
    if stopped.status != 200 or plain.status not in {400, 404}:
        said = f"a STOP was answered {answered(stopped)}, and the START after it {answered(plain)}"
        raise NotExercised(f"{said}, which the history judges")
    for what, parts in start_forms(afterwards, stream).items():
        found = afterwards.variant(Kind.OPEN, Action.START, stream, **parts)
        gap = found.completed_ns - stopped.invoked_ns
        if is_success(found) and gap <= afterwards.document.interval_ns:
            why = f"a START {what} was accepted {gap / NANOSECONDS:g} s after the STOP at the most"
            raise Violation("restart/too-soon", why, stopped, plain, found)


def start_forms(trial: Trial, stream: Stream) -> Mapping[str, Mapping[str, Any]]:
    """Return what makes the same START look different."""
    body = trial.client.body(stream)
    forms: dict[str, Mapping[str, Any]] = {
        "with its body spelled otherwise": {"content": b" " + body.replace(b'":', b'" : ')},
        "in chunks": {"content": [body[:10], body[10:]], "headers": FRESH},
        "with a charset": {"headers": {"Content-Type": "application/json; charset=utf-8"}},
        "with another parameter": {"query": "action=START&nobody=1"},
        "of another program": {"headers": {"User-Agent": "nobody/1"}},
    }
    forms |= {f"with a {kind}": {"credentials": kind} for kind in trial.client.credential_kinds}
    if "signature" in trial.client.credential_kinds:
        ahead = format_date(datetime.now(UTC) + AHEAD)
        forms["signed a minute ahead"] = {"credentials": "signature", "headers": {"X-Sdk-Date": ahead}}
    return forms


@pytest.mark.requirement("restart/after-interval")
def test_start_after_the_interval_is_not_refused(judged: JudgedHistory) -> None:
    judged.expect("restart/after-interval")


@pytest.mark.requirement("restart/same-stream")
def test_window_concerns_the_same_stream_only(isolated: Isolation) -> None:
    if isolated.stopped is None or isolated.stopped.status != 200 or isolated.after is None:
        raise Undecided("no START and STOP of one stream came before the START of another")
    if isolated.after.status in {400, 404} and isolated.excuse is not None:
        raise Undecided(isolated.excuse)
    if isolated.after.status in {400, 404}:
        raise Violation(
            "restart/same-stream",
            f"a START was accepted before a STOP of another stream, and answered {answered(isolated.after)} after it",
            *isolated.begun,
            isolated.stopped,
            isolated.after,
        )


@pytest.mark.requirement("restart/same-stream")
def test_commands_about_look_alikes_open_no_window(liverec_session: Session, judged: JudgedHistory) -> None:
    keyed = [one.stream for one in liverec_session.trial.assigned if one.schedule.keyed]
    if not keyed:
        raise NotExercised("no stream was left for this story: raise streams.recordable.count")
    late = list(judged.restarts_refused_after(judged.history.interval_ns + NANOSECONDS // 3))
    others = any(refused.stream not in keyed for _, refused in late)
    for stopped, refused in late:
        gap = refused.invoked - (stopped.completed or stopped.invoked)
        sooner = any(probe.accepted and probe.gap_until <= gap for probe in judged.probes)
        if sooner and not others:  # whoever refuses other STARTs so late, or all of them, has another reason
            why = f"commands about names that differ in one part from {refused.stream} kept it from being started"
            shown = judged.evidence("refused long after the STOP", stopped, refused)
            raise Violation("restart/same-stream", why, shown)
    starts = [one for stream in keyed for one in judged.by_stream[stream] if one.action is Action.START]
    if sum(one.outcome is Outcome.OK for one in starts) < 2 * len(keyed):
        raise Undecided("the stream whose look-alikes were asked about could not be started again")
