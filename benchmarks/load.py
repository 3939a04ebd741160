"""How many commands a CPU second of each load generator sends: ``python benchmarks/load.py``.

All send the same commands, signed, from 50 users to the same server (``load_target.py``, on a core of its own), in
interleaved rounds. What counts is the CPU time, user and system, of the generator's whole process tree between two
readings of the server's counter. k6 (``--k6 PATH``) and wrk (``--wrk PATH``) take part where they are; wrk cannot sign,
it shows what the kernel and the server cost.
"""

import argparse
import http.client
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from process_tree import cpu_seconds, rss_mib, tree

from liverec.profile_file import reference_profile

HERE = Path(__file__).parent
PROFILE = reference_profile()
USERS = 50
MANY_USERS = 1000  # who pause for a second after each command: what a user costs in memory
WARM_UP_S = 3.0
SERVER_CORE, CLIENT_CORE = 0, 1
MANY = {"LIVEREC_USERS": str(MANY_USERS), "LOCUST_USERS": str(MANY_USERS), "LOCUST_SPAWN_RATE": str(MANY_USERS)} | {
    "LIVEREC_BENCHMARK_PAUSE": "1"
}
WRK_SCRIPT = """
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.body = '{"publish_domain":"publish.example.com","app":"live","stream":"rehearsal-1"}'
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contender:
    """A load generator: its name, and how it is called for so many seconds."""

    name: str
    arguments: tuple[str, ...]
    signs: bool = True
    environment: dict[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What one run came to."""

    per_cpu_second: float
    per_second: float
    rss_mib: float


def main() -> None:
    """Print all of it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--seconds", type=float, default=5.0, help="measured in each run, after a warm-up")
    parser.add_argument("--k6", default=shutil.which("k6"), help="path of a k6 binary")
    parser.add_argument("--wrk", default=shutil.which("wrk"), help="path of a wrk binary")
    parser.add_argument("--only", nargs="*", help="names of contenders")
    asked = parser.parse_args()
    with server() as port, tempfile.TemporaryDirectory() as folder:
        contenders = found(port, Path(folder), asked.seconds, k6=asked.k6, wrk=asked.wrk)
        contenders = [one for one in contenders if not asked.only or one.name in asked.only]
        rounds = [
            {one.name: measured(one, port, seconds=asked.seconds) for one in contenders} for _ in range(asked.rounds)
        ]
        counts = told(port, "/counts")
        print_rates(contenders, rounds)
        print(f"\nsignatures checked: {counts['good']:,} good; the others, and none else, were wrk's")
        print_ratios(rounds)
        print_memory(contenders, port, {one.name: max(each[one.name].rss_mib for each in rounds) for one in contenders})


def print_rates(contenders: Sequence[Contender], rounds: Sequence[dict[str, Measured]]) -> None:
    """Print what each came to."""
    print(f"{'commands':<34}{'per CPU s':>10}{'(lowest - highest)':>22}{'per second':>12}{'RSS MiB':>9}")
    for one in contenders:
        runs = [each[one.name] for each in rounds]
        figures = [run.per_cpu_second for run in runs]
        spread = f"({min(figures):,.0f} - {max(figures):,.0f})"
        rate = statistics.median(run.per_second for run in runs)
        rss = max(run.rss_mib for run in runs)
        print(f"{one.name:<34}{statistics.median(figures):>10,.0f}{spread:>22}{rate:>12,.0f}{rss:>9.0f}")


def print_memory(contenders: Sequence[Contender], port: int, few: dict[str, float]) -> None:
    """Print what a user adds to the memory of each process that was measured with *few* users before."""
    print(f"\n{MANY_USERS} users, a command a second each{'MiB':>20}{'KiB a user':>12}")
    for one in contenders:
        if one.signs:
            mib = measured(replace(one, environment=one.environment | MANY), port, seconds=2, quiet=True).rss_mib
            print(f"{one.name:<34}{mib:>20.0f}{(mib - few[one.name]) * 1024 / (MANY_USERS - USERS):>12.1f}", flush=True)


def print_ratios(rounds: Sequence[dict[str, Measured]]) -> None:
    """Print ours beside each other one, round by round."""
    for ours in ("ours, as a scenario's user", "ours", "ours, no history"):
        for other in ("k6, signing in JavaScript", "FastHttpUser", "HttpUser", "wrk, not signing"):
            if ours in rounds[0] and other in rounds[0]:
                ratios = [one[ours].per_cpu_second / one[other].per_cpu_second for one in rounds]
                spread = f"({min(ratios):.2f} - {max(ratios):.2f})"
                print(f"{ours + ' / ' + other:<46}{statistics.median(ratios):>6.2f}  {spread}")


def found(port: int, folder: Path, seconds: float, *, k6: str | None, wrk: str | None) -> list[Contender]:
    """Return the contenders that are there."""
    url = f"http://127.0.0.1:{port}"
    shared = {"LIVEREC_BENCHMARK_URL": url, "LIVEREC_BENCHMARK_FOLDER": str(folder)}
    length = f"{WARM_UP_S + seconds + 2:g}"
    users = {
        "ours, as a scenario's user": "OursInFull",
        "ours": "Ours",
        "ours, no history": "OursWithoutHistory",
        "ours, Locust's event for each": "OursWithEvents",
        "FastHttpUser": "Fast",
        "HttpUser": "Plain",
    }
    locust = (sys.executable, "-m", "locust", "-f", str(HERE / "load_users.py"), "--headless", "--only-summary")
    contenders = [
        Contender(
            name=name,
            arguments=(*locust, "-H", url, "-t", f"{length}s", user),
            environment=shared | {"LOCUST_USERS": str(USERS), "LOCUST_SPAWN_RATE": str(USERS)},
        )
        for name, user in users.items()
    ]
    if k6:
        secrets = {
            "LIVEREC_ACCESS_KEY": str(PROFILE.credentials.access_key),
            "LIVEREC_SECRET_KEY": str(PROFILE.credentials.secret_key),
            "LIVEREC_PROJECT": PROFILE.project_id,
            "LIVEREC_USERS": str(USERS),
            "LIVEREC_SECONDS": length,
        }
        script = str(HERE / "load_k6.js")
        contenders.append(
            Contender(
                name="k6, signing in JavaScript",
                arguments=(k6, "run", "--quiet", "--no-usage-report", "--summary-mode=disabled", script),
                environment=shared | secrets,
            )
        )
    else:
        print("k6 is not there: see README.md for how it is built, and --k6")
    if wrk:
        script = str(folder / "wrk.lua")
        Path(script).write_text(WRK_SCRIPT)
        where = f"{url}/v1/{PROFILE.project_id}/record/control?action=START"
        contenders.append(
            Contender(
                name="wrk, not signing",
                arguments=(wrk, "-t1", f"-c{USERS}", f"-d{length}s", "-s", script, where),
                signs=False,
            )
        )
    else:
        print("wrk is not there: apt install wrk, or --wrk")
    return contenders


def measured(one: Contender, port: int, *, seconds: float, quiet: bool = False) -> Measured:
    """Run *one* and read the clocks twice in the middle."""
    before = told(port, "/counts")
    pinned = (*(("taskset", "-c", str(CLIENT_CORE)) if shutil.which("taskset") else ()), *one.arguments)
    process = subprocess.Popen(
        pinned, env=os.environ | one.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        deadline = time.monotonic() + 30
        while told(port, "/counts")["requests"] == before["requests"] and process.poll() is None:
            if time.monotonic() > deadline:
                break
            time.sleep(0.1)
        time.sleep(WARM_UP_S - 1)
        if process.poll() is not None:
            sys.exit(f"{one.name}: it ended by itself\n{process.communicate()[0][-2000:]}")
        first, cpu, begun = told(port, "/counts"), cpu_seconds(process.pid), time.monotonic()
        time.sleep(seconds)
        last, used, took = told(port, "/counts"), cpu_seconds(process.pid) - cpu, time.monotonic() - begun
        rss = sum(rss_mib(pid) for pid in tree(process.pid))
        output, _ = process.communicate(timeout=60)
    finally:
        process.kill()
    sent = last["requests"] - first["requests"]
    if not sent or used <= 0 or (one.signs and last["bad"] > first["bad"]):
        sys.exit(f"{one.name}: nothing was measured; {last}\n{output[-2000:]}")
    if not quiet:
        print(f"  {one.name:<32}{sent / used:>10,.0f} per CPU s", flush=True)
    return Measured(per_cpu_second=sent / used, per_second=sent / took, rss_mib=rss)


@contextmanager
def server() -> Generator[int]:
    """Run the server on its own core and yield its port."""
    pinned = ("taskset", "-c", str(SERVER_CORE)) if shutil.which("taskset") else ()
    with subprocess.Popen(
        [*pinned, sys.executable, str(HERE / "load_target.py")], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.kill()


def told(port: int, path: str) -> dict[str, int]:
    """Ask the server what it counted."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path)
        counts: dict[str, int] = json.loads(connection.getresponse().read())
        return counts
    finally:
        connection.close()


if __name__ == "__main__":
    main()
