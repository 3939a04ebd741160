"""How fast whole files are judged, and in how much memory: ``python benchmarks/checker.py``.

Each line is a history file, made for it in the form in which liverec writes; a process of its own reads and judges it,
on one core and then on two. Beside it, in turns, porcupine does the same where Go is there; it knows no real-valued
time, so it leaves open what the window decides. Seconds are the less of two runs. ``--keep FOLDER`` keeps the files for
the next time, ``--picture FILE`` draws the seconds over the operations as SVG, ``--most N`` leaves out larger files.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import log10
from operator import itemgetter
from pathlib import Path
from random import Random

MILLISECOND = 1_000_000
WINDOW = 10_000 * MILLISECOND
HEADER = (
    f'{{"liverec_history":1,"run":"benchmark","target":"http://127.0.0.1:8080","interval_ns":{WINDOW},'
    '"initial":"idle","clock":"monotonic"}\n'
)
OURS = """
import json, sys, time
from pathlib import Path
begun = time.perf_counter()
from liverec.checker import check
from liverec.checker.companion import usable_cores
from liverec.history.merge import merge
from liverec.history.reader import read_file
ends = time.monotonic() + 60
history = merge([read_file(sys.argv[1])])
read = time.perf_counter()
verdict = check(history, expired=lambda: time.monotonic() > ends, cores=usable_cores()).verdict
# not ru_maxrss, which begins with that of the process that started this one
peak = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
print(json.dumps({"seconds": time.perf_counter() - begun, "judging": time.perf_counter() - read, "verdict": verdict,
    "megabytes": int(peak.split()[1]) / 1024}))
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What a history is like: ``overlapping`` and ``lost`` are shares of its operations."""

    operations: int
    streams: int = 5000
    processes: int = 1
    overlapping: float = 0.0
    lost: float = 0.0

    @property
    def name(self) -> str:
        """Say it in a line, which also names the file."""
        told = f"{self.operations} operations, {self.streams} streams"
        if self.processes > 1:
            told += f", {self.processes} processes, {self.overlapping:.0%} overlap"
        return f"{told}, {self.lost:.1%} lost" if self.lost else told


SIZES = tuple(Shape(operations=10**power) for power in (4, 5, 6, 7))
SHAPES = (
    *SIZES,
    Shape(operations=10**6, streams=1),
    Shape(operations=10**6, processes=4, overlapping=0.03),
    Shape(operations=10**6, processes=4, overlapping=0.75),
    *(Shape(operations=100_000, streams=streams) for streams in (1, 100, 100_000)),
    *(Shape(operations=100_000, streams=100, processes=k, overlapping=0.75) for k in (2, 4, 8, 12)),
    *(Shape(operations=100_000, lost=lost) for lost in (0.001, 0.01, 0.05)),
)


def stream_of(shape: Shape, number: int, draw: Random) -> Iterator[tuple[int, int, str]]:
    """Yield times, tie-breakers and lines (without an index) of one stream, as a service of the page answers."""
    begun, ended, calls = draw.randrange(1000 * MILLISECOND), 0, list[tuple[int, int, int, int, str]]()
    longest = shape.processes * MILLISECOND
    for turn in range(number, shape.operations, shape.streams):
        if draw.random() < shape.overlapping:
            begun += MILLISECOND
        else:
            begun = max(begun, ended) + draw.choice((MILLISECOND, 1000 * MILLISECOND, WINDOW + 1000 * MILLISECOND))
        completed = begun + draw.randrange(MILLISECOND // 2, max(longest, MILLISECOND))
        ended = max(ended, completed)
        calls.append((draw.randint(begun, completed), begun, completed, turn // shape.streams, draw.choice(ACTIONS)))
    recording, stopped = False, -(1 << 62)
    retired = dict[int, int]()
    for effect, invoked, completed, turn, action in sorted(calls):
        accepted = recording if action == "STOP" else not recording and effect - stopped > WINDOW
        if accepted:
            recording = action == "START"
            stopped = stopped if recording else effect
        place = turn % shape.processes
        process = number * shape.processes + place + retired.get(place, 0)
        head = f'"process":{process},"type":'
        names = f'["0123456789abcdef0123456789abcdef","publish.example.com","live","rehearsal-{number}"]'
        yield invoked, 0, f'{head}"invoke","f":"{action}","value":{names}}}\n'
        request_id = f'"request_id":"{draw.getrandbits(128):032x}"'
        if draw.random() < shape.lost:
            retired[place] = retired.get(place, 0) + shape.streams * shape.processes
            yield completed, 1, f'{head}"info","error":"timeout"}}\n'
        elif accepted:
            yield completed, 1, f'{head}"ok","status":200,{request_id}}}\n'
        else:
            code = "LIVE.100011001" if action == "STOP" else "LIVE.100011022"
            yield completed, 1, f'{head}"fail","status":400,{request_id},"error_code":"{code}"}}\n'


ACTIONS = ("START", "STOP")


def made(shape: Shape, folder: Path) -> Path:
    """Write the history, unless it is there."""
    path = folder / f"{shape.name.replace(', ', '-').replace(' ', '_').replace('%', '')}.ndjson"
    if not path.exists():
        draw = Random(1)
        lines = [line for number in range(shape.streams) for line in stream_of(shape, number, draw)]
        lines.sort(key=itemgetter(0, 1))
        with path.open("w", encoding="ascii") as file:
            file.write(HEADER)
            file.writelines(f'{{"index":{index},"time":{time},{rest}' for index, (time, _, rest) in enumerate(lines))
            file.write(f'{{"liverec_end":true,"records":{len(lines)}}}\n')
    return path


def run(command: Sequence[str], cores: int) -> dict[str, float | str]:
    """Run a program that prints JSON, on so many cores; the faster of two runs."""
    allowed = sorted(os.sched_getaffinity(0))[:cores]
    found: list[dict[str, float | str]] = []
    for _ in range(2):
        done = subprocess.run(  # ours, and what we built
            ["taskset", "--cpu-list", ",".join(map(str, allowed)), *command],  # as above
            check=True,
            capture_output=True,
            text=True,
            env=os.environ | {"GOMAXPROCS": str(cores)},
        )
        found.append(json.loads(done.stdout))
    return min(found, key=itemgetter("seconds"))


def porcupine(folder: Path) -> str | None:
    """Build porcupine's program; None where Go is not."""
    go = shutil.which("go")
    if go is None:
        return None
    program = folder / "porcupine"
    source = Path(__file__).with_name("porcupine")
    subprocess.run([go, "build", "-o", program, "."], check=True, cwd=source)  # ours
    return str(program)


def drawn(points: Sequence[tuple[float, float]], theirs: Sequence[tuple[float, float]]) -> str:
    """Return a picture of seconds over operations, both by powers of ten."""

    def at(point: tuple[float, float]) -> str:
        return f"{60 + 110 * (log10(point[0]) - 4):.0f},{20 + 70 * (2 - log10(point[1])):.0f}"

    grid = "".join(f'<text x="{60 + 110 * n}" y="320">{10 ** (n + 4):,}</text>' for n in range(4))
    grid += "".join(
        f'<text x="5" y="{24 + 70 * n}">{10.0 ** (2 - n):g} s</text><path d="M60,{20 + 70 * n}H400" stroke="#ccc"/>'
        for n in range(5)
    )
    lines = "".join(
        f'<polyline points="{" ".join(map(at, line))}" fill="none" stroke="{colour}" stroke-width="2"/>'
        f'<text x="70" y="{top}" fill="{colour}">{name}</text>'
        for line, colour, name, top in ((points, "#06c", "liverec", 40), (theirs, "#c60", "porcupine", 56))
        if line
    )
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 480 330" font-family="sans-serif" font-size="12">'
        f'<rect width="480" height="330" fill="#fff"/>{grid}{lines}</svg>\n'
    )


def main() -> None:
    """Print all of it."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--keep", type=Path)
    options.add_argument("--picture", type=Path)
    options.add_argument("--most", type=int, default=10**6)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = chosen.keep or Path(temporary)
        folder.mkdir(exist_ok=True)
        program = porcupine(Path(temporary))
        ours, theirs = list[tuple[float, float]](), list[tuple[float, float]]()
        print(
            f"{'history':<60}{'1 core':>10}{'2 cores':>9}{'judging':>9}{'MB':>6}{'porcupine':>11}{'2':>7}{'ratio':>7}"
        )
        for shape in SHAPES:
            if shape.operations > chosen.most:
                continue
            path = made(shape, folder)
            one, two = (run((sys.executable, "-c", OURS, str(path)), cores) for cores in (1, 2))
            line = f"{shape.name:<60}{one['seconds']:>10.2f}{two['seconds']:>9.2f}{one['judging']:>9.2f}"
            line += f"{one['megabytes']:>6.0f}"
            if program and shape.streams > 1:  # a million on one stream fill 24 GB of memory
                peer, on_two = (run((program, str(path)), cores) for cores in (1, 2))
                line += f"{peer['seconds']:>11.2f}{on_two['seconds']:>7.2f}"
                line += f"{float(one['seconds']) / float(peer['seconds']):>7.2f}"
                theirs += [(shape.operations, float(peer["seconds"]))] if shape in SIZES else []
            ours += [(shape.operations, float(one["seconds"]))] if shape in SIZES else []
            print(f"{line}  {one['verdict']}", flush=True)
        if chosen.picture:
            chosen.picture.write_text(drawn(ours, theirs), encoding="utf-8")


if __name__ == "__main__":
    main()
