"""What two runs say differently: did the service change, or only what was asked of it?"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from liverec.report.result_file import RecordedResult
from liverec.report.text import seconds
from liverec.verdict import Verdict

_MEASURED = ("refused_up_to", "accepted_from")
_CONCLUSIVE = {Verdict.KEPT, Verdict.BROKEN, Verdict.OBSERVED}  # the others say nothing about the service
_NOTICED = 0.1  # share by which a count must differ; retries alone make small differences


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One thing that two runs say differently; ``kind`` is ``verdict``, ``observation``, ``dialect`` and the like."""

    kind: str
    name: str
    old: str
    new: str
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """``changes`` are in what the service does; ``circumstances`` are in how it was asked, or what could be seen."""

    changes: tuple[Difference, ...]
    circumstances: tuple[Difference, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the published form, without the files."""
        return {
            "changed": bool(self.changes),
            "changes": [asdict(one) for one in self.changes],
            "circumstances": [asdict(one) for one in self.circumstances],
        }


def compare(old: RecordedResult, new: RecordedResult) -> Comparison:
    """Compare two results.

    A verdict that one run did not reach, a dialect that one run only narrows further, and a measured interval that
    agrees with the other one as far as both go, are no change: they never contradict one another.
    """
    before, after = ({row.id: row for row in one.requirements} for one in (old, new))
    both = [identifier for identifier in after if identifier in before]
    rows = [(before[identifier], after[identifier]) for identifier in both]
    differing = [
        Difference(kind="verdict", name=a.id, old=a.verdict, new=b.verdict, why=b.why)
        for a, b in rows
        if a.verdict is not b.verdict
    ]
    verdicts = [one for one in differing if {one.old, one.new} <= _CONCLUSIVE]
    observations = [
        Difference(kind="observation", name=a.id, old=a.why, new=b.why)
        for a, b in rows
        if a.verdict is b.verdict is Verdict.OBSERVED and a.why != b.why
    ]
    changed, narrowed = _dialects(old.dialect, new.dialect)
    return Comparison(
        changes=(*verdicts, *changed, *_interval(old.interval_s, new.interval_s), *observations),
        circumstances=(
            *_different("run", _run(old), _run(new)),
            *_different("target", old.target, new.target),
            *_different("version", old.versions, new.versions),
            *_counts(old.counts, new.counts),
            *_judged_once(before, after),
            *(one for one in differing if one not in verdicts),
            *narrowed,
        ),
    )


def _dialects(old: Mapping[str, str], new: Mapping[str, str]) -> tuple[list[Difference], list[Difference]]:
    """Return the axes that contradict one another, and those of which one run merely saw more."""
    differing = [Difference(kind="dialect", name=axis, old=old[axis], new=new[axis]) for axis in new if axis in old]
    differing = [one for one in differing if one.old != one.new]
    narrowed = [one for one in differing if set(one.old.split(" or ")) & set(one.new.split(" or "))]
    seen_once = [
        Difference(kind="dialect", name=axis, old=old.get(axis, "not seen"), new=new.get(axis, "not seen"))
        for axis in sorted(old.keys() ^ new.keys())
    ]
    return [one for one in differing if one not in narrowed], narrowed + seen_once


def _interval(old: Mapping[str, float | None], new: Mapping[str, float | None]) -> Iterable[Difference]:
    """Say that no single interval fits both runs, unless that is so within each of them already."""
    if (_contradict(old, new) or _contradict(new, old)) and not (_contradict(old, old) and _contradict(new, new)):
        yield Difference(kind="interval", name="restart interval", old=measured(old), new=measured(new))


def _contradict(one: Mapping[str, float | None], other: Mapping[str, float | None]) -> bool:
    refused, accepted = one.get("refused_up_to"), other.get("accepted_from")
    return refused is not None and accepted is not None and refused >= accepted


def measured(interval_s: Mapping[str, float | None]) -> str:
    """Return a measured interval in words."""
    known = [(name, interval_s.get(name)) for name in _MEASURED]
    said = [f"{name.replace('_', ' ')} {seconds(value)}" for name, value in known if value is not None]
    return ", ".join(said) or "not measured"


def _run(one: RecordedResult) -> Mapping[str, Any]:
    kind = "verify" if one.load is None else f"load, {one.load.get('scenario')}"
    return {"kind": kind, "seed": one.seed}


def _different(kind: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterable[Difference]:
    for name in {**old, **new}:
        before, after = old.get(name, "nothing"), new.get(name, "nothing")
        if before != after:
            yield Difference(kind=kind, name=name, old=str(before), new=str(after))


def _counts(old: Mapping[str, int], new: Mapping[str, int]) -> Iterable[Difference]:
    for one in _different("count", old, new):
        before, after = old.get(one.name, 0), new.get(one.name, 0)
        if abs(after - before) > _NOTICED * max(before, after):
            yield one


def _judged_once(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterable[Difference]:
    for identifier in {**before, **after}:
        if identifier not in before or identifier not in after:
            sides = {True: "in the run", False: "left out"}
            old, new = sides[identifier in before], sides[identifier in after]
            yield Difference(kind="requirement", name=identifier, old=old, new=new)
