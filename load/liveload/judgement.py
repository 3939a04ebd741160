"""``python -m liveload.judgement FILE...``: the histories of a run judged, as JSON on standard output.

A process of its own, without Locust: no monkey patches, and the load's memory stays what it was. What it prints is the
form of ``liverec check --json``, with the evidence of each finding and the dialect in words.
"""

import json
import sys
from collections.abc import Sequence

from liverec.checker import check
from liverec.checker.companion import usable_cores
from liverec.clock import NANOSECONDS, MonotonicClock
from liverec.conformance.judged import JudgedHistory
from liverec.history.merge import merge
from liverec.history.reader import HistoryError, read_file

DEADLINE_S = 600


def main(files: Sequence[str]) -> int:
    """Judge *files*; 0 if there is a result, whatever it says."""
    clock = MonotonicClock()
    deadline = clock.now() + DEADLINE_S * NANOSECONDS
    try:
        history = merge([read_file(file) for file in files])
    except HistoryError as error:
        print(error, file=sys.stderr)  # noqa: T201  # a program's own output
        return 1
    result = check(history, expired=lambda: clock.now() > deadline, cores=usable_cores())
    judged = JudgedHistory(history=history, result=result, probes=())
    said = {
        **result.as_json(),
        "evidence": {finding.requirement: judged.witness(finding) for finding in result.findings},
        "dialect": judged.dialect(),
    }
    json.dump(said, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
