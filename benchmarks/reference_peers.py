"""The stateful mock servers that ``reference_server.py`` measures: fetched through npm, and taught the rule.

Both need every stream declared beforehand, and a timer for the way back: a START moves a stream's scenario on, a STOP
moves it to a state in which nothing matches but the refusal, and a call to the server's own control plane ends that
after the interval. Bodies are matched as whole strings, the cheapest way either offers.
"""

import http.client
import json
import shutil
import subprocess
import time
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from socket import create_server
from typing import Any

from liverec.document import load_document
from liverec.reference.journal import CAPACITY

READY_S = 60.0
INTERVAL_MS = load_document().interval_ns // 1_000_000
REQUEST_ID = "3f0c9a4e-7f1e-4fd8-8f09-2f1bc1e4a3a1-1764028800000-peer"
REFUSAL = '{"error_code":"LIVE.100011022","error_msg":"LIVE.Record task exist."}'


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """A mock server: its npm package, how its jar is called with a port, and the call that declares the streams."""

    name: str
    package: str
    options: Callable[[int], tuple[tuple[str, ...], tuple[str, ...]]]  # before and after -jar JAR
    declaration: Callable[[int, str, Iterable[str]], tuple[str, str, Any]]


def fetched(peer: Peer, cache: Path) -> Path | None:
    """Return the jar of *peer*, through npm if *cache* has none; None, with a word why, if it is not to be had."""
    missing = [tool for tool in ("java", "npm") if shutil.which(tool) is None]
    if missing:
        print(f"{peer.name} is left out: there is no {' and no '.join(missing)}")
        return None
    folder = cache / peer.package.replace("@", "-")
    if not folder.exists():
        print(f"fetching {peer.package} through npm", flush=True)
    npm = ("npm", "install", "--no-audit", "--no-fund", "--no-package-lock", "--prefix", str(folder), peer.package)
    jars = sorted(folder.glob("node_modules/**/*.jar"))
    if not jars:
        done = subprocess.run(npm, capture_output=True, text=True, timeout=300, check=False)
        jars = sorted(folder.glob("node_modules/**/*.jar"))
        if not jars:
            print(f"{peer.name} is left out: npm brought no jar: {done.stderr.strip()[-200:]}")
            return None
    return jars[0]


@contextmanager
def serving(
    peer: Peer, jar: Path, pinned: tuple[str, ...], *, path: str, bodies: Iterable[str]
) -> Generator[tuple[int, int]]:
    """Run *peer*, declare a stream for each of *bodies*, and yield its process id and port."""
    with create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    before, after = peer.options(port)
    command = (*pinned, "java", "-Xmx512m", *before, "-jar", str(jar.resolve()), *after)
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, stdout=quiet, stderr=quiet, cwd=jar.parent) as process:  # MockServer leaves files
        try:
            method, where, declared = peer.declaration(port, path, bodies)
            _declare(process, port, method, where, json.dumps(declared))
            yield process.pid, port
        finally:
            process.kill()


def _declare(process: subprocess.Popen[bytes], port: int, method: str, where: str, body: str) -> None:
    deadline = time.monotonic() + READY_S
    while True:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=READY_S)
        try:
            connection.request(method, where, body, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            if answer.status not in {200, 201}:
                raise SystemExit(f"a peer did not take its declaration: {answer.status} {answer.read()[:300]!r}")
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit("a peer did not come up") from None
            time.sleep(0.2)
        else:
            return
        finally:
            connection.close()


def _mockserver_options(port: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    kept = (f"-Dmockserver.maxLogEntries={CAPACITY}", "-Dmockserver.disableSystemOut=true")
    return ("-Dmockserver.localBoundIP=127.0.0.1", *kept), ("-serverPort", str(port), "-logLevel", "ERROR")


def _mockserver(port: int, path: str, bodies: Iterable[str]) -> tuple[str, str, Any]:
    def expectation(name: str, body: str, action: str, states: tuple[str, str], **more: Any) -> dict[str, Any]:
        asked = {"method": "POST", "path": path, "queryStringParameters": {"action": [action]}}
        return {
            "priority": 1,
            "scenarioName": name,
            "scenarioState": states[0],
            "newScenarioState": states[1],
            "httpRequest": asked | {"body": {"type": "STRING", "string": body}},
            "httpResponse": {"statusCode": 200, "headers": {"X-Request-Id": [REQUEST_ID]}},
            **more,
        }

    own = {"host": "127.0.0.1", "port": port, "scheme": "HTTP"}
    timer = json.dumps({"state": "stopped", "transitionAfterMs": INTERVAL_MS, "nextState": "Started"})
    expectations: list[dict[str, Any]] = []
    for number, body in enumerate(bodies):
        name = f"stream-{number}"
        back = {"method": "PUT", "path": f"/mockserver/scenario/{name}", "socketAddress": own, "body": timer}
        expectations += [
            expectation(name, body, "START", ("Started", "recording")),
            expectation(name, body, "STOP", ("recording", "stopped"), afterActions=[{"httpRequest": back}]),
        ]
    headers = {"Content-Type": ["application/json"], "X-Request-Id": [REQUEST_ID]}
    refusal = {"statusCode": 400, "headers": headers, "body": REFUSAL}
    expectations.append({"httpRequest": {"path": path}, "httpResponse": refusal})
    return "PUT", "/mockserver/expectation", expectations


def _wiremock_options(port: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    quiet = ("--disable-banner", "--max-request-journal-entries", str(CAPACITY))
    return (), ("--port", str(port), "--bind-address", "127.0.0.1", *quiet)


def _wiremock(port: int, path: str, bodies: Iterable[str]) -> tuple[str, str, Any]:
    def stub(name: str, body: str, action: str, states: tuple[str, str], **more: Any) -> dict[str, Any]:
        asked = {"method": "POST", "urlPath": path, "queryParameters": {"action": {"equalTo": action}}}
        return {
            "priority": 1,
            "scenarioName": name,
            "requiredScenarioState": states[0],
            "newScenarioState": states[1],
            "request": asked | {"bodyPatterns": [{"equalTo": body}]},
            "response": {"status": 200, "headers": {"X-Request-Id": REQUEST_ID}},
            **more,
        }

    mappings: list[dict[str, Any]] = []
    for number, body in enumerate(bodies):
        name = f"stream-{number}"
        back = {
            "method": "PUT",
            "url": f"http://127.0.0.1:{port}/__admin/scenarios/{name}/state",
            "body": json.dumps({"state": "Started"}),
            "delay": {"type": "fixed", "milliseconds": INTERVAL_MS},
        }
        webhook = [{"name": "webhook", "parameters": back}]
        mappings += [
            stub(name, body, "START", ("Started", "recording")),
            stub(name, body, "STOP", ("recording", "stopped"), serveEventListeners=webhook),
        ]
    headers = {"Content-Type": "application/json", "X-Request-Id": REQUEST_ID}
    refusal = {"status": 400, "headers": headers, "body": REFUSAL}
    mappings.append({"priority": 9, "request": {"urlPath": path}, "response": refusal})
    return "POST", "/__admin/mappings/import", {"mappings": mappings}


PEERS = (
    Peer(
        name="MockServer 8.0.0, scenarios",
        package="mockserver-node@8.0.0",
        options=_mockserver_options,
        declaration=_mockserver,
    ),
    Peer(
        name="WireMock 3.13.2, scenarios",
        package="wiremock@3.13.2",
        options=_wiremock_options,
        declaration=_wiremock,
    ),
)
