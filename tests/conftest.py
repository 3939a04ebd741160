"""What holds for every test."""

import os
import signal

import pytest

pytest_plugins = ["pytester"]

# A shell has what it runs in the background ignore Ctrl-C, and children inherit that: tests send it to theirs.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Have each worker of pytest-xdist begin with its share of the slow tests: none is left alone with a long one."""
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    slow, quick = list[pytest.Item](), list[pytest.Item]()
    for item in items:
        (slow if item.get_closest_marker("slow") else quick).append(item)
    items[:] = [
        item
        for turn in range(workers)
        for kind in (slow, quick)
        for item in kind[len(kind) * turn // workers : len(kind) * (turn + 1) // workers]
    ]
