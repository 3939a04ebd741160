"""JUnit XML: one suite per section, one case per requirement, for CI systems."""

import json
from pathlib import Path
from xml.etree import ElementTree as ET

from liverec.report.atomic_file import write_whole
from liverec.report.sheet import Row, by_section, rows_of
from liverec.report.text import legible_result
from liverec.verdict import Result, Verdict

# UNDECIDED is an error, not a failure: CI must not turn green, and the contract was not found broken either.
_ELEMENTS = {
    Verdict.BROKEN: ("failure", "broken"),
    Verdict.UNDECIDED: ("error", "undecided"),
    Verdict.ERROR: ("error", "harness"),
    Verdict.NOT_EXERCISED: ("skipped", "not exercised"),
}
_EVIDENCE_LIMIT = 20_000


def junit_text(result: Result) -> str:
    """Return *result* as JUnit XML.

    BROKEN is a failure, or skipped if it was declared (type ``expected``); an exception that is ``stale`` is a failure.
    UNDECIDED and ERROR are errors (type ``undecided``, ``harness``); NOT EXERCISED is skipped; KEPT and OBSERVED pass,
    with what was seen in ``system-out``. The run's target, seed and verdict are properties.
    """
    result = legible_result(result)
    rows = rows_of(result)
    suites = ET.Element("testsuites", {"name": "liverec", **_counts(rows), "time": f"{result.seconds:.3f}"})
    for section, group in by_section(rows).items():
        attributes = {"name": f"liverec.{section}", **_counts(group), "time": "0", "timestamp": result.started}
        suite = ET.SubElement(suites, "testsuite", attributes)
        _properties(suite, result)
        for row in group:
            _case(suite, row)
    ET.indent(suites)
    document: bytes = ET.tostring(suites, encoding="utf-8", xml_declaration=True)
    return document.decode() + "\n"


def write_junit(result: Result, path: Path) -> None:
    """Write the JUnit XML to *path*, as a whole or not at all.

    Raises:
        OSError: the file cannot be written.
    """
    write_whole(path, junit_text(result))


def _counts(rows: tuple[Row, ...]) -> dict[str, str]:
    elements = [_element(row)[0] for row in rows]
    return {
        "tests": str(len(rows)),
        "failures": str(elements.count("failure")),
        "errors": str(elements.count("error")),
        "skipped": str(elements.count("skipped")),
    }


def _element(row: Row) -> tuple[str, str]:
    """Return the element and its type; a case that passes has none."""
    if row.judgement.is_expected:
        return "skipped", "expected"
    if row.judgement.is_stale:
        return "failure", "stale"
    return _ELEMENTS.get(row.verdict, ("", ""))


def _properties(suite: ET.Element, result: Result) -> None:
    properties = ET.SubElement(suite, "properties")
    said = {"target": result.target.get("url", ""), "seed": result.seed, "verdict": result.verdict}
    for name, value in said.items():
        ET.SubElement(properties, "property", {"name": name, "value": str(value)})


def _case(suite: ET.Element, row: Row) -> None:
    section = row.requirement.section
    case = ET.SubElement(suite, "testcase", {"classname": f"liverec.{section}", "name": row.id, "time": "0"})
    why = row.judgement.why
    element, kind = _element(row)
    if element:
        declared = row.judgement.declared
        known = f"{declared.standing}: {declared.reason}; " if declared is not None else ""
        message = f"{known}{row.verdict}: {why}"
        ET.SubElement(case, element, {"type": kind, "message": message}).text = _details(row)
    elif why:
        ET.SubElement(case, "system-out").text = f"{row.verdict}: {why}"


def _details(row: Row) -> str:
    judgement = row.judgement
    lines = [
        f"{row.requirement.strength}: {row.requirement.text}",
        f"source: {row.requirement.source}",
        f"why: {judgement.why}",
    ]
    if judgement.echo_of is not None:
        lines.append(f"follows from: {judgement.echo_of}")
    if judgement.replay:
        lines.append(f"replay: {judgement.replay}")
    if judgement.evidence:
        evidence = "\n".join(json.dumps(item, ensure_ascii=False, default=str) for item in judgement.evidence)
        more = len(evidence) - _EVIDENCE_LIMIT
        lines.append(f"evidence:\n{evidence[:_EVIDENCE_LIMIT]}" + (f"\n({more} characters more)" if more > 0 else ""))
    return "\n".join(lines)
