"""Judge every fault, every reading of the page and every worse line, and write down what came out.

    python benchmarks/matrix.py [--time T] [--real [--replay]] [--at-once N] [--write FILE] [GROUP or NAME...]

A fault must end with exit 1 and its requirement as the first finding, a reading with exit 0 and its values named.
Groups are `faults`, `readings` and `disturbed`. Faults and readings are judged on a virtual clock within this process,
as the tests do it, in a few seconds each. With `--real`, and for a worse line always, it is two processes, `liverec
serve` and `liverec verify --target` on it, and the real clock: most of that time is waiting, so that many go at once.
With `--replay` the command that stands beside the first finding is then run on the same server, and must find it again.
`--write docs/kill-matrix.md` puts what came out into that page, and leaves there what was not judged this time.
"""

import argparse
import json
import shlex
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import nullcontext, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from disturbed import disturbed
from matrix_cases import Case, cases
from matrix_page import Row, write

from liverec.conformance.budget import BUDGETS
from liverec.reference.dialect import Dialect
from liverec.report.json_result import as_json

sys.path.append(str(Path(__file__).parents[1] / "tests"))
from judged_server import judged

LIVEREC = (sys.executable, "-m", "liverec")
GROUPS = ("faults", "readings", "disturbed")
PATIENCE_S = 900


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What came out of one case."""

    case: Case
    exit_code: int
    said: str
    seconds: float
    wrong: str


def judge(case: Case, *, real: bool, budget: str, replay: bool) -> Judged:
    """Judge one case; a worse line is a matter of the real clock."""
    begun = time.monotonic()
    if real or case.disturbance:
        code, result, said = _by_processes(case, budget, replay=replay)
    else:
        code, result, said = _in_process(case, budget)
    if result:
        undecided = [row["id"] for row in result["requirements"] if row["verdict"] == "UNDECIDED"]
        said = ", ".join(result["findings"]) or ", ".join(f"undecided: {one}" for one in undecided) or "kept"
    return Judged(
        case=case,
        exit_code=code,
        said=said,
        seconds=time.monotonic() - begun,
        wrong=(case.wrong(code, result) or result.get("not_replayed", "")) if result else "no result",
    )


def _in_process(case: Case, budget: str) -> tuple[int, dict[str, Any], str]:
    dialect = Dialect(**case.dialect)  # type: ignore[arg-type]  # values of its own axes
    with (
        tempfile.TemporaryDirectory() as folder,
        Path(folder, "log").open("w") as log,
        redirect_stdout(log),
        redirect_stderr(log),
    ):
        result = judged(
            Path(folder),
            faults=case.faults,
            dialect=dialect,
            generated="few",
            seed=case.seed,
            budget=BUDGETS[budget],
        )
    return int(result.exit_code), as_json(result), ""


def _by_processes(case: Case, budget: str, *, replay: bool) -> tuple[int, dict[str, Any], str]:
    """Serve and verify; the server is ended whatever happens."""
    serve = (*LIVEREC, "serve", "--port", "0", *case.options)
    with (
        tempfile.TemporaryDirectory() as folder,
        subprocess.Popen(serve, stdout=subprocess.PIPE, text=True) as server,
    ):
        try:
            assert server.stdout is not None
            url = server.stdout.readline().split()[-1]
            written = Path(folder, "result.json")
            worse = case.disturbance
            with disturbed(url, worse, seed=case.seed) if worse else nullcontext(url) as target:
                command = (*LIVEREC, "verify", "--target", target, "--json", str(written), "--time", budget)
                verify = _run(*command, "--seed", str(case.seed))
            result: dict[str, Any] = json.loads(written.read_text()) if written.exists() else {}
            if replay and result.get("findings"):
                result["not_replayed"] = _not_replayed(result, Path(folder, "again.json"))
        finally:
            server.terminate()
    return verify.returncode, result, verify.stderr.strip()[-200:]


def _not_replayed(result: dict[str, Any], written: Path) -> str:
    """Run the command that the report prints for its first finding; return what else it found, "" if the same."""
    first: str = result["findings"][0]
    command = next(row["replay"] for row in result["requirements"] if row["id"] == first)
    ended = _run(*LIVEREC, *shlex.split(command)[1:], "--json", str(written))
    again = json.loads(written.read_text())["findings"] if written.exists() else [ended.stderr.strip()[-200:]]
    return "" if again[:1] == [first] else f"replayed by {command!r}: {', '.join(again) or 'kept'}"


def _run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, check=False)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a line a case as it ends; 0 if every case came out as it must."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help="groups or names of cases; without any, all of them")
    parser.add_argument(
        "--at-once", type=int, default=2, metavar="N", help="cases judged at the same time (default: 2)"
    )
    parser.add_argument("--real", action="store_true", help="the real clock for every case: 30 to 60 s each")
    parser.add_argument("--replay", action="store_true", help="run the printed command of each first finding as well")
    parser.add_argument("--time", default="normal", help="as of `liverec verify` (default: normal)")
    parser.add_argument("--write", type=Path, metavar="FILE", help="the page to write what came out into")
    chosen = parser.parse_args(arguments)
    known = cases()
    begun = time.monotonic()
    if chosen.replay and not chosen.real:
        parser.error("--replay: a printed command judges a server of its own: add --real")
    unknown = set(chosen.names) - {*GROUPS, *(case.name for case in known)}
    if unknown:
        parser.error(f"no such case: {', '.join(sorted(unknown))}")
    todo = [case for case in known if not chosen.names or {case.name, case.group} & set(chosen.names)]
    done: list[Judged] = []
    with ProcessPoolExecutor(max_workers=chosen.at_once) as pool:
        how = {"real": chosen.real, "budget": chosen.time, "replay": chosen.replay}
        for future in as_completed([pool.submit(judge, case, **how) for case in todo]):
            one = future.result()
            done.append(one)
            mark = f"WRONG: {one.wrong}" if one.wrong else "as it must"
            print(
                f"{len(done):>3}/{len(todo)} {one.case.name:<48} exit {one.exit_code}  {one.said}  "
                f"{one.seconds:.0f} s  {mark}",
                flush=True,
            )
    wrong = sum(bool(one.wrong) for one in done)
    print(f"{len(done) - wrong} of {len(done)} as they must, in {time.monotonic() - begun:.0f} s")
    if chosen.write is not None:
        rows = [Row(case=one.case, said=one.said, seconds=one.seconds, is_right=not one.wrong) for one in done]
        write(chosen.write, rows, real=chosen.real, budget=chosen.time)
        print(f"written: {chosen.write}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
