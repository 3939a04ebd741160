"""Judge every fault and every dialect as a user would: ``python benchmarks/matrix.py [--at-once N] [NAME...]``.

Each case is two processes, `liverec serve` with the fault or the choice, and `liverec verify --target` on it, on the
real clock. A fault must end with exit 1 and its requirement as the first finding, a choice with exit 0 and its value
named. The tests judge the same cases on a virtual clock; this is the slow way, about ten minutes, for a release.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from liverec.reference.dialect import AXES
from liverec.reference.faults import FAULTS

LIVEREC = (sys.executable, "-m", "liverec")


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
    ("action_case", "exact"): "refused",
    ("action_case", "any"): "accepted",
    ("content_type", "json_only"): "refused",
    ("content_type", "any"): "accepted",
    ("request_id_timestamp", "ms"): "milliseconds",
    ("request_id_timestamp", "s"): "seconds",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A server, and what must be said of it: a finding, or the value of an axis."""

    name: str
    options: tuple[str, ...]
    finding: str | None = None
    axis: str = ""
    value: str = ""

    def said(self, result: dict[str, Any]) -> str:
        """Return what *result* says about this case: its findings, or how the axis is read."""
        if self.finding is not None:
            return ", ".join(result["findings"])
        if self.axis not in SHOWN_BY:
            return str(result["dialect"][self.axis])
        return next(str(row["why"]) for row in result["requirements"] if row["id"] == SHOWN_BY[self.axis])

    def agrees(self, exit_code: int, result: dict[str, Any]) -> bool:
        """Whether *result* says what it must."""
        if self.finding is not None:
            return exit_code == 1 and result["findings"][:1] == [self.finding]
        word = SAID_AS.get((self.axis, self.value), self.value)
        return exit_code == 0 and self.said(result).split(maxsplit=1)[0] == word


CASES = (
    *(Case(name=name, options=("--fault", name), finding=fault.breaks) for name, fault in sorted(FAULTS.items())),
    *(
        Case(name=f"{axis}={value}", options=("--dialect", f"{axis}={value}"), axis=axis, value=value)
        for axis, values in AXES.items()
        for value in values
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What came out of one case."""

    case: Case
    exit_code: int
    said: str
    seconds: float
    agrees: bool


def judge(case: Case) -> Judged:
    """Serve and verify one case; the server is ended whatever happens."""
    begun = time.monotonic()
    with (
        tempfile.TemporaryDirectory() as folder,
        subprocess.Popen(
            (*LIVEREC, "serve", "--port", "0", *case.options), stdout=subprocess.PIPE, text=True
        ) as server,
    ):
        try:
            assert server.stdout is not None
            url = server.stdout.readline().split()[-1]
            written = Path(folder, "result.json")
            verify = subprocess.run(
                (*LIVEREC, "verify", "--target", url, "--json", str(written)),
                capture_output=True,
                text=True,
                timeout=300,
                check=False,
            )
            result: dict[str, Any] | None = json.loads(written.read_text()) if written.exists() else None
        finally:
            server.terminate()
    return Judged(
        case=case,
        exit_code=verify.returncode,
        said=case.said(result) if result else verify.stderr.strip(),
        seconds=time.monotonic() - begun,
        agrees=result is not None and case.agrees(verify.returncode, result),
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a line a case as it ends; 0 if every case came out as it must."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help="faults or AXIS=VALUE; without any, all of them")
    parser.add_argument(
        "--at-once", type=int, default=4, metavar="N", help="cases judged at the same time (default: 4)"
    )
    chosen = parser.parse_args(arguments)
    cases = [case for case in CASES if not chosen.names or case.name in chosen.names]
    wrong = 0
    with ThreadPoolExecutor(max_workers=chosen.at_once) as pool:
        for done in pool.map(judge, cases):
            wrong += not done.agrees
            mark = "as it must" if done.agrees else f"WRONG: expected {done.case.finding or done.case.value}"
            print(
                f"{done.case.name:<48} exit {done.exit_code}  {done.said}  {done.seconds:.0f} s  {mark}",
                flush=True,
            )
    print(f"{len(cases) - wrong} of {len(cases)} as they must")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
