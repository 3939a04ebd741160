"""Whether a worker's memory stays flat: ``python benchmarks/soak.py [--rate R] [--minutes M]``.

Runs `liverec serve` and the scenario "soak" against it, with a master and one worker, and reads the resident memory of
both every ten seconds. Flat means: the second half of the run holds no more than the first, but for what varies from
one reading to the next.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from liverec.assets import asset

LOCUST = (sys.executable, "-m", "locust", "-f", str(asset("load") / "locustfile.py"), "--headless", "--only-summary")
EVERY_S = 10.0
MEBIBYTE = 2**20
PAGE = 4096


def resident_mib(process: int) -> float:
    """Return a process's resident memory."""
    return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * PAGE / MEBIBYTE


def child_of(process: int) -> int:
    """Return the only child of a process."""
    return int(Path(f"/proc/{process}/task/{process}/children").read_text().split()[0])


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the readings, and the run's own result."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rate", type=float, default=1000)
    parser.add_argument("--minutes", type=float, default=10)
    chosen = parser.parse_args(arguments)
    seconds = round(chosen.minutes * 60)
    readings: list[float] = []  # of the worker
    with (
        tempfile.TemporaryDirectory() as folder,
        subprocess.Popen((sys.executable, "-m", "liverec", "serve", "--port", "0"), stdout=subprocess.PIPE) as server,
    ):
        assert server.stdout is not None
        url = server.stdout.readline().decode().split()[-1]
        run = Path(folder, "run")
        options = (
            "--scenario",
            "soak",
            "--rate",
            f"{chosen.rate:g}",
            "-u",
            "60",
            "-r",
            "60",
            "-t",
            f"{seconds}s",
            "--processes",
            "1",
        )
        with subprocess.Popen(
            (*LOCUST, "--host", url, *options, "--out", str(run)), stderr=subprocess.DEVNULL
        ) as locust:
            ends = time.monotonic() + seconds
            while locust.poll() is None and time.monotonic() < ends:
                time.sleep(EVERY_S)
                if locust.poll() is None:
                    readings.append(resident_mib(child_of(locust.pid)))
                    master = resident_mib(locust.pid)
                    said = f"{len(readings) * EVERY_S:>6.0f} s {readings[-1]:>8.1f} MiB, the master {master:.1f} MiB"
                    print(said, flush=True)
            begun = time.monotonic()
            exit_code = locust.wait()
            print(f"drained and judged in {time.monotonic() - begun:.0f} s")
        server.terminate()
        result = json.loads((run / "result.json").read_text())
    half = len(readings) // 2
    first, second = statistics.median(readings[1:half]), statistics.median(readings[half:])
    print(f"median of the first half {first:.1f} MiB, of the second {second:.1f} MiB: {second - first:+.1f} MiB")
    print(f"exit code {exit_code}, {result['counts']['requests']} requests in {result['seconds']:.0f} s")
    print("; ".join(reason["why"] for reason in result["load"]["reasons"]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
