"""One situation, several answers: where the page is silent that is named, with an example of each, and never failed."""

from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import Any
from unittest.mock import patch

from liverec.clock import VirtualClock
from liverec.conformance.budget import SHORT
from liverec.conformance.observing import observe_contradiction, observe_history
from liverec.conformance.opening import opened
from liverec.conformance.setting import Setting
from liverec.conformance.trial import Trial
from liverec.profile_file import reference_profile
from liverec.reference.answers import Answer, Answers
from liverec.reference.faults import FAULTS, Fault
from liverec.reference.recorder import Decision
from liverec.reference.serving import running
from liverec.reference.settings import Settings
from scripted_server import target_at


class TwoWays(Answers):
    """Answers every third START that comes too soon with another status."""

    @cached_property
    def _early(self) -> Iterator[int]:
        return count(1)

    def decided(self, decision: Decision) -> Answer:
        answer = super().decided(decision)
        if decision is Decision.TOO_SOON and not next(self._early) % 3:
            return replace(answer, status=404)
        return answer


def observed(folder: Path, answers: type[Answers] | None) -> tuple[dict[str, tuple[str, Any]], list[str], str]:
    fault = Fault(name="two-ways", breaks="", summary="", answers=answers)
    with patch.dict(FAULTS, {fault.name: fault}):
        settings = Settings(profile=reference_profile(), clock=VirtualClock(), faults=(fault.name,))
        with (
            running(settings) as server,
            opened(
                target=server.url,
                allow=False,
                seed=0,
                budget=SHORT,
                initial="idle",
                folder=folder,
                scheduled=True,
                isolates=False,
                only=frozenset(),
            ) as session,
        ):
            session.begin()
            session.crowd.race(15, seconds=20)
            judged = session.judge(60.0)
            observe_history(session.trial, judged)
            return session.trial.observed, session.trial.notes, judged.result.verdict


def test_an_early_start_that_is_refused_in_two_ways_is_named_with_both(tmp_path: Path) -> None:
    points, notes, verdict = observed(tmp_path, TwoWays)

    told, evidence = points["open/too-soon-answer"]
    assert told == "answered in 2 ways: 400 LIVE.100011022 and 404 LIVE.100011022"
    assert [one["operations"][-1]["status"] for one in evidence] == [400, 404]
    assert [note for note in notes if "open/too-soon-answer" in note]
    assert verdict == "kept"


def test_races_make_no_contradictions_where_there_are_none(tmp_path: Path) -> None:
    points, notes, _ = observed(tmp_path, None)

    assert points["open/too-soon-answer"][0] == "400 LIVE.100011022"
    assert points["open/racing"][0] == "at most 1 of several STARTs at once succeeded"
    assert not [note for note in notes if "several answers" in note]


def test_each_answer_has_its_example(tmp_path: Path) -> None:
    trial = Trial(Setting(target=target_at("http://127.0.0.1:9"), folder=tmp_path, run="r", seed=0, initial="idle"))
    observe_contradiction(trial, "open/unknown-domain-answer", {"404 B": {"of": "B"}, "400 A": {"of": "A"}})
    trial.close()

    assert trial.observed["open/unknown-domain-answer"] == (
        "answered in 2 ways: 400 A and 404 B",
        ({"of": "A"}, {"of": "B"}),
    )
    assert trial.notes == ["one situation, several answers (open/unknown-domain-answer): 400 A and 404 B"]
