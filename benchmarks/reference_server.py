"""How many commands a CPU second of the reference server answers: ``python benchmarks/reference_server.py``.

``liverec serve`` as it is: credentials verified, rule applied, journal on. Beside it, in interleaved rounds, the mock
servers that can hold the rule (``reference_peers.py``), and a bare uvicorn application that checks nothing. All get the
same prepared requests from wrk (``--wrk PATH``), which has a core of its own. What counts is the CPU time, user and
system, of the server's process tree. Before anything is measured, each but the bare one must accept a START and a STOP,
refuse the START after it, and accept it again after the interval; ours must turn a wrong signature away.
"""

import argparse
import http.client
import json
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from process_tree import cpu_seconds
from reference_peers import INTERVAL_MS, PEERS, fetched, serving

from liverec.profile_file import reference_profile
from liverec.signing import format_date, sign

PROFILE = reference_profile()
PATH = f"/v1/{PROFILE.project_id}/record/control"
STREAMS = 200
CONNECTIONS = 16
SERVER_CORE, CLIENT_CORE = 0, 1
CACHE = Path(tempfile.gettempdir()) / "liverec-benchmark-peers"
BARE = """
import socket
import uvicorn

async def app(scope, receive, send):
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
    await send({"type": "http.response.body"})

listener = socket.create_server(("127.0.0.1", 0))
print(f"http://127.0.0.1:{listener.getsockname()[1]}", flush=True)
config = uvicorn.Config(app, lifespan="off", log_config=None, access_log=False)
uvicorn.Server(config).run([listener])
"""
SCRIPT = """
local requests = {%s}
local sent = 0
request = function()
  sent = sent %% #requests + 1
  return requests[sent]
end
"""
OURS, TOKEN, BARE_NAME = "liverec serve, signed", "liverec serve, token", "uvicorn, checks nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contender:
    """A server that runs: its process and port, and which of the prepared requests it gets."""

    name: str
    pid: int
    port: int
    signed: bool = True


def main() -> None:
    """Print all of it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=4, help="of each run")
    parser.add_argument("--warm-up", type=int, default=30, help="seconds of load that a Java server gets beforehand")
    parser.add_argument("--wrk", default=shutil.which("wrk"), help="path of a wrk binary")
    parser.add_argument("--cache", type=Path, default=CACHE, help="where the peers are kept (default: %(default)s)")
    asked = parser.parse_args()
    if asked.wrk is None:
        sys.exit("wrk is not there: apt-get install wrk, or --wrk PATH")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        for signed in (True, False):
            texts = (json.dumps(prepared(n, action, signed=signed).decode()) for n, action in commands())
            script(folder, signed=signed).write_text(SCRIPT % ",\n".join(texts))
        contenders = started(stack, asked.cache)
        prove([one for one in contenders if one.name != BARE_NAME])
        for one in contenders:
            length = 2 if one.name in {OURS, TOKEN, BARE_NAME} else asked.warm_up
            rate(one, asked.wrk, folder, seconds=length)
        rounds: list[dict[str, float]] = []
        for number in range(asked.rounds):
            rounds.append({one.name: rate(one, asked.wrk, folder, seconds=asked.seconds) for one in contenders})
            print(f"round {number + 1}: " + ", ".join(f"{rounds[-1][o.name]:,.0f}" for o in contenders), flush=True)
    print_rates(rounds)


def commands() -> list[tuple[int, str]]:
    """Return what is sent, over and over: START and STOP of one stream after the other."""
    return [(number, action) for number in range(1, STREAMS + 1) for action in ("START", "STOP")]


def body_of(number: int) -> str:
    """Return the body of a command about the stream of that number."""
    streams = PROFILE.recordable
    named = {"publish_domain": streams.publish_domain, "app": streams.app, "stream": streams.name(number)}
    return json.dumps(named, separators=(",", ":"))


def prepared(number: int, action: str, *, signed: bool) -> bytes:
    """Return a request as bytes, for whichever server; a signature is good for fifteen minutes."""
    body = body_of(number).encode()
    headers = {"host": "127.0.0.1", "content-type": "application/json", "content-length": str(len(body))}
    if signed:
        headers |= {"x-sdk-date": format_date(datetime.now(UTC)), "x-project-id": PROFILE.project_id}
        headers["authorization"] = sign(
            method="POST",
            path=PATH,
            query=f"action={action}",
            headers=headers,
            body=body,
            access_key=str(PROFILE.credentials.access_key),
            secret_key=str(PROFILE.credentials.secret_key),
            signed=("host", "x-sdk-date", "x-project-id"),
        )
    else:
        headers["x-auth-token"] = str(PROFILE.credentials.token)
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"POST {PATH}?action={action} HTTP/1.1\r\n{lines}\r\n".encode() + body


def script(folder: Path, *, signed: bool) -> Path:
    """Return where wrk's script is."""
    return folder / f"{'signed' if signed else 'token'}.lua"


def started(stack: ExitStack, cache: Path) -> list[Contender]:
    """Start every server that is there, all on one core."""
    pinned = ("taskset", "-c", str(SERVER_CORE)) if shutil.which("taskset") else ()
    contenders: list[Contender] = []
    for name, arguments in (
        (OURS, ("-m", "liverec", "serve", "--port", "0")),
        (TOKEN, ("-m", "liverec", "serve", "--port", "0")),
        (BARE_NAME, ("-c", BARE)),
    ):
        pid, port = stack.enter_context(python(*pinned, sys.executable, *arguments))
        contenders.append(Contender(name=name, pid=pid, port=port, signed=name != TOKEN))
    bodies = [body_of(number) for number in range(1, STREAMS + 2)]
    for peer in PEERS:
        jar = fetched(peer, cache)
        if jar is not None:
            pid, port = stack.enter_context(serving(peer, jar, pinned, path=PATH, bodies=bodies))
            contenders.append(Contender(name=peer.name, pid=pid, port=port))
    return contenders


@contextmanager
def python(*command: str) -> Generator[tuple[int, int]]:
    """Run a server that prints its URL first, and yield its process id and port."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.pid, int(process.stdout.readline().strip().rpartition(":")[2])
        finally:
            process.kill()


def prove(contenders: Sequence[Contender]) -> None:
    """Show that each holds the rule, on the last of its streams, which is not among those measured."""
    number = STREAMS + 1
    for one in contenders:
        statuses = [answered(one, prepared(number, action, signed=one.signed)) for action in ("START", "STOP", "START")]
        if statuses != [200, 200, 400]:
            sys.exit(f"{one.name}: START, STOP and START were answered {statuses}; expected 200, 200 and 400")
        if one.name == OURS:
            forged = prepared(number, "START", signed=True).replace(b"Signature=", b"Signature=0")
            damaged = re.sub(rb"Signature=0(\w{63})\w", rb"Signature=0\1", forged)
            if answered(one, damaged) != 401:
                sys.exit(f"{one.name}: a wrong signature was not turned away")
    time.sleep(INTERVAL_MS / 1000 + 1)
    for one in contenders:
        status = answered(one, prepared(number, "START", signed=one.signed))
        if status != 200:
            sys.exit(f"{one.name}: a START after the interval was answered {status}; expected 200")
    print("each but the bare one holds the rule", flush=True)


def answered(one: Contender, request: bytes) -> int:
    """Send *request* and return the status of its answer."""
    connection = http.client.HTTPConnection("127.0.0.1", one.port, timeout=10)
    try:
        head, _, body = request.partition(b"\r\n\r\n")
        line, *fields = head.decode().split("\r\n")
        headers = dict(field.split(": ", 1) for field in fields)
        connection.request("POST", line.split(" ")[1], body, headers)
        return connection.getresponse().status
    finally:
        connection.close()


def rate(one: Contender, wrk: str, folder: Path, *, seconds: int) -> float:
    """Return the commands that *one* answered per second of its CPU time, over one run of wrk."""
    pinned = ("taskset", "-c", str(CLIENT_CORE)) if shutil.which("taskset") else ()
    options = ("-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "-s", str(script(folder, signed=one.signed)))
    before = cpu_seconds(one.pid)
    done = subprocess.run(
        (*pinned, wrk, *options, f"http://127.0.0.1:{one.port}"), capture_output=True, text=True, check=True
    )
    used = cpu_seconds(one.pid) - before
    counted = re.search(r"(\d+) requests in", done.stdout)
    if counted is None or "Socket errors" in done.stdout or not used:
        sys.exit(f"{one.name}: nothing was measured\n{done.stdout}")
    return int(counted[1]) / used


def print_rates(rounds: Sequence[dict[str, float]]) -> None:
    """Print what each came to, and the ratios, round by round."""
    print(f"\n{'commands per CPU second':<46}{'median':>8}{'lowest':>8}{'highest':>8}")
    medians = {name: statistics.median(one[name] for one in rounds) for name in rounds[0]}
    for name, median in medians.items():
        figures = [one[name] for one in rounds]
        print(f"{name:<46}{median:>8,.0f}{min(figures):>8,.0f}{max(figures):>8,.0f}")
    print(f"\n{'ratio':<58}{'median':>8}{'lowest':>8}{'highest':>8}")
    for ours in (OURS, TOKEN):
        for other in medians:
            if other not in {OURS, TOKEN}:
                ratios = [one[ours] / one[other] for one in rounds]
                spread = f"{min(ratios):>8.2f}{max(ratios):>8.2f}"
                print(f"{ours + ' / ' + other:<58}{statistics.median(ratios):>8.2f}{spread}")


if __name__ == "__main__":
    main()
