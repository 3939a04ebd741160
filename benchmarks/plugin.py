"""What liverec adds to a run of pytest that does not use it: ``python benchmarks/plugin.py``.

``pytest --collect-only`` of a project with one test, in rounds whose order turns round: as installed, with and
without ``-p no:liverec``; and on a pytest without any plugins, with one at a time: ours, and those that come along with
what liverec depends on. What counts is the median of the differences within a round.
"""

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

ROUNDS = 15
PLUGINS = ("liverec", "respx", "schemathesis", "hypothesispytest", "anyio")  # as pytest calls them
ALL, ALL_BUT_OURS, BARE = "all that is installed", "the same with -p no:liverec", "no plugin"


def seconds(folder: Path, *options: str, autoload: bool) -> float:
    """Collect the project once, and return how long that took."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    if not autoload:
        environment["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    begun = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", *options],
        cwd=folder,
        env=environment,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return time.perf_counter() - begun


def measure(folder: Path) -> dict[str, list[float]]:
    """Return the times of every way to run it, in the order of the rounds."""
    ways = {ALL: (True,), ALL_BUT_OURS: (True, "-p", "no:liverec"), BARE: (False,)}
    ways |= {name: (False, "-p", name) for name in PLUGINS}
    times: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(ROUNDS + 1):
        for name in ways if number % 2 else reversed(ways):
            autoload, *options = ways[name]
            taken = seconds(folder, *map(str, options), autoload=bool(autoload))
            if number:  # the first round fills caches
                times[name].append(taken)
    return times


def tell(times: dict[str, list[float]], name: str, base: str) -> None:
    """Print by how much *name* took longer than *base*."""
    differences = sorted((a - b) * 1000 for a, b in zip(times[name], times[base], strict=True))
    first, _, third = statistics.quantiles(differences, n=4)
    middle = statistics.median(differences)
    print(f"  {name:<22} {middle:+8.1f} ms  (half of the rounds: {first:+.1f} to {third:+.1f})  over {base}")


def main() -> None:
    """Measure in a folder that knows nothing of this project."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "test_project.py").write_text("def test_it():\n    pass\n")
        times = measure(folder)
    print(f"pytest --collect-only, medians of {ROUNDS} rounds")
    for base in (ALL, BARE):
        print(f"  {base:<22} {statistics.median(times[base]) * 1000:8.0f} ms")
    tell(times, ALL, ALL_BUT_OURS)
    for plugin in PLUGINS:
        tell(times, plugin, BARE)


if __name__ == "__main__":
    main()
