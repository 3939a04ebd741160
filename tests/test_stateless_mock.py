"""A mock made from the document alone gives every answer the right look, and remembers nothing: not enough."""

import json
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlsplit

import pytest

from liverec.document import Document, load_document
from liverec_process import run


def _handler(document: Document) -> type[BaseHTTPRequestHandler]:
    known = document.raw["components"]["headers"]["RequestId"]["example"]
    before, _, after = document.path_template.partition("{project_id}")

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status = self._status(body)
            example = document.error_examples.get(status)
            content = b"" if example is None else json.dumps(dict(example)).encode()
            self.send_response(status)
            self.send_header(document.request_id_header, known)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def _status(self, body: bytes) -> int:
            address = urlsplit(self.path)
            if not (address.path.startswith(before) and address.path.endswith(after)):
                return 404
            if not any(all(header in self.headers for header in kind) for kind in document.security):
                return 401
            actions = parse_qs(address.query).get("action", [])
            try:
                named = json.loads(body)
                right = all(isinstance(named[field], str) for field in document.body_fields)
            except (ValueError, TypeError, KeyError):
                right = False
            return 200 if right and len(actions) == 1 and actions[0] in document.actions else 400

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the standard library's name
            """Say nothing."""

    return Handler


class _Mock(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


@contextmanager
def _mock() -> Generator[str]:
    with _Mock(("127.0.0.1", 0), _handler(load_document())) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.slow
def test_a_mock_that_remembers_nothing_is_convicted_by_the_restart_interval() -> None:
    with _mock() as url:
        ended = run("verify", "--target", url, "--json", "-")
    result = json.loads(ended.stdout)
    verdicts = {row["id"]: row["verdict"] for row in result["requirements"]}

    assert (ended.returncode, result["verdict"]) == (1, "broken")
    assert "restart/too-soon" in result["findings"]
    assert "request-id/unique" in result["findings"]
    assert {verdicts[name] for name in ("status/200", "error-body/object", "request-id/present-400")} == {"KEPT"}
    assert not result["interval_s"]["refused_up_to"]
