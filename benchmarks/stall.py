"""What each tool says of a server that stalls for two seconds: ``python benchmarks/stall.py [--wrk PATH]``.

The target answers at once, but 4 s into a run of 10 s it holds every answer back for 2 s. 50 commands a second are
wanted, 500 in all. What those meet is known beforehand: nine of ten are answered within about a second, and 99 of 100
within 1.9 s. A tool that waits for an answer before it sends the next command measures fewer of them, and says less.
"""

import argparse
import csv
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

from liverec.assets import asset

HERE = Path(__file__).parent
LOCUST = (sys.executable, "-m", "locust", "--headless", "--only-summary", "-t", "10s")
STALL_AT_S = 4.0
START_UP_S = 1.6  # of Locust, before the first command leaves


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a tool reported, milliseconds."""

    sent: int
    p90: float
    p99: float
    longest: float


def stalled(url: str, command: Sequence[str], *, starting_s: float, environment: dict[str, str]) -> str:
    """Run *command*, let the target stall in its middle, and return what it printed."""
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment, text=True
    ) as tool:
        time.sleep(starting_s + STALL_AT_S)
        with urlopen(f"{url}/stall?2", timeout=10):
            pass
        said, _ = tool.communicate(timeout=120)
    return said


def ours(url: str, folder: Path, environment: dict[str, str]) -> Told:
    """Open arrivals: latency from the intended moment."""
    options = (
        "-f",
        str(asset("load") / "locustfile.py"),
        "--host",
        url,
        "--scenario",
        "many",
        "--rate",
        "50",
        "-u",
        "60",
    )
    stalled(url, (*LOCUST, *options, "-r", "60", "--out", str(folder)), starting_s=START_UP_S, environment=environment)
    load = json.loads((folder / "result.json").read_text())["load"]
    everything = load["latency_ms"]["all"]
    return Told(
        sent=sum(load["answers"].values()), p90=everything["0.9"], p99=everything["0.99"], longest=everything["1.0"]
    )


def paced(url: str, folder: Path, environment: dict[str, str]) -> Told:
    """Locust's own way to a rate: ten users, each waiting so that it sends five a second."""
    options = ("-f", str(HERE / "load_users.py"), "-H", url, "-u", "10", "-r", "10", "--csv", str(folder), "Paced")
    stalled(url, (*LOCUST, *options), starting_s=START_UP_S, environment=environment)
    with Path(f"{folder}_stats.csv").open(encoding="utf-8") as written:
        rows = list(csv.DictReader(written))
    row = next(row for row in rows if row["Name"] == "Aggregated")
    return Told(
        sent=int(row["Request Count"]),
        p90=float(row["90%"]),
        p99=float(row["99%"]),
        longest=float(row["Max Response Time"]),
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a line for each tool."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.parse_args(arguments)
    print(f"{'':<44}{'sent of 500':>12}{'p90 ms':>10}{'p99 ms':>10}{'max ms':>10}")
    with (
        tempfile.TemporaryDirectory() as folder,
        subprocess.Popen((sys.executable, str(HERE / "load_target.py")), stdout=subprocess.PIPE, text=True) as target,
    ):
        assert target.stdout is not None
        url = f"http://127.0.0.1:{target.stdout.readline().strip()}"
        environment = {"PATH": "/usr/bin:/bin", "LIVEREC_BENCHMARK_URL": url, "LIVEREC_BENCHMARK_FOLDER": folder}
        try:
            for name, tool in (("ours, open arrivals", ours), ("FastHttpUser, constant_throughput(5) x 10", paced)):
                told = tool(url, Path(folder, tool.__name__), environment)
                print(f"{name:<44}{told.sent:>12}{told.p90:>10.0f}{told.p99:>10.0f}{told.longest:>10.0f}", flush=True)
        finally:
            target.terminate()
    return 0


if __name__ == "__main__":
    sys.exit(main())
