"""Every scenario against the reference server, and against every fault that load can show, on the real clock.

``python benchmarks/load_matrix.py [--at-once N] [WORD...]``

Each case is two processes, `liverec serve` and `locust --headless`, for 15 to 60 seconds on the real clock. The server
without a fault must end with exit 0 under every scenario, and in every dialect; with a fault its scenario must end with
exit 10. For a quiet machine: with --at-once 1 it takes about an hour.
"""

import argparse
import json
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from liverec.assets import asset
from liverec.reference.dialect import AXES

LOCUST = (sys.executable, "-m", "locust", "-f", str(asset("load") / "locustfile.py"), "--headless", "--only-summary")
SCENARIOS = (
    "ping-pong",
    "boundary",
    "contention",
    "many",
    "herd",
    "retry-storm",
    "lost-replies",
    "spike",
    "soak",
    "mixed",
    "noise",
)
FAULTS = {
    "no-interval": "ping-pong",
    "clock-from-start": "ping-pong",
    "short-interval": "boundary",
    "long-interval": "boundary",
    "inclusive-interval": "boundary",
    "half-interval": "boundary",
    "nearly-interval": "boundary",
    "slightly-long-interval": "boundary",
    "twelve-seconds": "boundary",
    "whole-seconds": "boundary",
    "odd-one-out": "boundary",
    "stops-late": "boundary",
    "starts-late": "many",
    "forgets-recording": "many",
    "name-ignored": "many",
    "second-stop-unchecked": "ping-pong",
    "only-for-tokens": "ping-pong",
    "only-for-signatures": "ping-pong",
    "refused-start-clears": "retry-storm",
    "refused-stop-clears": "contention",
    "forgets-idle-window": "boundary",
    "remembers-twenty": "many",
    "clock-per-worker": "contention",
    "half-deployed": "contention",
    "double-start-of-eight": "herd",
    "double-stop-of-eight": "herd",
    "lost-update": "contention",
    "remembers-first-stop": "many",
    "forgetful-window": "many",
    "forgets-start": "many",
    "forgets-stop": "ping-pong",
    "stops-whole-app": "many",
    "prefix-match": "many",
    "clock-per-app": "many",
    "refused-takes-effect": "noise",
    "flickering-reading": "many",
    "double-start": "contention",
    "double-stop": "contention",
    "lost-reply": "many",
    "conflict": "many",
    "request-id-plain": "many",
    "numeric-code": "many",
    "plain-text-error": "many",
}
SHORTENED = {"soak": ("--run-time", "60s")}  # ten minutes of it show memory, and that is for soak.py
MODEL_AXES = ("start_while_recording", "stop_while_idle", "refused_start_restarts", "refused_stop_restarts")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A server, a scenario, and how the run must end."""

    name: str
    scenario: str
    server: tuple[str, ...] = ()
    exit_code: int = 0


CASES = (
    *(Case(name=scenario, scenario=scenario) for scenario in SCENARIOS),
    *(
        Case(name=f"{axis}={value} {scenario}", scenario=scenario, server=("--dialect", f"{axis}={value}"))
        for axis in MODEL_AXES
        for value in AXES[axis][1:]
        for scenario in SCENARIOS
    ),
    *(
        Case(name=f"{fault} {scenario}", scenario=scenario, server=("--fault", fault), exit_code=10)
        for fault, scenario in FAULTS.items()
    ),
)


def judge(case: Case) -> tuple[Case, int, str]:
    """Serve and load one case; return its exit code and what was found, or why it ended otherwise."""
    serve = (sys.executable, "-m", "liverec", "serve", "--port", "0", *case.server)
    with (
        tempfile.TemporaryDirectory() as folder,
        subprocess.Popen(serve, stdout=subprocess.PIPE, text=True) as server,
        socket.create_server(("127.0.0.1", 0)) as free,
    ):
        port = str(free.getsockname()[1])
        free.close()
        try:
            assert server.stdout is not None
            url = server.stdout.readline().split()[-1]
            run = Path(folder, "run")
            command = (
                *LOCUST,
                "--host",
                url,
                "--scenario",
                case.scenario,
                "--out",
                str(run),
                "--master-bind-port",
                port,
                *SHORTENED.get(case.scenario, ()),
            )
            locust = subprocess.run(command, capture_output=True, timeout=600, check=False)
            written = run / "result.json"
            nothing: dict[str, Any] = {"findings": [], "load": {"reasons": []}}
            result: dict[str, Any] = json.loads(written.read_text()) if written.exists() else nothing
        finally:
            server.terminate()
    why = "; ".join(reason["why"] for reason in result["load"]["reasons"] if reason["exit_code"] != 10)
    return case, locust.returncode, ", ".join(result["findings"]) or why


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a line a case as it ends; 0 if every case came out as it must."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("words", nargs="*", metavar="WORD", help="only cases whose name has one of these words")
    parser.add_argument("--at-once", type=int, default=1, metavar="N", help="cases at the same time (default: 1)")
    chosen = parser.parse_args(arguments)
    cases = [case for case in CASES if not chosen.words or set(chosen.words) & set(case.name.split())]
    wrong, begun = 0, time.monotonic()
    with ThreadPoolExecutor(max_workers=chosen.at_once) as pool:
        for case, exit_code, said in pool.map(judge, cases):
            right = exit_code == case.exit_code
            wrong += not right
            mark = "as it must" if right else f"WRONG: expected exit {case.exit_code}"
            print(f"{case.name:<44} exit {exit_code:<4}{said[:160]}  {mark}", flush=True)
    print(f"{len(cases) - wrong} of {len(cases)} as they must, {time.monotonic() - begun:.0f} s")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
