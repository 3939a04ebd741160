"""Every server of the matrix, and what must be said of it: faults, readings of the page, and worse lines to them."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from itertools import product
from random import Random
from typing import Any

from disturbed import DISTURBANCES, Disturbance

from liverec.model import DIALECTS
from liverec.reference.dialect import AXES
from liverec.reference.faults import FAULTS, HAZARDS

SEEDS = (0, 1, 2)
# Where the axes show that do not stand under "dialect", and how their values are said there if not by name.
SHOWN_BY = {
    "too_soon_status": "open/too-soon-answer",
    "start_while_recording_status": "open/retried-start",
    "stop_while_idle_status": "open/second-stop-in-window",
    "unknown_status": "open/unknown-domain-answer",
    "unpushed_status": "open/unpushed-answer",
    "other_rule_status": "open/other-rule-answer",
    "ok_body": "open/ok-body",
    "extra_fields": "open/extra-fields",
    "action_case": "open/action-case",
    "content_type": "open/content-type",
    "request_id_timestamp": "open/request-id-timestamp-unit",
}
SAID_AS = {
    ("ok_body", "object"): "{}",
    ("action_case", "exact"): "400",
    ("action_case", "any"): "accepted",
    ("content_type", "json_only"): "refused",
    ("content_type", "any"): "accepted",
    ("request_id_timestamp", "ms"): "milliseconds",
    ("request_id_timestamp", "s"): "seconds",
}
# A status shows only where the command is refused at all.
REFUSED_BY = {"start_while_recording_status": "start_while_recording", "stop_while_idle_status": "stop_while_idle"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A server, and what must be said of it: a finding, or nothing but how it reads the page."""

    group: str
    name: str
    faults: tuple[str, ...] = ()
    finding: str = ""
    dialect: Mapping[str, str] = field(default_factory=dict[str, str])
    disturbance: Disturbance | None = None
    seed: int = 0

    @property
    def options(self) -> list[str]:
        """What `liverec serve` is called with."""
        faults = [part for name in self.faults for part in ("--fault", name)]
        return faults + [part for axis, value in self.dialect.items() for part in ("--dialect", f"{axis}={value}")]

    def wrong(self, exit_code: int, result: Mapping[str, Any]) -> str:
        """Return what of *result* is not as it must be; nothing if all of it is."""
        if self.finding:
            return "" if exit_code == 1 and result["findings"][:1] == [self.finding] else f"expected {self.finding}"
        if exit_code != 0:
            return "expected no finding"
        shown = {row["id"]: str(row["why"]) for row in result["requirements"]}
        for axis, value in self.dialect.items():
            if axis not in SHOWN_BY:
                if value not in str(result["dialect"][axis]).split(" or "):
                    return f"{axis} is {value}, not {result['dialect'][axis]}"
            elif self.dialect.get(REFUSED_BY.get(axis, ""), "refused") == "refused":
                said = _said_of("stop", shown[SHOWN_BY[axis]]).split(maxsplit=1)[0]
                if said != SAID_AS.get((axis, value), value):
                    return f"{axis} is {value}, not {said}"
        return ""


def _said_of(way: str, observed: str) -> str:
    """Return what was observed of one *way* of writing something, if there are several: "stop, Stop: accepted; ..."."""
    parts = (part.partition(": ") for part in observed.split("; "))
    return next((answer for ways, _, answer in parts if way in ways.split(", ")), observed)


def cases() -> tuple[Case, ...]:
    """Return every case, in the order of the page."""
    return (*_faults(), *_readings(), *_disturbed())


def _faults() -> Iterator[Case]:
    for name, fault in FAULTS.items():
        if not fault.needs:
            yield Case(group="faults", name=name, faults=(name,), finding=fault.breaks)
    for name in HAZARDS:
        yield Case(group="faults", name=name, faults=(name,))


def _readings() -> Iterator[Case]:
    """Every combination of the axes that decide what happens; the others in such a way that each pair of values occurs.

    Of three seeds the second has the answers that the first has not, so that each goes with each of the combinations.
    """
    for (number, dialect), seed in product(enumerate(DIALECTS), SEEDS):
        chance = Random(number if seed < SEEDS[-1] else -number - 1)
        answers = {axis: chance.randrange(2) ^ (seed == SEEDS[1]) for axis in SHOWN_BY}
        chosen = asdict(dialect) | {axis: AXES[axis][at] for axis, at in answers.items()}
        yield Case(group="readings", name=f"reading {number + 1}, seed {seed}", dialect=chosen, seed=seed)


def _disturbed() -> Iterator[Case]:
    """Every combination of the axes that decide what happens, over each worse line, with each seed."""
    for (number, dialect), disturbance, seed in product(enumerate(DIALECTS), DISTURBANCES, SEEDS):
        name = f"reading {number + 1}, {disturbance.name}, seed {seed}"
        yield Case(group="disturbed", name=name, dialect=asdict(dialect), disturbance=disturbance, seed=seed)
