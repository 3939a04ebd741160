"""Table 2: action is mandatory, and START or STOP."""

from collections.abc import Mapping
from typing import Any

import msgspec
import pytest

from liverec.conformance.ledger import Kind
from liverec.conformance.refusals import differing, must_all_be_refused, observe_each
from liverec.conformance.trial import Trial
from liverec.conformance.verdicts import NotExercised
from liverec.history import Action, Stream


@pytest.mark.requirement("query/action-mandatory", "status/no-effect")
def test_action_is_mandatory(trial: Trial) -> None:
    def in_the_body(action: Action, stream: Stream) -> Mapping[str, Any]:
        body = msgspec.json.decode(trial.client.body(stream), type=dict[str, Any])
        return {"query": None, "content": msgspec.json.encode(body | {"action": action.value})}

    must_all_be_refused(
        trial,
        "query/action-mandatory",
        {
            "without an action": differing(query=None),
            "with an empty action": differing(query="action="),
            "with its action in the body": in_the_body,
            "with a bare action": differing(query="action"),
            "with its action under another name": lambda action, _: {"query": f"command={action.value}"},
            "with its action behind a semicolon": lambda action, _: {"query": f"nobody=1;action={action.value}"},
            "with its action in brackets": lambda action, _: {"query": f"action%5B%5D={action.value}"},
            "with its action in an escaped pair": lambda action, _: {"query": f"action%3D{action.value}"},
        },
        kind=Kind.INVALID,
        answer="open/action-missing-answer",
    )


@pytest.mark.requirement("query/action-options", "status/no-effect")
def test_action_is_start_or_stop(trial: Trial) -> None:
    must_all_be_refused(
        trial,
        "query/action-options",
        {
            "with the action PAUSE": differing(query="action=PAUSE"),
            "with a longer action": lambda action, _: {"query": f"action={action.value}ED"},
            "with the action RESTART": differing(query="action=RESTART"),
            "with a shorter action": lambda action, _: {"query": f"action={action.value[:-1]}"},
            "with the action 0": differing(query="action=0"),
            "with the action 1": differing(query="action=1"),
            "with the action 2": differing(query="action=2"),
            "with a synonym for its action": lambda action, _: {
                "query": f"action={'BEGIN' if action is Action.START else 'END'}"
            },
            "with its action escaped twice": lambda action, _: {
                "query": f"action=%25{ord(action.value[0]):02X}{action.value[1:]}"
            },
            "with both actions in one": differing(query="action=START,STOP"),
            "with a zero byte after its action": lambda action, _: {"query": f"action={action.value}%00"},
            "with another word before its action": lambda action, _: {"query": f"action=NOT_{action.value}"},
            "with another word after its action": lambda action, _: {"query": f"action={action.value}%20NOT"},
        },
        kind=Kind.INVALID,
    )


def test_other_spellings_of_the_action_are_observed(trial: Trial) -> None:
    spelled = ("stop", "Stop", "%53TOP", "STOP%20", "%20STOP")
    observe_each(trial, "open/action-case", {one: differing(query=f"action={one}") for one in spelled})


def test_repeated_action_is_observed(trial: Trial) -> None:
    if trial.thin:
        raise NotExercised("repeated actions are left out on a target with a quota")
    repeated = ("action=STOP&action=STOP", "action=STOP&action=START", "action=START&action=STOP")
    observe_each(trial, "open/action-missing-answer", {one: differing(query=one) for one in repeated})
