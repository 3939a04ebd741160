"""Locust's statistics come out the same, whether it is told of each answer or of a second's answers together."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

# Importing locust replaces half the standard library: it happens in a process of its own.
SCRIPT = """
import json, random, sys, time
from locust.env import Environment
from liveload.request_statistics import RequestStatistics

clock = [1_795_388_331.5]
time.time = lambda: clock[0]
how, listens = sys.argv[1], sys.argv[2] == "listening"
environment = Environment()
environment.create_local_runner()
heard = []
if listens:
    environment.events.request.add_listener(lambda **told: heard.append(told["name"]))
statistics = RequestStatistics(environment)
numbers = random.Random(7)
for number in range(3000):
    clock[0] += 0.003
    name, milliseconds = numbers.choice(["START 200", "START 400"]), numbers.expovariate(1 / 300)
    failure = ValueError("broken") if number % 500 == 499 else None
    if how == "batched":
        statistics.answered(name, milliseconds, failure)
    else:
        environment.events.request.fire(
            request_type="POST", name=name, response_time=milliseconds, response_length=0, exception=failure, context={}
        )
statistics.flush()
print(json.dumps({
    "heard": len(heard),
    "errors": [[error.name, error.occurrences] for error in environment.stats.errors.values()],
    "entries": {
        entry.name: [
            entry.num_requests,
            entry.num_failures,
            round(entry.total_response_time, 3),
            entry.min_response_time,
            entry.max_response_time,
            sorted(entry.response_times.items()),
            sorted(entry.num_reqs_per_sec.items()),
            sorted(entry.num_fail_per_sec.items()),
            int(entry.last_request_timestamp),
            entry.get_response_time_percentile(0.95),
        ]
        for entry in (*environment.stats.entries.values(), environment.stats.total)
    },
}))
"""


def statistics(how: str, *, listening: bool = False) -> dict[str, Any]:
    loading = str(Path(__file__).parents[1] / "load")
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, how, "listening" if listening else "alone"],
        env=os.environ | {"PYTHONPATH": loading},
        capture_output=True,
        check=True,
        timeout=60,
    )
    said: dict[str, Any] = json.loads(done.stdout)
    return said


@pytest.fixture(scope="module")
def one_by_one() -> dict[str, Any]:
    return statistics("fired")


def test_statistics_are_the_same_to_the_last_digit(one_by_one: dict[str, Any]) -> None:
    together = statistics("batched")

    assert together == one_by_one
    assert together["entries"]["Aggregated"][:2] == [3000, 6]


def test_whoever_else_listens_hears_of_every_answer(one_by_one: dict[str, Any]) -> None:
    together = statistics("batched", listening=True)

    assert together == one_by_one | {"heard": 3000}
