"""What a run leaves behind: result.json, junit.xml and report.html beside the histories."""

import json
import platform
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from xml.etree import ElementTree as ET

from liveload.conclusion import Conclusion
from liveload.exit_code import LoadExit
from liveload.final import Final
from liveload.load_report import LoadReport, Worker, as_html
from liveload.state import LiveState
from liverec.report import as_json, junit_text
from liverec.report.atomic_file import write_whole


def versions() -> dict[str, str]:
    """Return what the result depends on."""
    return {name: version(name) for name in ("liverec", "locust", "gevent")} | {"python": platform.python_version()}


def write_reports(folder: Path, conclusion: Conclusion, report: LoadReport) -> Mapping[str, Path]:
    """Write everything; return the files of the run by the name under which they are offered.

    Raises:
        OSError: one cannot be written.
    """
    texts = {
        "result.json": result_text(conclusion),
        "junit.xml": junit(conclusion),
        "report.html": as_html(report),
    }
    for name, text in texts.items():
        write_whole(folder / name, text)
    histories = {Path(path).name: Path(path) for path in conclusion.result.histories}
    return {name: folder / name for name in texts} | histories


def result_text(conclusion: Conclusion) -> str:
    """Return result.json: the form of ``liverec verify``, with the load's own findings under ``load``."""
    said = as_json(conclusion.result) | {"exit_code": int(conclusion.exit_code), "load": conclusion.load}
    return json.dumps(said, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def junit(conclusion: Conclusion) -> str:
    """Return the JUnit XML: the requirements, and a suite ``liverec.load`` about the load itself."""
    suites = ET.fromstring(junit_text(conclusion.result))  # noqa: S314  # made by us a moment ago
    others = [one for one in conclusion.reasons if one.code is not LoadExit.BROKEN]
    cases = [(text, None if met else f"not seen: {text}") for text, met in conclusion.conditions]
    cases += [(reason.code.name.lower(), reason.text) for reason in others if reason.code is not LoadExit.INCONCLUSIVE]
    failures = sum(problem is not None for _, problem in cases)
    suite = ET.SubElement(
        suites,
        "testsuite",
        {"name": "liverec.load", "tests": str(len(cases)), "failures": "0", "errors": str(failures), "skipped": "0"},
    )
    for name, problem in cases:
        case = ET.SubElement(suite, "testcase", {"classname": "liverec.load", "name": name, "time": "0"})
        if problem is not None:
            ET.SubElement(case, "error", {"type": "load", "message": problem}).text = problem
    for count, more in (("tests", len(cases)), ("errors", failures)):
        suites.set(count, str(int(suites.get(count, "0")) + more))
    ET.indent(suites)
    return ET.tostring(suites, encoding="unicode", xml_declaration=True) + "\n"


def report_of(conclusion: Conclusion, state: LiveState, finals: Sequence[Final]) -> LoadReport:
    """Return what the HTML report shows."""
    workers = tuple(
        Worker(
            name=f"worker {final.worker}",
            records=final.records,
            history=Path(final.file).name,
            complete=final.drained and not final.problem,
            note=final.problem or final.left_recording,
        )
        for final in finals
    )
    return LoadReport(state=state, result=conclusion.result, conditions=conclusion.conditions, workers=workers)
